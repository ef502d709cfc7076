// Directives over REST: issued down to units, read there by name, withdrawn, and who has read them.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  type DirectiveAnswer,
  type DirectiveHandlingAnswer,
  type DirectiveInboxLine,
  DirectiveRequest,
  DirectiveWithdrawRequest,
} from '../../schemas/directive.ts';
import { Id } from '../../schemas/ids.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import type { DirectiveAsking } from '../directives/directive-desk.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { type Asked, declare } from './route.ts';

const ListQuery = v.object(pageEntries(100, 500));
const InboxQuery = v.object({ unit: v.optional(Id), ...pageEntries(100, 500) });
const Place = v.tuple([InstantMs, Id]);
const InboxPlace = v.tuple([InstantMs, Id, Id]);

export function directiveRoutes(app: FastifyInstance, centre: Centre): void {
  const { directives } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/directives', act: 'directive.issue', body: DirectiveRequest, status: 201, perMinute: 30 },
    async (asked): Promise<Result<DirectiveHandlingAnswer>> => directives.issue(asked.body, askingOf(asked)),
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/directives', act: 'read', query: ListQuery },
    async ({ person, query, ...door }): Promise<Result<readonly DirectiveAnswer[]>> => {
      const place = placeOf(Place, query);
      if (!place.ok) return place;
      const after = place.value && { atMs: place.value[0], id: place.value[1] };
      const found = await directives.list(after, query.limit + 1, person.grants);
      return ok(cutPage(door, query, found, ({ atMs, id }) => [atMs, id]).map((one) => directives.answer(one)));
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/directives/:id', act: 'read', perMinute: 120 },
    async ({ person, params }): Promise<Result<DirectiveHandlingAnswer>> => directives.find(params['id'] ?? '', person.grants),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/directives/:id/withdraw', act: 'directive.issue', body: DirectiveWithdrawRequest },
    async (asked): Promise<Result<DirectiveHandlingAnswer>> =>
      directives.withdraw(asked.params['id'] ?? '', asked.body.note, askingOf(asked)),
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/directive-inbox', act: 'read', query: InboxQuery },
    async ({ person, query, ...door }): Promise<Result<readonly DirectiveInboxLine[]>> => {
      const place = placeOf(InboxPlace, query);
      if (!place.ok) return place;
      const [atMs = 0, directive = '', unit = ''] = place.value ?? [];
      const found = await directives.inbox(query.unit, place.value && { atMs, directive, unit }, query.limit + 1, person.grants);
      return ok(cutPage(door, query, found, (one) => [one.directive.atMs, one.directive.id, one.unit.id]));
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/directive-inbox/:directive/:unit/read', act: 'directive.read' },
    async (asked): Promise<Result<DirectiveInboxLine>> =>
      directives.read(asked.params['directive'] ?? '', asked.params['unit'] ?? '', askingOf(asked)),
  );
}

function askingOf({ person, act }: Asked<unknown, unknown>): DirectiveAsking {
  return { account: person.account, title: person.title, grants: person.grants, act };
}
