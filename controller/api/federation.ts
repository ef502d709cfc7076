// Centres below over REST: what they have told of themselves, what their boxes will play, the receipts behind a figure.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { BoxLine, ComingLine, Question, ReceiptLine, Told } from '../../schemas/federation.ts';
import { type CentreStateAnswer, federationLimits, UpThing } from '../../schemas/federation.ts';
import { AreaPath, Id } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { type CentreArea, freshnessOf } from '../core/federation.ts';
import { may } from '../core/roles.ts';
import { homeOf } from '../core/source-place.ts';
import type { Person } from '../people/sessions.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const answerWithinMs = 10_000;
const most = federationLimits.lines - 1;
const ReceiptsQuery = v.object(pageEntries(100, most));
const BoxesQuery = v.object({ area: v.optional(AreaPath), after: v.optional(Id) });
const ComingQuery = v.object({ hours: v.optional(v.pipe(Whole, v.minValue(1), v.maxValue(72)), '24') });

export function federationRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/centres/below/:id/state', act: 'read', perMinute: 30 },
    async ({ person, params }): Promise<Result<CentreStateAnswer>> => {
      const below = belowFor(centre, person, params['id'] ?? '');
      if (!below.ok) return below;
      const { centre: id, area } = below.value;
      const line = (await store.federation.lines()).find(({ peer }) => peer === id);
      const things = (await Promise.all(['boxes', 'days'].map((kind) => store.federation.told(kind, undefined, federationLimits.things))))
        .flat()
        .flatMap(({ peer, body }) => {
          const read = peer === id ? parseJson(UpThing, body) : undefined;
          return read?.ok ? [read.value] : [];
        });
      return ok({
        ...{ centre: id, area, fresh: freshnessOf(line, nowMs()), asOfMs: line?.asOfMs ?? null, heardMs: line?.heardMs ?? null },
        boxes: things.filter((thing) => thing.is === 'boxes'),
        days: things.find((thing) => thing.is === 'days') ?? null,
      });
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/centres/below/:id/boxes', act: 'read', query: BoxesQuery, perMinute: 30 },
    async ({ person, params, query }): Promise<Result<{ readonly lines: readonly BoxLine[]; readonly more: boolean }>> => {
      const below = belowFor(centre, person, params['id'] ?? '');
      if (!below.ok) return below;
      const told = await ask(centre, below.value, { ask: 'boxes', area: query.area ?? below.value.area, after: query.after ?? null });
      return told.ok ? only('boxes', told.value) : told;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/centres/below/:id/boxes/:box/coming', act: 'read', query: ComingQuery, perMinute: 30 },
    async ({ person, params, query }): Promise<Result<{ readonly lines: readonly ComingLine[]; readonly more: boolean }>> => {
      const below = belowFor(centre, person, params['id'] ?? '');
      if (!below.ok) return below;
      const box = v.safeParse(Id, params['box']);
      if (!box.success) return bad('not-found', `no box ${params['box']}`);
      const told = await ask(centre, below.value, { ask: 'coming', box: box.output, hours: query.hours });
      return told.ok ? only('coming', told.value) : told;
    },
  );

  receiptRoutes(app, centre);
}

function receiptRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, sources, units, federation } = centre;
  const Place = v.tuple([InstantMs, Id, v.pipe(v.string(), v.maxLength(200))]);
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-issues/:id/:unit/receipts', act: 'read', query: ReceiptsQuery, perMinute: 30 },
    async ({ person, params, query, ...door }): Promise<Result<readonly ReceiptLine[]>> => {
      const place = placeOf(Place, query);
      if (!place.ok) return place;
      const [id, unit] = [params['id'] ?? '', params['unit'] ?? ''];
      const issue = await store.issues.issue(id);
      const item = issue && (await store.sources.item(issue.item));
      const [entry] = await store.issues.entries({ issues: [id], units: [unit], limit: 1 });
      const home = homeOf(units.tree, units.today(), unit);
      const sees = item && (sources.seesWhole(item, person.grants) || (home && may(person.grants, 'read', home.area).ok));
      if (!issue || !entry || !sees) return bad('not-found', `nothing of ${id} in the inbox of ${unit}`);
      const [startMs = 0, dev = '', occurrence = ''] = place.value ?? [];
      const after = place.value ? { startMs, dev, occurrence } : null;
      // One more than the page tells whether there is a next.
      const told = await federation.answers.receipts(issue, unit, { after, limit: query.limit + 1 }, answerWithinMs);
      if (!told.ok) return told;
      const read = only('receipts', told.value);
      return read.ok ? ok(cutPage(door, query, read.value.lines, (line) => [line.startMs, line.dev, line.occurrence])) : read;
    },
  );
}

/** Problems: not-found. */
function belowFor({ federation }: Centre, { grants }: Person, id: string): Result<CentreArea> {
  const below = federation.lower.below.find((one) => one.centre === id);
  return below && may(grants, 'read', below.area).ok ? ok(below) : bad('not-found', `no centre ${id} below`);
}

function ask({ federation }: Centre, { centre, area }: CentreArea, question: Question): Promise<Result<Told>> {
  if (question.ask === 'boxes' && federation.lower.answerer(question.area) !== centre)
    return Promise.resolve(bad('outside-area', `${question.area} does not lie in ${area}`, '/area'));
  return federation.lower.ask(centre, question, answerWithinMs);
}

function only<K extends Told['is']>(is: K, { is: kind, ...told }: Told): Result<Omit<Extract<Told, { is: K }>, 'is'>> {
  return kind === is ? ok(told as Omit<Extract<Told, { is: K }>, 'is'>) : bad('wrong-content', `asked for ${is}, told ${kind}`);
}
