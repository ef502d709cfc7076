// An output that is fed and yet does not move: its pointer stands while frames wait. True of every driver, so judged here.

/** Longer than any period of a card, shorter than what people would call silence. */
const stillMsMax = 2_000;
/** Between two looks at most so much counts: a halt of our own is not the output's. */
const lookMsMax = 200;
/** Nobody has looked for so long: the pump itself hangs. What is queued lasts a tenth of it. */
const unwatchedMs = 3_000;

export class Standstill {
  #playedFrames = -1;
  #stillMs = 0;
  #lookedMs = 0;

  /** The output was opened: nothing has moved yet. */
  restart(nowMs: number): void {
    this.#playedFrames = -1;
    this.#stillMs = 0;
    this.#lookedMs = nowMs;
  }

  /** Look at the pointer; true once it has stood for too long. */
  stands(playedFrames: number, nowMs: number): boolean {
    const sinceMs = Math.max(0, Math.min(lookMsMax, nowMs - this.#lookedMs));
    this.#lookedMs = nowMs;
    this.#stillMs = playedFrames > this.#playedFrames ? 0 : this.#stillMs + sinceMs;
    this.#playedFrames = Math.max(this.#playedFrames, playedFrames);
    return this.#stillMs >= stillMsMax;
  }

  /** Is there still somebody who looks? */
  watched(nowMs: number): boolean {
    return nowMs - this.#lookedMs < unwatchedMs;
  }
}
