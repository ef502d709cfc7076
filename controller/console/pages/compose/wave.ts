// Recorded sound as figures: its outline, a part of it, and the file it becomes. Pure.

/** Loudest sample of each of `count` equal parts, 0..1. */
export function outlineOf(samples: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, part) => {
    let most = 0;
    const end = Math.ceil(((part + 1) * samples.length) / count);
    for (let at = Math.floor((part * samples.length) / count); at < end; at++) most = Math.max(most, Math.abs(samples[at] ?? 0));
    return Math.min(1, most);
  });
}

/** Where sound begins and ends, with a little air around it: what a person would cut. Ms. */
export function voiceIn(
  samples: Float32Array,
  rateHz: number,
  level = 0.02,
  airMs = 200,
): { readonly fromMs: number; readonly toMs: number } {
  const wholeMs = Math.floor((samples.length / rateHz) * 1000);
  const first = samples.findIndex((sample) => Math.abs(sample) > level);
  if (first < 0) return { fromMs: 0, toMs: wholeMs };
  const last = samples.findLastIndex((sample) => Math.abs(sample) > level);
  return {
    fromMs: Math.max(0, Math.floor((first / rateHz) * 1000) - airMs),
    toMs: Math.min(wholeMs, Math.ceil(((last + 1) / rateHz) * 1000) + airMs),
  };
}

/** A mono WAV file (16 bits) of a part; its ends rise and fall in some milliseconds, so that no cut clicks. */
export function wavOf(samples: Float32Array, rateHz: number, fromMs: number, toMs: number): Uint8Array<ArrayBuffer> {
  const begin = Math.max(0, Math.round((fromMs / 1000) * rateHz));
  const part = samples.subarray(begin, Math.max(begin, Math.round((toMs / 1000) * rateHz)));
  const fade = Math.min(Math.floor(rateHz / 100), part.length >> 1);
  const file = new Uint8Array(44 + part.length * 2);
  const view = new DataView(file.buffer);
  const words: readonly (readonly [number, string])[] = [
    [0, 'RIFF'],
    [8, 'WAVEfmt '],
    [36, 'data'],
  ];
  for (const [at, word] of words) file.set(new TextEncoder().encode(word), at);
  view.setUint32(4, 36 + part.length * 2, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, part.length * 2, true);
  part.forEach((sample, at) => {
    const edge = fade === 0 ? 1 : Math.min(1, at / fade, (part.length - 1 - at) / fade);
    view.setInt16(44 + at * 2, Math.round(Math.max(-1, Math.min(1, sample * edge)) * 32_767), true);
  });
  return file;
}
