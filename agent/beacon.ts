// Flashes the beacon as the core says, with one timer. A lamp that nobody flashes goes dark by itself (hardware/beacon-line).
import type { Problem } from '../schemas/problems.ts';
import { beaconPhase } from './core/beacon-phase.ts';
import type { BeaconPattern } from './core/model.ts';

export interface BeaconFlasherOptions {
  readonly lamp: (on: boolean) => { readonly problem?: Problem };
  readonly onTrouble: (problem: Problem) => void;
}

export class BeaconFlasher {
  readonly #options: BeaconFlasherOptions;
  #pattern: BeaconPattern = 'off';
  #sinceMs = 0;
  #troubled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BeaconFlasherOptions) {
    this.#options = options;
  }

  flash(pattern: BeaconPattern): void {
    if (pattern === this.#pattern) return;
    this.#pattern = pattern;
    this.#sinceMs = performance.now();
    this.#turn();
  }

  #turn(): void {
    clearTimeout(this.#timer);
    const { on, forMs } = beaconPhase(this.#pattern, performance.now() - this.#sinceMs);
    const { problem } = this.#options.lamp(on);
    // A lamp that cannot be lit is told once; it is tried at each flash.
    if (problem && !this.#troubled) this.#options.onTrouble(problem);
    this.#troubled = problem !== undefined;
    if (forMs !== null) this.#timer = setTimeout(() => this.#turn(), Math.max(1, Math.ceil(forMs)));
  }
}
