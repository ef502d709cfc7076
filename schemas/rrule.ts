// RFC 5545 recurrence rules as text: strictly read, so that no part is ever ignored in silence.
import { bad, ok, type Result } from './problems.ts';
import { dayMs, dayOfDate } from './zones.ts';

export const ruleCountMax = 5000;
/** A programme begins at most once a minute. */
export const startsPerDayMax = 1440;

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const dayNames: readonly string[] = weekdays;
const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'] as const;
export type Frequency = (typeof frequencies)[number];

/** Lowest and highest value of numeric list parts; a negative lowest allows counting from the end, never 0. */
const lists = {
  BYMONTH: [1, 12],
  BYWEEKNO: [-53, 53],
  BYYEARDAY: [-366, 366],
  BYMONTHDAY: [-31, 31],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
  BYSECOND: [0, 59],
  BYSETPOS: [-366, 366],
} as const satisfies Record<string, readonly [number, number]>;
type ListName = keyof typeof lists;

/** A rule read and checked. Weekdays count from Monday = 0. */
export interface Rule {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** Last possible start: an instant, or the end of a local day (`untilWallMs`, exclusive). */
  readonly untilMs: number | null;
  readonly untilWallMs: number | null;
  readonly byDay: readonly { readonly weekday: number; readonly ordinal: number }[];
  readonly lists: Readonly<Partial<Record<ListName, readonly number[]>>>;
  readonly weekStart: number;
}

/** Read an RRULE value. Problem: schedule-invalid at `/rrule`. */
export function readRule(text: string): Result<Rule> {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    const [name = '', value = '', ...rest] = part.split('=');
    if (value === '' || rest.length > 0) return wrong(`cannot read ${part}`);
    if (parts.has(name)) return wrong(`${name} stands twice`);
    parts.set(name, value);
  }
  const freq = frequencies.find((known) => known === parts.get('FREQ'));
  if (!freq) return wrong(`FREQ must be one of ${frequencies.join(', ')}`);
  const numbers: Partial<Record<ListName, readonly number[]>> = {};
  for (const [name, value] of parts) {
    if (name in lists) {
      const list = readList(name as ListName, value);
      if (!list) return wrong(`${name}=${value}: numbers from ${lists[name as ListName].join(' to ')}, never 0 from the end`);
      numbers[name as ListName] = list;
    } else if (!['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'WKST'].includes(name)) return wrong(`unknown part ${name}`);
  }
  const byDay = readDays(parts.get('BYDAY'), freq);
  if (!byDay) return wrong(`BYDAY=${parts.get('BYDAY')}: weekdays such as MO or, monthly and yearly, -1SU`);
  const interval = Number(parts.get('INTERVAL') ?? 1);
  if (!within(interval, 1, 10_000)) return wrong('INTERVAL must be 1 to 10000');
  const count = parts.has('COUNT') ? Number(parts.get('COUNT')) : null;
  if (count !== null && !within(count, 1, ruleCountMax)) return wrong(`COUNT must be 1 to ${ruleCountMax}`);
  const until = readUntil(parts.get('UNTIL'));
  if (!until) return wrong('UNTIL must be UTC such as 20261231T165959Z or a date such as 20261231');
  if (count !== null && parts.has('UNTIL')) return wrong('COUNT and UNTIL exclude one another');
  const weekStart = parts.has('WKST') ? dayNames.indexOf(parts.get('WKST') ?? '') : 0;
  if (weekStart < 0) return wrong('WKST must be a weekday');
  const rule = { freq, interval, count, ...until, byDay, lists: numbers, weekStart };
  return impossible(rule) ?? ok(rule);
}

/** Combinations that RFC 5545 §3.3.10 forbids or that start more often than a programme may. */
function impossible(rule: Rule): Result<Rule> | undefined {
  const has = (name: ListName) => rule.lists[name] !== undefined;
  if (has('BYWEEKNO') && rule.freq !== 'YEARLY') return wrong('BYWEEKNO goes with FREQ=YEARLY only');
  if (has('BYWEEKNO') && rule.byDay.some((day) => day.ordinal !== 0)) return wrong('BYDAY with BYWEEKNO takes plain weekdays');
  if (has('BYYEARDAY') && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(rule.freq)) return wrong(`BYYEARDAY does not go with FREQ=${rule.freq}`);
  if (has('BYMONTHDAY') && rule.freq === 'WEEKLY') return wrong('BYMONTHDAY does not go with FREQ=WEEKLY');
  const others = Object.keys(rule.lists).some((name) => name !== 'BYSETPOS') || rule.byDay.length > 0;
  if (has('BYSETPOS') && !others) return wrong('BYSETPOS needs another BY part');
  const size = (name: ListName, standard: number) => rule.lists[name]?.length ?? standard;
  const hours = size('BYHOUR', rule.freq === 'HOURLY' || rule.freq === 'MINUTELY' ? 24 : 1);
  const perDay = hours * size('BYMINUTE', rule.freq === 'MINUTELY' ? 60 : 1) * size('BYSECOND', 1);
  if (perDay > startsPerDayMax) return wrong(`up to ${perDay} starts a day, at most ${startsPerDayMax}`);
  return undefined;
}

function readList(name: ListName, text: string): readonly number[] | undefined {
  const [low, high] = lists[name];
  const values = text.split(',').map((word) => (/^[+-]?\d{1,3}$/.test(word) ? Number(word) : Number.NaN));
  if (!values.every((value) => within(value, low, high) && (low >= 0 || value !== 0))) return undefined;
  return [...new Set(values)].sort((a, b) => a - b);
}

function readDays(text: string | undefined, freq: Frequency): Rule['byDay'] | undefined {
  if (text === undefined) return [];
  const days: { weekday: number; ordinal: number }[] = [];
  for (const word of text.split(',')) {
    const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(word);
    if (!match) return undefined;
    const ordinal = Number(match[1] ?? 0);
    if (match[1] !== undefined && (ordinal === 0 || ordinal < -53 || ordinal > 53 || (freq !== 'MONTHLY' && freq !== 'YEARLY')))
      return undefined;
    days.push({ weekday: dayNames.indexOf(match[2] ?? ''), ordinal });
  }
  return days;
}

function readUntil(text: string | undefined): { untilMs: number | null; untilWallMs: number | null } | undefined {
  if (text === undefined) return { untilMs: null, untilWallMs: null };
  const match = /^(\d{4})(\d\d)(\d\d)(?:T([01]\d|2[0-3])([0-5]\d)([0-5]\d)Z)?$/.exec(text);
  if (!match) return undefined;
  const day = dayOfDate(Number(match[1]), Number(match[2]), Number(match[3]));
  if (day === undefined) return undefined;
  if (match[4] === undefined) return { untilMs: null, untilWallMs: (day + 1) * dayMs };
  return { untilMs: day * dayMs + ((Number(match[4]) * 60 + Number(match[5])) * 60 + Number(match[6])) * 1000, untilWallMs: null };
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function wrong(detail: string): Result<Rule> {
  return bad('schedule-invalid', detail, '/rrule');
}
