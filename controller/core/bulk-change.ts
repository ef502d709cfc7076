// One change to many schedules: what each becomes, what every box would play otherwise, whether it may be taken back. Pure.
import { type BulkAnswer, type BulkBox, type BulkLine, type BulkWish, bulkLimits } from '../../schemas/bulk.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { starts } from '../../schemas/recurrence.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import { dayMs, localDateOfDay, wallOf } from '../../schemas/zones.ts';
import { type BoxToServe, type CentreContent, planFor } from './compile-want.ts';
import { lookAtSchedule } from './schedule-look.ts';

/** What of a stored schedule a change looks at. */
export interface BulkPlanned {
  readonly schedule: Schedule;
  readonly groups: readonly string[];
  readonly occasions?: readonly NonNullable<CentreContent['schedules'][number]['occasions']>[number][];
  readonly author: string;
  readonly createdMs: number;
}

/** A change that was made, with what stood before. */
export interface BulkChange {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly note: string;
  readonly change: BulkWish;
  readonly before: readonly BulkPlanned[];
  /** What was removed is not among them. */
  readonly after: readonly BulkPlanned[];
  readonly undone: { readonly by: string; readonly atMs: number } | null;
}

const weekMs = 7 * dayMs;
const aheadMs = 31 * dayMs;
const boxesTold = 100;
const linesTold = 40;

/** What a schedule becomes; null: it goes. Problems: conflict (its hours stand in a rule, named days, nothing would change). */
export function changed(planned: BulkPlanned, change: BulkWish): Result<BulkPlanned | null> {
  const { schedule, occasions = [] } = planned;
  switch (change.do) {
    case 'remove':
      return ok(null);
    case 'groups':
      return ok({ ...planned, groups: change.groups });
    case 'programme':
      return ok({ ...planned, schedule: { ...schedule, programme: change.programme } });
    case 'skip-day':
      return skipped(planned, change.date);
    case 'shift': {
      if (change.minutes === 0) return bad('bad-input', 'nothing would change', '/change/minutes');
      if (/BY(HOUR|MINUTE|SECOND)=/.test(schedule.rrule ?? '')) return bad('conflict', `${schedule.id}: its hours stand in its rule`);
      if (occasions.length > 0) return bad('conflict', `${schedule.id} plays on named days`);
      const move = (local: string) => moved(local, change.minutes * 60_000);
      const { start, rdates, exdates } = schedule;
      // Another day would be another weekday of the rule.
      if (move(start).slice(0, 8) !== start.slice(0, 8)) return bad('conflict', `${schedule.id} would begin on another day`);
      return ok({ ...planned, schedule: { ...schedule, start: move(start), rdates: rdates.map(move), exdates: exdates.map(move) } });
    }
  }
}

function skipped(planned: BulkPlanned, date: string): Result<BulkPlanned | null> {
  const { schedule } = planned;
  const fromMs = wallOf(`${date.replaceAll('-', '')}T000000`);
  if (fromMs === undefined) return bad('bad-input', `no such day ${date}`, '/change/date');
  // Two days around it hold the whole local day of every zone.
  const found = starts({ ...schedule, zone: 'UTC' }, [], Math.max(0, fromMs), fromMs + dayMs);
  if (!found.ok) return found;
  const exdates = [...new Set([...schedule.exdates, ...found.value.map((ms) => localOfWall(ms))])];
  if (exdates.length > 400) return bad('over-budget', `${schedule.id} leaves out 400 starts already`);
  return ok({ ...planned, schedule: { ...schedule, exdates } });
}

function moved(local: string, byMs: number): string {
  return localOfWall((wallOf(local) ?? 0) + byMs);
}

/** `20261123T170000` of a wall clock's milliseconds. */
function localOfWall(wallMs: number): string {
  const day = Math.floor(wallMs / dayMs);
  const seconds = Math.floor((wallMs - day * dayMs) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${localDateOfDay(day).replaceAll('-', '')}T${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}${two(seconds % 60)}`;
}

/** The same tables with these schedules in place of those. */
function contentAfter(content: CentreContent, before: readonly BulkPlanned[], after: readonly BulkPlanned[]): CentreContent {
  const gone = new Set(before.map(({ schedule }) => schedule.id));
  return { ...content, schedules: [...content.schedules.filter(({ schedule }) => !gone.has(schedule.id)), ...after] };
}

/** What the change means, by schedule and by box. */
export function lookAtBulk(
  { before, after }: Pick<BulkChange, 'before' | 'after'>,
  content: CentreContent,
  boxes: readonly BoxToServe[],
  atMs: number,
): Pick<BulkAnswer, 'lines' | 'boxes' | 'boxCount'> {
  const next = contentAfter(content, before, after);
  const lines = before.map((was): BulkLine => {
    const is = after.find(({ schedule }) => schedule.id === was.schedule.id);
    return { id: was.schedule.id, before: sideOf(was), after: is ? sideOf(is) : null, ...lookAtOne(is, next, boxes, atMs) };
  });
  const touched = new Set([...before, ...after].flatMap(({ groups }) => groups));
  const differing = boxes
    .filter(({ groups }) => groups.some((group) => touched.has(group)))
    .map((box) => boxOf(box, content, next, atMs))
    .filter(({ gone, added }) => gone.length > 0 || added.length > 0);
  return { lines, boxes: differing.slice(0, boxesTold), boxCount: differing.length };
}

function sideOf({ schedule: { start, programme }, groups }: BulkPlanned) {
  return { start, programme, groups };
}

function lookAtOne(
  is: BulkPlanned | undefined,
  next: CentreContent,
  boxes: readonly BoxToServe[],
  atMs: number,
): Pick<BulkLine, 'plays' | 'refused' | 'meetings'> {
  const programme = is && next.programmes.find((one) => one.programme.id === is.schedule.programme)?.programme;
  if (!is || !programme) return { plays: 0, refused: [], meetings: [] };
  const { schedule, groups, occasions = [] } = is;
  const others = { ...next, schedules: next.schedules.filter((one) => one.schedule.id !== schedule.id) };
  const hearing = boxes.filter((box) => box.groups.some((group) => groups.includes(group)));
  const look = lookAtSchedule({ schedule, groups, occasions, programme }, others, hearing, atMs, atMs + aheadMs);
  const refused = look.occurrences.flatMap(({ startMs, refused: rule }) => (rule === null ? [] : [{ startMs, rule }]));
  const meetings = look.meetings.map(({ startMs, schedule: other, title, first }) => ({ startMs, schedule: other, title, first }));
  return { plays: look.occurrences.length, refused: refused.slice(0, linesTold), meetings: meetings.slice(0, linesTold) };
}

function boxOf(box: BoxToServe, content: CentreContent, next: CentreContent, atMs: number): BulkBox {
  const [now, then] = [content, next].map((one) => agenda(planFor(box, one), atMs, atMs + weekMs));
  const keyOf = ({ id, programme, refused }: Occurrence) => `${id} ${programme} ${refused}`;
  const without = (all: readonly Occurrence[] = [], others: readonly Occurrence[] = []) => {
    const known = new Set(others.map(keyOf));
    return all
      .filter((one) => !known.has(keyOf(one)))
      .slice(0, linesTold)
      .map(({ schedule, title, startMs, refused }) => ({ schedule, title, startMs, refused }));
  };
  return { box: box.id, gone: without(now, then), added: without(then, now) };
}

/** Problems: conflict (undone, changed since), expired. The store sees that nothing has changed since. */
export function judgeUndo(change: BulkChange, account: string, atMs: number): Result<BulkChange> {
  if (change.undone) return bad('conflict', 'it was taken back already', '/undone');
  if (atMs - change.atMs > bulkLimits.undoMs) return bad('expired', 'a change can be taken back for a day');
  return ok({ ...change, undone: { by: account, atMs } });
}
