// Sound arithmetic: gains, ramps, the limiter, floating samples to 16 bit. Pure.

/** Frames mixed at a time: 10 ms. */
export const blockFrames = 480;
export const framesPerMs = 48;
/** The shortest ramp that is no click. */
export const rampFramesMin = 5 * framesPerMs;

/** Linear factor of a gain in dB. */
export function gainOf(db: number): number {
  return 10 ** (db / 20);
}

/** Gain of a frame in a rise that begins at `from` and takes `frames`. */
export function riseAt(frame: number, from: number, frames: number): number {
  if (frame >= from + frames) return 1;
  return frame <= from ? 0 : (frame - from) / frames;
}

/** Below the knee nothing changes; above, the rest of the range is approached and never reached. No memory, so no pumping. */
export function limit(sample: number): number {
  const knee = 0.85;
  if (sample <= knee && sample >= -knee) return sample;
  const over = (Math.abs(sample) - knee) / (1 - knee);
  return Math.sign(sample) * (knee + (1 - knee) * Math.tanh(over));
}

/** Limit a mixed block and round it to 16 bit. */
export function toPcm(mixed: Float32Array, pcm: Int16Array): void {
  for (let i = 0; i < pcm.length; i += 1) pcm[i] = Math.round(limit(mixed[i] ?? 0) * 32_767);
}
