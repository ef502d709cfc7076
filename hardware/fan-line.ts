// One line that turns a fan: on or off, off when the board stops. A fan has no watchdog: a box that is gone makes no heat.
import type { Problem } from '../schemas/problems.ts';

/** INVARIANT: after `stop` the line is off and stays so. */
export class FanLine {
  /** Moves the real line. It may throw. */
  readonly #drive: (on: boolean) => void;
  #on = false;
  #running = false;

  constructor(drive: (on: boolean) => void) {
    this.#drive = drive;
  }

  start(): void {
    this.#running = true;
  }

  /** Problem: device-failed. */
  switch(on: boolean): { readonly problem?: Problem } {
    if (!this.#running) return on ? { problem: { code: 'device-failed', path: '', detail: 'the board is stopped' } } : {};
    try {
      this.#drive(on);
      this.#on = on;
      return {};
    } catch (error) {
      this.#on = false;
      return { problem: { code: 'device-failed', path: '', detail: `fan: ${error instanceof Error ? error.message : error}` } };
    }
  }

  on(): boolean {
    return this.#on;
  }

  stop(): void {
    if (this.#on) this.switch(false);
    this.#running = false;
  }
}

export const noFan: Problem = { code: 'not-found', path: '', detail: 'no fan is wired here' };
