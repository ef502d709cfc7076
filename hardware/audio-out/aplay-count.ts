// How far a card fed by aplay has come, from what /proc tells: pointers that wrap, and begin at zero after each underrun. Pure.
import { advanceOf, type PcmStatus } from '../alsa/proc-status.ts';

export class AplayCount {
  readonly #boundary: number | undefined;
  /** Frames given to the card before its pointers last began at zero. */
  #before = 0;
  #appl = 0;
  #applSeen = 0;
  #dry = false;
  /** Of the run counted now, and whether the next one has been seen being made ready. */
  #trigger: string | undefined;
  #prepared = false;
  #xruns = 0;

  constructor(boundary: number | undefined) {
    this.#boundary = boundary;
  }

  /** Take a status; answers the frames that have passed the converter since aplay began. */
  add(status: PcmStatus): number {
    const { state, hwPtr, applPtr, delayFrames } = status;
    const advance = advanceOf(this.#applSeen, applPtr, this.#boundary);
    this.#applSeen = applPtr;
    if (this.#isAnotherRun(status) || advance < 0) {
      // aplay set the card up again: the pointers count anew. It may have done so between two looks.
      this.#noteDry(true);
      this.#before += this.#appl;
      this.#appl = applPtr;
    } else this.#appl += advance;
    this.#noteDry(state === 'XRUN');
    return this.#before + (state === 'RUNNING' || state === 'DRAINING' ? this.#appl - delayFrames : this.#whenStopped(state, hwPtr));
  }

  /** Frames that aplay has handed to the card; the others are still in the pipe or in aplay. */
  get given(): number {
    return this.#before + this.#appl;
  }

  get xruns(): number {
    return this.#xruns;
  }

  /** Pointers may have overtaken their old place since they began anew; the start of the run tells. */
  #isAnotherRun({ state, trigger }: PcmStatus): boolean {
    if (state === 'PREPARED') {
      const again = this.#trigger !== undefined && !this.#prepared;
      this.#prepared = true;
      return again;
    }
    if (state !== 'RUNNING' || trigger === this.#trigger) return false;
    const unseen = this.#trigger !== undefined && !this.#prepared;
    this.#trigger = trigger;
    this.#prepared = false;
    return unseen;
  }

  #whenStopped(state: PcmStatus['state'], hwPtr: number): number {
    return state === 'XRUN' ? this.#appl : Math.min(hwPtr, this.#appl);
  }

  #noteDry(dry: boolean): void {
    if (dry && !this.#dry) this.#xruns++;
    this.#dry = dry;
  }
}
