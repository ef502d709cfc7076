// What boards promise: pages written down before they are seen, shown only while valid, proven once and truly; the beacon only by order.
import type { ShowingRow } from '../../schemas/showing-row.ts';
import { trusted } from '../../schemas/time.ts';
import type { Life } from './script.ts';
import type { PageShown, Trace } from './trace.ts';
import { say, type Violation } from './violation.ts';

/** A decision and its commit. */
const slackMs = 100;
/** Marks are made each 5 s: so much of a page may be lost in a power cut. */
const cutLossMs = 7_000;

export function boardsHeld(life: Life): Violation[] {
  const { trace } = life.world;
  return [...journaledFirst(trace), ...onlyValid(life), ...rowsOnce(trace), ...rowsTrue(life), ...beaconByOrder(life)];
}

function journaledFirst(trace: Trace): Violation[] {
  return trace.pages
    .filter((page) => (page.item !== null || page.order) && !page.journaled)
    .map((page) => say('7 journaled first', trace, `${page.name} at ${page.fromMs}`));
}

/** By the box's own clock, which a step would make ambiguous. */
function onlyValid({ world, endMs }: Life): Violation[] {
  const { trace } = world;
  if (trace.stepped || trace.troubles.some(({ of }) => of === 'time')) return [];
  return trace.pages
    .filter(({ item, fromMs, toMs }) => {
      if (!item) return false;
      const { validFromMs = 0, validUntilMs = Number.POSITIVE_INFINITY } = item;
      return fromMs + slackMs < validFromMs || Math.min(toMs, endMs) > validUntilMs + slackMs;
    })
    .map((page) => say('7 only valid', trace, `${page.name} from ${page.fromMs} to ${page.toMs}`));
}

function rowsOf(trace: Trace): ShowingRow[] {
  return trace.rows.flatMap(({ fact }) => (fact.kind === 'showing' ? [fact.showing] : []));
}

function rowsOnce(trace: Trace): Violation[] {
  const seen = new Set<string>();
  return rowsOf(trace).flatMap(({ id }) => {
    const twice = seen.has(id);
    seen.add(id);
    return twice ? [say('7 one row', trace, `${id} twice`)] : [];
  });
}

/** Page by page the rows say what was seen, short of what power cuts took. */
function rowsTrue({ world, endMs }: Life): Violation[] {
  const { trace } = world;
  if (!trusted(world.moment().quality)) return [];
  const told = new Map<string, number>();
  for (const { output, occurrence, lines } of rowsOf(trace))
    for (const line of lines) {
      const key = line.sha256 ?? `${occurrence.slice(0, -output.length - 1)}`;
      told.set(key, (told.get(key) ?? 0) + line.shownMs);
    }
  const found: Violation[] = [];
  for (const [key, pages] of byPage(trace.pages)) {
    const seenMs = pages.reduce((sum, { fromMs, toMs }) => sum + Math.min(toMs, endMs) - fromMs, 0);
    const cuts = pages.filter(({ toMs }) => trace.off.some(({ fromMs }) => fromMs >= toMs && fromMs - toMs <= 1_100)).length;
    const saidMs = told.get(key) ?? 0;
    const open = pages.some(({ toMs }) => toMs > endMs - 3_600_000);
    if (saidMs > seenMs + slackMs || (!open && saidMs < seenMs - cuts * cutLossMs - slackMs * pages.length))
      found.push(say('7 true rows', trace, `${pages[0]?.name} rows say ${saidMs} ms, seen ${seenMs}, ${cuts} cuts`));
  }
  return found;
}

function byPage(pages: readonly PageShown[]): Map<string, PageShown[]> {
  const all = new Map<string, PageShown[]>();
  for (const page of pages) {
    const key = page.item?.sha256 ?? (page.order ? page.name.replace('order ', '') : undefined);
    if (key !== undefined) all.set(key, [...(all.get(key) ?? []), page]);
  }
  return all;
}

/** Lit in earnest only while a genuine order in earnest was offered, not cleared and not over; the same for exercises. */
function beaconByOrder({ world, offered }: Life): Violation[] {
  const { trace } = world;
  if (trace.stepped) return [];
  // Without trusted time an order lives by how long it is valid, counted from when it was taken.
  const untimed = trace.troubles.some(({ of }) => of === 'time');
  return trace.beacon
    .filter(({ pattern, fromMs, toMs }) => {
      const by = offered.filter(({ order, forged }) => !forged && (order.class === 'actual') === (pattern === 'actual'));
      return !covered(
        fromMs,
        Math.min(toMs, world.nowMs()),
        by.map(({ atMs, expMs }) => ({ fromMs: atMs, toMs: untimed ? Number.POSITIVE_INFINITY : expMs + slackMs })),
      );
    })
    .map(({ pattern, fromMs, toMs }) => say('7 beacon by order', trace, `${pattern} from ${fromMs} to ${toMs}`));
}

function covered(fromMs: number, toMs: number, spans: readonly { readonly fromMs: number; readonly toMs: number }[]): boolean {
  let atMs = fromMs;
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) if (span.fromMs <= atMs) atMs = Math.max(atMs, span.toMs);
  return atMs >= toMs;
}
