// What boxes proved and told: receipts, rows, contradictions; and the centre's own audit chain.
import type { FastifyInstance } from 'fastify';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { sees } from './boxes.ts';
import { AuditQuery, LogQuery, ReceiptQuery } from './queries.ts';
import { declare } from './route.ts';

export function logRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry } = centre;

  declare(app, centre, { method: 'GET', url: '/api/receipts', act: 'read', query: ReceiptQuery }, async ({ person, query }) => {
    const box = query.box === undefined ? undefined : registry.box(query.box);
    if (query.box !== undefined && !(box && sees(person.grants, box.area))) return bad('not-found', `no box ${query.box}`, '/box');
    const filter = box ? { dev: box.id, limit: query.limit } : { limit: query.limit };
    const [receipts, programmes, orders] = await Promise.all([
      store.log.receipts(filter),
      store.content.programmes(),
      store.orders.orders(500),
    ]);
    const titles = new Map<string, string>(programmes.map(({ programme }) => [programme.id, programme.title]));
    for (const order of orders) titles.set(order.id, order.order.screen.title);
    const answers = receipts
      .filter(({ dev }) => sees(person.grants, registry.box(dev)?.area ?? centre.card.area))
      .map(
        ({ dev, receipt, receivedMs }): ReceiptAnswer => ({
          box: dev,
          boxName: registry.box(dev)?.name ?? null,
          title: titles.get(receipt.programme ?? receipt.occurrence.split('@')[0] ?? '') ?? null,
          storedMs: receivedMs,
          area: centre.units.areaOf(dev, receipt.plannedStartMs) ?? null,
          receipt,
        }),
      );
    return ok(answers);
  });

  declare(app, centre, { method: 'GET', url: '/api/log', act: 'read', query: LogQuery }, async ({ person, query }) => {
    const { box, kind, limit } = query;
    const rows = await store.log.rows({ ...(box !== undefined && { dev: box }), ...(kind !== undefined && { kind }), limit });
    const seen = rows.filter(({ dev }) => sees(person.grants, registry.box(dev)?.area ?? centre.card.area));
    return ok(seen.map(({ dev, entry, ...row }) => ({ box: dev, ...row, entry: readEntry(entry) })));
  });

  declare(app, centre, { method: 'GET', url: '/api/log/conflicts', act: 'read' }, async () => ok(await store.log.conflicts(200)));

  declare(app, centre, { method: 'GET', url: '/api/audit', act: 'audit.read', query: AuditQuery }, async ({ query }) =>
    ok(await store.audit.entries(query.after, query.limit)),
  );

  declare(app, centre, { method: 'GET', url: '/api/audit/verify', act: 'audit.read', perMinute: 6 }, async () => {
    const brokenAt = await store.audit.verify();
    return ok({ holds: brokenAt === undefined, brokenAt: brokenAt ?? null });
  });
}

/** Rows of a newer box may hold words we do not know; they are shown as they are. */
function readEntry(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
