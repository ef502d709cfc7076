// Accepted orders and their counters, in checksummed slots beside the database: they survive even when it is damaged (DESIGN §4).
import type { Entry } from '../schemas/outbox.ts';
import type { KeptOrders } from './core/model.ts';

/** Implemented by hardware/host/slot-file: the newest valid of two alternating files wins. */
export interface Slot {
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** What was told of the orders in the same commit: rows that the database has not if its newest is still `seq` of `epoch`. */
export interface OwedRows {
  readonly epoch: string;
  readonly seq: number;
  readonly entries: readonly Entry[];
}

/** More than a commit of orders ever holds; beyond it the oldest are lost with a power cut. */
const owedMax = 200;

export class OrderSlots {
  readonly #slot: Slot;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** The last state whose write was completed, or undefined on a new box. */
  async read(): Promise<{ readonly orders: KeptOrders; readonly owed?: OwedRows } | undefined> {
    const bytes = await this.#slot.read();
    if (!bytes) return undefined;
    const { owed, ...orders } = JSON.parse(new TextDecoder().decode(bytes)) as KeptOrders & { owed?: OwedRows };
    return owed ? { orders, owed } : { orders };
  }

  /** Resolves when the state is on the disk. A power cut between it and the rows loses neither. */
  async write(orders: KeptOrders, owed?: OwedRows): Promise<void> {
    const entries = owed?.entries.filter(({ fact }) => fact.kind === 'order' || fact.kind === 'receipt').slice(-owedMax) ?? [];
    const content = owed && entries.length > 0 ? { ...orders, owed: { ...owed, entries } } : orders;
    await this.#slot.write(new TextEncoder().encode(JSON.stringify(content)));
  }
}
