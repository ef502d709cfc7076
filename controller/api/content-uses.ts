// Where a sound or a bulletin of the library is used: in which programmes, planned how often, and by which pre-armed orders.
import type { FastifyInstance } from 'fastify';
import type { MediaUsesAnswer } from '../../schemas/content-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { declare } from './route.ts';

export function contentUsesRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, templates } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/media/:sha256/uses', act: 'read', perMinute: 120 },
    async ({ params }): Promise<Result<MediaUsesAnswer>> => {
      const { sha256 = '' } = params;
      if (!(await store.content.medium(sha256))) return bad('not-found', 'no such content');
      const [programmes, schedules] = await Promise.all([store.content.programmes(), store.content.schedules()]);
      const planned = (id: string) => schedules.filter(({ schedule }) => schedule.programme === id).length;
      return ok({
        programmes: programmes
          .filter(({ programme }) => programme.items.some((item) => item.sha256 === sha256))
          .map(({ programme: { id, title }, state }) => ({ id, title, state, schedules: planned(id) })),
        templates: templates
          .all()
          .flatMap(({ id, title, speech }) =>
            speech.flatMap(({ recording, language }) => (recording === sha256 ? [{ id, title, language }] : [])),
          ),
      });
    },
  );
}
