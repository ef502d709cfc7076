// The broadcast policy of the centre: read by all, changed by administrators, enforced on the boxes.
import type { FastifyInstance } from 'fastify';
import { checkPolicy } from '../../schemas/plan.ts';
import { Policy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { declare } from './route.ts';

export function policyRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/policy', act: 'read' }, async () => {
    const policy = await store.content.policy();
    return policy ? ok(policy) : bad('not-found', 'the centre has no policy yet');
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/policy', act: 'policy.write', where: 'centre', body: Policy },
    async ({ person, body, act }): Promise<Result<Policy>> => {
      const allowed = may(person.grants, 'policy.write', card.area);
      if (!allowed.ok) return allowed;
      const checked = checkPolicy(body);
      if (!checked.ok) return checked;
      await store.content.savePolicy(body, act('policy.write', body.id, body));
      await dispatch.changed();
      return ok(body);
    },
  );
}
