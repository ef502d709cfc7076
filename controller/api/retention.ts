// How long the centre keeps what it was told: read by all, set by administrators of the whole centre.
import type { FastifyInstance } from 'fastify';
import { ok } from '../../schemas/problems.ts';
import { RetentionSettings } from '../../schemas/retention.ts';
import type { Centre } from '../centre.ts';
import { declare } from './route.ts';

export function retentionRoutes(app: FastifyInstance, centre: Centre): void {
  const { retention, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/retention', act: 'read' }, async () => ok(await retention.settings()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/retention', act: 'retention.write', where: 'centre', body: RetentionSettings },
    async ({ body, act }) => {
      await retention.save(body, act('retention.write', card.id, body));
      return ok(body);
    },
  );
}
