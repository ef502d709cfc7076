// Which samples of telemetry are kept for the course of a box's readings, and how they are told. Pure.
import { type ReadingKind, type ReadingSeriesAnswer, readingEveryMs, readingKinds } from '../../schemas/reading-series.ts';
import type { Telemetry } from '../../schemas/report.ts';

const dayMs = 24 * 3600_000;
/** Kept of a box: eight days, one more than can be asked for. A newer sample takes the place of the one of eight days before. */
export const readingPlaces = (8 * dayMs) / readingEveryMs;

export type ReadingValues = Readonly<Partial<Record<ReadingKind, number>>>;

export interface StoredReading {
  readonly dev: string;
  /** When it came, by the centre's clock: a box's own may stand anywhere. */
  readonly atMs: number;
  readonly values: ReadingValues;
}

/** The quarter of an hour an instant lies in, counted from 1970. */
export function readingSlot(atMs: number): number {
  return Math.floor(atMs / readingEveryMs);
}

/** What a sample measured of the kinds that are kept; undefined: nothing of it. */
export function readingOf(dev: string, telemetry: Telemetry, atMs: number): StoredReading | undefined {
  const measured = readingKinds.flatMap((kind) => {
    const value = telemetry[kind];
    return typeof value === 'number' && Number.isFinite(value) ? [[kind, value] as const] : [];
  });
  return measured.length === 0 ? undefined : { dev, atMs, values: Object.fromEntries(measured) };
}

/** The days that end with the running quarter of an hour, on a grid of quarters. */
export function readingSpan(days: number, nowMs: number): Pick<ReadingSeriesAnswer, 'fromMs' | 'everyMs' | 'count'> {
  const count = (days * dayMs) / readingEveryMs;
  return { fromMs: (readingSlot(nowMs) + 1 - count) * readingEveryMs, everyMs: readingEveryMs, count };
}

/** Kinds that nobody measured in this time are left out. */
export function readingSeries(
  span: Pick<ReadingSeriesAnswer, 'fromMs' | 'count'>,
  kept: readonly StoredReading[],
): ReadingSeriesAnswer['series'] {
  const first = readingSlot(span.fromMs);
  return readingKinds.flatMap((kind) => {
    const values: (number | null)[] = new Array(span.count).fill(null);
    for (const { atMs, values: measured } of kept) {
      const at = readingSlot(atMs) - first;
      if (at >= 0 && at < span.count) values[at] = measured[kind] ?? null;
    }
    return values.some((value) => value !== null) ? [{ kind, values }] : [];
  });
}
