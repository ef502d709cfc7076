// What stands beside the database in checksummed slots: accepted orders, and what a box needs to go on playing without it.
import type { Kept } from './core/model.ts';
import type { OrderSlots, Slot } from './order-slots.ts';

/** What the slots say; nothing on a new box. */
export async function readOutside(orders: OrderSlots, copy: Slot): Promise<Partial<Kept>> {
  const bytes = await copy.read();
  const copied = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Partial<Kept>);
  const accepted = await orders.read();
  return { ...copied, ...(accepted && { orders: accepted }) };
}

/** Want, counters, mute, service and which plays have their receipt. */
export async function writeCopy(slot: Slot, { want, counters, muted, service, ledger }: Kept): Promise<void> {
  const copy = { want, counters, muted, service, ledger: { ...ledger, paused: [] } } satisfies Partial<Kept>;
  await slot.write(new TextEncoder().encode(JSON.stringify(copy)));
}
