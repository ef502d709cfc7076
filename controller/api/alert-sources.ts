// The sources of alerts by REST: administrators write them; secrets are written and never read.
import type { FastifyInstance } from 'fastify';
import { AlertSource, type AlertSourceAnswer } from '../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { declare } from './route.ts';

export function alertSourceRoutes(app: FastifyInstance, centre: Centre): void {
  const { alerts, card, orders } = centre;

  declare(app, centre, { method: 'GET', url: '/api/alert-sources', act: 'alert-source.read' }, async () => ok(alerts.sources.answers()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/alert-sources/:id', act: 'alert-source.write', where: 'centre', body: AlertSource },
    async ({ person, params, body }): Promise<Result<AlertSourceAnswer>> => {
      const allowed = may(person.grants, 'alert-source.write', card.area);
      if (!allowed.ok) return allowed;
      if (body.id !== params['id']) return bad('bad-input', `the address names ${params['id']}`, '/id');
      const at = body.events.findIndex(({ template }) => !orders.templates.some(({ id }) => id === template));
      if (at >= 0) return bad('not-found', `no template ${body.events[at]?.template}`, `/events/${at}/template`);
      return alerts.sources.save(body, person.account);
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/alert-sources/:id', act: 'alert-source.write', where: 'centre' },
    async ({ person, params }) => {
      const allowed = may(person.grants, 'alert-source.write', card.area);
      return allowed.ok ? alerts.sources.remove(params['id'] ?? '', person.account) : allowed;
    },
  );
}
