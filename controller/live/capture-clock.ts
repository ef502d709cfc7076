// When was a numbered microphone frame captured, by the centre's clock? The least delayed arrivals tell; drift is followed, jitter is not.
import { opusFrameMs } from '../../schemas/live.ts';

const blockFrames = 50;
const blocksKept = 10;
/** Boxes stretch by at most 0.1 %, and have drift of their own to make good. */
const slewPerFrameMs = opusFrameMs * 0.0005;
/** Further off than this the microphone stood still: begin anew. */
const stepAboveMs = 200;

export class CaptureClock {
  readonly #blocks: { readonly block: number; earliestMs: number }[] = [];
  #zeroMs: number | undefined;
  #last = 0;

  /**
   * Frame `number` has arrived whole; answers the instant its first sample was captured. Numbers grow, and may skip. What
   * nobody hears may jump to the truth; what is heard glides there.
   */
  take(number: number, arrivedMs: number, heard: boolean): number {
    const zeroMs = arrivedMs - (number + 1) * opusFrameMs;
    const targetMs = this.#earliest(Math.floor(number / blockFrames), zeroMs);
    const offMs = this.#zeroMs === undefined ? Number.POSITIVE_INFINITY : targetMs - this.#zeroMs;
    if (this.#zeroMs === undefined || Math.abs(offMs) > stepAboveMs || !heard) this.#zeroMs = targetMs;
    else {
      const most = slewPerFrameMs * Math.max(1, number - this.#last);
      this.#zeroMs += Math.max(-most, Math.min(most, offMs));
    }
    this.#last = number;
    return this.#zeroMs + number * opusFrameMs;
  }

  /** Lower envelope of the last ten seconds. */
  #earliest(block: number, zeroMs: number): number {
    const last = this.#blocks.at(-1);
    if (last?.block === block) last.earliestMs = Math.min(last.earliestMs, zeroMs);
    else this.#blocks.push({ block, earliestMs: zeroMs });
    while ((this.#blocks[0]?.block ?? block) <= block - blocksKept) this.#blocks.shift();
    return Math.min(...this.#blocks.map(({ earliestMs }) => earliestMs));
  }
}
