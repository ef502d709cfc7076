// Who is on duty, who comes next, where nobody stands; and what a shift is. Times are arguments, nothing is read.
import type { DutyPlace, DutyState } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';

/** A shift ends by itself after this: a day's duty and half an hour to hand over. */
export const shiftMsMax = 24.5 * 3600_000;
/** So many wrong PINs, one after another, lock the shift. */
export const wrongPinsMax = 5;
export const rosterEntryMsMax = 48 * 3600_000;
/** Whoever comes up to this much before the roster's hour takes the place it names. */
const earlyMs = 2 * 3600_000;

/** One line of the roster: this person holds this place from then to then. */
export interface RosterEntry {
  readonly id: string;
  readonly person: string;
  readonly place: DutyPlace;
  readonly fromMs: number;
  readonly toMs: number;
}

export const shiftEnds = ['ended', 'handed-over', 'locked', 'replaced'] as const;
export type ShiftEnd = (typeof shiftEnds)[number];

/** One person's duty, begun with proof of the person. */
export interface Shift {
  readonly id: string;
  readonly person: string;
  readonly place: DutyPlace;
  readonly startedMs: number;
  readonly untilMs: number;
  readonly endedMs: number | null;
  readonly endedWhy: ShiftEnd | null;
  readonly handedTo: string | null;
  /** What the one who leaves tells the one who comes. */
  readonly note: string;
  readonly wrongPins: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function running(shift: Shift, nowMs: number): boolean {
  return shift.endedMs === null && shift.untilMs > nowMs;
}

/** Entries that hold now, first before second before leader. */
export function rosterNow(entries: readonly RosterEntry[], nowMs: number): RosterEntry[] {
  return entries.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs).sort(byPlace);
}

/** The next entry of each place, soonest first. */
export function rosterNext(entries: readonly RosterEntry[], nowMs: number): RosterEntry[] {
  const coming = entries.filter(({ fromMs }) => fromMs > nowMs).sort((a, b) => a.fromMs - b.fromMs || byPlace(a, b));
  return coming.filter((entry, at) => coming.findIndex(({ place }) => place === entry.place) === at);
}

/** Times within a span in which no entry holds the place. */
export function gapsIn(entries: readonly RosterEntry[], place: DutyPlace, { fromMs, toMs }: Span): Span[] {
  const held = entries.filter((one) => one.place === place && one.toMs > fromMs && one.fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs);
  const gaps: Span[] = [];
  let reachedMs = fromMs;
  for (const one of held) {
    if (one.fromMs > reachedMs) gaps.push({ fromMs: reachedMs, toMs: one.fromMs });
    reachedMs = Math.max(reachedMs, one.toMs);
  }
  if (reachedMs < toMs) gaps.push({ fromMs: reachedMs, toMs });
  return gaps;
}

/** Places that must never stand empty: beyond a commune an order needs a second officer. */
export function placesNeeded(level: Level): readonly DutyPlace[] {
  return level === 'commune' || level === 'hamlet' ? ['first'] : ['first', 'second'];
}

/**
 * `staffed`: somebody proved who they are and is on shift · `not-started`: the roster names somebody whose shift does not
 * run · `nobody`: neither. Both of the latter are red. A demo gives no order in earnest, so there the roster is enough.
 */
export function dutyState(entries: readonly RosterEntry[], shifts: readonly Shift[], nowMs: number, demo: boolean): DutyState {
  if (shifts.some((shift) => shift.place !== 'leader' && running(shift, nowMs))) return 'staffed';
  const named = rosterNow(entries, nowMs).some(({ place }) => place === 'first');
  return named ? (demo ? 'staffed' : 'not-started') : 'nobody';
}

/** The place somebody takes who starts a shift now: the roster's, or the one that is empty. */
export function placeOf(person: string, entries: readonly RosterEntry[], shifts: readonly Shift[], nowMs: number): DutyPlace {
  const mine = entries.filter((one) => one.person === person && one.place !== 'leader' && one.toMs > nowMs);
  const [due] = mine.filter(({ fromMs }) => fromMs <= nowMs + earlyMs).sort((a, b) => a.fromMs - b.fromMs);
  if (due) return due.place;
  return shifts.some((one) => one.person !== person && one.place === 'first' && running(one, nowMs)) ? 'second' : 'first';
}

/** May this line join the roster? Problems: bad-input (the span), conflict (the person stands elsewhere then). */
export function checkEntry(entry: RosterEntry, others: readonly RosterEntry[]): Result<RosterEntry> {
  if (entry.toMs <= entry.fromMs) return bad('bad-input', 'must end after it begins', '/toMs');
  if (entry.toMs - entry.fromMs > rosterEntryMsMax) return bad('bad-input', `at most ${rosterEntryMsMax / 3600_000} hours`, '/toMs');
  const clash = others.find(
    (one) => one.id !== entry.id && one.person === entry.person && one.fromMs < entry.toMs && entry.fromMs < one.toMs,
  );
  return clash ? bad('conflict', `${entry.person} is ${clash.place} then already`, '/fromMs') : ok(entry);
}

/** Six digits that a stranger would try first: one digit six times, or six in a row. */
export function weakPin(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10));
  return steps.size === 1 && [0, 1, 9].includes([...steps][0] ?? -1);
}

const places: readonly DutyPlace[] = ['first', 'second', 'leader'];

function byPlace(a: RosterEntry, b: RosterEntry): number {
  return places.indexOf(a.place) - places.indexOf(b.place) || a.fromMs - b.fromMs;
}
