// Wall time minus monotonic time, smoothed over readings whose wall part may be whole milliseconds. Pure.

const memoryMs = 2_000;
/** A larger difference is a step of the wall clock, not its grain. */
const stepMs = 5;

export class WallOffset {
  #offsetMs = 0;
  #weight = 0;
  #lastMonoMs = 0;

  /** Take a reading of the difference; returns by how much the wall clock stepped, 0 as a rule. */
  add(offsetMs: number, monoMs: number): number {
    if (this.#weight === 0) return this.#begin(offsetMs, monoMs);
    const difference = offsetMs - this.#offsetMs;
    if (Math.abs(difference) > stepMs) {
      this.#begin(offsetMs, monoMs);
      return difference;
    }
    this.#weight = this.#weight * Math.exp(-Math.max(0, monoMs - this.#lastMonoMs) / memoryMs) + 1;
    this.#lastMonoMs = monoMs;
    this.#offsetMs += difference / this.#weight;
    return 0;
  }

  monoOf(wallMs: number): number {
    return wallMs - this.#offsetMs;
  }

  wallOf(monoMs: number): number {
    return monoMs + this.#offsetMs;
  }

  #begin(offsetMs: number, monoMs: number): number {
    this.#offsetMs = offsetMs;
    this.#weight = 1;
    this.#lastMonoMs = monoMs;
    return 0;
  }
}
