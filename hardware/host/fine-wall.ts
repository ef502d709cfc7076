// Wall time against monotonic time, finer than the whole milliseconds `Date.now` gives: boxes must start together within 1 ms.

/** Widening of the bounds per look, so that a slewed clock is followed. */
const slewMs = 0.0005;
const fineMs = 0.02;
const spinMs = 2;
const looksMax = 10_000;

/** Narrows down `wall − mono` from many readings; a step of the wall clock starts it anew. */
export class FineWall {
  readonly #readWallMs: () => number;
  readonly #readMonoMs: () => number;
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;

  constructor(readWallMs: () => number, readMonoMs: () => number) {
    this.#readWallMs = readWallMs;
    this.#readMonoMs = readMonoMs;
    const beganMs = readMonoMs();
    for (let i = 0; i < looksMax && this.#highMs - this.#lowMs > fineMs && readMonoMs() - beganMs < spinMs; i++) this.differenceMs();
  }

  /** Milliseconds to add to monotonic time to get wall time, now. */
  differenceMs(): number {
    const before = this.#readMonoMs();
    const wall = this.#readWallMs();
    const after = this.#readMonoMs();
    // The wall clock was in [wall, wall + 1) at some instant in [before, after].
    const low = wall - after;
    const high = wall + 1 - before;
    this.#lowMs = Math.max(this.#lowMs - slewMs, low);
    this.#highMs = Math.min(this.#highMs + slewMs, high);
    if (this.#lowMs > this.#highMs) {
      this.#lowMs = low;
      this.#highMs = high;
    }
    return (this.#lowMs + this.#highMs) / 2;
  }
}
