// How long to wait before the next attempt: full jitter, so boxes that lost the same broker do not return together.

export interface BackOff {
  readonly baseMs: number;
  readonly maxMs: number;
}

export const backOff: BackOff = { baseMs: 2000, maxMs: 300_000 };

/** Between 0 and min(max, base · 2^attempt); `random` is in [0, 1). */
export function waitMs(attempt: number, random: number, { baseMs, maxMs }: BackOff): number {
  return Math.floor(random * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)));
}
