// Source items over REST: written, corrected, taken through their life, searched; each version stays readable.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  ReadAloudRequest,
  type SourceDifference,
  type SourceItemAnswer,
  SourceItemRequest,
  SourceKind,
  SourceRevisionRequest,
  SourceStepRequest,
  type SourceVersionAnswer,
  sourceStates,
  sourceSteps,
} from '../../schemas/source.ts';
import type { Centre } from '../centre.ts';
import { differences, type SourceItem } from '../core/source-item.ts';
import { sourceLife } from '../core/source-life.ts';
import { questionLettersMax } from '../core/source-search.ts';
import { readAloud } from '../sources/read-aloud.ts';
import { type Asking, versionAnswer } from '../sources/source-desk.ts';
import { limit, Whole } from './queries.ts';
import { type Asked, declare } from './route.ts';

const yes = v.optional(
  v.pipe(
    v.picklist(['1']),
    v.transform(() => true),
  ),
);
const ItemsQuery = v.object({
  /** Words, with marks or without; the best answers first. */
  q: v.optional(v.pipe(v.string(), v.maxLength(questionLettersMax))),
  unit: v.optional(Id),
  kind: v.optional(SourceKind),
  /** Of the newest version; `published`: one is in force, whatever is on its way. */
  state: v.optional(v.picklist(sourceStates)),
  folder: v.optional(Id),
  tag: v.optional(v.pipe(v.string(), v.maxLength(60))),
  essential: yes,
  /** Only what programmes may name now. */
  offered: yes,
  limit: limit(500),
});
const CompareQuery = v.object({ before: v.pipe(Whole, v.minValue(1)), after: v.pipe(Whole, v.minValue(1)) });

export const askingOf = ({ person, act }: Pick<Asked<unknown, unknown>, 'person' | 'act'>): Asking => ({
  account: person.account,
  grants: person.grants,
  act,
});

export function sourceItemRoutes(app: FastifyInstance, centre: Centre): void {
  const { sources } = centre;
  const told = async (done: Result<SourceItem>, { grants }: Asking): Promise<Result<SourceItemAnswer>> =>
    done.ok ? ok(await sources.answer(done.value, grants)) : done;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-items', act: 'read', query: ItemsQuery, perMinute: 240 },
    async ({ person, query: { q, unit, offered, ...filter } }): Promise<Result<SourceItemAnswer[]>> => {
      const defined = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as { limit: number };
      const wish = { ...defined, ...(unit !== undefined && { units: [unit] }), ...(offered && { validAtMs: centre.nowMs() }) };
      const found = await sources.list(wish, q, person.grants);
      return ok(offered ? found.filter((item) => item.offered) : found);
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/source-items', act: 'source.write', body: SourceItemRequest, status: 201, perMinute: 120 },
    async (asked) => told(await sources.add(asked.body, askingOf(asked)), askingOf(asked)),
  );

  declare(app, centre, { method: 'GET', url: '/api/source-items/:id', act: 'read' }, async ({ person, params }) => {
    const found = await sources.find(params['id'] ?? '', person.grants);
    return found.ok ? ok(await sources.answer(found.value, person.grants)) : found;
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/source-items/:id', act: 'source.write', body: SourceRevisionRequest, perMinute: 120 },
    async (asked) => told(await sources.revise(asked.params['id'] ?? '', asked.body, askingOf(asked)), askingOf(asked)),
  );

  for (const step of sourceSteps)
    declare(
      app,
      centre,
      { method: 'POST', url: `/api/source-items/:id/${step}`, act: sourceLife[step].act, body: SourceStepRequest },
      async (asked) => told(await sources.step(asked.params['id'] ?? '', step, asked.body, askingOf(asked)), askingOf(asked)),
    );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/source-items/:id/read-aloud', act: 'source.write', body: ReadAloudRequest, perMinute: 10 },
    async (asked) => told(await readAloud(centre, asked.params['id'] ?? '', asked.body.version, askingOf(asked)), askingOf(asked)),
  );

  versionRoutes(app, centre);
}

function versionRoutes(app: FastifyInstance, centre: Centre): void {
  const { sources } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-items/:id/versions', act: 'read' },
    async ({ person, params }): Promise<Result<SourceVersionAnswer[]>> => {
      const versions = await sources.versions(params['id'] ?? '', person.grants);
      return versions.ok ? ok(versions.value.map(versionAnswer)) : versions;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-items/:id/compare', act: 'read', query: CompareQuery },
    async ({ person, params, query }): Promise<Result<{ readonly differences: readonly SourceDifference[] }>> => {
      const versions = await sources.versions(params['id'] ?? '', person.grants);
      if (!versions.ok) return versions;
      const [before, after] = [query.before, query.after].map((n) => versions.value.find((one) => one.n === n));
      if (!before) return bad('not-found', `no version ${query.before}`, '/before');
      if (!after) return bad('not-found', `no version ${query.after}`, '/after');
      return ok({ differences: differences(before.content, after.content) });
    },
  );
}
