// Where a voice was in its source at each of the newest blocks, so that queued frames can be taken back and heard ones counted.

const length = 256;

/** From `frame` on the source stood at `sample` and moved `rate` samples a frame. */
export class Trail {
  readonly #frames = new Float64Array(length);
  readonly #samples = new Float64Array(length);
  readonly #rates = new Float64Array(length);
  readonly #skipped = new Float64Array(length);
  #first = 0;
  #end = 0;

  clear(): void {
    this.#first = 0;
    this.#end = 0;
  }

  get empty(): boolean {
    return this.#end === this.#first;
  }

  add(frame: number, sample: number, rate: number, skipped: number): void {
    const slot = this.#end % length;
    this.#frames[slot] = frame;
    this.#samples[slot] = sample;
    this.#rates[slot] = rate;
    this.#skipped[slot] = skipped;
    this.#end += 1;
    this.#first = Math.max(this.#first, this.#end - length);
  }

  /** Forget steps at `frame` and later. */
  cutFrom(frame: number): void {
    while (this.#end > this.#first && (this.#frames[(this.#end - 1) % length] ?? 0) >= frame) this.#end -= 1;
  }

  /** Source position at a frame; 0 before the first step. */
  sampleAt(frame: number): number {
    const slot = this.#stepAt(frame);
    if (slot === undefined) return 0;
    return (this.#samples[slot] ?? 0) + (this.#rates[slot] ?? 0) * (frame - (this.#frames[slot] ?? 0));
  }

  /** Samples jumped over up to a frame. */
  skippedAt(frame: number): number {
    const slot = this.#stepAt(frame);
    return slot === undefined ? 0 : (this.#skipped[slot] ?? 0);
  }

  #stepAt(frame: number): number | undefined {
    for (let i = this.#end - 1; i >= this.#first; i -= 1) {
      if ((this.#frames[i % length] ?? 0) <= frame) return i % length;
    }
    return undefined;
  }
}
