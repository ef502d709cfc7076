// Schedules: what plays when on which groups, looked at with the box's own timeline before it is kept.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import { ScheduleChange, ScheduleLookRequest } from '../../schemas/agenda.ts';
import { type PreviewAnswer, type ScheduleAnswer, ScheduleRequest, type TimelineAnswer } from '../../schemas/api.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { parse } from '../../schemas/parse.ts';
import { checkSchedule } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Programme } from '../../schemas/programme.ts';
import { Schedule } from '../../schemas/schedule.ts';
import { agenda, undecided } from '../../schemas/timeline.ts';
import { wallOf } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { planFor } from '../core/compile-want.ts';
import { calendarOf } from '../core/ical.ts';
import { type Grant, may } from '../core/roles.ts';
import { lookAtSchedule, type ScheduleLook } from '../core/schedule-look.ts';
import { sees } from '../core/sight.ts';
import { readContent } from '../dispatch.ts';
import type { StoredSchedule } from '../store/store.ts';
import { cutPage, pageEntries, placeAfter } from './paging.ts';
import { TimelineQuery } from './queries.ts';
import { declare } from './route.ts';

/** Oldest first. */
const SchedulesQuery = v.object(pageEntries(200, 1000));
const dayMs = 24 * 3600_000;
const lookAheadMs = 31 * dayMs;
const occasionsAheadMs = 400 * dayMs;
const previewMax = 60;
const timelineMaxMs = 31 * dayMs;

type Wish = v.InferOutput<typeof ScheduleRequest>;

export function scheduleRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed } = centre;

  declare(app, centre, { method: 'GET', url: '/api/schedules', act: 'read', query: SchedulesQuery }, async ({ query, ...door }) => {
    const after = placeAfter(query);
    if (!after.ok) return after;
    const found = await store.content.schedules({ after: after.value, limit: query.limit + 1 });
    const page = cutPage(door, query, found, ({ createdMs, schedule }) => [createdMs, schedule.id]);
    const titles = await store.content.titles([...new Set(page.map(({ schedule }) => schedule.programme))]);
    return ok(page.map((stored) => answerOf(stored, titles.get(stored.schedule.programme))));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/schedules', act: 'schedule.write', body: ScheduleRequest, status: 201 },
    async ({ person, body, act }): Promise<Result<ScheduleAnswer>> => {
      const allowed = mayOver(centre, person.grants, body.groups);
      if (!allowed.ok) return allowed;
      const looked = await lookAt(centre, body, randomId('lich'));
      if (!looked.ok) return looked;
      const fit = fitToKeep(looked.value);
      if (!fit.ok) return fit;
      const { stored: wanted, programme } = looked.value;
      const { schedule } = wanted;
      const stored = { ...wanted, author: person.account, createdMs: centre.nowMs() };
      const added = await store.content.addSchedule(stored, act('schedule.add', schedule.id, { ...schedule, groups: body.groups }));
      if (!added.ok) return added;
      await dispatch.changed();
      feed.tell('schedule', schedule.id);
      return ok(answerOf(stored, programme.title));
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/schedules/preview', act: 'read', body: ScheduleLookRequest, perMinute: 120 },
    async ({ body: { replaces, ...wish } }): Promise<Result<PreviewAnswer>> => {
      const looked = await lookAt(centre, wish, 'preview', replaces);
      if (!looked.ok) return looked;
      const { occurrences, meetings, unplayable } = looked.value.look;
      return ok({ occurrences: occurrences.slice(0, previewMax), meetings, unplayable });
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/schedules/:id', act: 'schedule.write' }, async ({ person, params, act }) => {
    const stored = (await store.content.schedules()).find(({ schedule }) => schedule.id === params['id']);
    const allowed = mayOver(centre, person.grants, stored?.groups ?? []);
    if (!allowed.ok) return allowed;
    const removed = await store.content.removeSchedule(params['id'] ?? '', act('schedule.remove', params['id'] ?? ''));
    if (!removed.ok) return removed;
    await dispatch.changed();
    feed.tell('schedule', params['id'] ?? '');
    return ok(undefined);
  });

  changeRoute(app, centre);
  timelineRoutes(app, centre);
}

/** One schedule changed as a whole: moved, longer, for others. It keeps its name, so that receipts of what it played stay its own. */
function changeRoute(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed } = centre;
  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/schedules/:id', act: 'schedule.write', body: ScheduleChange },
    async ({ person, params, body: { seen, ...wish }, act }): Promise<Result<ScheduleAnswer>> => {
      const id = params['id'] ?? '';
      const was = (await store.content.schedules()).find(({ schedule }) => schedule.id === id);
      const allowed = mayOver(centre, person.grants, [...(was?.groups ?? []), ...wish.groups]);
      if (!allowed.ok) return allowed;
      if (!was) return bad('not-found', `no schedule ${id}`);
      if (seen !== seenOf(was)) return bad('conflict', 'it was changed since it was looked at', '/seen');
      const looked = await lookAt(centre, wish, id, id);
      if (!looked.ok) return looked;
      const fit = fitToKeep(looked.value);
      if (!fit.ok) return fit;
      const { stored: wanted, programme } = looked.value;
      // What is put at another time is put on now: the thirty minutes of its approval are counted anew.
      const createdMs = sameTimes(was.schedule, wanted.schedule) ? was.createdMs : centre.nowMs();
      const stored = { ...wanted, author: was.author, createdMs };
      const done = await store.content.replaceSchedule(
        was,
        stored,
        act('schedule.change', id, { ...stored.schedule, groups: wish.groups }),
      );
      if (!done.ok) return done;
      await dispatch.changed();
      feed.tell('schedule', id);
      return ok(answerOf(stored, programme.title));
    },
  );
}

function sameTimes(a: Schedule, b: Schedule): boolean {
  const times = ({ start, zone, rrule, rdates }: Schedule) => canonicalJson([start, zone, rrule ?? '', rdates]);
  return times(a) === times(b);
}

/** The hours of the policy are known now: what no box would play is not taken (sessions and minutes depend on the day). */
function fitToKeep({ empty, look }: Looked): Result<void> {
  if (empty) return bad('conflict', 'nothing of the programme may be played any more', '/programme');
  const refused = look.occurrences.find((one) => one.refused === 'outside-window' || one.refused === 'quiet-hours');
  return refused ? bad('policy-breach', `${refused.refused} at ${new Date(refused.startMs).toISOString()}`, '/start') : ok(undefined);
}

/** What a box will play, as data and for other calendars. */
function timelineRoutes(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/timeline', act: 'read', query: TimelineQuery, perMinute: 240 },
    async ({ person, query }): Promise<Result<TimelineAnswer>> => {
      const seen = await timelineOf(centre, person.grants, query);
      if (!seen.ok) return seen;
      const { box, occurrences, content } = seen.value;
      return ok({ box: box.id, occurrences, undecided: undecided(occurrences, content?.localOrder ?? []) });
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/timeline.ics', act: 'read', query: TimelineQuery, perMinute: 60 },
    async ({ person, query, reply }): Promise<Result<undefined>> => {
      const seen = await timelineOf(centre, person.grants, query);
      if (!seen.ok) return seen;
      const { box, occurrences } = seen.value;
      await reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', `attachment; filename="${box.id}.ics"`)
        .send(calendarOf(occurrences, { name: box.name, centre: centre.card.id, nowMs: centre.nowMs() }));
      return ok(undefined);
    },
  );
}

/** What a box will play, by its own timeline code. Problems: not-found (another place's box too), bad-input. */
async function timelineOf(centre: Centre, grants: readonly Grant[], query: v.InferOutput<typeof TimelineQuery>) {
  const box = centre.registry.box(query.box);
  if (!box || !sees(grants, box.area)) return bad('not-found', `no box ${query.box}`, '/box');
  if (query.toMs - query.fromMs > timelineMaxMs) return bad('bad-input', 'at most 31 days at once', '/toMs');
  const content = await readContent(centre.store, centre.nowMs());
  return ok({ box, content, occurrences: content ? agenda(planFor(box, content), query.fromMs, query.toMs) : [] });
}

/** A right to schedule must cover every box that would play; groups without boxes belong to the whole centre. */
export function mayOver({ registry, card }: Centre, grants: readonly Grant[], groups: readonly string[]): Result<void> {
  const areas = registry.all().filter((box) => box.groups.some((group) => groups.includes(group)));
  const outside = areas.map((box) => may(grants, 'schedule.write', box.area)).find((one) => !one.ok);
  return outside ?? (areas.length > 0 ? ok(undefined) : may(grants, 'schedule.write', card.area));
}

interface Looked {
  readonly stored: Pick<StoredSchedule, 'schedule' | 'groups' | 'occasions'>;
  readonly programme: Programme;
  /** None of its source items may be played. */
  readonly empty: boolean;
  readonly look: ScheduleLook;
}

/** Problems: not-found (programme, group), conflict (not fit to schedule), bad-input, schedule-invalid, zone-unknown. */
async function lookAt(centre: Centre, wish: Wish, id: string, replaces?: string): Promise<Result<Looked>> {
  const { groups, occasions, ...fields } = wish;
  const stored = await centre.store.content.programme(wish.programme);
  if (!stored) return bad('not-found', `no programme ${wish.programme}`, '/programme');
  const { state } = stored;
  if (state === 'withdrawn' || state === 'rejected') return bad('conflict', `the programme is ${state}`, '/programme');
  const stranger = groups.find((group) => !centre.groups().some((known) => known.id === group));
  if (stranger !== undefined) return bad('not-found', `no group ${stranger}`, '/groups');
  if (occasions.length > 0 && fields.rrule !== undefined) return bad('bad-input', 'named days or a rule, not both', '/occasions');
  if (occasions.length > 0 && fields.holidays === 'skip') return bad('bad-input', 'it plays on these days or leaves them out', '/holidays');
  const schedule = { id, ...fields } as Schedule;
  const whole = await readContent(centre.store, centre.nowMs());
  if (!whole) return bad('conflict', 'the centre has no policy yet');
  // What it takes the place of does not meet it.
  const content = { ...whole, schedules: whole.schedules.filter((one) => one.schedule.id !== replaces) };
  const left = content.programmes.find(({ programme }) => programme.id === wish.programme)?.programme;
  const programme = left ?? stored.programme;
  const checked = checkSchedule(schedule, programme);
  if (!checked.ok) return checked;
  const boxes = centre.registry.all().filter((box) => box.groups.some((group) => groups.includes(group)));
  const fromMs = Math.max(centre.nowMs(), (wallOf(schedule.start) ?? 0) - dayMs);
  // Named days are rare: the next of each lies within a year or so.
  const aheadMs = occasions.length > 0 ? occasionsAheadMs : lookAheadMs;
  const look = lookAtSchedule({ schedule, groups, occasions, programme }, content, boxes, fromMs, fromMs + aheadMs);
  const fit = parse(Schedule, look.schedule);
  if (!fit.ok) return fit;
  return ok({ stored: { schedule, groups, ...(occasions.length > 0 && { occasions }) }, programme, empty: left === undefined, look });
}

type Kept = Omit<StoredSchedule, 'createdMs'>;

/** What somebody has seen of it: a change of it since is not written over. */
function seenOf({ schedule, groups, occasions = [] }: Kept): string {
  // As it is read back: without what is undefined.
  return sha256(Buffer.from(canonicalJson(JSON.parse(JSON.stringify({ schedule, groups, occasions })))));
}

function answerOf(kept: Kept, title: string | undefined): ScheduleAnswer {
  const { schedule, groups, occasions = [], author } = kept;
  return { ...schedule, groups, occasions, title: title ?? schedule.programme, by: author, seen: seenOf(kept) };
}
