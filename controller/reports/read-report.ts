// What a report is made of, read from the tables: only what it needs, only of boxes the reader sees.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Report, ReportBody, ReportId } from '../../schemas/report-tables.ts';
import type { Centre } from '../centre.ts';
import { statusOf } from '../core/fleet-status.ts';
import { foldFact, type Told } from '../core/order-progress.ts';
import type { Grant } from '../core/roles.ts';
import { sees, seesAll } from '../core/sight.ts';
import { periodRowsMax } from '../store/sql-log.ts';
import type { StoredOrder, StoredReceipt } from '../store/store.ts';
import { drills, equipment, faults } from './estate.ts';
import type { Known, KnownOrder } from './known.ts';
import { addPlays, breaches, minutes, noPlays, playLog, playLogOf, playRows, scheduleKept } from './plays.ts';
import { reportTitles } from './report.ts';
import { csvMark, endCsv, rowsCsv, tablesCsv } from './write.ts';

const faultsMax = 20_000;
const ordersMax = 5_000;

/** A period, `toMs` excluded, and a part of the area or a box; of the log of plays also which of them. */
export interface Asked extends OfPlays {
  readonly fromMs: number;
  readonly toMs: number;
  readonly area?: AreaPath | undefined;
  readonly box?: string | undefined;
}

export interface OfPlays {
  readonly outcome?: Receipt['outcome'] | undefined;
  readonly programme?: string | undefined;
}

export type ReportRooms = Pick<Centre, 'store' | 'registry' | 'link' | 'card' | 'nowMs'>;

const makers: Readonly<Record<ReportId, (known: Known) => ReportBody>> = {
  'play-log': playLog,
  minutes,
  'schedule-kept': scheduleKept,
  breaches,
  faults,
  drills,
  equipment,
};

/** Problem: too-large, rather than figures of a part. */
export async function readReport(centre: ReportRooms, grants: readonly Grant[], asked: Asked, id: ReportId): Promise<Result<Report>> {
  const read = await readKnown(centre, grants, asked, id);
  if (!read.ok) return read;
  const { name, zone } = centre.card;
  const { fromMs, toMs } = asked;
  return ok({ id, title: reportTitles[id], centre: name, zone, asOfMs: centre.nowMs(), fromMs, toMs, ...makers[id](read.value) });
}

/** Of one read; a page of receipts is some megabytes at most. */
const streamedRows = 2_000;

/** The log as a table file, part after part: of any length, and never whole in memory. The figures stand at its end, as in every table file. */
export async function* streamPlayLog(centre: ReportRooms, grants: readonly Grant[], asked: Asked): AsyncGenerator<string> {
  const { store, card, nowMs } = centre;
  const { fromMs, toMs } = asked;
  const about = { id: 'play-log', title: reportTitles['play-log'], centre: card.name, zone: card.zone, asOfMs: nowMs(), fromMs, toMs };
  const boxes = boxesOf(centre, grants, asked, about.asOfMs);
  const programmes = new Map((await store.content.programmes()).map(({ programme }) => [programme.id, programme]));
  const ids = boxes.map(({ id }) => id);
  const { columns } = playLogOf([], noPlays);
  yield `${csvMark}${tablesCsv({ zone: card.zone, columns, rows: [] })}`;
  let sums = noPlays;
  let after: StoredReceipt | undefined;
  do {
    const part = await store.log.receiptsPage({ boxes: ids, fromMs, toMs, after, limit: streamedRows });
    const receipts = part.filter((one) => isAsked(one, asked));
    if (receipts.length > 0) yield rowsCsv({ zone: card.zone, columns, rows: playRows({ receipts, boxes, programmes }) });
    sums = addPlays(sums, receipts);
    after = part.length < streamedRows ? undefined : part.at(-1);
  } while (after);
  yield endCsv({ ...about, ...playLogOf([], sums) });
}

/** That the asker sees, in the part of the area that is asked. */
function boxesOf({ registry, link }: ReportRooms, grants: readonly Grant[], { area, box: only }: Asked, atMs: number): Known['boxes'] {
  return registry
    .all()
    .filter((box) => sees(grants, box.area) && (area === undefined || within(box.area, area)) && (only === undefined || box.id === only))
    .map((box) => {
      const { online, lastSeenMs } = statusOf(registry.seen(box.id), link.connected(box.id), atMs);
      const { id, name, area: place, settings, enrolledMs } = box;
      return { id, name, area: place, outputs: settings.outputs, enrolled: enrolledMs !== null, online, lastSeenMs };
    });
}

function isAsked({ receipt }: Pick<StoredReceipt, 'receipt'>, { outcome, programme }: OfPlays): boolean {
  return (outcome === undefined || receipt.outcome === outcome) && (programme === undefined || receipt.programme === programme);
}

async function readKnown(centre: ReportRooms, grants: readonly Grant[], asked: Asked, id: ReportId): Promise<Result<Known>> {
  const { store, nowMs } = centre;
  const { fromMs, toMs } = asked;
  const atMs = nowMs();
  const boxes = boxesOf(centre, grants, asked, atMs);
  const ids = boxes.map((box) => box.id);
  const period = { boxes: isWhole(asked) && seesAll(grants, centre.card.area) ? undefined : ids, fromMs, toMs };
  const receipts = id === 'play-log' ? await readPlays(centre, ids, asked) : [];
  const refused = id === 'breaches' ? await store.plays.refused({ ...period, limit: periodRowsMax }) : [];
  const programmes = ['play-log', 'minutes', 'breaches'].includes(id) ? await store.content.programmes() : [];
  const faulty = id === 'faults' ? await store.faults.faults({ ...period, open: false, period: { fromMs, toMs }, limit: faultsMax }) : [];
  const orders = id === 'drills' ? await readOrders(centre, fromMs, toMs, new Set(ids)) : [];
  if (receipts.length >= periodRowsMax || refused.length >= periodRowsMax || faulty.length >= faultsMax || orders === undefined)
    return bad('too-large', 'more than one report reads; choose a shorter period or a part of the area', '/toMs');
  return ok({
    ...{ fromMs, toMs, nowMs: atMs, boxes, receipts, refused, faults: faulty, orders },
    sums: id === 'minutes' ? await store.plays.minutes(period) : [],
    kept: id === 'schedule-kept' ? await store.plays.kept(period) : [],
    programmes: new Map(programmes.map(({ programme }) => [programme.id, programme])),
  });
}

function isWhole({ area, box }: Asked): boolean {
  return area === undefined && box === undefined;
}

async function readPlays({ store }: ReportRooms, boxes: readonly string[], asked: Asked): Promise<Known['receipts']> {
  const { fromMs, toMs } = asked;
  const receipts = await store.log.receiptsBetween({ boxes, fromMs, toMs });
  // Too many are refused as too many, whatever lies before the period.
  if (receipts.length >= periodRowsMax) return receipts;
  return receipts.filter((one) => one.receipt.plannedStartMs >= fromMs && isAsked(one, asked));
}

/** Orders of the period that were meant for boxes the person sees; undefined when they go further back than is read. */
async function readOrders(
  { store }: ReportRooms,
  fromMs: number,
  toMs: number,
  seen: ReadonlySet<string>,
): Promise<KnownOrder[] | undefined> {
  const latest = await store.orders.orders(ordersMax);
  if (latest.length >= ordersMax && latest.every(({ givenMs }) => givenMs >= fromMs)) return undefined;
  const given = latest.filter(({ givenMs, boxes }) => givenMs >= fromMs && givenMs < toMs && boxes.some((box) => seen.has(box)));
  const facts = await store.orders.progress(given.map(({ id }) => id));
  return given.map((order) => knownOrder(order, facts, seen));
}

function knownOrder(
  order: StoredOrder,
  facts: Awaited<ReturnType<ReportRooms['store']['orders']['progress']>>,
  seen: ReadonlySet<string>,
): KnownOrder {
  const told = new Map<string, { folded: Told | undefined; soundedMs: number | null }>();
  for (const fact of facts) {
    if (fact.order !== order.id) continue;
    const before = told.get(fact.dev);
    const soundedMs = before?.soundedMs ?? (fact.state === 'sounding' || fact.state === 'heard' ? fact.atMs : null);
    told.set(fact.dev, { folded: foldFact(before?.folded, fact), soundedMs });
  }
  const boxes = order.boxes
    .filter((box) => seen.has(box))
    .map((box) => ({
      box,
      told: told.has(box),
      sounded: told.get(box)?.folded?.sounded ?? false,
      soundedMs: told.get(box)?.soundedMs ?? null,
    }));
  return { id: order.id, class: order.order.class, template: order.template, givenMs: order.givenMs, by: order.by, boxes };
}
