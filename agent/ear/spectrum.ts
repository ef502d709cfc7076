// From 48 kHz samples to loudness in bands: decimated to 8 kHz, 32 ms windows, a frame each 16 ms. Keeps nothing but what the next frame needs.

export const frameMs = 16;
export const bandCount = 10;
/** Quieter than this is silence; dB of full scale, per band. */
export const floorDb = -90;

const factor = 6;
const rateHz = 8_000;
const taps = 60;
const window = 256;
const hop = (rateHz * frameMs) / 1_000;
/** Where horns carry and voices and sirens live. */
const lowestHz = 350;
const highestHz = 3_400;

/** Loudness of one frame by band, dB of full scale. */
export type Frame = Float32Array;

/** INVARIANT: of what was pushed, at most one window of 32 ms is kept. */
export class Spectrum {
  readonly #decimated = new Float32Array(window);
  readonly #history = new Float32Array(taps);
  readonly #re = new Float32Array(window);
  readonly #im = new Float32Array(window);
  #at = 0;
  #phase = 0;
  #filled = 0;

  /** `told` is called with each frame (reused by the next) and the count of pushed samples after which it was complete. */
  push(samples: Int16Array, told: (frame: Frame, samplesIn: number) => void): void {
    for (let i = 0; i < samples.length; i++) {
      this.#history[this.#at] = (samples[i] ?? 0) / 32_768;
      this.#at = (this.#at + 1) % taps;
      if (++this.#phase < factor) continue;
      this.#phase = 0;
      this.#decimated[this.#filled++] = this.#filtered();
      if (this.#filled < window) continue;
      told(this.#measured(), i + 1);
      this.#decimated.copyWithin(0, hop);
      this.#filled = window - hop;
    }
  }

  #filtered(): number {
    let sum = 0;
    for (let n = 0, from = this.#at; n < taps; n++, from++)
      sum += (lowPass[n] ?? 0) * (this.#history[from >= taps ? from - taps : from] ?? 0);
    return sum;
  }

  #measured(): Frame {
    for (let i = 0; i < window; i++) {
      this.#re[i] = (this.#decimated[i] ?? 0) * (hann[i] ?? 0);
      this.#im[i] = 0;
    }
    transform(this.#re, this.#im);
    const frame = new Float32Array(bandCount);
    for (let band = 0; band < bandCount; band++) {
      const [from, to] = [edges[band] ?? 0, edges[band + 1] ?? 0];
      let power = 0;
      for (let bin = from; bin < to; bin++) power += (this.#re[bin] ?? 0) ** 2 + (this.#im[bin] ?? 0) ** 2;
      frame[band] = Math.max(floorDb, 10 * Math.log10(power * scale + 1e-12));
    }
    return frame;
  }
}

/** A full-scale sine in a band is −3 dB: two mirrored lines of a Hann window whose squares sum to 3/8. */
const scale = 2 / (window * window * 0.375);
const hann = Float32Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window));
const edges = Array.from({ length: bandCount + 1 }, (_, i) =>
  Math.round(((lowestHz * (highestHz / lowestHz) ** (i / bandCount)) / rateHz) * window),
);
/** Windowed sinc below 3.6 kHz of 48 kHz. */
const lowPass = lowPassOf(3_600 / 48_000);

function lowPassOf(cut: number): Float32Array {
  const out = Float32Array.from({ length: taps }, (_, n) => {
    const x = n - (taps - 1) / 2;
    return (Math.sin(2 * Math.PI * cut * x) / (Math.PI * x)) * (0.54 - 0.46 * Math.cos((2 * Math.PI * n) / (taps - 1)));
  });
  const sum = out.reduce((all, one) => all + one, 0);
  return out.map((one) => one / sum);
}

const turns = Array.from({ length: Math.log2(window) }, (_, stage) => {
  const half = 1 << stage;
  return {
    cos: Float32Array.from({ length: half }, (_, k) => Math.cos((Math.PI * k) / half)),
    sin: Float32Array.from({ length: half }, (_, k) => -Math.sin((Math.PI * k) / half)),
  };
});
const mirrored = Uint16Array.from({ length: window }, (_, i) =>
  Number.parseInt(i.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
);

/** In place, radix 2 (Cooley and Tukey 1965). */
function transform(re: Float32Array, im: Float32Array): void {
  for (let i = 0; i < window; i++) {
    const j = mirrored[i] ?? 0;
    if (j <= i) continue;
    [re[i], re[j]] = [re[j] ?? 0, re[i] ?? 0];
  }
  for (const [stage, { cos, sin }] of turns.entries()) {
    const half = 1 << stage;
    for (let from = 0; from < window; from += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b] = [from + k, from + k + half];
        const [c, s, x, y] = [cos[k] ?? 0, sin[k] ?? 0, re[b] ?? 0, im[b] ?? 0];
        const [tr, ti] = [x * c - y * s, x * s + y * c];
        re[b] = (re[a] ?? 0) - tr;
        im[b] = (im[a] ?? 0) - ti;
        re[a] = (re[a] ?? 0) + tr;
        im[a] = (im[a] ?? 0) + ti;
      }
    }
  }
}
