// What the samples of a soak say: slopes behind the warm-up, percentiles, and which limit was passed.
import { writerCacheKib } from '../../hardware/host/sqlite3-database.ts';
import { percentiles } from '../bench/parts/percentiles.ts';

/** One look at the centre's process and at what boxes waited for since the last. */
export interface Sample {
  readonly atMs: number;
  readonly rssKb: number;
  readonly heapKb: number;
  readonly fds: number;
  /** Of the file of its tables. */
  readonly databaseBytes: number;
  readonly walBytes: number;
  /** Times of receipts for rows since the last sample. */
  readonly ackMs: readonly number[];
}

/** Percentiles stand for a whole sample, so that a long run fits in memory. */
export interface Look extends Omit<Sample, 'ackMs'> {
  readonly acks: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
}

export interface SoakLimits {
  /** What the tables' own cache may hold: memory grows with the file until it is full, and that is no leak. */
  readonly tablesCacheKb: number;
  /** Growth a run may show behind its warm-up, whatever its length: collections come and go. */
  readonly rssGrowthKbFree: number;
  readonly rssKbPerHourMax: number;
  readonly fdsGrowthMax: number;
  readonly walBytesMax: number;
  readonly ackP99MsMax: number;
}

export const soakLimits: SoakLimits = {
  tablesCacheKb: writerCacheKib,
  rssGrowthKbFree: 8 * 1024,
  rssKbPerHourMax: 4 * 1024,
  fdsGrowthMax: 16,
  walBytesMax: 64 * 1024 * 1024,
  ackP99MsMax: 5_000,
};

/** So much of the run is warm-up. */
const warmUpShare = 1 / 3;
const hourMs = 3_600_000;

export interface SoakVerdict {
  readonly samples: number;
  readonly warmUpMs: number;
  readonly rssKb: { readonly first: number; readonly last: number; readonly max: number };
  readonly rssSlopeKbPerHour: number;
  /** What the tables' cache can have taken of it behind the warm-up. */
  readonly cacheGrowthKb: number;
  readonly heapSlopeKbPerHour: number;
  readonly fds: { readonly first: number; readonly last: number; readonly max: number };
  readonly fdsGrowth: number;
  readonly walBytesMax: number;
  readonly acks: number;
  readonly ackP50Ms: number;
  /** The median of the samples' p99, and how it moved. */
  readonly ackP99Ms: number;
  readonly ackP99SlopeMsPerHour: number;
  /** Limits that were passed, in words. */
  readonly exceeded: readonly string[];
}

export function lookOf({ ackMs, ...rest }: Sample): Look {
  const { p50Ms, p99Ms } = percentiles(ackMs);
  return { ...rest, acks: ackMs.length, ackP50Ms: ackMs.length > 0 ? p50Ms : 0, ackP99Ms: ackMs.length > 0 ? p99Ms : 0 };
}

/** Expects samples in their order; fewer than four behind the warm-up say nothing and are a limit passed. */
export function judgeSoak(looks: readonly Look[], limits: SoakLimits = soakLimits): SoakVerdict {
  const fromMs = looks[0]?.atMs ?? 0;
  const warmUpMs = ((looks.at(-1)?.atMs ?? 0) - fromMs) * warmUpShare;
  const steady = looks.filter(({ atMs }) => atMs - fromMs >= warmUpMs);
  const hours = ((steady.at(-1)?.atMs ?? 0) - (steady[0]?.atMs ?? 0)) / hourMs;
  const perHour = (of: (look: Look) => number) => round(slope(steady.map((look) => [look.atMs / hourMs, of(look)])));
  const span = (of: (look: Look) => number) => {
    const values = looks.map(of);
    return { first: values[0] ?? 0, last: values.at(-1) ?? 0, max: highest(values) };
  };
  const cacheKb = (look: Look | undefined) => Math.min(limits.tablesCacheKb, (look?.databaseBytes ?? 0) / 1024);
  const told = steady.filter(({ acks }) => acks > 0);
  const found = {
    samples: looks.length,
    warmUpMs: Math.round(warmUpMs),
    rssKb: span(({ rssKb }) => rssKb),
    rssSlopeKbPerHour: perHour(({ rssKb }) => rssKb),
    cacheGrowthKb: Math.round(cacheKb(steady.at(-1)) - cacheKb(steady[0])),
    heapSlopeKbPerHour: perHour(({ heapKb }) => heapKb),
    fds: span(({ fds }) => fds),
    fdsGrowth: round(perHour(({ fds }) => fds) * hours),
    walBytesMax: highest(looks.map(({ walBytes }) => walBytes)),
    acks: looks.reduce((sum, { acks }) => sum + acks, 0),
    ackP50Ms: median(told.map(({ ackP50Ms }) => ackP50Ms)),
    ackP99Ms: median(told.map(({ ackP99Ms }) => ackP99Ms)),
    ackP99SlopeMsPerHour: round(slope(told.map(({ atMs, ackP99Ms }) => [atMs / hourMs, ackP99Ms]))),
  };
  return { ...found, exceeded: exceeded(found, steady.length, hours, limits) };
}

function exceeded(found: Omit<SoakVerdict, 'exceeded'>, steady: number, hours: number, limits: SoakLimits): string[] {
  const growthKb = found.rssSlopeKbPerHour * hours;
  const allowedKb = found.cacheGrowthKb + Math.max(limits.rssGrowthKbFree, limits.rssKbPerHourMax * hours);
  return [
    ...(steady < 4 ? [`${steady} samples behind the warm-up, at least 4`] : []),
    ...(growthKb > allowedKb ? [`memory grew by ${Math.round(growthKb)} KiB behind the warm-up, at most ${Math.round(allowedKb)}`] : []),
    ...(found.fdsGrowth > limits.fdsGrowthMax
      ? [`${found.fdsGrowth} more files are open than after the warm-up, at most ${limits.fdsGrowthMax}`]
      : []),
    ...(found.walBytesMax > limits.walBytesMax ? [`a WAL of ${found.walBytesMax} bytes, at most ${limits.walBytesMax}`] : []),
    ...(found.acks === 0 ? ['no row was acknowledged'] : []),
    ...(found.ackP99Ms > limits.ackP99MsMax ? [`p99 of receipts ${found.ackP99Ms} ms, at most ${limits.ackP99MsMax}`] : []),
  ];
}

/** Least squares through points (x, y); 0 where they say nothing. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) return 0;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

function highest(list: readonly number[]): number {
  return list.reduce((most, one) => Math.max(most, one), 0);
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length;
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
