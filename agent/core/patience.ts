// How long fresh rows may lie before they leave: what another row will soon complete rides with that one. Pure.
import type { Entry } from '../../schemas/outbox.ts';

/** Longer than relays and warm-up take: a box that sounds says so within it. */
export const acceptedWaitsMs = 1_000;

/**
 * An order that was accepted is told together with its sounding, in one message instead of two: a thousand boxes answer at once,
 * and the centre's first second is its dearest. Whatever else was written, a refusal above all, leaves at once.
 */
export function waitsForMoreMs(entries: readonly Pick<Entry, 'fact'>[]): number {
  return entries.every(({ fact }) => fact.kind === 'order' && fact.state === 'accepted') ? acceptedWaitsMs : 0;
}
