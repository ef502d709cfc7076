// Relays of upper stations by REST: list with state, add, remove.
import type { FastifyInstance } from 'fastify';
import { type RelayAnswer, RelayRequest } from '../../schemas/api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { declare } from './route.ts';

export function relayRoutes(app: FastifyInstance, centre: Centre): void {
  const { relays, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/relays', act: 'read' }, async () => ok(relays.list()));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/relays', act: 'relay.write', where: 'centre', body: RelayRequest, status: 201, perMinute: 30 },
    async ({ person, body }): Promise<Result<RelayAnswer>> => {
      const allowed = may(person.grants, 'relay.write', card.area);
      return allowed.ok ? relays.add(body, person.account) : allowed;
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/relays/:id', act: 'relay.write', where: 'centre' },
    async ({ person, params }): Promise<Result<void>> => {
      const allowed = may(person.grants, 'relay.write', card.area);
      return allowed.ok ? relays.remove(params['id'] ?? '', person.account) : allowed;
    },
  );
}
