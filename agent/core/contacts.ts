// Switches wired to the box that start an order lying ready: a key held three seconds, dry contacts under a mandate.
import type { StartInput } from '../../schemas/local-orders.ts';
import { refuse } from './emergency.ts';
import { clockToleranceMs, keyHoldMs } from './limits.ts';
import { endLocal, startLocal } from './local-orders.ts';
import type { ContactReady } from './model.ts';
import { surelyPast } from './order-life.ts';
import type { Turn } from './turn.ts';

/** An input that starts orders changed. */
export function switchChanged(turn: Turn, input: StartInput, on: boolean): void {
  const { switches } = turn.live.local;
  if (switches[input]?.on !== on) local(turn, { switches: { ...switches, [input]: { on, sinceMonoMs: turn.now.monoMs } } });
}

/** One wired just now while its switches stand closed waits until it was open: wiring starts nothing. */
export function contactsRead(turn: Turn): void {
  const { contacts, switches } = turn.live.local;
  const { wired = [] } = turn.kept.orders;
  const ids = contacts.map(({ id }) => id);
  if (ids.length === wired.length && ids.every((id) => wired.includes(id))) return;
  for (const { id, inputs } of contacts)
    if (!wired.includes(id) && inputs.every((input) => switches[input]?.on === true)) setSpent(turn, id, true);
  turn.keep({ orders: { ...turn.kept.orders, wired: ids } });
}

/** The key, then every contact: each starts once per closing, and is armed again once it was open long enough. */
export function closeContacts(turn: Turn): void {
  closeKey(turn);
  for (const contact of turn.live.local.contacts) {
    const { id, inputs, debounceMs } = contact;
    const spent = isSpent(turn, id);
    if (spent && inputs.some((input) => stands(turn, input, false, debounceMs))) setSpent(turn, id, false);
    else if (!spent && inputs.every((input) => stands(turn, input, true, debounceMs))) {
      setSpent(turn, id, true);
      startUnder(turn, contact);
    }
  }
}

/** Held three seconds it starts the key's order, held again it ends what was started here. */
function closeKey(turn: Turn) {
  const ready = turn.live.local.orders.find(({ key }) => key);
  const spent = isSpent(turn, 'key');
  if (spent && stands(turn, 'key', false, 0)) return setSpent(turn, 'key', false);
  if (spent || !ready || !stands(turn, 'key', true, keyHoldMs)) return;
  setSpent(turn, 'key', true);
  if (turn.kept.orders.active.some(({ here }) => here)) endLocal(turn);
  else startLocal(turn, ready.offered.opened.id, { how: 'key', by: 'key' });
}

/** A contact speaks with the words of two officers: its mandate's times and rate hold, its persons are told. */
function startUnder(turn: Turn, { id, order, perHour, mandate }: ContactReady) {
  const ready = turn.live.local.orders.find(({ offered }) => offered.opened.id === order);
  const { wallMs } = turn.now;
  const over = surelyPast(turn, mandate.exp);
  if (over || (turn.timeKnown && mandate.nbf > wallMs + clockToleranceMs))
    return refuse(turn, order, { code: 'expired', path: '', detail: `contact ${id}: outside its mandate's time` });
  const own = ready?.offered.authorised;
  const keyids = [...(own?.keyids ?? []), ...mandate.keyids];
  const authorised = { by: 'mandate', persons: mandate.persons, keyids, mandate: { id: mandate.id, perHour } } as const;
  startLocal(turn, order, { how: 'contact', by: id }, ready && { ...ready, offered: { ...ready.offered, authorised } });
}

/** Has the input stood so for as long? Wakes when it will have. An input that never spoke stands nowhere. */
function stands(turn: Turn, input: StartInput, on: boolean, forMs: number): boolean {
  const state = turn.live.local.switches[input];
  if (!state || state.on !== on) return false;
  turn.wakeAtMono(state.sinceMonoMs + forMs);
  return turn.now.monoMs >= state.sinceMonoMs + forMs;
}

/** Kept: a cut of the power while it stays closed neither starts it again nor lets a key that was left turned end what it began. */
function isSpent({ kept }: Turn, id: string): boolean {
  return kept.orders.spent?.includes(id) === true;
}

function setSpent(turn: Turn, id: string, on: boolean): void {
  const { orders } = turn.kept;
  const others = (orders.spent ?? []).filter((one) => one !== id);
  turn.keep({ orders: { ...orders, spent: on ? [...others, id] : others } });
}

function local(turn: Turn, cells: Partial<Turn['live']['local']>): void {
  turn.be({ local: { ...turn.live.local, ...cells } });
}
