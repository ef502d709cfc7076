// Claims: made for a box, listed, withdrawn; and the other end of a box's life here.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { ClaimAnswer, RetirementAnswer } from '../../schemas/enrolment-api.ts';
import { ClaimRequest, RetireRequest } from '../../schemas/enrolment-api.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { makeClaim } from '../provision/claims.ts';
import type { KeptClaim } from '../store/enrolment-store.ts';
import { declare } from './route.ts';

const claimsMax = 500;
const ClaimsQuery = v.object({ box: v.optional(Id) });

export function claimRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/boxes/:id/claim', once: false, act: 'box.claim', body: v.optional(ClaimRequest, {}), status: 201 },
    async ({ person, params, body, act }) => {
      const box = registry.box(params['id'] ?? '');
      if (!box) return bad('not-found', `no box ${params['id']}`);
      const allowed = may(person.grants, 'box.claim', box.area);
      if (!allowed.ok) return allowed;
      return ok(await makeClaim(store.estate, { dev: box.id, serial: body.serial }, centre.claimPlace(), act('box.claim', box.id)));
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/claims', act: 'box.claim', query: ClaimsQuery }, async ({ person, query }) => {
    const found = await store.enrolment.claims({ limit: claimsMax, ...(query.box !== undefined && { dev: query.box }) });
    const seen = found.filter(({ dev }) => {
      const box = registry.box(dev);
      return box !== undefined && sees(person.grants, box.area);
    });
    return ok(seen.map((claim) => answerOf(claim, nowMs())) satisfies ClaimAnswer[]);
  });

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/claims/:id', act: 'box.claim' },
    async ({ person, params, act }): Promise<Result<void>> => {
      const claim = (await store.enrolment.claims({ limit: claimsMax })).find((one) => idOf(one) === params['id']);
      const box = claim && registry.box(claim.dev);
      if (!claim || !box) return bad('not-found', `no claim ${params['id']}`);
      const allowed = may(person.grants, 'box.claim', box.area);
      if (!allowed.ok) return allowed;
      return store.enrolment.withdraw(claim.tokenHash, act('claim.withdraw', box.id));
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/boxes/:id/decommission', act: 'box.claim', body: v.optional(RetireRequest, {}), perMinute: 30 },
    async ({ person, params, body, act }): Promise<Result<RetirementAnswer>> => {
      const box = registry.box(params['id'] ?? '');
      if (!box) return bad('not-found', `no box ${params['id']}`);
      const allowed = may(person.grants, 'box.claim', box.area);
      if (!allowed.ok) return allowed;
      return centre.retirement.retire(box.id, body.now ?? false, person.account, (name) => act(name, box.id, body));
    },
  );
}

/** The hash of a token tells nothing of it, and its beginning is name enough. */
function idOf({ tokenHash }: KeptClaim): string {
  return tokenHash.slice(0, 16);
}

function answerOf(claim: KeptClaim, nowMs: number): ClaimAnswer {
  const { dev: box, expMs, madeMs = 0, madeBy = '', hardware, usedMs, withdrawnMs } = claim;
  const state = usedMs !== null ? 'used' : withdrawnMs !== null ? 'withdrawn' : expMs <= nowMs ? 'expired' : 'open';
  return { id: idOf(claim), box, state, madeMs, madeBy, expMs, usedMs, bound: hardware !== undefined };
}
