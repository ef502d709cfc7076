// Samples of the machine at a slow pace: what telemetry tells of it and what its faults are judged by.
import { readMachine } from '../hardware/health/machine.ts';
import { sampleHealth } from '../hardware/health.ts';
import type { Event } from './core/model.ts';

/** A fault of the machine is seen, and seen to be over, within half a minute. */
export const healthEveryMs = 15_000;

export interface HealthWatchOptions {
  readonly dataDir: string;
  /** Stands in for `/` in trials. */
  readonly root?: string;
  readonly tell: (event: Event) => void;
  /** After each sample. */
  readonly after: () => Promise<unknown>;
}

export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.sample(), healthEveryMs);
    await this.sample();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async sample(): Promise<void> {
    const { dataDir, root, tell, after } = this.#options;
    const [health, machine] = await Promise.all([sampleHealth(dataDir).catch(() => undefined), readMachine(root).catch(() => ({}))]);
    if (health) tell({ is: 'healthSampled', sample: { ...health, ...machine } });
    await after();
  }
}
