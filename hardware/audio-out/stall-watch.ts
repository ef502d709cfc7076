// Notices a pointer that stands although it should run. Pure.

/** An armed card whose pointer has not moved for so long is dead. */
export const stalledAfterMs = 900;
/** … and was looked at so often meanwhile: after a halt of the whole process one look is no evidence. */
const looksMin = 4;

export class StallWatch {
  #frames = -1;
  #looks = 0;
  #movedMonoMs = 0;

  /** The device was opened, or is excused from moving. */
  restart(monoMs: number): void {
    this.#frames = -1;
    this.#looks = 0;
    this.#movedMonoMs = monoMs;
  }

  /** True when the pointer has not moved for too long. Look several times a second. */
  stalled(playedFrames: number, monoMs: number): boolean {
    if (playedFrames !== this.#frames) {
      this.restart(monoMs);
      this.#frames = playedFrames;
      return false;
    }
    this.#looks++;
    return this.#looks >= looksMin && monoMs - this.#movedMonoMs > stalledAfterMs;
  }
}
