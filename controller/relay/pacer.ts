// Frames of somebody else's clock, let out by ours: a store of a second or so, whose level steers the pace by hundredths of a percent.
import { opusFrameMs } from '../../schemas/live.ts';

/** Held back before sound begins: what a network may stall without being heard. */
const targetFrames = 75;
/** A burst at connection is kept; what grows beyond is dropped down to the target. */
const mostFrames = 500;
/** No faster or slower than boxes can follow. */
const paceMost = 0.0005;

export interface Paced {
  readonly frame: Uint8Array;
  readonly capturedMs: number;
}

export class Pacer {
  #frames: Uint8Array[] = [];
  #nextMs: number | undefined;
  #level = targetFrames;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  /** Is sound being let out now? False before the store is filled, and after it ran dry. */
  get flows(): boolean {
    return this.#nextMs !== undefined;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    if (this.#frames.length <= mostFrames) return;
    this.#dropped += this.#frames.length - targetFrames;
    this.#frames = this.#frames.slice(-targetFrames);
  }

  /** What is due by now, each with the instant it counts as captured. */
  due(nowMs: number): Paced[] {
    if (this.#nextMs === undefined && this.#frames.length >= targetFrames) this.#begin(nowMs);
    const paced: Paced[] = [];
    while (this.#nextMs !== undefined && this.#nextMs + opusFrameMs <= nowMs) {
      const frame = this.#frames.shift();
      if (!frame) {
        this.#nextMs = undefined;
        break;
      }
      paced.push({ frame, capturedMs: this.#nextMs });
      this.#nextMs += opusFrameMs * (1 - this.#pace());
    }
    return paced;
  }

  /** The store as it is when sound begins is the level to keep: a server's burst is a gift, not a fault. */
  #begin(nowMs: number): void {
    this.#nextMs = nowMs - opusFrameMs;
    this.#level = this.#frames.length;
  }

  #pace(): number {
    const over = (this.#frames.length - this.#level) / targetFrames;
    return Math.max(-paceMost, Math.min(paceMost, over * paceMost));
  }
}
