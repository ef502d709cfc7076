// One unbroken line of sound on the centre's clock: chime, voice where it was captured, silence between; cut into batches. No clock of its own.
import { batchMsOf, opusFrameMs } from '../../schemas/live.ts';
import { silentFrame } from './opus-frame.ts';

/** What one batch holds, before it is numbered, chained and signed. */
export interface Cut {
  readonly capturedMs: number;
  readonly spanMs: number;
  readonly frames: readonly Uint8Array[];
}

export interface LineOptions {
  readonly startMs: number;
  readonly delayMs: number;
  /** Sounds first, from `chimeMs` on. */
  readonly chime: readonly Uint8Array[];
  readonly chimeMs: number;
  readonly onCut: (cut: Cut) => void;
}

/** Voice that joins within this continues the line; its clock is slewed by hundredths of a millisecond. */
const joinsWithinMs = 1;

export class LiveLine {
  readonly #onCut: (cut: Cut) => void;
  readonly #batchFrames: number;
  readonly #patienceMs: number;
  readonly #chime: Uint8Array[];
  readonly #chimeMs: number;
  #atMs: number;
  #fromMs: number;
  #frames: Uint8Array[] = [];
  #late = 0;

  constructor({ startMs, delayMs, chime, chimeMs, onCut }: LineOptions) {
    this.#onCut = onCut;
    this.#batchFrames = batchMsOf(delayMs) / opusFrameMs;
    this.#patienceMs = delayMs / 3;
    this.#chime = [...chime];
    this.#chimeMs = chimeMs;
    this.#atMs = startMs;
    this.#fromMs = startMs;
  }

  /** Voice frames that came when their place was already silent. */
  get late(): number {
    return this.#late;
  }

  /** Is the chime over? Voice before is not let through. */
  get open(): boolean {
    return this.#chime.length === 0;
  }

  voice(frame: Uint8Array, capturedMs: number): void {
    if (!this.open) return;
    if (capturedMs < this.#atMs - joinsWithinMs) {
      this.#late += 1;
      return;
    }
    if (!this.#makeRoom(capturedMs)) return;
    this.#lay(frame, capturedMs + opusFrameMs);
  }

  /**
   * Silence up to where voice begins. Off the line's own grid a gap of more than one frame is left: boxes would draw the
   * voice out over a smaller one. False when the frame must stay away for that.
   */
  #makeRoom(capturedMs: number): boolean {
    const offMs = (capturedMs - this.#atMs) % opusFrameMs;
    if (offMs <= joinsWithinMs || offMs >= opusFrameMs - joinsWithinMs) {
      while (capturedMs - this.#atMs > joinsWithinMs) this.#lay(silentFrame, this.#atMs + opusFrameMs);
      return true;
    }
    if (capturedMs - this.#atMs < opusFrameMs) return false;
    while (capturedMs - this.#atMs >= 2 * opusFrameMs) this.#lay(silentFrame, this.#atMs + opusFrameMs);
    this.#cut();
    this.#fromMs = capturedMs;
    return true;
  }

  /** Time has passed: what nobody filled is silence. While somebody talks, a frame may come a third of the delay late. */
  fill(nowMs: number, talking: boolean): void {
    const untilMs = nowMs - (talking && this.open ? this.#patienceMs : opusFrameMs);
    while (this.#atMs + opusFrameMs <= untilMs) {
      const chime = this.#atMs >= this.#chimeMs ? this.#chime.shift() : undefined;
      this.#lay(chime ?? silentFrame, this.#atMs + opusFrameMs);
    }
  }

  /** Whatever waits goes out; answers it so that it can be marked as the last. */
  end(): Cut {
    this.#lay(silentFrame, this.#atMs + opusFrameMs, true);
    const cut = { capturedMs: this.#fromMs, spanMs: this.#atMs - this.#fromMs, frames: this.#frames };
    this.#frames = [];
    return cut;
  }

  #lay(frame: Uint8Array, endMs: number, keep = false): void {
    this.#frames.push(frame);
    this.#atMs = endMs;
    if (this.#frames.length >= this.#batchFrames && !keep) this.#cut();
  }

  #cut(): void {
    if (this.#frames.length === 0) return;
    const cut = { capturedMs: this.#fromMs, spanMs: this.#atMs - this.#fromMs, frames: this.#frames };
    this.#frames = [];
    this.#fromMs = this.#atMs;
    this.#onCut(cut);
  }
}
