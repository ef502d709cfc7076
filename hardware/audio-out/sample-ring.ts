// Frames on their way to a converter, addressed by their number since `open`. Fixed memory.

export class SampleRing {
  readonly capacity: number;
  readonly #samples: Int16Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#samples = new Int16Array(capacity);
  }

  /** Place frames so that the first has number `firstFrame`; what lay there a capacity earlier is gone. */
  put(firstFrame: number, frames: Int16Array): void {
    const at = firstFrame % this.capacity;
    const head = Math.min(frames.length, this.capacity - at);
    this.#samples.set(frames.subarray(0, head), at);
    this.#samples.set(frames.subarray(head), 0);
  }

  take(firstFrame: number, count: number): Int16Array {
    const out = new Int16Array(count);
    const at = firstFrame % this.capacity;
    const head = Math.min(count, this.capacity - at);
    out.set(this.#samples.subarray(at, at + head));
    out.set(this.#samples.subarray(0, count - head), head);
    return out;
  }
}
