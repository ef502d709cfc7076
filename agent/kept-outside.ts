// What stands beside the database in checksummed slots: accepted orders, and what a box needs to go on playing without it.
import type { Kept } from './core/model.ts';
import type { OrderSlots, OwedRows, Slot } from './order-slots.ts';

/** What the slots say; nothing on a new box. `owed`: rows that may not have reached the database. */
export async function readOutside(orders: OrderSlots, copy: Slot): Promise<{ readonly kept: Partial<Kept>; readonly owed?: OwedRows }> {
  const bytes = await copy.read();
  const copied = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Partial<Kept>);
  const accepted = await orders.read();
  const kept = { ...copied, ...(accepted && { orders: accepted.orders }) };
  return accepted?.owed ? { kept, owed: accepted.owed } : { kept };
}

/** Want, counters, mute, service and which plays have their receipt. */
export async function writeCopy(slot: Slot, { want, counters, muted, blanked, service, ledger }: Kept): Promise<void> {
  const copy = { want, counters, muted, blanked, service, ledger: { ...ledger, paused: [] } } satisfies Partial<Kept>;
  await slot.write(new TextEncoder().encode(JSON.stringify(copy)));
}
