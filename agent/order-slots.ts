// Accepted orders and their counters, in checksummed slots beside the database: they survive even when it is damaged (DESIGN §4).
import type { KeptOrders } from './core/model.ts';

/** Implemented by hardware/host/slot-file: the newest valid of two alternating files wins. */
export interface Slot {
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

export class OrderSlots {
  readonly #slot: Slot;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** The last state whose write was completed, or undefined on a new box. */
  async read(): Promise<KeptOrders | undefined> {
    const bytes = await this.#slot.read();
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as KeptOrders);
  }

  /** Resolves when the state is on the disk. */
  async write(orders: KeptOrders): Promise<void> {
    await this.#slot.write(new TextEncoder().encode(JSON.stringify(orders)));
  }
}
