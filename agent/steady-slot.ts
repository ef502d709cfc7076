// A slot that never stops the box: what the disk refuses is held in memory and offered again.
import { problemOf } from '../hardware/host/failure.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Slot } from './order-slots.ts';

export interface SteadySlotOptions {
  readonly slot: Slot;
  /** Told when the disk begins to refuse, and with null when it has taken the newest content. */
  readonly onTrouble: (problem: Problem | null) => void;
}

/** INVARIANTS: `write` never rejects; `#owed` is the newest content that the disk has not taken. */
export class SteadySlot implements Slot {
  readonly #options: SteadySlotOptions;
  #owed: Uint8Array | undefined;

  constructor(options: SteadySlotOptions) {
    this.#options = options;
  }

  /** Content that cannot be read is as good as none. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.slot.read();
    } catch (error) {
      this.#options.onTrouble(problemOf(error));
      return undefined;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#options.slot.write(bytes);
      if (this.#owed) this.#options.onTrouble(null);
      this.#owed = undefined;
    } catch (error) {
      this.#owed = bytes;
      this.#options.onTrouble(problemOf(error));
    }
  }

  get owes(): boolean {
    return this.#owed !== undefined;
  }

  async retry(): Promise<void> {
    if (this.#owed) await this.write(this.#owed);
  }
}
