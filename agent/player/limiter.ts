// The last gain before the converter: it sees 5 ms ahead, so a peak is turned down smoothly before it comes, and it lets go slowly.
//
// INVARIANT: no sample leaves above the ceiling; what lies under it passes bit for bit; frames taken back are limited again as before.
import { blockFrames, framesPerMs } from './mixer.ts';

/** What must be mixed beyond a block before the block can be limited. */
export const lookFrames = 5 * framesPerMs;
/** −1 dBFS: between samples a converter may overshoot by some tenths of a decibel. */
export const ceiling = 10 ** (-1 / 20);
/** Longer than half a period of the lowest tone a horn gives: the gain does not follow the wave, so it does not distort. */
const holdFrames = 12 * framesPerMs;
const releaseShare = 1 - Math.exp(-1 / (300 * framesPerMs));
/** A gain so near to 1 is 1. */
const restGain = 0.9995;
/** More than any output keeps queued. */
const memoryFrames = 2 ** 17;
const mask = memoryFrames - 1;

export class Limiter {
  /** Least gain wanted about each frame, held and let go; the gain applied is the mean of the newest 5 ms of it. */
  readonly #wanted = new Float32Array(memoryFrames);
  readonly #least = new Float32Array(blockFrames);
  readonly #line = new Int32Array(blockFrames + lookFrames);
  #to = -1;
  #level = 1;
  #holdTo = 0;

  /** Frames from `frame` on come again. */
  rewindTo(frame: number): void {
    if (this.#to < frame || this.#to - frame > memoryFrames - lookFrames) return;
    this.#to = frame;
    this.#level = this.#wanted[(frame - 1) & mask] ?? 1;
    this.#holdTo = Math.min(this.#holdTo, frame + holdFrames);
  }

  /** Limit the block that begins at `frame`; `raw` holds it and the `lookFrames` that follow it. */
  process(raw: Float32Array, frame: number, out: Float32Array): void {
    const begins = frame !== this.#to;
    this.#to = frame + blockFrames;
    if (begins) this.#recall(frame, 1);
    if (this.#rests(raw, frame)) {
      out.set(raw.subarray(0, blockFrames));
      for (let i = 0; i < blockFrames; i += 1) this.#wanted[(frame + i) & mask] = 1;
      return;
    }
    this.#findLeast(raw);
    // Sound that begins too loud begins turned down: there is nothing before it to turn down from.
    if (begins) this.#recall(frame, this.#least[0] ?? 1);
    let sum = 0;
    for (let i = 1; i < lookFrames; i += 1) sum += this.#wanted[(frame - i) & mask] ?? 1;
    for (let i = 0; i < blockFrames; i += 1) {
      const level = this.#follow(this.#least[i] ?? 1, frame + i);
      this.#wanted[(frame + i) & mask] = level;
      sum += level;
      out[i] = (raw[i] ?? 0) * (sum / lookFrames);
      sum -= this.#wanted[(frame + i + 1 - lookFrames) & mask] ?? 1;
    }
  }

  /** As if it had stood so for a while. */
  #recall(frame: number, level: number): void {
    this.#level = level;
    for (let i = 1; i < lookFrames; i += 1) this.#wanted[(frame - i) & mask] = level;
  }

  /** Nothing to turn down, and nothing turned down a moment ago. */
  #rests(raw: Float32Array, frame: number): boolean {
    if (this.#level < 1) return false;
    for (let i = 1; i < lookFrames; i += 1) if (this.#wanted[(frame - i) & mask] !== 1) return false;
    return raw.every((sample) => sample <= ceiling && sample >= -ceiling);
  }

  #follow(least: number, frame: number): number {
    if (least <= this.#level) {
      this.#level = least;
      if (least < 1) this.#holdTo = frame + holdFrames;
    } else if (frame >= this.#holdTo) {
      this.#level = Math.min(least, this.#level + (1 - this.#level) * releaseShare);
      if (this.#level > restGain && least === 1) this.#level = 1;
    }
    return this.#level;
  }

  /** For each frame the least gain that any sample up to `lookFrames` later needs, in one pass: candidates wait in a rising line. */
  #findLeast(raw: Float32Array): void {
    const line = this.#line;
    let head = 0;
    let tail = 0;
    for (let i = 0; i < raw.length; i += 1) {
      const gain = gainFor(raw[i] ?? 0);
      while (tail > head && gainFor(raw[line[tail - 1] ?? 0] ?? 0) >= gain) tail -= 1;
      line[tail] = i;
      tail += 1;
      const at = i - lookFrames;
      if (at < 0) continue;
      while ((line[head] ?? 0) < at) head += 1;
      this.#least[at] = gainFor(raw[line[head] ?? 0] ?? 0);
    }
  }
}

function gainFor(sample: number): number {
  const size = Math.abs(sample);
  return size > ceiling ? ceiling / size : 1;
}
