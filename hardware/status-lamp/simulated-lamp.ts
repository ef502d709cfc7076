// A lamp that keeps what was shown, for boxes without one and for trials.
import { ok, type Problem, type Result } from '../../schemas/problems.ts';
import { noLamp, type StatusLamp } from '../status-lamp.ts';

/** The latest words are enough to read a code. */
const shownMax = 200;

export class SimulatedLamp implements StatusLamp {
  #running = false;
  #on = false;
  readonly #shown: boolean[] = [];

  start(): Promise<Result<void>> {
    this.#running = true;
    return Promise.resolve(ok(undefined));
  }

  light(on: boolean): Promise<{ readonly problem?: Problem }> {
    if (!this.#running) return Promise.resolve(on ? { problem: noLamp('not started') } : {});
    this.#on = on;
    this.#shown.push(on);
    if (this.#shown.length > shownMax) this.#shown.shift();
    return Promise.resolve({});
  }

  stop(): Promise<void> {
    this.#on = false;
    this.#running = false;
    return Promise.resolve();
  }

  on(): boolean {
    return this.#on;
  }

  /** Every word since the start, the newest last. */
  shown(): readonly boolean[] {
    return this.#shown;
  }
}
