// What boxes proved and told: receipts, rows, contradictions; and the centre's own audit chain.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { mayTend } from '../core/accounts.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { declare } from './route.ts';

const pages = pageEntries(100, 1000);
const RowNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ReceiptQuery = v.object({ box: v.optional(Id), ...pages });
const ReceiptPlace = v.tuple([InstantMs, v.string(), v.string()]);
const LogQuery = v.object({ box: v.optional(Id), kind: v.optional(Id), ...pages });
const RowPlace = v.tuple([InstantMs, v.string(), v.string(), RowNumber]);
/** Oldest first. */
const AuditQuery = v.object(pages);

export function logRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry } = centre;

  declare(app, centre, { method: 'GET', url: '/api/receipts', act: 'read', query: ReceiptQuery }, async ({ person, query, ...door }) => {
    const box = query.box === undefined ? undefined : registry.box(query.box);
    if (query.box !== undefined && !(box && sees(person.grants, box.area))) return bad('not-found', `no box ${query.box}`, '/box');
    const place = placeOf(ReceiptPlace, query);
    if (!place.ok) return place;
    const [plannedStartMs = 0, dev = '', occurrence = ''] = place.value ?? [];
    const found = await store.log.receipts({
      ...(box && { dev: box.id }),
      ...(place.value && { after: { dev, receipt: { plannedStartMs, occurrence } } }),
      limit: query.limit + 1,
    });
    const page = cutPage(door, query, found, (one) => [one.receipt.plannedStartMs, one.dev, one.receipt.occurrence]);
    const seen = page.filter((one) => sees(person.grants, registry.box(one.dev)?.area ?? centre.card.area));
    const titles = await titlesOf(centre, seen);
    const answers = seen.map(
      ({ dev: from, receipt, receivedMs }): ReceiptAnswer => ({
        box: from,
        boxName: registry.box(from)?.name ?? null,
        title: titles.get(subjectOf(receipt)) ?? null,
        storedMs: receivedMs,
        area: centre.units.areaOf(from, receipt.plannedStartMs) ?? null,
        receipt,
      }),
    );
    return ok(answers);
  });

  declare(app, centre, { method: 'GET', url: '/api/log', act: 'read', query: LogQuery }, async ({ person, query, ...door }) => {
    const { box, kind, limit } = query;
    const place = placeOf(RowPlace, query);
    if (!place.ok) return place;
    const [atMs = 0, dev = '', epoch = '', seq = 0] = place.value ?? [];
    const of = { ...(box !== undefined && { dev: box }), ...(kind !== undefined && { kind }) };
    const found = await store.log.rows({ ...of, ...(place.value && { after: { atMs, dev, epoch, seq } }), limit: limit + 1 });
    const page = cutPage(door, query, found, (row) => [row.atMs, row.dev, row.epoch, row.seq]);
    const seen = page.filter((row) => sees(person.grants, registry.box(row.dev)?.area ?? centre.card.area));
    return ok(seen.map(({ dev: from, entry, ...row }) => ({ box: from, ...row, entry: readEntry(entry) })));
  });

  declare(app, centre, { method: 'GET', url: '/api/log/conflicts', act: 'read' }, async ({ person }) =>
    ok((await store.log.conflicts(200)).filter(({ dev }) => sees(person.grants, registry.box(dev)?.area ?? centre.card.area))),
  );

  declare(app, centre, { method: 'GET', url: '/api/audit', act: 'audit.read', query: AuditQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(v.tuple([RowNumber]), query);
    if (!place.ok) return place;
    const [after = 0] = place.value ?? [];
    const page = cutPage(door, query, await store.audit.entries(after, query.limit + 1), ({ seq }) => [seq]);
    const reads = await auditSight(centre, person);
    return ok(page.filter(({ actor }) => reads(actor)));
  });

  declare(app, centre, { method: 'GET', url: '/api/audit/verify', act: 'audit.read', perMinute: 6 }, async () => {
    const brokenAt = await store.audit.verify();
    return ok({ holds: brokenAt === undefined, brokenAt: brokenAt ?? null });
  });
}

/** Whose acts somebody reads: over the whole centre everybody's and the centre's own, else those of people who work in the own area alone. */
async function auditSight({ store, card }: Centre, { account, grants }: Person): Promise<(actor: string) => boolean> {
  if (may(grants, 'audit.read', card.area).ok) return () => true;
  const inside = (await store.people.accounts()).filter((one) => mayTend(grants, 'audit.read', one.grants, card.area).ok);
  const names = new Set([account, ...inside.map((one) => one.account)]);
  // A token acts as ACCOUNT TOKEN.
  return (actor) => names.has(actor.split(' ')[0] ?? '');
}

/** The programme of a receipt, or the order or live session it is about. */
function subjectOf({ programme, occurrence }: Receipt): string {
  return programme ?? occurrence.split('@')[0] ?? '';
}

/** Of these receipts alone: what all others are called is nobody's question. */
async function titlesOf({ store }: Centre, receipts: readonly { readonly receipt: Receipt }[]): Promise<ReadonlyMap<string, string>> {
  const subjects = (of: (receipt: Receipt) => boolean) => [
    ...new Set(receipts.flatMap((one) => (of(one.receipt) ? [subjectOf(one.receipt)] : []))),
  ];
  const [programmes, orders] = await Promise.all([
    store.content.titles(subjects(({ programme }) => programme !== undefined)),
    store.orders.some(subjects(({ what }) => what === 'order')),
  ]);
  return new Map([...programmes, ...orders.map((order) => [order.id, order.order.screen.title] as const)]);
}

/** Rows of a newer box may hold words we do not know; they are shown as they are. */
function readEntry(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
