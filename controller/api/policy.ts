// The broadcast policies of the centre and of areas in it: read by all, changed by administrators, enforced on the boxes.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { AreaPath, within } from '../../schemas/ids.ts';
import { checkPolicy } from '../../schemas/plan.ts';
import { type AreaPolicy, type AreaPolicyAnswer, Policy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { asSeen, SeenQuery, seenOf } from '../seen.ts';
import { declare } from './route.ts';

/** Without an area: the centre's own policy, which holds wherever no area has one. */
const AreaQuery = v.object({ area: v.optional(AreaPath) });
/** `seen`: by `GET /api/policies`. */
const ChangeQuery = v.object({ ...AreaQuery.entries, ...SeenQuery.entries });
const policiesMax = 500;

export function policyRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, card } = centre;
  const policies = store.calendar;

  declare(app, centre, { method: 'GET', url: '/api/policy', act: 'read', query: AreaQuery }, async ({ query }): Promise<Result<Policy>> => {
    const policy = await policyOf(centre, query.area ?? card.area);
    if (policy) return ok(policy);
    return query.area === undefined
      ? bad('not-found', 'the centre has no policy yet')
      : bad('not-found', `no policy of ${query.area}`, '/area');
  });

  declare(app, centre, { method: 'GET', url: '/api/policies', act: 'read' }, async (): Promise<Result<readonly AreaPolicyAnswer[]>> => {
    const policy = await store.content.policy();
    const all: AreaPolicy[] = [...(policy ? [{ area: card.area, policy }] : []), ...(await policies.areaPolicies())];
    return ok(all.map((one) => ({ ...one, seen: seenOf(one.policy) })));
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/policy', act: 'policy.write', query: ChangeQuery, body: Policy },
    async ({ person, query, body, act }): Promise<Result<Policy>> => {
      const area = query.area ?? card.area;
      const allowed = may(person.grants, 'policy.write', area);
      if (!allowed.ok) return allowed;
      if (!within(area, card.area)) return bad('bad-input', `${area} is not in ${card.area}`, '/area');
      const checked = checkPolicy(body);
      if (!checked.ok) return checked;
      const seen = asSeen(query.seen, await policyOf(centre, area));
      if (!seen.ok) return seen;
      const done = act('policy.write', query.area ?? body.id, body);
      if (area === card.area) await store.content.savePolicy(body, done);
      else {
        const known = await policies.areaPolicies();
        if (known.length >= policiesMax && !known.some((one) => one.area === area))
          return bad('too-large', `${policiesMax} areas have a policy of their own`, '/area');
        await policies.saveAreaPolicy({ area, policy: body }, done);
      }
      await dispatch.changed();
      return ok(body);
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/policy', act: 'policy.write', query: AreaQuery },
    async ({ person, query, act }): Promise<Result<void>> => {
      if (query.area === undefined || query.area === card.area)
        return bad('bad-input', 'the centre’s own policy is changed, not taken away', '/area');
      const allowed = may(person.grants, 'policy.write', query.area);
      if (!allowed.ok) return allowed;
      const removed = await policies.removeAreaPolicy(query.area, act('policy.remove', query.area));
      if (removed.ok) await dispatch.changed();
      return removed;
    },
  );
}

async function policyOf({ store, card }: Centre, area: string): Promise<Policy | undefined> {
  if (area === card.area) return store.content.policy();
  return (await store.calendar.areaPolicies()).find((one) => one.area === area)?.policy;
}
