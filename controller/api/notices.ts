// Notices over REST: what one is told of, and that it was read.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { limit } from './queries.ts';
import { declare } from './route.ts';
import { askingOf } from './source-items.ts';

const yes = v.optional(v.picklist(['1']));
const NoticesQuery = v.object({ below: yes, unread: yes, limit: limit(500) });

export function noticeRoutes(app: FastifyInstance, centre: Centre): void {
  const { notices } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/notices', act: 'read', query: NoticesQuery, perMinute: 120 },
    async ({ person, query: { below, unread, limit: most } }) =>
      ok(await notices.list({ below: below === '1', unread: unread === '1', limit: most }, person.grants)),
  );

  declare(app, centre, { method: 'POST', url: '/api/notices/:id/read', act: 'read' }, async (asked) =>
    notices.read(asked.params['id'] ?? '', askingOf(asked)),
  );
}
