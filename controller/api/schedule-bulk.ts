// Many schedules changed at once over REST: looked at first, done whole, taken back for a day.
import type { FastifyInstance } from 'fastify';
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import { type BulkAnswer, type BulkEntryAnswer, BulkRequest, bulkLimits } from '../../schemas/bulk.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { checkSchedule } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { type BulkChange, type BulkPlanned, changed, judgeUndo, lookAtBulk } from '../core/bulk-change.ts';
import type { Grant } from '../core/roles.ts';
import { seesAll } from '../core/sight.ts';
import { readContent } from '../dispatch.ts';
import { declare } from './route.ts';
import { mayOver } from './schedules.ts';

const listed = 50;
/** What no box would play is not taken. */
const hours = new Set(['outside-window', 'quiet-hours']);

export function scheduleBulkRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed, registry, card, nowMs } = centre;
  const act = 'schedule.write';

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/schedules/bulk', act, body: BulkRequest, perMinute: 30 },
    async (asked): Promise<Result<BulkAnswer>> => {
      const { preview, seen: expected, note, change: wish } = asked.body;
      const made = await changeOf(centre, asked.body, asked.person.grants);
      if (!made.ok) return made;
      const { before, after } = made.value;
      const seen = sha256(Buffer.from(canonicalJson(before)));
      if (expected !== undefined && expected !== seen) return bad('conflict', 'one of them was changed since it was looked at', '/seen');
      const content = await readContent(store, nowMs());
      if (!content) return bad('conflict', 'the centre has no policy yet');
      const look = lookAtBulk(made.value, content, registry.all(), nowMs());
      if (preview) return ok({ id: null, seen, ...look });
      const refused = look.lines.flatMap((line) =>
        line.refused.filter(({ rule }) => hours.has(rule)).map((one) => ({ ...one, id: line.id })),
      )[0];
      if (refused) return bad('policy-breach', `${refused.id}: ${refused.rule} at ${new Date(refused.startMs).toISOString()}`, '/change');
      const id = randomId('doi');
      const change: BulkChange = { id, atMs: nowMs(), by: asked.person.account, note, change: wish, before, after, undone: null };
      const done = await store.bulks.apply(change, asked.act('schedule.bulk', id, { change: wish, before, after }));
      if (!done.ok) return done;
      await dispatch.changed();
      feed.tell('schedule', id);
      return ok({ id, seen, ...look });
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/schedules/bulk', act: 'read' }, async ({ person }) =>
    // Notes and names are the business of who made them, and of who sees the whole centre.
    ok((await store.bulks.changes(listed)).filter(({ by }) => by === person.account || seesAll(person.grants, card.area)).map(entryOf)),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/schedules/bulk/:id/undo', act },
    async ({ person, params, act: acted }): Promise<Result<BulkEntryAnswer>> => {
      const id = params['id'] ?? '';
      const known = await store.bulks.change(id);
      if (!known) return bad('not-found', `no change ${id}`);
      const allowed = mayOverAll(centre, person.grants, [...known.before, ...known.after]);
      if (!allowed.ok) return allowed;
      const done = await store.bulks.undo(id, (change) => judgeUndo(change, person.account, nowMs()), acted('schedule.bulk-undo', id));
      if (!done.ok) return done;
      await dispatch.changed();
      feed.tell('schedule', id);
      return ok(entryOf(done.value));
    },
  );
}

/** Problems: not-found (schedule, group, programme), not-allowed, conflict, bad-input, schedule-invalid. */
async function changeOf(
  centre: Centre,
  { schedules: ids, change }: BulkRequest,
  grants: readonly Grant[],
): Promise<Result<Pick<BulkChange, 'before' | 'after'>>> {
  const { store } = centre;
  if (change.do === 'groups') {
    const stranger = change.groups.find((group) => !centre.groups().some(({ id }) => id === group));
    if (stranger !== undefined) return bad('not-found', `no group ${stranger}`, '/change/groups');
  }
  const all = new Map((await store.content.schedules()).map((one) => [one.schedule.id, one]));
  const programmes = new Map((await store.content.programmes()).map((one) => [one.programme.id, one]));
  const [before, after]: [BulkPlanned[], BulkPlanned[]] = [[], []];
  for (const [at, id] of ids.entries()) {
    const was = all.get(id);
    if (!was) return bad('not-found', `no schedule ${id}`, `/schedules/${at}`);
    const is = changed(was, change);
    if (!is.ok) return bad(is.problem.code, is.problem.detail, is.problem.path || `/schedules/${at}`);
    before.push(was);
    if (!is.value) continue;
    const programme = programmes.get(is.value.schedule.programme);
    if (!programme) return bad('not-found', `no programme ${is.value.schedule.programme}`, '/change/programme');
    if (change.do === 'programme' && ['withdrawn', 'rejected'].includes(programme.state))
      return bad('conflict', `the programme is ${programme.state}`, '/change/programme');
    const fit = checkSchedule(is.value.schedule, programme.programme);
    if (!fit.ok) return fit;
    after.push(is.value);
  }
  const allowed = mayOverAll(centre, grants, [...before, ...after]);
  return allowed.ok ? ok({ before, after }) : allowed;
}

function mayOverAll(centre: Centre, grants: readonly Grant[], planned: readonly BulkPlanned[]): Result<void> {
  const places = new Map(planned.map(({ groups }) => [groups.join(' '), groups]));
  return [...places.values()].map((groups) => mayOver(centre, grants, groups)).find((one) => !one.ok) ?? ok(undefined);
}

function entryOf({ id, atMs, by, note, change, before, undone }: BulkChange): BulkEntryAnswer {
  const schedules = before.map(({ schedule }) => schedule.id);
  return { id, atMs, by, note, change, schedules, undone, undoUntilMs: atMs + bulkLimits.undoMs };
}
