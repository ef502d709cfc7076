// Percentiles of measured values, rounded for reading.

export function percentile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 1000) / 1000;
}

export function percentiles(list: readonly number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  return { p50Ms: percentile(list, 0.5), p99Ms: percentile(list, 0.99), maxMs: percentile(list, 1) };
}
