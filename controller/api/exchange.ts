// Exchange with foreign systems over REST: links for administrators, supply and answers for their programs.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  type ExchangeLinkAnswer,
  ExchangeLinkRequest,
  type ExchangeUnitAnswer,
  exchangeLimits,
  type HeardAnswer,
  HeardRequest,
  type SuppliedAnswer,
} from '../../schemas/exchange.ts';
import { Id } from '../../schemas/ids.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import type { ExchangeLink } from '../core/exchange.ts';
import { type ActName, may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import { limit, Whole } from './queries.ts';
import { declare } from './route.ts';

const after = v.pipe(Whole, v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const SupplyQuery = v.object({ after: v.optional(after, '0'), limit: limit(exchangeLimits.page) });
const HeardQuery = v.object({ limit: limit(exchangeLimits.page) });
const ReplayRequest = v.strictObject({ after: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

export function exchangeRoutes(app: FastifyInstance, centre: Centre): void {
  linkRoutes(app, centre);
  programRoutes(app, centre);
}

function linkRoutes(app: FastifyInstance, centre: Centre): void {
  const { exchange } = centre;
  const of = { act: 'centre.link', where: 'centre' } as const;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/exchange', act: 'read' },
    async ({ person }): Promise<Result<ExchangeLinkAnswer[]>> =>
      ok((await exchange.links()).filter(({ unit }) => sees(person.grants, exchange.areaOf(unit) ?? centre.card.area))),
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/exchange/units', act: 'read', perMinute: 60 },
    async ({ person }): Promise<Result<ExchangeUnitAnswer[]>> => {
      const seen = (await exchange.units()).filter(({ area }) => sees(person.grants, area));
      return ok(seen.map(({ area: _area, ...one }) => one));
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/exchange/:id', ...of, body: ExchangeLinkRequest },
    async ({ params, body, act }): Promise<Result<ExchangeLinkAnswer>> => {
      const id = parse(Id, params['id']);
      return id.ok ? exchange.put(id.value, body, act('exchange.link', id.value, body)) : id;
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/exchange/:id', ...of }, async ({ params, act }): Promise<Result<void>> => {
    const id = params['id'] ?? '';
    return exchange.remove(id, act('exchange.unlink', id));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/exchange/:id/replay', ...of, body: ReplayRequest },
    async ({ params, body, act }): Promise<Result<void>> => {
      const link = await exchange.link(params['id'] ?? '');
      return link ? exchange.replay(link, body.after, act('exchange.replay', link.id, body)) : bad('not-found', `no link ${params['id']}`);
    },
  );
}

function programRoutes(app: FastifyInstance, centre: Centre): void {
  const { exchange } = centre;

  /** A link of a place that the person does not see is not told of. */
  const linkOf = async (id: string | undefined, { grants }: Person, act: ActName): Promise<Result<ExchangeLink>> => {
    const link = await exchange.link(id ?? '');
    const area = link && (exchange.areaOf(link.unit) ?? centre.card.area);
    if (!link || area === undefined || !sees(grants, area)) return bad('not-found', `no link ${id}`);
    const allowed = may(grants, act, area);
    return allowed.ok ? ok(link) : allowed;
  };

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/exchange/:id/supply', act: 'read', query: SupplyQuery, perMinute: 120 },
    async ({ person, params, query }): Promise<Result<SuppliedAnswer[]>> => {
      const link = await linkOf(params['id'], person, 'read');
      return link.ok ? ok(await exchange.supplied(link.value, query.after, query.limit)) : link;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/exchange/:id/heard', act: 'read', query: HeardQuery, perMinute: 120 },
    async ({ person, params, query }): Promise<Result<HeardAnswer[]>> => {
      const link = await linkOf(params['id'], person, 'read');
      return link.ok ? ok(await exchange.heard(link.value, query.limit)) : link;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/exchange/:id/heard', act: 'inbox.answer', body: HeardRequest, perMinute: 120 },
    async ({ person, params, body, act }): Promise<Result<void>> => {
      const link = await linkOf(params['id'], person, 'inbox.answer');
      return link.ok ? exchange.hear(link.value, body.documents, act('exchange.hear', link.value.id, body)) : link;
    },
  );
}
