// Who may come to a broker in a process of its own, as a file that it reads (broker/config.ts): kept equal to the centre's registry.
import { problemOf } from '../../hardware/host/failure.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import type { Journal } from '../link.ts';

/** Several changes at once are one file. */
const gatherMs = 200;
const againMs = 10_000;

export interface BrokerRegistry {
  readonly boxes: readonly string[];
  readonly centres: readonly string[];
}

export function registryText({ boxes, centres }: BrokerRegistry): string {
  return `${JSON.stringify({ boxes: [...boxes].sort(), centres: [...new Set(centres)].sort() }, null, 1)}\n`;
}

export interface RegistryFileOptions {
  readonly file: string;
  /** As it is now. */
  readonly registry: () => Promise<BrokerRegistry>;
  readonly journal: Journal;
}

/** INVARIANT: the file is whole at every instant; what could not be written is tried again until it is. */
export class RegistryFile {
  readonly #options: RegistryFileOptions;
  #written: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: RegistryFileOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#running = true;
    await this.#write();
  }

  /** Somebody came or went. */
  changed(): void {
    if (this.#running) this.#timer ??= setTimeout(() => void this.#write(), gatherMs);
  }

  async stop(): Promise<void> {
    this.#running = false;
    const due = this.#timer !== undefined;
    clearTimeout(this.#timer);
    if (due) await this.#write();
    await this.#turn;
  }

  #write(): Promise<void> {
    this.#timer = undefined;
    this.#turn = this.#turn.then(() => this.#writeOnce());
    return this.#turn;
  }

  async #writeOnce(): Promise<void> {
    const { file, registry, journal } = this.#options;
    try {
      const text = registryText(await registry());
      if (text === this.#written) return;
      await writeFileAtomic(file, text, 0o640);
      this.#written = text;
    } catch (error) {
      journal.warn({ event: 'broker-registry-not-written', file, ...problemOf(error) });
      if (this.#running) this.#timer ??= setTimeout(() => void this.#write(), againMs);
    }
  }
}
