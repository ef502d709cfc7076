// Sound arithmetic: gains, ramps, floating samples to 16 bit. Pure.

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

/** Round a mixed block to 16 bit. The limiter keeps it within; what it may never do is turn over. */
export function toPcm(mixed: Float32Array, pcm: Int16Array): void {
  for (let i = 0; i < pcm.length; i += 1) pcm[i] = Math.round(Math.min(1, Math.max(-1, mixed[i] ?? 0)) * 32_767);
}
