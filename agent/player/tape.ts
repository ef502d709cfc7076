// A length of sound in memory, addressed by sample number: the newest part of what a source gave, overwritten from the oldest on.

export class Tape {
  /** Sample `i` stands at `samples[i & mask]`. */
  readonly samples: Float32Array;
  readonly mask: number;
  #end = 0;

  constructor(samplesMin: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, samplesMin)));
    this.samples = new Float32Array(capacity);
    this.mask = capacity - 1;
  }

  /** Samples appended so far; the last one is `end - 1`. */
  get end(): number {
    return this.#end;
  }

  append(sample: number): void {
    this.samples[this.#end & this.mask] = sample;
    this.#end += 1;
  }

  /** Append 16-bit samples, scaled to ±1 and by `gain`. */
  appendPcm(pcm: Int16Array, from: number, count: number, gain: number): void {
    const scale = gain / 32_768;
    for (let i = from; i < from + count; i += 1) this.append((pcm[i] ?? 0) * scale);
  }

  appendSilence(count: number): void {
    for (let i = 0; i < count; i += 1) this.append(0);
  }
}
