// A screen's power in memory: confirms, or only takes the word, or fails, as told.
import { ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Powered, ScreenPower } from '../screen-power.ts';

export class SimulatedPower implements ScreenPower {
  readonly name = 'simulated';
  /** What the screen does; tests and the demo read it. */
  lit = true;
  /** Every word said to it. */
  readonly said: boolean[] = [];
  #mute = false;
  #problem: Problem | undefined;

  async probe(): Promise<Result<void>> {
    return this.#problem ? { ok: false, problem: this.#problem } : ok(undefined);
  }

  async switch(on: boolean): Promise<Powered> {
    if (this.#problem) return { problem: this.#problem };
    this.said.push(on);
    this.lit = on;
    return { sent: true, confirmed: !this.#mute };
  }

  async stop(): Promise<void> {}

  /** From now on it obeys and answers nothing. */
  answerNothing(): void {
    this.#mute = true;
  }

  /** From now on every word fails with this; `undefined` mends it. */
  fail(problem: Problem | undefined): void {
    this.#problem = problem;
  }

  /** A hand on the remote control, or a power cut at the television. */
  restart(): void {
    this.lit = true;
  }
}
