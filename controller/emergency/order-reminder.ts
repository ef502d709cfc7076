// Reminds the desk of orders that boards still show after they should have been over: nothing is dropped in silence, nobody forgets.
import { sha256 } from '../../hardware/host/crypto.ts';
import { expectedUntilMs, reminderDue } from '../core/order-reminder.ts';
import type { Feed } from '../feed.ts';
import type { Act, StoredOrder } from '../store/store.ts';

export interface OrderReminderOptions {
  readonly feed: Pick<Feed, 'tell'>;
  readonly audit: (act: Act) => Promise<void>;
  readonly warn: (fields: object) => void;
  readonly nowMs: () => number;
}

const timerMaxMs = 2 ** 31 - 1;

/** INVARIANT: one timer for each order that stands; none after it was cleared or has expired. */
export class OrderReminder {
  readonly #options: OrderReminderOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: OrderReminderOptions) {
    this.#options = options;
  }

  /** An order stands, since now or since before this start. */
  given(order: StoredOrder): void {
    this.ended(order.id);
    if (order.clearedMs !== null) return;
    const dueMs = reminderDue(order, this.#options.nowMs());
    if (dueMs === null) return;
    const inMs = Math.max(0, Math.min(dueMs - this.#options.nowMs(), timerMaxMs));
    this.#timers.set(order.id, setTimeout(() => void this.#remind(order, dueMs), inMs).unref());
  }

  ended(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  stop(): void {
    for (const id of [...this.#timers.keys()]) this.ended(id);
  }

  async #remind(order: StoredOrder, dueMs: number): Promise<void> {
    const { feed, audit, warn, nowMs } = this.#options;
    if (nowMs() >= dueMs) {
      await audit({
        atMs: nowMs(),
        actor: 'centre',
        act: 'order.reminded',
        subject: order.id,
        sha256: sha256(Buffer.from(order.id)),
      }).catch((err: unknown) => warn({ event: 'reminder-not-kept', order: order.id, err }));
      warn({ event: 'order-still-shown', order: order.id, expectedUntilMs: expectedUntilMs(order) });
      feed.tell('order', order.id);
    }
    this.given(order);
  }
}
