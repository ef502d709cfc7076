// Where a priority item goes in a unit's day: at the beginning of the next session, never where a box's policy would refuse it.
import { hoursRule } from '../../schemas/policy.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { agenda, sessionMs } from '../../schemas/timeline.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import { dayMs, localDateOfDay } from '../../schemas/zones.ts';
import { type BoxToServe, type CentreContent, planFor, policiesAt } from './compile-want.ts';
import { lookAtSchedule } from './schedule-look.ts';

/** Boxes fetch it before it is due. */
const leadMs = 5 * 60_000;
const aheadMs = 3 * dayMs;
/** Where no session is near, it begins on a half hour. */
const gridMs = 30 * 60_000;
const triesMax = 40;
/** Boxes whose sessions are looked at: those of a unit have mostly the same. */
const boxesAsked = 8;
/** A page stands so long unless it ends before. */
const pageMs = dayMs;

export interface Insertion {
  readonly id: string;
  readonly programme: Programme;
  readonly groups: readonly string[];
  /** The boxes that these groups reach. */
  readonly boxes: readonly BoxToServe[];
  readonly content: CentreContent;
  readonly clock: ZoneClock;
  readonly atMs: number;
  /** Not offered after that. */
  readonly untilMs: number | null;
}

/** The schedule, or undefined where no hour of the next three days would have it. */
export function insertedSchedule(wish: Insertion): Schedule | undefined {
  const { programme, boxes, atMs } = wish;
  if (boxes.length === 0) return undefined;
  if (programme.form === 'bulletin') return pageSchedule(wish);
  const lengthMs = sessionMs(programme, { times: 1, gapMs: 0 });
  const policies = policiesAt(boxes, wish.content).map(({ policy }) => policy);
  const permitted = (startMs: number) => policies.every((policy) => hoursRule(policy, startMs, startMs + lengthMs) === null);
  const firstMs = atMs + leadMs;
  const lastMs = Math.min(atMs + aheadMs, (wish.untilMs ?? Number.POSITIVE_INFINITY) - lengthMs);
  const sessions = sessionStarts(wish, firstMs).filter((startMs) => startMs <= lastMs && permitted(startMs));
  const halfHours = grid(firstMs, lastMs).filter(permitted);
  for (const startMs of [...sessions.slice(0, triesMax), ...halfHours.slice(0, triesMax)]) {
    const schedule = scheduleAt(wish, startMs);
    if (isKept(wish, schedule, startMs)) return schedule;
  }
  return undefined;
}

/** Beginnings of sound that boxes will play, soonest first. */
function sessionStarts({ boxes, content }: Insertion, firstMs: number): number[] {
  const starts = boxes.slice(0, boxesAsked).flatMap((box) =>
    agenda(planFor(box, content), firstMs, firstMs + aheadMs)
      .filter(({ kind, refused, startMs }) => kind !== 'board' && refused === null && startMs >= firstMs)
      .map(({ startMs }) => startMs),
  );
  return [...new Set(starts)].sort((a, b) => a - b);
}

function grid(firstMs: number, lastMs: number): number[] {
  const startMs = Math.ceil(firstMs / gridMs) * gridMs;
  return Array.from({ length: Math.max(0, Math.floor((lastMs - startMs) / gridMs) + 1) }, (_, at) => startMs + at * gridMs);
}

/** No box refuses it. */
function isKept({ programme, groups, boxes, content }: Insertion, schedule: Schedule, startMs: number): boolean {
  const { occurrences } = lookAtSchedule({ schedule, groups, occasions: [], programme }, content, boxes, startMs, startMs + 1);
  return occurrences.length > 0 && occurrences.every(({ refused }) => refused === null);
}

function pageSchedule(wish: Insertion): Schedule {
  const startMs = Math.ceil((wish.atMs + 60_000) / 60_000) * 60_000;
  const lastsMs = Math.max(60_000, Math.min(pageMs, (wish.untilMs ?? Number.POSITIVE_INFINITY) - startMs));
  return { ...scheduleAt(wish, startMs), lastsMs };
}

function scheduleAt({ id, programme, clock }: Insertion, startMs: number): Schedule {
  return {
    ...{ id, programme: programme.id, class: 'priority', start: localOf(startMs, clock), zone: clock.zone },
    ...{ rdates: [], exdates: [], holidays: 'play', repeat: { times: 1, gapMs: 0 } },
    ...{ missedStart: { rule: 'join', withinMs: 600_000 }, interrupted: 'restart', gainDb: 0 },
  };
}

/** `20261123T053000` in the zone, to the second. */
export function localOf(atMs: number, clock: ZoneClock): string {
  const wallMs = atMs + clock.offsetAt(atMs);
  const day = Math.floor(wallMs / dayMs);
  const seconds = Math.floor((wallMs - day * dayMs) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${localDateOfDay(day).replaceAll('-', '')}T${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}${two(seconds % 60)}`;
}
