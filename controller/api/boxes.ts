// Boxes and groups: what the centre has, and how it is.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { type BoxAnswer, BoxRequest, type GroupAnswer } from '../../schemas/api.ts';
import { Id, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { BoxSettings } from '../../schemas/settings.ts';
import type { Centre } from '../centre.ts';
import { statusOf } from '../core/fleet-status.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { goneAround } from '../core/unit-tree.ts';
import type { Registry } from '../registry.ts';
import type { Box } from '../store/store.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { declare } from './route.ts';

/** In the order of their ids. `ids`: of these alone, for a page that was told which have changed. */
const BoxesQuery = v.object({
  ids: v.optional(
    v.pipe(v.string(), v.maxLength(6_600), v.regex(/^[a-z0-9-]{1,32}(,[a-z0-9-]{1,32}){0,199}$/, 'must be up to 200 ids with commas')),
  ),
  ...pageEntries(200, 1000),
});

export function boxRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, dispatch, feed } = centre;

  declare(app, centre, { method: 'GET', url: '/api/boxes', act: 'read', query: BoxesQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(v.tuple([Id]), query);
    if (!place.ok) return place;
    const [after] = place.value ?? [];
    const found: Box[] = [];
    for (const box of query.ids === undefined ? registry.all() : named(registry, query.ids)) {
      if ((after !== undefined && box.id <= after) || !sees(person.grants, box.area)) continue;
      found.push(box);
      if (found.length > query.limit) break;
    }
    return ok(cutPage(door, query, found, ({ id }) => [id]).map((box) => answerOf(centre, box)));
  });

  declare(app, centre, { method: 'GET', url: '/api/boxes/:id', act: 'read' }, async ({ person, params }) => {
    const box = registry.box(params['id'] ?? '');
    return box && sees(person.grants, box.area) ? ok(answerOf(centre, box)) : bad('not-found', `no box ${params['id']}`);
  });

  declare(app, centre, { method: 'GET', url: '/api/groups', act: 'read' }, async () => ok([...centre.groups()] satisfies GroupAnswer[]));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/boxes', act: 'box.register', body: BoxRequest, status: 201 },
    async ({ person, body, act }): Promise<Result<BoxAnswer>> => {
      const allowed = may(person.grants, 'box.register', body.area);
      if (!allowed.ok) return allowed;
      if (!within(body.area, centre.card.area))
        return bad('outside-area', `${body.area} is not in ${centre.card.area}: no key of this centre reaches there`, '/area');
      const gone = goneAround(centre.units.tree, body.area, centre.units.today());
      if (gone) return bad('conflict', `${gone.unit} lies in ${gone.now ?? 'no place any more'}, not around ${body.area}`, '/area');
      const box: Box = {
        id: body.id,
        name: body.name,
        area: body.area,
        groups: body.groups,
        settings: v.parse(BoxSettings, { outputs: body.outputs, ...(hasBoard(body.outputs) && { place: centre.card.name }) }),
        createdMs: centre.nowMs(),
        enrolledMs: null,
        signingKey: null,
        certificate: null,
      };
      const added = await store.estate.addBox(box, act('box.register', box.id, body));
      if (!added.ok) return added;
      registry.put(box);
      await dispatch.changed();
      feed.tell('box', box.id);
      return ok(answerOf(centre, box));
    },
  );
}

function named(registry: Registry, ids: string): readonly Box[] {
  return [...new Set(ids.split(','))].sort().flatMap((id) => registry.box(id) ?? []);
}

/** The safe page of a board names its place; a loudspeaker has none. */
function hasBoard(outputs: BoxSettings['outputs']): boolean {
  return outputs.some(({ kind }) => kind === 'board');
}

function answerOf({ registry, link, nowMs }: Centre, box: Box): BoxAnswer {
  const seen = registry.seen(box.id);
  const status = statusOf(seen, link.connected(box.id), nowMs());
  return {
    id: box.id,
    name: box.name,
    area: box.area,
    groups: box.groups,
    outputs: box.settings.outputs,
    enrolled: registry.enrolled(box.id),
    ...status,
    report: seen?.report ?? null,
    telemetry: seen?.telemetry ?? null,
  };
}
