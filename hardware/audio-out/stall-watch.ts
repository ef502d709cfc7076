// Notices a pointer that stands although it should run. Pure.

/** An armed card whose pointer has not moved for so long is dead. */
export const stalledAfterMs = 900;

export class StallWatch {
  #frames = -1;
  #movedMonoMs = 0;

  /** The device was opened, or is excused from moving. */
  restart(monoMs: number): void {
    this.#frames = -1;
    this.#movedMonoMs = monoMs;
  }

  /** True when the pointer has not moved for too long. Look several times a second: one late look is no evidence. */
  stalled(playedFrames: number, monoMs: number): boolean {
    if (playedFrames === this.#frames) return monoMs - this.#movedMonoMs > stalledAfterMs;
    this.#frames = playedFrames;
    this.#movedMonoMs = monoMs;
    return false;
  }
}
