// How the readings of a box went, as lines to draw and rows to read. Pure: no words, no page.
import type { ReadingKind, ReadingSeriesAnswer } from '../../../../schemas/reading-series.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What the commune's clock is ahead of UTC: midnight there. */
const aheadMs = 7 * hourMs;
/** Marks nearer to an end would be cut off. */
const edge = 0.04;

type Values = readonly (number | null)[];

export interface Course {
  readonly kind: ReadingKind;
  readonly lowest: number;
  readonly highest: number;
  readonly last: { readonly value: number; readonly atMs: number };
  /** Both ends of the scale. */
  readonly axis: readonly [low: number, high: number];
  /** Of an SVG that is as wide as there are values and 100 high; where nobody measured it breaks. */
  readonly path: string;
  /** How high on the same scale the limit lies, if there is one. */
  readonly limitY: number | undefined;
}

export interface Mark {
  /** 0 at the left end, 1 at the right. */
  readonly at: number;
  readonly atMs: number;
}

export interface CourseRow {
  readonly fromMs: number;
  /** Lowest and highest of each kind; null where nobody measured. */
  readonly spans: readonly (readonly [low: number, high: number] | null)[];
}

export function coursesOf({ fromMs, everyMs, dataBudgetBytes, series }: ReadingSeriesAnswer): Course[] {
  return series.flatMap(({ kind, values }) => {
    const span = spanOf(values);
    const lastAt = values.findLastIndex((value) => value !== null);
    const last = values[lastAt];
    if (!span || typeof last !== 'number') return [];
    const limit = kind === 'dataMonthBytes' ? (dataBudgetBytes ?? undefined) : undefined;
    const axis = axisOf(kind, span[0], Math.max(span[1], limit ?? span[1]));
    return {
      ...{ kind, axis, lowest: span[0], highest: span[1], last: { value: last, atMs: fromMs + lastAt * everyMs } },
      path: pathOf(values, axis),
      limitY: limit === undefined ? undefined : heightOf(limit, axis),
    };
  });
}

/** Midnights of a span of days, every six hours of a day. */
export function marksOf({ fromMs, everyMs, count }: Pick<ReadingSeriesAnswer, 'fromMs' | 'everyMs' | 'count'>): Mark[] {
  const lengthMs = everyMs * count;
  const stepMs = stepOf(lengthMs, 6 * hourMs);
  const firstMs = Math.ceil((fromMs + aheadMs) / stepMs) * stepMs - aheadMs;
  return Array.from({ length: Math.ceil(lengthMs / stepMs) }, (_, i) => {
    const atMs = firstMs + i * stepMs;
    return { atMs, at: (atMs - fromMs) / lengthMs };
  }).filter(({ at }) => at > edge && at < 1 - edge);
}

/** The same as a table: an hour a row of one day, a day a row of more; newest first, without rows in which nothing was measured. */
export function courseRows({ fromMs, everyMs, count, series }: Omit<ReadingSeriesAnswer, 'dataBudgetBytes'>): CourseRow[] {
  const stepMs = stepOf(everyMs * count, hourMs);
  const slots = Math.round(stepMs / everyMs);
  const before = Math.round(((fromMs + aheadMs) % stepMs) / everyMs);
  const rows: CourseRow[] = [];
  for (let at = -before; at < count; at += slots) {
    const spans = series.map(({ values }) => spanOf(values.slice(Math.max(at, 0), at + slots)));
    if (spans.some((span) => span !== null)) rows.push({ fromMs: fromMs + at * everyMs, spans });
  }
  return rows.reverse();
}

function stepOf(lengthMs: number, ofDayMs: number): number {
  return lengthMs > dayMs ? dayMs : ofDayMs;
}

function spanOf(values: Values): readonly [number, number] | null {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0 ? null : [Math.min(...measured), Math.max(...measured)];
}

/** Round ends around what was measured, so that a small change stays small: a scale of a few tenths would look like an alarm. */
function axisOf(kind: ReadingKind, lowest: number, highest: number): readonly [number, number] {
  if (kind === 'diskWornPercent') return [0, 100];
  if (kind === 'currentMa' || kind === 'dataMonthBytes') return [0, roundUp(highest)];
  const step = kind === 'mainsV' && highest < 60 ? 2 : 10;
  const [low, high] = [Math.floor(lowest / step) * step, Math.ceil(highest / step) * step];
  return low === high ? [low - step, high + step] : [low, high];
}

/** 1, 2 or 5 and noughts. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const ten = 10 ** Math.floor(Math.log10(value));
  return (([1, 2, 5].find((one) => one * ten >= value) ?? 10) as number) * ten;
}

function heightOf(value: number, [low, high]: readonly [number, number]): number {
  return Math.round(1000 * (1 - (value - low) / (high - low))) / 10;
}

function pathOf(values: Values, axis: readonly [number, number]): string {
  let path = '';
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const [isFirst, isLast] = [(values[at - 1] ?? null) === null, (values[at + 1] ?? null) === null];
    // One alone is a dot: a line of no length with round ends.
    path += `${isFirst ? 'M' : 'L'}${at + 0.5} ${heightOf(value, axis)}${isFirst && isLast ? 'h0' : ''}`;
  }
  return path;
}
