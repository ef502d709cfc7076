// What was heard, by frame, and how to compare it with what should have been.
import type { Heard } from '../../hardware/audio-out.ts';

export class Recording {
  #pcm = new Int16Array(48_000);
  #frames = 0;
  /** Instant of frame 0 and length of a frame, from the chunks. */
  #points: { readonly frame: number; readonly atMonoMs: number }[] = [];

  constructor(heard: Heard) {
    heard.onHeard(({ firstFrame, atMonoMs, frames }) => this.#take(firstFrame, atMonoMs, frames));
  }

  get pcm(): Int16Array {
    return this.#pcm.subarray(0, this.#frames);
  }

  /** Instant at which a frame was heard. */
  monoAt(frame: number): number {
    const before = this.#points.filter((point) => point.frame <= frame).at(-1);
    const after = this.#points.find((point) => point.frame > frame) ?? before;
    if (!before || !after) throw new RangeError(`frame ${frame} was not heard`);
    const span = after.frame - before.frame;
    return before.atMonoMs + (span === 0 ? 0 : ((frame - before.frame) / span) * (after.atMonoMs - before.atMonoMs));
  }

  /** First and last frame that are not silent. */
  edges(): { readonly first: number; readonly last: number } {
    const { pcm } = this;
    return { first: pcm.findIndex((sample) => sample !== 0), last: pcm.findLastIndex((sample) => sample !== 0) };
  }

  #take(firstFrame: number, atMonoMs: number, frames: Int16Array): void {
    const end = firstFrame + frames.length;
    if (end > this.#pcm.length) {
      const larger = new Int16Array(end * 2);
      larger.set(this.#pcm);
      this.#pcm = larger;
    }
    this.#pcm.set(frames, firstFrame);
    this.#frames = Math.max(this.#frames, end);
    this.#points.push({ frame: firstFrame, atMonoMs });
  }
}

/** Normalised cross-correlation of two stretches of equal length. */
export function correlation(a: Int16Array, b: Int16Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Where in `heard` the `piece` fits best, between two frames. */
export function bestFit(
  heard: Int16Array,
  piece: Int16Array,
  from: number,
  to: number,
): { readonly frame: number; readonly value: number } {
  let best = { frame: from, value: -1 };
  for (let frame = from; frame <= to; frame += 1) {
    const value = correlation(heard.subarray(frame, frame + piece.length), piece);
    if (value > best.value) best = { frame, value };
  }
  return best;
}

/** Band-limited noise that repeats never: good to find positions in. Deterministic. */
export function noise(durationMs: number, seed = 1): Int16Array {
  const pcm = new Int16Array(durationMs * 48);
  let state = seed;
  let low = 0;
  for (let i = 0; i < pcm.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    low += 0.08 * ((state / 2 ** 31 - 1) * 40_000 - low);
    pcm[i] = Math.round(low);
  }
  return pcm;
}

/** The largest step between neighbouring samples: a click shows here. */
export function largestStep(pcm: Int16Array): number {
  let most = 0;
  for (let i = 1; i < pcm.length; i += 1) most = Math.max(most, Math.abs((pcm[i] ?? 0) - (pcm[i - 1] ?? 0)));
  return most;
}
