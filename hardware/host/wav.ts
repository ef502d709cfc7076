// RIFF WAVE heads, read and written: mono or more, 16-bit PCM only.

export const wavHeadBytes = 44;

export interface WavSound {
  readonly rateHz: number;
  readonly channels: number;
  /** Interleaved s16. */
  readonly samples: Int16Array;
}

/** Head for `dataBytes` of mono s16 PCM; `Infinity` for a stream without an end. */
export function wavHead(rateHz: number, dataBytes: number): Buffer {
  const size = Math.min(dataBytes, 0xffff_ffff - 36);
  const head = Buffer.alloc(wavHeadBytes);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(size + 36, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // mono
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(size, 40);
  return head;
}

/** Read a WAV; a data size beyond the bytes (a stream's head) means "to the end". `undefined` when it is not 16-bit PCM. */
export function readWav(bytes: Buffer): WavSound | undefined {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format: { rateHz: number; channels: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = Math.min(bytes.readUInt32LE(at + 4), bytes.length - at - 8);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (name === 'fmt ') {
      if (size < 16 || body.readUInt16LE(0) !== 1 || body.readUInt16LE(14) !== 16) return undefined;
      format = { channels: body.readUInt16LE(2), rateHz: body.readUInt32LE(4) };
    } else if (name === 'data') {
      if (!format || format.channels < 1 || format.rateHz < 1) return undefined;
      const samples = new Int16Array(Math.floor(size / 2));
      for (let i = 0; i < samples.length; i++) samples[i] = body.readInt16LE(i * 2);
      return { ...format, samples };
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}
