// What is held back at this box and why: somebody at the horn, a mute by hand, a box on battery.
import type { Order } from '../../schemas/order.ts';
import { sounds } from '../../schemas/settings.ts';
import type { Occurrence, OutputState, Voice } from './model.ts';
import type { HeldBecause, HeldKind } from './rules.ts';
import type { Turn } from './turn.ts';

/** Why nothing of this kind may sound here now, if so; the weightiest reason first. */
export function heldBack(turn: Turn, kind: HeldKind): HeldBecause | null {
  const { kept, live } = turn;
  return turn.rules.held(
    { service: kept.service !== null, muted: kept.muted, onBattery: !live.mains.present, policy: live.plan?.policy },
    kind,
  );
}

/** Boards have no voice to hold back. */
export function stilled(turn: Turn, occurrence: Pick<Occurrence, 'kind'>): HeldBecause | null {
  return sounds(occurrence.kind) ? heldBack(turn, 'programme') : null;
}

export function orderHeld(turn: Turn, order: Pick<Order, 'class'>): HeldBecause | null {
  return heldBack(turn, order.class === 'actual' ? 'emergency' : 'exercise');
}

/** Why what an output is given over to must stop here, whatever is wished next. */
export function voiceHeld(turn: Turn, { kind }: Pick<OutputState, 'kind'>, voice: Voice): HeldBecause | null {
  if (!sounds(kind)) return null;
  switch (voice.kind) {
    case 'occurrence':
      return stilled(turn, voice.occurrence);
    case 'order': {
      const active = turn.kept.orders.active.find(({ id }) => id === voice.order);
      return heldBack(turn, active && active.order.class !== 'actual' ? 'exercise' : 'emergency');
    }
    case 'live':
      return heldBack(turn, 'live');
    case 'tone':
      if (voice.countdown) return turn.kept.service?.ending === false ? 'held-service' : null;
      return heldBack(turn, 'tone-here');
    default:
      return voice satisfies never;
  }
}

/** A valid order that waits is told once, and again when it had sounded in between. */
export function closeHeldOrders(turn: Turn): void {
  const told = turn.live.heldOrders;
  const waiting = turn.kept.orders.active.flatMap(({ id, order }) => {
    const because = orderHeld(turn, order);
    return because ? [{ id, because }] : [];
  });
  for (const { id, because } of waiting)
    if (!told.includes(id)) {
      turn.tell({ kind: 'order', order: id, state: 'held', because });
      turn.urgent();
    }
  const active = turn.kept.orders.active.filter(({ id }) => told.includes(id) || waiting.some((one) => one.id === id));
  if (active.length !== told.length) turn.be({ heldOrders: active.map(({ id }) => id) });
}

/** It sounds: the desk is told so again, since `held` was the last it heard. */
export function tellSoundsAgain(turn: Turn, order: string): void {
  if (!turn.live.heldOrders.includes(order)) return;
  turn.be({ heldOrders: turn.live.heldOrders.filter((id) => id !== order) });
  turn.tell({ kind: 'order', order, state: 'sounding' });
  turn.urgent();
}
