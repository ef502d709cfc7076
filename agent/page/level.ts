// How loud a loudspeaker is right now, measured only while somebody looks.
import type { Heard } from '../../hardware/audio-out.ts';

const forgottenAfterMs = 10_000;
const windowFrames = 9_600;

export class LevelMeter {
  readonly #heard: Heard;
  readonly #nowMonoMs: () => number;
  #stop: (() => void) | undefined;
  #askedMonoMs = 0;
  #sum = 0;
  #frames = 0;
  #levelDb: number | null = null;

  constructor(heard: Heard, nowMonoMs: () => number) {
    this.#heard = heard;
    this.#nowMonoMs = nowMonoMs;
  }

  /** Root mean square of the last fifth of a second, dB of full scale; null until measured, -96 at most for silence. */
  read(): number | null {
    this.#askedMonoMs = this.#nowMonoMs();
    this.#stop ??= this.#heard.onHeard(({ frames }) => this.#measure(frames));
    return this.#levelDb;
  }

  #measure(frames: Int16Array): void {
    if (this.#nowMonoMs() - this.#askedMonoMs > forgottenAfterMs) {
      this.#stop?.();
      this.#stop = undefined;
      this.#levelDb = null;
      return;
    }
    for (const frame of frames) this.#sum += frame * frame;
    this.#frames += frames.length;
    if (this.#frames < windowFrames) return;
    const rms = Math.sqrt(this.#sum / this.#frames) / 32_768;
    this.#levelDb = Math.max(-96, Math.round(20 * Math.log10(Math.max(rms, 1e-6)) * 10) / 10);
    this.#sum = 0;
    this.#frames = 0;
  }
}
