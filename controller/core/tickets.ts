// What may happen to a ticket: one table of states, and who may take which step. Pure; time is an argument.
import type { Fault } from '../../schemas/faults.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type MapPlace,
  type Ticket,
  type TicketAct,
  type TicketPhoto,
  type TicketState,
  type TicketStep,
  ticketLimits,
} from '../../schemas/tickets.ts';

const dayMs = 24 * 3600_000;
/** A fault that comes back so soon was not repaired. */
export const comesBackWithinMs = 14 * dayMs;
/** What nobody has mended for so long goes upward (PRODUCT §1.20). */
export const upwardAfterMs = 30 * dayMs;

const whileOpen = { open: 'open', assigned: 'assigned', accepted: 'accepted' } as const;
/** From which states to which; what does not stand here is refused. Only `pass` and `close` close. */
export const ticketTable: Readonly<Record<TicketAct, Readonly<Partial<Record<TicketState, TicketState>>>>> = {
  assign: { open: 'assigned', assigned: 'assigned', accepted: 'assigned' },
  accept: { open: 'accepted', assigned: 'accepted' },
  'give-back': { assigned: 'open', accepted: 'open' },
  note: whileOpen,
  photo: { assigned: 'assigned', accepted: 'accepted' },
  test: { accepted: 'accepted' },
  fail: { accepted: 'accepted' },
  pass: { accepted: 'closed' },
  close: { open: 'closed', assigned: 'closed', accepted: 'closed' },
  return: { closed: 'open' },
  upward: whileOpen,
};
/** Steps of whoever has the work. */
const own: readonly TicketAct[] = ['give-back', 'test'];

export type TicketWish =
  | { readonly act: 'assign'; readonly assignee: string; readonly note: string }
  | { readonly act: 'accept' | 'give-back' | 'note' | 'fail' | 'upward'; readonly note: string }
  | { readonly act: 'photo'; readonly when: TicketPhoto['when']; readonly sha256: string; readonly note: string }
  | { readonly act: 'test'; readonly commands: readonly string[]; readonly note: string }
  | { readonly act: 'pass' | 'close'; readonly note: string; readonly faultTimes: number }
  | { readonly act: 'return'; readonly fault: string; readonly note: string };

/** The ticket after a step. Problems: conflict (not in this state; somebody else's work; a test is running), over-budget. */
export function stepTicket(ticket: Ticket, wish: TicketWish, by: string, atMs: number): Result<Ticket> {
  const state = ticketTable[wish.act][ticket.state];
  if (state === undefined) return bad('conflict', `cannot ${wish.act} what is ${ticket.state}`, '/state');
  const others = ticket.assignee !== null && ticket.assignee !== by;
  if (others && (own.includes(wish.act) || wish.act === 'accept'))
    return bad('conflict', `it is the work of ${ticket.assignee}`, '/assignee');
  if ((wish.act === 'pass' || wish.act === 'fail') && ticket.testing === null) return bad('conflict', 'no test was asked for', '/testing');
  if (wish.act === 'test' && ticket.testing !== null) return bad('conflict', 'a test is running', '/testing');
  if (wish.act === 'photo' && ticket.photos.length >= ticketLimits.photos)
    return bad('over-budget', `at most ${ticketLimits.photos} photos`);
  // Steps by which a ticket ends are never refused for want of room.
  const ends = state === 'closed' || wish.act === 'fail';
  if (!ends && ticket.steps.length >= ticketLimits.steps) return bad('over-budget', `at most ${ticketLimits.steps} steps`);
  const step: TicketStep = { atMs, by, act: wish.act, note: wish.note };
  return ok({ ...ticket, ...changeOf(ticket, wish, by, atMs), state, steps: [...ticket.steps, step] });
}

function changeOf(ticket: Ticket, wish: TicketWish, by: string, atMs: number): Partial<Ticket> {
  switch (wish.act) {
    case 'assign':
      return { assignee: wish.assignee, testing: null };
    case 'accept':
      return { assignee: by };
    case 'give-back':
      return { assignee: null, testing: null };
    case 'photo':
      return { photos: [...ticket.photos, { when: wish.when, sha256: wish.sha256, by, atMs }] };
    case 'test':
      return { testing: { commands: wish.commands, askedMs: atMs, by } };
    case 'fail':
      return { testing: null };
    case 'pass':
    case 'close': {
      const how = wish.act === 'pass' ? 'self-test' : 'administrator';
      return { testing: null, closed: { atMs, by, how, reason: wish.note, faultTimes: wish.faultTimes } };
    }
    case 'return':
      return { closed: null, assignee: null, upwardMs: null, fault: wish.fault, times: ticket.times + 1 };
    case 'upward':
      return { upwardMs: atMs };
    default:
      return {};
  }
}

/** What a box said of one command of a test; undefined: nothing yet. */
export interface TestResult {
  readonly state: 'done' | 'failed' | 'refused';
  readonly detail: string;
  readonly dark: boolean;
}

/** `undefined`: wait. The trouble has to be away as well: what the box still says of itself is not repaired. */
export function judgeTest(
  { testing }: Ticket,
  results: ReadonlyMap<string, TestResult>,
  faultStands: boolean,
  livesMs: number,
  nowMs: number,
): { readonly passed: boolean; readonly note: string } | undefined {
  if (!testing) return undefined;
  const told = testing.commands.flatMap((id) => results.get(id) ?? []);
  const wrong = told.find(({ state, dark }) => state !== 'done' || dark);
  if (wrong) return { passed: false, note: wrong.dark ? 'màn hình tối' : wrong.detail || wrong.state };
  const late = nowMs >= testing.askedMs + livesMs;
  if (told.length < testing.commands.length) return late ? { passed: false, note: 'hộp không trả lời' } : undefined;
  if (faultStands) return late ? { passed: false, note: 'hộp vẫn báo sự cố' } : undefined;
  return { passed: true, note: 'tự kiểm tra đạt' };
}

/** Is this standing fault the one that the closed ticket was about, come back? */
export function hasComeBack({ box, reason, fault, closed }: Ticket, now: Fault, nowMs: number): boolean {
  if (!closed || now.endedMs !== null || now.box !== box || now.reason !== reason) return false;
  if (nowMs - closed.atMs > comesBackWithinMs) return false;
  return now.id === fault ? now.times > closed.faultTimes : now.openedMs > closed.atMs;
}

/** Has it stood so long that it goes upward? */
export function goesUpward({ state, upwardMs, openedMs }: Ticket, fault: Fault | undefined, nowMs: number): boolean {
  if (state === 'closed' || upwardMs !== null) return false;
  return nowMs - Math.min(openedMs, fault?.openedMs ?? openedMs) > upwardAfterMs;
}

const earthM = 6_371_000;

/** Metres between two places over a round earth. */
export function distanceM(a: MapPlace, b: MapPlace): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const [up, along] = [Math.sin(rad(b.latitude - a.latitude) / 2), Math.sin(rad(b.longitude - a.longitude) / 2)];
  const part = up * up + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * along * along;
  return Math.round(2 * earthM * Math.asin(Math.min(1, Math.sqrt(part))));
}

/** Alarms first, then the nearest, then the oldest; what stands nobody knows where comes after what is known. */
export function orderWork<T extends { readonly ticket: Pick<Ticket, 'severity' | 'openedMs' | 'id'>; readonly distanceM: number | null }>(
  work: readonly T[],
): T[] {
  const far = Number.POSITIVE_INFINITY;
  const rank = (one: T) => (one.ticket.severity === 'alarm' ? 0 : 1);
  return [...work].sort((a, b) => {
    const by = [rank(a) - rank(b), compare(a.distanceM ?? far, b.distanceM ?? far), a.ticket.openedMs - b.ticket.openedMs];
    return by.find((order) => order !== 0) ?? (a.ticket.id < b.ticket.id ? -1 : 1);
  });
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
