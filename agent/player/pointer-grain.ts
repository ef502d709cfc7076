// Whether a pointer moves in steps, as drivers that count periods tell it, and how large they are. Pure.

/** Moves seen before steps are believed. */
const movesMin = 8;
/** Smaller steps are exact enough: half of one is under 0.5 ms. */
const framesMin = 48;

export class PointerGrain {
  /** Largest number of frames that divides every move seen. */
  #divisor = 0;
  #moves = 0;
  /** How far moves were from what time alone tells: an exact pointer looked at evenly is no coarse one. */
  #strayed = 0;

  /** `frames` were told to have passed while the time was for `meant`. */
  moved(frames: number, meant: number): void {
    if (frames <= 0 || this.#divisor === 1) return;
    this.#moves += 1;
    this.#strayed = Math.max(this.#strayed, Math.abs(frames - meant));
    this.#divisor = Number.isInteger(frames) ? divisorOf(this.#divisor, frames) : 1;
  }

  /** Frames a step, 0 where the pointer is exact or not known yet. */
  get frames(): number {
    const steps = this.#moves >= movesMin && this.#divisor >= framesMin && this.#strayed * 4 >= this.#divisor;
    return steps ? this.#divisor : 0;
  }
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}
