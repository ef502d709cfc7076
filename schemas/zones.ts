// Wall time and UTC: calendar arithmetic and the offsets of IANA zones, cached. Reads no clock and no process zone.
import { bad, ok, type Result } from './problems.ts';

export const dayMs = 86_400_000;
/** Nothing is planned from the year 2200 on. */
export const farthestMs = 7_258_118_400_000;

/** Days since 1970-01-01 of a proleptic Gregorian date, or undefined when the calendar has no such day. */
export function dayOfDate(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return undefined;
  // Years counted from March, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Monday is 0. Day 0 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** `20261123T053000` as milliseconds of the wall (as if it were UTC), or undefined for what no wall clock shows. */
export function wallOf(local: string): number | undefined {
  const year = Number(local.slice(0, 4));
  const day = dayOfDate(year, Number(local.slice(4, 6)), Number(local.slice(6, 8)));
  const [hour, minute, second] = [Number(local.slice(9, 11)), Number(local.slice(11, 13)), Number(local.slice(13, 15))];
  if (day === undefined || year < 1970 || year > 2199 || hour > 23 || minute > 59 || second > 59) return undefined;
  return day * dayMs + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** `2026-11-23` as a day number, or undefined. */
export function dayOfLocalDate(date: string): number | undefined {
  return dayOfDate(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

/** A day number as `2026-11-23`: the way back, for the years 0 to 9999. */
export function localDateOfDay(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Months counted from March, as there.
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`;
}

/** The Gregorian year a day number lies in. */
export function yearOfDay(day: number): number {
  return Number(localDateOfDay(day).slice(0, 4));
}

/** `05:30` in milliseconds after midnight; `24:00` is the whole day. */
export function timeOfDayMs(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * 60_000;
}

/** One zone's offsets. Walls are local times in milliseconds as if they were UTC. */
export interface ZoneClock {
  readonly zone: string;
  /** Local minus UTC at an instant, ms. */
  offsetAt(utcMs: number): number;
  /** The instant a wall clock shows this, the earlier of two in an overlap; undefined inside a gap. */
  instantOf(wallMs: number): number | undefined;
  /** As `instantOf`, but in a gap the offset before it is used (RFC 5545 §3.3.5); `later` takes the second of two. */
  instantNear(wallMs: number, later?: boolean): number;
  /** The one offset of a whole local day and its neighbours, or undefined when it changes around that day. */
  steadyOffset(day: number): number | undefined;
  /** Local day number of an instant. */
  dayAt(utcMs: number): number;
}

const probeMs = 8 * dayMs;
const periodMs = 8 * probeMs;
const periodsMax = 4096;
const zonesMax = 256;

/** Pure lookups remembered by zone name. */
const clocks = new Map<string, ZoneClock>();

/** The offsets of a zone. Problem: zone-unknown. */
export function zoneClock(zone: string): Result<ZoneClock> {
  const cached = clocks.get(zone);
  if (cached) return ok(cached);
  const offsetAt = offsetReader(zone);
  if (!offsetAt) return bad('zone-unknown', `no time zone ${zone} on this platform`);
  const clock = makeClock(zone, offsetAt);
  if (clocks.size >= zonesMax) clocks.clear();
  clocks.set(zone, clock);
  return ok(clock);
}

function makeClock(zone: string, read: (utcMs: number) => number): ZoneClock {
  const periods = new Map<number, Period>();
  const offsetAt = (utcMs: number): number => {
    const index = Math.floor(utcMs / periodMs);
    let period = periods.get(index);
    if (!period) {
      if (periods.size >= periodsMax) periods.clear();
      period = readPeriod(index, read);
      periods.set(index, period);
    }
    let offset = period.first;
    for (const change of period.changes) if (utcMs >= change.atMs) offset = change.offset;
    return offset;
  };
  /** Both readings of a wall: with the offset a day before it and a day after it. */
  const around = (wallMs: number) => {
    const before = offsetAt(wallMs - dayMs);
    const after = offsetAt(wallMs + dayMs);
    const first = offsetAt(wallMs - before) === before ? wallMs - before : undefined;
    const second = after !== before && offsetAt(wallMs - after) === after ? wallMs - after : undefined;
    return { before, first, second };
  };
  return {
    zone,
    offsetAt,
    instantOf: (wallMs) => {
      const { first, second } = around(wallMs);
      return first ?? second;
    },
    instantNear: (wallMs, later = false) => {
      const { before, first, second } = around(wallMs);
      return (later ? (second ?? first) : (first ?? second)) ?? wallMs - before;
    },
    steadyOffset: (day) => {
      const before = offsetAt((day - 1) * dayMs);
      return offsetAt((day + 2) * dayMs) === before ? before : undefined;
    },
    dayAt: (utcMs) => Math.floor((utcMs + offsetAt(utcMs)) / dayMs),
  };
}

interface Period {
  readonly first: number;
  readonly changes: readonly { readonly atMs: number; readonly offset: number }[];
}

/** Probe each 8 days, bisect to the second where two probes differ. */
function readPeriod(index: number, read: (utcMs: number) => number): Period {
  const startMs = index * periodMs;
  const first = read(startMs);
  const changes: { atMs: number; offset: number }[] = [];
  let offset = first;
  for (let fromMs = startMs; fromMs < startMs + periodMs; fromMs += probeMs) {
    const next = read(fromMs + probeMs);
    if (next === offset) continue;
    let [low, high] = [fromMs / 1000, (fromMs + probeMs) / 1000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (read(middle * 1000) === offset) low = middle;
      else high = middle;
    }
    changes.push({ atMs: high * 1000, offset: next });
    offset = next;
  }
  return { first, changes };
}

/** Reads one offset from Intl, or undefined when the platform does not know the zone. */
function offsetReader(zone: string): ((utcMs: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (utcMs) => {
    const wholeMs = Math.floor(utcMs / 1000) * 1000;
    const part = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of format.formatToParts(wholeMs)) if (type in part) part[type as keyof typeof part] = Number(value);
    const day = dayOfDate(part.year, part.month, part.day) ?? 0;
    return day * dayMs + ((part.hour * 60 + part.minute) * 60 + part.second) * 1000 - wholeMs;
  };
}
