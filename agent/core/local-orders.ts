// Orders that lie ready in this box: started on its page, by its key switch or by a contact; ended by page or button.
import type { LocalStart } from '../../schemas/outbox.ts';
import type { Problem } from '../../schemas/problems.ts';
import { endOrder, mayDrill, refuse, repetitionMs } from './emergency.ts';
import { clockToleranceMs, hourMs } from './limits.ts';
import type { ActiveOrder, Event, KeptOrders, LocalReady } from './model.ts';
import { surelyPast } from './order-life.ts';
import { acceptHere } from './order-offers.ts';
import { covers } from './ranks.ts';
import type { Turn } from './turn.ts';

export function askLocalStart(turn: Turn, { order, by }: Event & { is: 'localStartAsked' }): void {
  startLocal(turn, order, { how: 'page', by });
}

/** Sound it now under a fresh id, or tell why not. Needs neither network nor time; what is known of the time still counts. */
export function startLocal(turn: Turn, id: string, start: LocalStart, ready = find(turn, id)) {
  const no = (problem: Problem) => refuse(turn, id, problem);
  if (!ready) return no({ code: 'not-found', path: '', detail: `no order ${id} lies ready here` });
  if (sounding(turn).some(({ here }) => here?.base === id)) return;
  const problem = unfit(turn, ready);
  if (problem) return no(problem);
  const starts = startsOf(turn, id);
  const { opened, order, authorised } = ready.offered;
  const active: ActiveOrder = {
    id: `${id}#${starts.number + 1}`,
    order,
    acceptedMs: Math.round(turn.now.wallMs),
    exp: opened.exp,
    ctr: opened.ctr,
    inline: [],
    heard: {},
    ...(authorised ? { authorised } : {}),
    here: { ...start, base: id, boot: turn.live.boot, monoMs: turn.now.monoMs, maxMs: ready.maxMs },
  };
  if (!acceptHere(turn, active)) return;
  countStart(turn, id);
}

/** One more start of the order lying ready: counted with the others of this hour, whoever began it. */
export function countStart(turn: Turn, id: string): void {
  const { number, atMs } = startsOf(turn, id);
  const { orders } = turn.kept;
  const starts = { number: number + 1, atMs: [...atMs, Math.round(turn.now.wallMs)] };
  turn.keep({ orders: { ...orders, local: { ...orders.local, [id]: starts } } });
}

export function startsLeft(turn: Turn, id: string, perHour: number): boolean {
  return startsOf(turn, id).atMs.length < perHour;
}

/** All that was started here ends, whoever started it. */
export function endLocal(turn: Turn): void {
  for (const active of sounding(turn)) endOrder(turn, active, 'cleared');
}

function sounding(turn: Turn): ActiveOrder[] {
  return turn.kept.orders.active.filter(({ here }) => here !== undefined);
}

function find(turn: Turn, id: string): LocalReady | undefined {
  return turn.live.local.orders.find(({ offered }) => offered.opened.id === id);
}

/** Why an order that lies here may not be used now: over, not begun, or cleared by its centre. */
export function unready(turn: Turn, { offered: { opened, order } }: LocalReady): Problem | undefined {
  const { wallMs } = turn.now;
  if (surelyPast(turn, opened.exp)) return { code: 'expired', path: '/exp', detail: `ready until ${opened.exp}` };
  if (turn.timeKnown && opened.nbf > wallMs + clockToleranceMs)
    return { code: 'not-yet', path: '/nbf', detail: `ready from ${opened.nbf}` };
  const latched = turn.kept.orders.latched.find(({ id }) => id === opened.id);
  if (latched && (latched.level === undefined || covers(latched.level, order.level)))
    return { code: 'cleared', path: '', detail: `order ${opened.id} was cleared by its centre` };
  return undefined;
}

function unfit(turn: Turn, ready: LocalReady): Problem | undefined {
  const { opened, order } = ready.offered;
  const over = unready(turn, ready);
  if (over) return over;
  // Exercises obey hours, and hours need the time: a clock that is wrong would sound one at night.
  if (order.class !== 'actual' && !turn.timeKnown)
    return { code: 'no-time', path: '/body/class', detail: `class ${order.class} needs trusted time` };
  if (!mayDrill(turn, order, repetitionMs(order, turn.settings.languages)))
    return { code: 'policy-breach', path: '/body/class', detail: `class ${order.class} outside the policy's hours` };
  if (!startsLeft(turn, opened.id, ready.perHour))
    return { code: 'too-many-requests', path: '', detail: `started ${ready.perHour} times within the hour` };
  return undefined;
}

function startsOf(turn: Turn, id: string): NonNullable<KeptOrders['local']>[string] {
  const kept = turn.kept.orders.local?.[id] ?? { number: 0, atMs: [] };
  return { number: kept.number, atMs: kept.atMs.filter((atMs) => Math.abs(turn.now.wallMs - atMs) < hourMs) };
}
