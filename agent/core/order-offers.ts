// Orders as they arrive: accepted once, refused with a reason, or kept until the time is known.
import type { Authorised } from '../../schemas/authority.ts';
import type { Order } from '../../schemas/order.ts';
import { endOrder, latch, mayDrill, refuse, refuseOnce, repetitionMs } from './emergency.ts';
import { overdue } from './key-ends.ts';
import { activeOrdersMax, clockToleranceMs, hourMs, latchMs, unsureMs } from './limits.ts';
import { clearTries } from './media.ts';
import { orderSeen } from './missed-orders.ts';
import type { ActiveOrder, KeptOrders, OfferedOrder } from './model.ts';
import { lifeFrom, surelyPast } from './order-life.ts';
import { covers, rank } from './ranks.ts';
import { orderCounterKey } from './rules.ts';
import type { Turn } from './turn.ts';

/** A verified order arrived: accept it once, or refuse it and say why. */
export function offerOrder(turn: Turn, { opened, order, inline, authorised }: OfferedOrder) {
  orderSeen(turn, opened, order.class === 'actual' ? 'order' : 'drill');
  const fresh = turn.rules.fresh(turn.kept.orders, opened, order);
  if (!fresh.ok) {
    refuseOnce(turn, opened, fresh.problem);
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  if (!fresh.value) return;
  const offered: OfferedOrder = { opened, order, inline, ...(authorised ? { authorised } : {}) };
  if (turn.timeKnown) return judge(turn, offered);
  // A clock that is only known not to be early still proves an expiry.
  if (surelyPast(turn, opened.exp)) return judge(turn, offered);
  clearTries(turn, 'ask:time');
  keepWaiting(turn, offered);
}

/** Orders whose time is not known or not come wait here, each once; when it is full, what is valid latest gives way. */
function keepWaiting(turn: Turn, offered: OfferedOrder) {
  const { unsure } = turn.live;
  if (unsure.some(({ opened }) => opened.id === offered.opened.id)) return;
  const waiting = [...unsure, { ...offered, sinceMonoMs: turn.now.monoMs, told: false }];
  if (waiting.length <= activeOrdersMax) return turn.be({ unsure: waiting });
  const latest = waiting.reduce((last, one) => (one.opened.nbf > last.opened.nbf ? one : last));
  turn.be({ unsure: waiting.filter((one) => one !== latest) });
}

/** Times, policy and room; the counter has been judged. */
function judge(turn: Turn, offered: OfferedOrder) {
  const { opened, order } = offered;
  const { wallMs } = turn.now;
  if (surelyPast(turn, opened.exp)) {
    refuseOnce(turn, opened, { code: 'expired', path: '/exp', detail: `expired at ${opened.exp}, now ${Math.round(wallMs)}` });
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  if (opened.nbf > wallMs + clockToleranceMs) {
    refuseOnce(turn, opened, { code: 'not-yet', path: '/nbf', detail: `valid from ${opened.nbf}, now ${Math.round(wallMs)}` });
    return keepWaiting(turn, offered);
  }
  const over = overdue(turn, opened);
  // Not latched: under a newer delegation the same order may be said again.
  if (over) return refuseOnce(turn, opened, over);
  if (!mayDrill(turn, order, repetitionMs(order, turn.settings.languages))) {
    refuseOnce(turn, opened, { code: 'policy-breach', path: '/body/class', detail: `class ${order.class} outside the policy's hours` });
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  accept(turn, offered);
}

/** Take what was started at the box into the active ones; false when its mandate is used up or there is no room. */
export function acceptHere(turn: Turn, active: ActiveOrder): boolean {
  const { id, order, authorised, here } = active;
  const mandates = useMandate(turn, authorised);
  const full = mandates && !makeRoom(turn, order);
  if (!mandates || full) {
    const detail = mandates ? `${activeOrdersMax} orders of no lower rank are active` : 'the mandate is used up for this hour';
    refuse(turn, id, { code: mandates ? 'over-budget' : 'too-many-requests', path: '', detail });
    return false;
  }
  const { orders } = turn.kept;
  turn.keep({ orders: { ...orders, mandates, active: [...orders.active, active] } });
  const start = here && { how: here.how, by: here.by };
  turn.tell({
    kind: 'order',
    order: id,
    state: 'accepted',
    ...(authorised ? { authority: told(authorised) } : {}),
    ...(start ? { here: start } : {}),
  });
  turn.urgent();
  return true;
}

function accept(turn: Turn, offered: OfferedOrder) {
  const { opened, order, inline, authorised } = offered;
  const { id, exp, ctr, digest } = opened;
  const mandates = useMandate(turn, authorised);
  if (!mandates) {
    refuseOnce(turn, opened, {
      code: 'too-many-requests',
      path: '/body/authority/mandate',
      detail: 'the mandate is used up for this hour',
    });
    return latch(turn, { id, untilMs: exp + latchMs });
  }
  supersede(turn, offered);
  if (!makeRoom(turn, order))
    return refuseOnce(turn, opened, { code: 'over-budget', path: '', detail: `${activeOrdersMax} orders of no lower rank are active` });
  const acceptedMs = Math.round(turn.now.wallMs);
  const life = lifeFrom(turn, opened);
  const active: ActiveOrder = { id, order, acceptedMs, exp, ctr, inline, life, heard: {}, ...(authorised ? { authorised } : {}) };
  const { orders } = turn.kept;
  const key = orderCounterKey(opened, order);
  const last = orders.counters[key];
  // One that waited for the time may be older than what was accepted meanwhile; the counter never goes back.
  const counters = last && last.ctr > ctr ? orders.counters : { ...orders.counters, [key]: { ctr, digest } };
  turn.keep({ orders: { ...orders, counters, mandates, active: [...orders.active, active] } });
  turn.tell({ kind: 'order', order: id, state: 'accepted', ...(authorised ? { authority: told(authorised) } : {}) });
  turn.urgent();
}

/**
 * What this order takes the place of ends, or never begins. An exercise takes the place of exercises only, and what a gateway
 * gave under a mandate only of what was given under the same one.
 */
function supersede(turn: Turn, { opened: { exp }, order, authorised }: OfferedOrder): void {
  const mandate = authorised?.mandate?.id;
  const yields = (other: Order, by: Authorised | undefined) =>
    covers(order.level, other.level) &&
    (order.class === 'actual' || other.class !== 'actual') &&
    (mandate === undefined || by?.mandate?.id === mandate);
  for (const id of order.updates ?? []) {
    const { active, latched } = turn.kept.orders;
    const before = active.find((one) => one.id === id);
    if (before && yields(before.order, before.authorised)) endOrder(turn, before, 'superseded');
    else if (!before && order.class === 'actual' && !mandate && !latched.some((one) => one.id === id && one.level === undefined))
      latch(turn, { id, untilMs: exp + latchMs, level: order.level });
  }
  const stays = ({ opened, order: other, authorised: by }: OfferedOrder) => !(order.updates?.includes(opened.id) && yields(other, by));
  turn.be({ unsure: turn.live.unsure.filter(stays) });
}

function told({ by, persons, mandate }: Authorised) {
  return { by, persons: [...persons], ...(mandate ? { mandate: mandate.id } : {}) };
}

/** Starts of each mandate within the hour with this one added, or undefined when its number is full. */
function useMandate(turn: Turn, authorised: Authorised | undefined): NonNullable<KeptOrders['mandates']> | undefined {
  const nowMs = Math.round(turn.now.wallMs);
  const recent = Object.entries(turn.kept.orders.mandates ?? {}).map(
    ([id, starts]) => [id, starts.filter((atMs) => Math.abs(nowMs - atMs) < hourMs)] as const,
  );
  const mandates = Object.fromEntries(recent.filter(([, starts]) => starts.length > 0));
  if (!authorised?.mandate) return mandates;
  const { id, perHour } = authorised.mandate;
  const starts = mandates[id] ?? [];
  return starts.length < perHour ? { ...mandates, [id]: [...starts, nowMs] } : undefined;
}

/** Keys were taken away: orders that stand on them stop, whatever they say. */
export function endRevoked(turn: Turn, keyids: readonly string[]): void {
  const revoked = (authorised: Authorised | undefined) => authorised?.keyids.some((keyid) => !keyids.includes(keyid)) === true;
  const { local } = turn.live;
  turn.be({
    unsure: turn.live.unsure.filter(({ authorised }) => !revoked(authorised)),
    local: { ...local, orders: local.orders.filter(({ offered }) => !revoked(offered.authorised)) },
  });
  for (const active of turn.kept.orders.active) if (revoked(active.authorised)) endOrder(turn, active, 'cleared');
}

/** The last place is never held by what matters less: the lowest, oldest order gives way to a higher one. */
function makeRoom(turn: Turn, order: Order): boolean {
  const { active } = turn.kept.orders;
  if (active.length < activeOrdersMax) return true;
  const [lowest] = [...active].sort((a, b) => rank(a.order) - rank(b.order) || a.acceptedMs - b.acceptedMs);
  if (!lowest || rank(lowest.order) >= rank(order)) return false;
  endOrder(turn, lowest, 'expired');
  return true;
}

/** Orders that wait for the time: judged when it comes, else after a while as the box's settings say. */
export function closeUnsure(turn: Turn): void {
  for (const one of turn.live.unsure) {
    const { opened, order } = one;
    const others = () => turn.live.unsure.filter((other) => other.opened.id !== opened.id);
    if (turn.timeKnown && opened.nbf > turn.now.wallMs + clockToleranceMs) turn.wakeAtWall(opened.nbf - clockToleranceMs);
    else if (turn.timeKnown || surelyPast(turn, opened.exp)) {
      turn.be({ unsure: others() });
      // Its counter was judged when it came: what was accepted since does not make it a replay.
      if (!isKnown(turn.kept.orders, opened.id)) judge(turn, one);
    } else if (turn.now.monoMs < one.sinceMonoMs + unsureMs) turn.wakeAtMono(one.sinceMonoMs + unsureMs);
    else if (turn.settings.whenUnsure === 'sound' && order.class === 'actual') {
      turn.be({ unsure: others() });
      accept(turn, one);
    } else if (!one.told) {
      refuse(turn, opened.id, { code: 'no-time', path: '', detail: 'no trusted time; waits for it' });
      turn.be({ unsure: [...others(), { ...one, told: true }] });
    }
  }
}

function isKnown({ active, latched }: KeptOrders, id: string): boolean {
  return active.some((one) => one.id === id) || latched.some((one) => one.id === id && one.level === undefined);
}
