// When a schedule starts: RFC 5545 recurrence in its zone. A direct way for daily and weekly rules, rrule-temporal for the rest.
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { bad, ok, type Result } from './problems.ts';
import { type Frequency, type Rule, readRule } from './rrule.ts';
import type { Schedule } from './schedule.ts';
import { dayMs, dayOfLocalDate, farthestMs, wallOf, weekdayOf, type ZoneClock, zoneClock } from './zones.ts';

/** Starts that one question may answer with. */
export const startsMax = 50_000;

/** Bounds on one walk of the library; beyond them it throws. */
const iterationsMax = 10_000;
const candidatesMax = 100_000;

/** What the library is asked at a time, so that no walk comes near `iterationsMax`. */
const chunkDays = { YEARLY: 3660, MONTHLY: 3660, WEEKLY: 3660, DAILY: 3660, HOURLY: 60, MINUTELY: 2 } as const satisfies Record<
  Frequency,
  number
>;

type Walk = (fromMs: number, toMs: number) => number[];

interface Compiled {
  readonly clock: ZoneClock;
  /** Starts by the rule, or by DTSTART alone, in [fromMs, toMs), ascending; may throw where the library gives up. */
  readonly walk: Walk;
  readonly rdates: readonly number[];
  readonly exdates: ReadonlySet<number>;
}

/** Schedules are immutable documents: what one means is worked out once. */
const compiled = new WeakMap<Schedule, Result<Compiled>>();
const holidaySets = new WeakMap<readonly string[], ReadonlySet<number>>();

/**
 * UTC start instants of a schedule in [fromMs, toMs), ascending, each once. Local times that a clock change skips
 * do not start (RFC 5545 §3.3.10), repeated ones start once, the first time.
 * Problems: schedule-invalid, zone-unknown, too-large (more than `startsMax`).
 */
export function starts(schedule: Schedule, holidays: readonly string[], fromMs: number, toMs: number): Result<number[]> {
  const known = compiled.get(schedule) ?? compile(schedule);
  compiled.set(schedule, known);
  if (!known.ok) return known;
  const { clock, walk, rdates, exdates } = known.value;
  const lowMs = Math.max(0, fromMs, schedule.validFromMs ?? 0);
  const highMs = Math.min(farthestMs, toMs, schedule.validUntilMs ?? farthestMs);
  if (!(lowMs < highMs)) return ok([]);
  let found: number[];
  try {
    found = walk(lowMs, highMs);
  } catch (error) {
    return bad('schedule-invalid', error instanceof Error ? error.message : 'the rule cannot be walked', '/rrule');
  }
  if (rdates.length > 0) {
    const all = new Set(found);
    for (const atMs of rdates) if (atMs >= lowMs && atMs < highMs) all.add(atMs);
    found = [...all].sort((a, b) => a - b);
  }
  if (exdates.size > 0) found = found.filter((atMs) => !exdates.has(atMs));
  if (schedule.holidays === 'skip' && holidays.length > 0) {
    const days = holidaySet(holidays);
    found = found.filter((atMs) => !days.has(clock.dayAt(atMs)));
  }
  if (found.length > startsMax) return bad('too-large', `more than ${startsMax} starts in the time asked`);
  return ok(found);
}

function holidaySet(holidays: readonly string[]): ReadonlySet<number> {
  let days = holidaySets.get(holidays);
  if (!days) {
    days = new Set(holidays.map(dayOfLocalDate).filter((day) => day !== undefined));
    holidaySets.set(holidays, days);
  }
  return days;
}

function compile(schedule: Schedule): Result<Compiled> {
  const zone = zoneClock(schedule.zone);
  if (!zone.ok) return bad(zone.problem.code, zone.problem.detail, '/zone');
  const clock = zone.value;
  const startWall = wallOf(schedule.start);
  if (startWall === undefined) return bad('schedule-invalid', `no such local time ${schedule.start}, 1970 to 2199`, '/start');
  const rdates = instantsOf(schedule.rdates, clock, '/rdates');
  if (!rdates.ok) return rdates;
  const exdates = instantsOf(schedule.exdates, clock, '/exdates');
  if (!exdates.ok) return exdates;
  const rest = { clock, rdates: rdates.value, exdates: new Set(exdates.value) };
  if (schedule.rrule === undefined) return ok({ ...rest, walk: only([clock.instantNear(startWall)]) });
  const rule = readRule(schedule.rrule);
  if (!rule.ok) return rule;
  const startMs = clock.instantOf(startWall);
  if (startMs === undefined) return bad('schedule-invalid', `${schedule.start} is skipped by the clock of ${schedule.zone}`, '/start');
  if (isPlain(rule.value)) return ok({ ...rest, walk: plainWalk(rule.value, startWall, clock) });
  try {
    return ok({ ...rest, walk: libraryWalk(schedule, schedule.rrule, rule.value) });
  } catch (error) {
    return bad('schedule-invalid', error instanceof Error ? error.message : 'the rule cannot be read', '/rrule');
  }
}

/** Explicit dates: in a gap the offset before it counts (§3.3.5). */
function instantsOf(dates: readonly string[], clock: ZoneClock, path: string): Result<number[]> {
  const instants: number[] = [];
  for (const [index, date] of dates.entries()) {
    const wall = wallOf(date);
    if (wall === undefined) return bad('schedule-invalid', `no such local time ${date}, 1970 to 2199`, `${path}/${index}`);
    instants.push(clock.instantNear(wall));
  }
  return ok(instants);
}

function only(instants: readonly number[]): Walk {
  return (fromMs, toMs) => instants.filter((atMs) => atMs >= fromMs && atMs < toMs);
}

// ── the direct way ───────────────────────────────────────────────────────────────────────────────

const plainLists = new Set(['BYHOUR', 'BYMINUTE', 'BYSECOND']);

/** Daily and weekly rules of plain weekdays and times. */
function isPlain(rule: Rule): boolean {
  return (rule.freq === 'DAILY' || rule.freq === 'WEEKLY') && Object.keys(rule.lists).every((name) => plainLists.has(name));
}

function plainWalk(rule: Rule, startWall: number, clock: ZoneClock): Walk {
  const firstDay = Math.floor(startWall / dayMs);
  const times = timesOf(rule, startWall - firstDay * dayMs);
  const isDay = dayTest(rule, firstDay);
  const last = Math.min(rule.untilMs ?? farthestMs, farthestMs);
  const lastWall = rule.untilWallMs ?? Number.POSITIVE_INFINITY;
  const walk = (fromMs: number, toMs: number, most: number): number[] => {
    const found: number[] = [];
    const endMs = Math.min(toMs, last + 1);
    const step = rule.freq === 'DAILY' ? rule.interval : 1;
    const fromDay = Math.max(firstDay, Math.floor(fromMs / dayMs) - 1);
    const endDay = Math.min(Math.floor(endMs / dayMs) + 1, (lastWall - 1) / dayMs);
    for (let day = firstDay + Math.ceil((fromDay - firstDay) / step) * step; day <= endDay; day += step) {
      if (!isDay(day)) continue;
      const steady = clock.steadyOffset(day);
      for (const time of times) {
        const wall = day * dayMs + time;
        const atMs = steady === undefined ? clock.instantOf(wall) : wall - steady;
        if (wall < startWall || atMs === undefined || atMs < fromMs || atMs >= endMs) continue;
        found.push(atMs);
        if (found.length >= most) return found;
      }
    }
    return found;
  };
  if (rule.count === null) return (fromMs, toMs) => walk(fromMs, toMs, startsMax + 1);
  // A counted rule is counted from its first start, once.
  const counted: { list?: Walk } = {};
  const count = rule.count;
  return (fromMs, toMs) => {
    counted.list ??= only(walk(0, farthestMs, count));
    return counted.list(fromMs, toMs);
  };
}

/** Milliseconds after midnight of each start of a day. */
function timesOf(rule: Rule, startTime: number): number[] {
  const { BYHOUR, BYMINUTE, BYSECOND } = rule.lists;
  const hours = BYHOUR ?? [Math.floor(startTime / 3_600_000)];
  const minutes = BYMINUTE ?? [Math.floor(startTime / 60_000) % 60];
  const seconds = BYSECOND ?? [Math.floor(startTime / 1000) % 60];
  return hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1000)));
}

function dayTest(rule: Rule, firstDay: number): (day: number) => boolean {
  const named = new Set(rule.byDay.map((day) => day.weekday));
  if (rule.freq === 'DAILY') return (day) => named.size === 0 || named.has(weekdayOf(day));
  if (named.size === 0) named.add(weekdayOf(firstDay));
  const weekOf = (day: number) => Math.floor((day - ((weekdayOf(day) - rule.weekStart + 7) % 7)) / 7);
  const firstWeek = weekOf(firstDay);
  return (day) => named.has(weekdayOf(day)) && (weekOf(day) - firstWeek) % rule.interval === 0;
}

// ── the library's way ────────────────────────────────────────────────────────────────────────────

function libraryWalk(schedule: Schedule, text: string, rule: Rule): Walk {
  const library = new RRuleTemporal({
    rruleString: `DTSTART;TZID=${schedule.zone}:${schedule.start}\nRRULE:${text}`,
    maxIterations: iterationsMax,
    maxCandidateEvaluations: candidatesMax,
  });
  const instant = (atMs: number) => new Temporal.ZonedDateTime(BigInt(atMs) * 1_000_000n, schedule.zone);
  if (rule.count !== null) return only(library.all().map((at) => at.epochMilliseconds));
  const chunkMs = chunkDays[rule.freq] * dayMs;
  return (fromMs, toMs) => {
    const found: number[] = [];
    for (let lowMs = fromMs; lowMs < toMs && found.length <= startsMax; lowMs += chunkMs) {
      const highMs = Math.min(toMs, lowMs + chunkMs);
      for (const at of library.between(instant(lowMs), instant(highMs - 1), true)) found.push(at.epochMilliseconds);
    }
    return found;
  };
}
