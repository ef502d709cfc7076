// What boxes proved and told: receipts, rows, contradictions.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { type AreaPath, Id, within } from '../../schemas/ids.ts';
import type { LogRowAnswer } from '../../schemas/log.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { Heard, Outcome, type Receipt } from '../../schemas/receipt.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { sees } from '../core/sight.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const pages = pageEntries(100, 1000);
const RowNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** The period is that of planned starts, `toMs` excluded; a unit with all below it, as they stand today. */
const ReceiptQuery = v.object({
  box: v.optional(Id),
  unit: v.optional(Id),
  outcome: v.optional(Outcome),
  /** What the microphone at the horn said. */
  heard: v.optional(Heard),
  programme: v.optional(Id),
  fromMs: v.optional(v.pipe(Whole, InstantMs)),
  toMs: v.optional(v.pipe(Whole, InstantMs)),
  ...pages,
});
const ReceiptPlace = v.tuple([InstantMs, v.string(), v.string()]);
const LogQuery = v.object({ box: v.optional(Id), kind: v.optional(Id), ...pages });
const RowPlace = v.tuple([InstantMs, v.string(), v.string(), RowNumber]);

export function logRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry } = centre;

  declare(app, centre, { method: 'GET', url: '/api/receipts', act: 'read', query: ReceiptQuery }, async ({ person, query, ...door }) => {
    const box = query.box === undefined ? undefined : registry.box(query.box);
    if (query.box !== undefined && !(box && sees(person.grants, box.area))) return bad('not-found', `no box ${query.box}`, '/box');
    const area = query.unit === undefined ? undefined : centre.register.areaOf(query.unit);
    if (query.unit !== undefined && !(area !== undefined && sees(person.grants, area)))
      return bad('not-found', `no unit ${query.unit}`, '/unit');
    const place = placeOf(ReceiptPlace, query);
    if (!place.ok) return place;
    const { fromMs, toMs, outcome, programme, heard } = query;
    const [plannedStartMs = 0, dev = '', occurrence = ''] = place.value ?? [];
    const found = await store.log.receipts({
      ...{ dev: box?.id, fromMs, toMs, outcome, programme, heard },
      ...(area !== undefined && { boxes: boxesIn(centre, area) }),
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
    return ok(seen.map(({ dev: from, entry, ...row }): LogRowAnswer => ({ box: from, ...row, entry: readEntry(entry) })));
  });

  declare(app, centre, { method: 'GET', url: '/api/log/conflicts', act: 'read' }, async ({ person }) =>
    ok((await store.log.conflicts(200)).filter(({ dev }) => sees(person.grants, registry.box(dev)?.area ?? centre.card.area))),
  );
}

function boxesIn({ registry }: Centre, area: AreaPath): string[] {
  return registry.all().flatMap((box) => (within(box.area, area) ? [box.id] : []));
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
