// What the canary's times mean: a histogram for metrics, and an alarm that begins and ends. Pure.

export interface CanaryWatch {
  readonly slowMs: number;
  readonly alarm: boolean;
  readonly goodInRow: number;
  /** Counts by `canaryBoundsMs`, one more for what is beyond. */
  readonly counts: readonly number[];
  readonly sumMs: number;
  /** Sent and never arrived. */
  readonly lost: number;
  readonly lastMs: number | undefined;
}

export const canaryBoundsMs = [0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** One good message after a bad minute proves little. */
const goodToEnd = 3;

export function startWatch(slowMs: number): CanaryWatch {
  const counts = [...canaryBoundsMs.map(() => 0), 0];
  return { slowMs, alarm: false, goodInRow: 0, counts, sumMs: 0, lost: 0, lastMs: undefined };
}

/** It took so long to come. */
export function arrived(watch: CanaryWatch, tookMs: number): CanaryWatch {
  const bound = canaryBoundsMs.findIndex((most) => tookMs <= most);
  const at = bound < 0 ? canaryBoundsMs.length : bound;
  const counts = watch.counts.map((count, i) => (i === at ? count + 1 : count));
  const goodInRow = tookMs > watch.slowMs ? 0 : watch.goodInRow + 1;
  const alarm = tookMs > watch.slowMs || (watch.alarm && goodInRow < goodToEnd);
  return { ...watch, counts, sumMs: watch.sumMs + tookMs, lastMs: tookMs, goodInRow, alarm };
}

/** It is on its way for longer than is good. */
export function overdue(watch: CanaryWatch): CanaryWatch {
  return { ...watch, alarm: true, goodInRow: 0 };
}

/** The next is due and it has not come. */
export function missing(watch: CanaryWatch): CanaryWatch {
  return { ...overdue(watch), lost: watch.lost + 1 };
}
