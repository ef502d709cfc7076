// Centres above and below by REST, for administrators: introduced, joined, admitted, let go, all at once and without a restart.
import type { FastifyInstance } from 'fastify';
import { Introduction, type NeighbourLine, type NeighboursAnswer } from '../../schemas/introduction.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { freshnessOf } from '../core/federation.ts';
import { may } from '../core/roles.ts';
import type { Person } from '../people/sessions.ts';
import { admit, dismiss, fingerprintOf, introductionOf, join, leave, type Neighbourhood, readOwn } from '../provision/neighbours.ts';
import { declare } from './route.ts';

const waitingMax = 500;

export function centreRoutes(app: FastifyInstance, centre: Centre): void {
  const { card, store, authority, dispatch, federation, admitBelow, nowMs } = centre;
  const act = 'centre.link' as const;
  const hereFor = ({ grants, account }: Person): Result<Neighbourhood> => {
    const allowed = may(grants, act, card.area);
    return allowed.ok ? ok({ store, card, ca: authority.pem, nowMs: nowMs(), actor: account }) : allowed;
  };

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/centres', act, where: 'centre' },
    async ({ person }): Promise<Result<NeighboursAnswer>> => {
      const here = hereFor(person);
      if (!here.ok) return here;
      const { trust, paths, below } = await readOwn(here.value);
      const introduction = introductionOf(here.value, trust, centre.claimPlace().brokerUrl);
      if (!introduction.ok) return introduction;
      const line = await linesOf(centre);
      return ok({
        above: await Promise.all(
          paths.map(async ({ centre: id, url, ca }) => ({ centre: id, url, fingerprint: fingerprintOf(ca), line: await line(id) })),
        ),
        below: await Promise.all(
          below.map(async ({ centre: id, name, ca }) => ({ centre: id, name, fingerprint: fingerprintOf(ca), line: await line(id) })),
        ),
        introduction: introduction.value,
      });
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/centres/above/:id', act, where: 'centre', body: Introduction },
    async ({ person, params, body }): Promise<Result<{ readonly newLinks: boolean }>> => {
      const here = hereFor(person);
      if (!here.ok) return here;
      if (body.centre !== params['id']) return bad('bad-input', `the address names ${params['id']}`, '/centre');
      const joined = await join(here.value, body);
      if (joined.ok) await Promise.all([dispatch.changed(), federation.upper.follow()]);
      return joined;
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/centres/above/:id', act, where: 'centre' }, async ({ person, params }) => {
    const here = hereFor(person);
    if (!here.ok) return here;
    const left = await leave(here.value, params['id'] ?? '');
    if (left.ok) await Promise.all([dispatch.changed(), federation.upper.follow()]);
    return left;
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/centres/below/:id', act, where: 'centre', body: Introduction },
    async ({ person, params, body }): Promise<Result<void>> => {
      const here = hereFor(person);
      if (!here.ok) return here;
      if (body.centre !== params['id']) return bad('bad-input', `the address names ${params['id']}`, '/centre');
      const below = await admit(here.value, body);
      if (!below.ok) return below;
      await admitBelow(below.value);
      return ok(undefined);
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/centres/below/:id', act, where: 'centre' }, async ({ person, params }) => {
    const here = hereFor(person);
    if (!here.ok) return here;
    const below = await dismiss(here.value, params['id'] ?? '');
    if (!below.ok) return below;
    await admitBelow(below.value);
    return ok(undefined);
  });
}

/** How each line stands, read once. */
async function linesOf({ store, nowMs }: Centre): Promise<(peer: string) => Promise<NeighbourLine>> {
  const lines = new Map((await store.federation.lines()).map((line) => [line.peer, line]));
  return async (peer) => {
    const line = lines.get(peer);
    const waiting = line ? (await store.federation.unsettled(peer, 0, waitingMax)).length : 0;
    return { fresh: freshnessOf(line, nowMs()), heardMs: line?.heardMs ?? null, asOfMs: line?.asOfMs ?? null, waiting };
  };
}
