// Thirty minutes before its start a programme is approved or it does not sound: what is late, who is warned, what sounds instead. Pure.
import type { Programme } from '../../schemas/programme.ts';
import { starts } from '../../schemas/recurrence.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { dayMs, zoneClock } from '../../schemas/zones.ts';
import type { NewNotice } from './notices.ts';
import { localOf } from './source-insert.ts';

export const approvedAheadMs = 30 * 60_000;
const warnAheadMs = dayMs;
/** A box that was away still learns why it was silent. */
const backMs = 7 * dayMs;
/** What took a place is told so long after, so that it is not taken from under a box that plays it. */
const insteadMs = dayMs;
const startsMax = 100;

export interface PlannedProgramme {
  readonly programme: Programme;
  readonly state: string;
  readonly changedMs: number;
}
export interface PlannedSchedule {
  readonly schedule: Schedule;
  readonly groups: readonly string[];
  readonly createdMs: number;
}

/** Was it to be approved by then: planned before, and not a thing that somebody puts on at once. */
function counts(startMs: number, createdMs: number): boolean {
  return createdMs <= startMs - approvedAheadMs;
}

function startsIn(schedule: Schedule, fromMs: number, toMs: number): number[] {
  const found = starts(schedule, [], Math.max(0, fromMs), toMs);
  return found.ok ? found.value.slice(-startsMax) : [];
}

/** Starts that an approved programme lost by being approved too late. The same whenever it is asked. */
export function lateStarts({ schedule, createdMs }: PlannedSchedule, { state, changedMs }: PlannedProgramme): number[] {
  if (state !== 'approved' || createdMs > changedMs) return [];
  return startsIn(schedule, changedMs - backMs, changedMs + approvedAheadMs).filter((startMs) => counts(startMs, createdMs));
}

const waiting = new Set(['draft', 'submitted', 'rejected']);

/** Starts of a programme that nobody has approved, from an instant until another. */
function unapprovedStarts(planned: PlannedSchedule, { state }: PlannedProgramme, fromMs: number, toMs: number): number[] {
  if (!waiting.has(state)) return [];
  return startsIn(planned.schedule, fromMs, toMs).filter((startMs) => counts(startMs, planned.createdMs));
}

/** Who is warned a day before, and told when it is too late: once for each start. */
export function approvalNotices(schedules: readonly PlannedSchedule[], programmes: readonly PlannedProgramme[], atMs: number): NewNotice[] {
  const known = new Map(programmes.map((one) => [one.programme.id, one]));
  return schedules.flatMap((planned) => {
    const found = known.get(planned.schedule.programme);
    if (found?.programme.form !== 'audio') return [];
    const { id, title } = found.programme;
    const about = {
      unit: null,
      roles: ['approver', 'author', 'scheduler'] as const,
      atMs,
      item: null,
      issue: null,
      programme: id,
      title,
      units: [],
    };
    return unapprovedStarts(planned, found, atMs - insteadMs, atMs + warnAheadMs).map((startMs): NewNotice => {
      const why = startMs - approvedAheadMs <= atMs ? 'not-approved' : 'approval-waits';
      return { ...about, why, cause: `${why} ${planned.schedule.id} ${startMs}`, dueMs: startMs - approvedAheadMs };
    });
  });
}

/** Schedules as boxes are to have them: starts that were lost say so, and the filler, where there is one, sounds in their place. */
export function withLateApprovals<S extends PlannedSchedule>(
  schedules: readonly S[],
  programmes: readonly PlannedProgramme[],
  filler: string | null,
  atMs: number,
): S[] {
  const known = new Map(programmes.map((one) => [one.programme.id, one]));
  const spare = filler === null ? undefined : known.get(filler);
  return schedules.flatMap((planned) => {
    const found = known.get(planned.schedule.programme);
    if (found?.programme.form !== 'audio') return [planned];
    const late = lateStarts(planned, found);
    const marked = late.length > 0 ? { ...planned, schedule: { ...planned.schedule, unapprovedMs: late } } : planned;
    if (spare?.state !== 'approved' || spare.programme.form !== 'audio' || spare === found) return [marked];
    const open = unapprovedStarts(planned, found, atMs - insteadMs, atMs + approvedAheadMs + 1);
    const instead = insteadOf(planned, spare.programme.id, [...late.filter((startMs) => startMs > atMs - insteadMs), ...open]);
    return instead ? [marked, instead] : [marked];
  });
}

function insteadOf<S extends PlannedSchedule>(planned: S, filler: string, startsMs: readonly number[]): S | undefined {
  const { schedule } = planned;
  const clock = zoneClock(schedule.zone);
  const [start, ...rdates] = clock.ok ? startsMs.map((startMs) => localOf(startMs, clock.value)) : [];
  if (start === undefined) return undefined;
  const { rrule, validFromMs, validUntilMs, ...rest } = schedule;
  const id = `${schedule.id.slice(0, 27)}-thay`;
  return {
    ...planned,
    occasions: [],
    schedule: { ...rest, id, programme: filler, class: 'filler', start, rdates, exdates: [], holidays: 'play' },
  };
}
