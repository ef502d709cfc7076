// The broadcast rules of a commune, carried to the box and enforced there: windows, minutes, volume, quiet hours.
import * as v from 'valibot';
import type { AreaPath } from './ids.ts';
import { Id } from './ids.ts';
import { weekdays } from './rrule.ts';
import { DurationMs, InstantMs, TimeOfDay, Zone } from './time.ts';
import { dayMs, timeOfDayMs, weekdayOf, type ZoneClock, zoneClock } from './zones.ts';

const FromTo = { from: TimeOfDay, to: TimeOfDay };

/** Hours of the day on some days; `to` ≤ `from` crosses midnight. */
export const DayWindow = v.strictObject({ days: v.pipe(v.array(v.picklist(weekdays)), v.minLength(1)), ...FromTo });

export const Policy = v.strictObject({
  id: Id,
  title: v.pipe(v.string(), v.maxLength(200)),
  zone: Zone,
  /** Sound may be heard only wholly inside these, touching ones counting as one; days by RFC 5545 names. `to` ≤ `from` crosses midnight. */
  windows: v.pipe(v.array(DayWindow), v.maxLength(50)),
  /** Never inside these, whatever the windows say. */
  quiet: v.pipe(v.array(v.strictObject(FromTo)), v.maxLength(20)),
  /** A session is a run of plays with at most `sessionGapMs` between them. */
  sessionGapMs: v.pipe(DurationMs, v.maxValue(3600_000)),
  sessionMaxMs: v.pipe(DurationMs, v.minValue(1)),
  sessionsPerDay: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  dayMaxMs: DurationMs,
  /** Gain ceiling of the box, dB relative to full scale of the mixer. */
  gainMaxDb: v.pipe(v.number(), v.minValue(-60), v.maxValue(0)),
  /** Dated permits: sound wholly inside one is free of windows, quiet hours and counts (a festival, a demo). */
  permits: v.pipe(
    v.array(v.strictObject({ fromMs: InstantMs, untilMs: InstantMs, reason: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) })),
    v.maxLength(20),
  ),
  /** Does an order in earnest sound although the box is muted by hand? Absent: yes. Exercises never do. */
  emergencyOverridesMute: v.optional(v.boolean()),
  /** What sounds while the mains are away. Absent: only emergencies. */
  onBattery: v.optional(v.picklist(['play', 'emergency-only'])),
});
export type Policy = v.InferOutput<typeof Policy>;

/** The policy of an area and all below it, in place of what holds above. */
export interface AreaPolicy {
  readonly area: AreaPath;
  readonly policy: Policy;
}

export interface AreaPolicyAnswer extends AreaPolicy {
  /** To be sent along when it is changed: a change by somebody else since is not written over. */
  readonly seen: string;
}

/** Why a play was refused; stands in receipts and in the console. `not-approved`: nobody approved it 30 minutes ahead. */
export const PolicyRule = v.picklist([
  'outside-window',
  'quiet-hours',
  'session-too-long',
  'too-many-sessions',
  'day-limit',
  'not-approved',
]);
export type PolicyRule = v.InferOutput<typeof PolicyRule>;

/** A play as policy sees it: where, when. */
export interface Span {
  readonly output: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The lower of a wanted gain and the policy's ceiling, dB. */
export function gainUnder(policy: Policy, gainDb: number): number {
  return Math.min(gainDb, policy.gainMaxDb);
}

/** Is a permit around the whole span? Then nothing else is asked of it. */
export function permitted(policy: Policy, startMs: number, endMs: number): boolean {
  return policy.permits.some((permit) => permit.fromMs <= startMs && endMs <= permit.untilMs);
}

/**
 * May sound be heard through the whole of [startMs, endMs)? Windows, quiet hours and permits only: also the question
 * for a play that resumes later than planned. A policy whose zone is unknown here allows nothing.
 */
export function hoursRule(policy: Policy, startMs: number, endMs: number): PolicyRule | null {
  if (permitted(policy, startMs, endMs)) return null;
  const zone = zoneClock(policy.zone);
  if (!zone.ok) return 'outside-window';
  const hours = hoursAround(policy, zone.value, zone.value.dayAt(startMs), zone.value.dayAt(endMs));
  if (!hours.open.some((open) => open.fromMs <= startMs && endMs <= open.untilMs)) return 'outside-window';
  if (hours.quiet.some((quiet) => quiet.fromMs < endMs && startMs < quiet.untilMs)) return 'quiet-hours';
  return null;
}

/** Do quiet hours touch the span, whatever the windows say? Nobody knows the hours of a zone that is unknown here. */
export function isQuiet(policy: Policy, startMs: number, endMs: number): boolean {
  if (permitted(policy, startMs, endMs)) return false;
  const zone = zoneClock(policy.zone);
  if (!zone.ok) return true;
  const { quiet } = hoursAround(policy, zone.value, zone.value.dayAt(startMs), zone.value.dayAt(endMs));
  return quiet.some((one) => one.fromMs < endMs && startMs < one.untilMs);
}

/** Until when sound that begins at `fromMs` may be heard, at most `toMs`; `fromMs` where not at all. */
export function hoursUntil(policy: Policy, fromMs: number, toMs: number): number {
  const permits = policy.permits.flatMap((permit) => (permit.fromMs <= fromMs ? [permit.untilMs] : []));
  const zone = zoneClock(policy.zone);
  const hours = zone.ok ? hoursAround(policy, zone.value, zone.value.dayAt(fromMs), zone.value.dayAt(toMs)) : { open: [], quiet: [] };
  const silent = hours.quiet.flatMap((quiet) => (quiet.untilMs > fromMs ? [quiet.fromMs] : []));
  const windows = hours.open.flatMap((open) => (open.fromMs <= fromMs ? [Math.min(open.untilMs, ...silent)] : []));
  return Math.max(fromMs, Math.min(toMs, Math.max(fromMs, ...permits, ...windows)));
}

/**
 * Verdicts on all planned sound of one local day, given in start order; one verdict a play. Sessions, minutes and
 * their counts are an output's own. Refused plays use up nothing; permitted ones neither.
 */
export function judgeDay(policy: Policy, plays: readonly Span[]): (PolicyRule | null)[] {
  const days = new Map<string, DaySoFar>();
  return plays.map((play) => {
    if (permitted(policy, play.startMs, play.endMs)) return null;
    const hours = hoursRule(policy, play.startMs, play.endMs);
    if (hours) return hours;
    const day = days.get(play.output) ?? { sessions: 0, sessionFromMs: 0, soundUntilMs: Number.NEGATIVE_INFINITY, soundMs: 0 };
    const joins = day.sessions > 0 && play.startMs - day.soundUntilMs <= policy.sessionGapMs;
    const sessionFromMs = joins ? day.sessionFromMs : play.startMs;
    const soundUntilMs = Math.max(day.soundUntilMs, play.endMs);
    const sessions = day.sessions + (joins ? 0 : 1);
    // Plays over one another are heard one at a time: only what is new in this one counts.
    const soundMs = day.soundMs + Math.max(0, play.endMs - Math.max(play.startMs, day.soundUntilMs));
    if (sessions > policy.sessionsPerDay) return 'too-many-sessions';
    if (soundUntilMs - sessionFromMs > policy.sessionMaxMs) return 'session-too-long';
    if (soundMs > policy.dayMaxMs) return 'day-limit';
    days.set(play.output, { sessions, sessionFromMs, soundUntilMs, soundMs });
    return null;
  });
}

interface DaySoFar {
  readonly sessions: number;
  readonly sessionFromMs: number;
  readonly soundUntilMs: number;
  readonly soundMs: number;
}

interface Hours {
  /** Touching windows are one. */
  readonly open: readonly { readonly fromMs: number; readonly untilMs: number }[];
  readonly quiet: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

/** Policies are immutable documents: the hours around a day are worked out once. */
const knownHours = new WeakMap<Policy, Map<string, Hours>>();
const hoursMax = 512;

function hoursAround(policy: Policy, clock: ZoneClock, firstDay: number, lastDay: number): Hours {
  const known = knownHours.get(policy) ?? new Map<string, Hours>();
  knownHours.set(policy, known);
  const key = `${firstDay}/${lastDay}`;
  const cached = known.get(key);
  if (cached) return cached;
  const open: { fromMs: number; untilMs: number }[] = [];
  const quiet: { fromMs: number; untilMs: number }[] = [];
  // The day before may reach into the first, and a play near midnight into the day after the last.
  for (let day = firstDay - 1; day <= lastDay + 1; day++) {
    const name = weekdays[weekdayOf(day)];
    for (const span of policy.windows) if (span.days.some((known) => known === name)) open.push(spanOn(clock, day, span, 'shorter'));
    for (const span of policy.quiet) quiet.push(spanOn(clock, day, span, 'longer'));
  }
  const hours = { open: joined(open), quiet };
  if (known.size >= hoursMax) known.clear();
  known.set(key, hours);
  return hours;
}

/** A daily span on one day; where a clock change makes its end doubtful, the stricter reading. */
function spanOn(clock: ZoneClock, day: number, span: { from: string; to: string }, doubt: 'shorter' | 'longer') {
  const [from, to] = [timeOfDayMs(span.from), timeOfDayMs(span.to)];
  const lastDay = to <= from ? day + 1 : day;
  return {
    fromMs: clock.instantNear(day * dayMs + from, doubt === 'shorter'),
    untilMs: clock.instantNear(lastDay * dayMs + to, doubt === 'longer'),
  };
}

function joined(spans: { fromMs: number; untilMs: number }[]): Hours['open'] {
  const merged: { fromMs: number; untilMs: number }[] = [];
  for (const span of spans.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last && span.fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, span.untilMs);
    else merged.push({ ...span });
  }
  return merged;
}
