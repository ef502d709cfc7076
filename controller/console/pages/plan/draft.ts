// A schedule as somebody edits it: fields of a form, to and from what the centre keeps. Pure.
import type { ScheduleAnswer } from '../../../../schemas/api.ts';
import type { Occasion } from '../../../../schemas/holidays.ts';
import type { PlayClass } from '../../../../schemas/schedule.ts';
import { dateField, localOf, localOfWall, timeField, wallOfLocal } from './wall.ts';

export const dayNames = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type DayName = (typeof dayNames)[number];
export type Again = 'once' | 'daily' | 'weekly' | 'monthly' | 'occasions' | 'other';

export interface Draft {
  /** Of the schedule that is changed. */
  id?: string;
  seen?: string;
  programme: string;
  class: PlayClass;
  groups: string[];
  date: string;
  time: string;
  zone: string;
  again: Again;
  every: number;
  days: DayName[];
  /** By its day of the month, or by its weekday in it (`2MO`, `-1SU`). */
  monthBy: 'day' | 'weekday';
  untilDate: string;
  /** A rule that this form does not make: kept as it is. */
  rule: string;
  occasions: Occasion[];
  skipHolidays: boolean;
  exdates: string[];
  rdates: string[];
  times: number;
  gapMinutes: number;
  /** Bulletins: shown for so long; 0: once round. */
  lastsMinutes: number;
  staggered: boolean;
  /** What this form does not show and does not lose. */
  kept: Partial<Pick<ScheduleAnswer, 'validFromMs' | 'validUntilMs' | 'missedStart' | 'interrupted' | 'gainDb'>>;
}

export function emptyDraft(wallMs: number, zone: string): Draft {
  return {
    ...{ programme: '', class: 'normal', groups: [], date: dateField(wallMs), time: timeField(wallMs), zone },
    ...{ again: 'once', every: 1, days: [], monthBy: 'day', untilDate: '', rule: '', occasions: [] },
    ...{ skipHolidays: false, exdates: [], rdates: [], times: 1, gapMinutes: 0, lastsMinutes: 0, staggered: false, kept: {} },
  };
}

type Recurrence = Pick<Draft, 'again' | 'every' | 'days' | 'monthBy' | 'untilDate' | 'rule'>;
const once: Recurrence = { again: 'once', every: 1, days: [], monthBy: 'day', untilDate: '', rule: '' };

/** What of a rule the form can show; anything else stays as it is written. */
export function readRecurrence(rrule: string | undefined, start: string): Recurrence {
  if (!rrule) return once;
  const parts = new Map(rrule.split(';').map((part) => part.split('=') as [string, string]));
  const other: Recurrence = { ...once, again: 'other', rule: rrule };
  const until = /^(\d{4})(\d\d)(\d\d)$/.exec(parts.get('UNTIL') ?? '');
  if (parts.has('UNTIL') && !until) return other;
  const every = Number(parts.get('INTERVAL') ?? 1);
  const common = { ...once, every, untilDate: until ? `${until[1]}-${until[2]}-${until[3]}` : '' };
  const only = (...known: string[]) => [...parts.keys()].every((key) => ['FREQ', 'INTERVAL', 'UNTIL', ...known].includes(key));
  const byDay = parts.get('BYDAY')?.split(',') ?? [];
  switch (parts.get('FREQ')) {
    case 'DAILY':
      return only() ? { ...common, again: 'daily' } : other;
    case 'WEEKLY': {
      const days = dayNames.filter((name) => byDay.includes(name));
      if (!only('BYDAY') || days.length !== byDay.length) return other;
      return { ...common, again: 'weekly', days: days.length > 0 ? days : [weekdayOf(start)] };
    }
    case 'MONTHLY':
      if (parts.get('BYMONTHDAY') === String(Number(start.slice(6, 8))) && only('BYMONTHDAY'))
        return { ...common, again: 'monthly', monthBy: 'day' };
      if (only() && byDay.length === 0) return { ...common, again: 'monthly', monthBy: 'day' };
      return only('BYDAY') && parts.get('BYDAY') === ordinalOf(start) ? { ...common, again: 'monthly', monthBy: 'weekday' } : other;
    default:
      return other;
  }
}

export function weekdayOf(local: string): DayName {
  const day = Math.floor(wallOfLocal(local) / 86_400_000);
  return dayNames[(((day + 3) % 7) + 7) % 7] ?? 'MO';
}

/** Which of its weekday in its month: `2MO`; the fifth, or the last of four, is said from the end. */
export function ordinalOf(local: string): string {
  const nth = Math.ceil(Number(local.slice(6, 8)) / 7);
  return `${nth > 4 ? -1 : nth}${weekdayOf(local)}`;
}

export function ruleOf(draft: Draft): string | undefined {
  const start = localOf(draft.date, draft.time);
  const every = draft.every > 1 ? [`INTERVAL=${draft.every}`] : [];
  const until = draft.untilDate ? [`UNTIL=${draft.untilDate.replaceAll('-', '')}`] : [];
  switch (draft.again) {
    case 'daily':
      return ['FREQ=DAILY', ...every, ...until].join(';');
    case 'weekly': {
      const days = dayNames.filter((name) => draft.days.includes(name));
      return ['FREQ=WEEKLY', ...every, `BYDAY=${(days.length > 0 ? days : [weekdayOf(start)]).join(',')}`, ...until].join(';');
    }
    case 'monthly': {
      const by = draft.monthBy === 'day' ? `BYMONTHDAY=${Number(start.slice(6, 8))}` : `BYDAY=${ordinalOf(start)}`;
      return ['FREQ=MONTHLY', ...every, by, ...until].join(';');
    }
    case 'other':
      return draft.rule || undefined;
    default:
      return undefined;
  }
}

export function draftOf(schedule: ScheduleAnswer): Draft {
  const { id, seen, programme, groups, start, zone, rrule, exdates, rdates, repeat, lastsMs, occasions, neighbours } = schedule;
  const wallMs = wallOfLocal(start);
  return {
    ...{ id, seen, programme, class: schedule.class, groups: [...groups], date: dateField(wallMs), time: timeField(wallMs), zone },
    ...readRecurrence(rrule, start),
    ...(occasions.length > 0 && { again: 'occasions' as const }),
    ...{ occasions: [...occasions], skipHolidays: schedule.holidays === 'skip', exdates: [...exdates], rdates: [...rdates] },
    ...{ times: repeat.times, gapMinutes: repeat.gapMs / 60_000, lastsMinutes: (lastsMs ?? 0) / 60_000 },
    staggered: neighbours === 'staggered',
    kept: keptOf(schedule),
  };
}

function keptOf({ validFromMs, validUntilMs, missedStart, interrupted, gainDb }: ScheduleAnswer): Draft['kept'] {
  return {
    ...(validFromMs !== undefined && { validFromMs }),
    ...(validUntilMs !== undefined && { validUntilMs }),
    ...{ missedStart, interrupted, gainDb },
  };
}

/** As the centre is asked for it. */
export function wishOf(draft: Draft) {
  const rrule = ruleOf(draft);
  const lasts = draft.lastsMinutes > 0;
  return {
    ...{ programme: draft.programme, class: draft.class, groups: draft.groups, start: localOf(draft.date, draft.time), zone: draft.zone },
    ...(rrule !== undefined && { rrule }),
    ...{ exdates: draft.exdates, rdates: draft.rdates, holidays: draft.skipHolidays ? ('skip' as const) : ('play' as const) },
    ...(draft.again === 'occasions' && { occasions: draft.occasions }),
    repeat: lasts ? { times: 1, gapMs: 0 } : { times: draft.times, gapMs: Math.round(draft.gapMinutes * 60_000) },
    ...(lasts && { lastsMs: Math.round(draft.lastsMinutes * 60_000) }),
    ...(draft.staggered && { neighbours: 'staggered' as const }),
    ...draft.kept,
  };
}

/** All of its plays so much later; days of the week go along when the day changes. */
export function movedAll(draft: Draft, byMs: number): Draft {
  const move = (local: string) => localOfWall(wallOfLocal(local) + byMs);
  const wallMs = wallOfLocal(localOf(draft.date, draft.time)) + byMs;
  const before = dayNames.indexOf(weekdayOf(localOf(draft.date, draft.time)));
  const shift = dayNames.indexOf(weekdayOf(localOfWall(wallMs))) - before;
  return {
    ...draft,
    ...{ date: dateField(wallMs), time: timeField(wallMs), exdates: draft.exdates.map(move), rdates: draft.rdates.map(move) },
    days: draft.days.map((name) => dayNames[(dayNames.indexOf(name) + shift + 7) % 7] ?? name),
  };
}

/** One of its plays at another time: that one is left out, and put in where it goes. */
export function movedOne(draft: Draft, playWallMs: number, byMs: number): Draft {
  if (draft.again === 'once' && draft.rdates.length === 0) return movedAll(draft, byMs);
  const [from, to] = [localOfWall(playWallMs), localOfWall(playWallMs + byMs)];
  if (draft.rdates.includes(from)) return { ...draft, rdates: draft.rdates.map((one) => (one === from ? to : one)) };
  return { ...draft, exdates: [...new Set([...draft.exdates, from])], rdates: [...new Set([...draft.rdates, to])] };
}

/** Days that are left out are left out at the schedule's own time: they go along when it changes. */
export function retimed(exdates: readonly string[], from: string, to: string): string[] {
  const timeOf = (time: string) => localOf('', time).slice(1);
  return exdates.map((one) => (one.slice(9) === timeOf(from) ? `${one.slice(0, 9)}${timeOf(to)}` : one));
}
