// µ-law (ITU-T G.711) to linear samples. Pure.

/** One byte to a 16-bit sample. */
export function linearOf(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 0x07);
  return (bits & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude;
}

/** A phrase's base64 text to samples at 8 kHz. */
export function decodePhrase(text: string): Int16Array {
  return Int16Array.from(Buffer.from(text, 'base64'), linearOf);
}
