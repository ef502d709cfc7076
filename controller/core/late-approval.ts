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

/** A start that nobody approved in time, for boxes to say so: the programme's name and length, nothing of its content. */
export interface LostPlay {
  readonly schedule: Schedule;
  readonly groups: readonly string[];
  readonly programme: Programme;
}

/** Never fetched and never played: boxes fetch nothing for what is refused. */
const noContent = '0'.repeat(64);
const itemMsMax = 4 * 3600_000;

/** Those of programmes that are still not approved; once one is, `withLateApprovals` says it of the same starts. */
export function lostPlays(schedules: readonly PlannedSchedule[], programmes: readonly PlannedProgramme[], atMs: number): LostPlay[] {
  const known = new Map(programmes.map((one) => [one.programme.id, one]));
  return schedules.flatMap((planned): LostPlay[] => {
    const found = known.get(planned.schedule.programme);
    if (found?.programme.form !== 'audio') return [];
    const startsMs = unapprovedStarts(planned, found, atMs - backMs, atMs + approvedAheadMs + 1);
    const schedule = startingAt(planned.schedule, startsMs);
    if (!schedule) return [];
    const lengthMs = found.programme.items.reduce((sum, item) => sum + item.durationMs, 0);
    const durationMs = Math.min(lengthMs, itemMsMax);
    const nothing = { sha256: noContent, bytes: 1, type: 'audio/ogg', title: notApproved, language: 'vi', durationMs, gainDb: 0 } as const;
    const programme: Programme = { ...found.programme, title: notApproved, items: [nothing] };
    return [{ groups: planned.groups, schedule: { ...schedule, unapprovedMs: startsMs }, programme }];
  });
}

const notApproved = 'Chưa duyệt · not approved';

/** The same schedule with these starts and no others. */
function startingAt(schedule: Schedule, startsMs: readonly number[]): Schedule | undefined {
  const clock = zoneClock(schedule.zone);
  const [start, ...rdates] = clock.ok ? startsMs.map((startMs) => localOf(startMs, clock.value)) : [];
  if (start === undefined) return undefined;
  const { rrule, validFromMs, validUntilMs, ...rest } = schedule;
  return { ...rest, start, rdates, exdates: [] };
}

/** What takes the place of each schedule has a name of its own, whatever others are called; a later schedule changes no earlier one's. */
export function insteadIds(schedules: readonly PlannedSchedule[]): ReadonlyMap<string, string> {
  const taken = new Set(schedules.map(({ schedule }) => schedule.id));
  const byAge = [...schedules].sort((a, b) => a.createdMs - b.createdMs || (a.schedule.id < b.schedule.id ? -1 : 1));
  return new Map(
    byAge.map(({ schedule: { id } }): [string, string] => {
      const named = (n: number) => {
        const end = `-thay${n === 0 ? '' : n}`;
        return `${id.slice(0, idMax - end.length)}${end}`;
      };
      let n = 0;
      while (taken.has(named(n))) n++;
      taken.add(named(n));
      return [id, named(n)];
    }),
  );
}

const idMax = 32;

/** Schedules as boxes are to have them: starts that were lost say so, and the filler, where there is one, sounds in their place. */
export function withLateApprovals<S extends PlannedSchedule>(
  schedules: readonly S[],
  programmes: readonly PlannedProgramme[],
  filler: string | null,
  atMs: number,
): S[] {
  const known = new Map(programmes.map((one) => [one.programme.id, one]));
  const spare = filler === null ? undefined : known.get(filler);
  const ids = spare ? insteadIds(schedules) : undefined;
  return schedules.flatMap((planned) => {
    const found = known.get(planned.schedule.programme);
    if (found?.programme.form !== 'audio') return [planned];
    const late = lateStarts(planned, found);
    const marked = late.length > 0 ? { ...planned, schedule: { ...planned.schedule, unapprovedMs: late } } : planned;
    if (spare?.state !== 'approved' || spare.programme.form !== 'audio' || spare === found) return [marked];
    const open = unapprovedStarts(planned, found, atMs - insteadMs, atMs + approvedAheadMs + 1);
    const id = ids?.get(planned.schedule.id) ?? '';
    const instead = insteadOf(planned, { id, filler: spare.programme.id }, [
      ...late.filter((startMs) => startMs > atMs - insteadMs),
      ...open,
    ]);
    return instead ? [marked, instead] : [marked];
  });
}

function insteadOf<S extends PlannedSchedule>(
  planned: S,
  { id, filler }: { readonly id: string; readonly filler: string },
  startsMs: readonly number[],
): S | undefined {
  const schedule = startingAt(planned.schedule, startsMs);
  return schedule && { ...planned, occasions: [], schedule: { ...schedule, id, programme: filler, class: 'filler' } };
}
