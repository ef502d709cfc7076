// One line that lights a beacon: it goes dark by itself when nobody says "on" again, so a program that hangs leaves no light.
import type { Problem } from '../schemas/problems.ts';
import { monoMs } from './host/system-clock.ts';

/** Lit for longer than any flash without a newer word: whoever flashed it is gone. */
export const litMaxMs = 2_000;

export interface BeaconLineOptions {
  /** Moves the real line. It may throw. */
  readonly drive: (on: boolean) => void;
  /** Replaces the monotonic clock; then nothing moves by itself and `advance` must be called. */
  readonly now?: () => number;
}

/** INVARIANT: after `stop` the line is dark and stays so. */
export class BeaconLine {
  readonly #drive: (on: boolean) => void;
  readonly #now: () => number;
  readonly #movesItself: boolean;
  #on = false;
  #saidMonoMs = 0;
  #running = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ drive, now }: BeaconLineOptions) {
    this.#drive = drive;
    this.#now = now ?? monoMs;
    this.#movesItself = now === undefined;
  }

  start(): void {
    this.#running = true;
  }

  /** Problem: device-failed. */
  switch(on: boolean): { readonly problem?: Problem } {
    if (!this.#running) return on ? { problem: { code: 'device-failed', path: '', detail: 'the board is stopped' } } : {};
    this.#saidMonoMs = this.#now();
    return this.#move(on);
  }

  /** As it was driven last; a line that is lit too long is dark by now. */
  on(): boolean {
    this.advance();
    return this.#on;
  }

  stop(): void {
    if (this.#on) this.#move(false);
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Do what is due by now; for fake time. */
  advance(): void {
    if (this.#on && this.#now() - this.#saidMonoMs >= litMaxMs) this.#move(false);
  }

  #move(on: boolean): { readonly problem?: Problem } {
    clearTimeout(this.#timer);
    try {
      this.#drive(on);
      this.#on = on;
    } catch (error) {
      this.#on = false;
      return { problem: { code: 'device-failed', path: '', detail: `beacon: ${error instanceof Error ? error.message : error}` } };
    }
    if (on && this.#movesItself) this.#timer = setTimeout(() => this.advance(), litMaxMs);
    return {};
  }
}

export const noBeacon: Problem = { code: 'not-found', path: '', detail: 'no beacon is wired here' };
