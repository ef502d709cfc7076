// Levels of live speech: a compressor that brings quiet and loud speakers together, then a limiter that is never exceeded. Pure.

const sampleHz = 48_000;
/** Above −24 dBFS every 3 dB become one; speech at −18 dBFS keeps its level, since 4 dB are given back. */
const threshold = 10 ** (-24 / 20);
const slope = 1 - 1 / 3;
const makeUp = 10 ** (4 / 20);
/** −1.5 dBFS, as programmes are made (EBU R 128 s1 asks true peaks under −1). */
const ceiling = 10 ** (-1.5 / 20);

const attack = step(5);
const release = step(150);
const limiterRelease = step(80);

/** Share of the way that is left after one sample, for a time constant in ms. */
function step(ms: number): number {
  return Math.exp(-1_000 / (ms * sampleHz));
}

/** Keeps its state from block to block of one voice. */
export class LiveDynamics {
  #level = 0;
  #limit = 1;

  /** In place. */
  process(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i += 1) {
      const sample = samples[i] ?? 0;
      const size = Math.abs(sample);
      const keep = size > this.#level ? attack : release;
      this.#level = size + (this.#level - size) * keep;
      const gain = this.#level > threshold ? (threshold / this.#level) ** slope : 1;
      const raised = sample * gain * makeUp;
      const needed = Math.abs(raised) > ceiling ? ceiling / Math.abs(raised) : 1;
      this.#limit = Math.min(needed, 1 + (this.#limit - 1) * limiterRelease);
      samples[i] = raised * this.#limit;
    }
  }
}
