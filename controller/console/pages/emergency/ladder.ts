// Where a ladder stands between two answers of the centre.
import type { LadderAnswer } from '../../../../schemas/duty.ts';

export interface LadderNow {
  /** Titles of those who are being called and have not answered. */
  readonly calling: readonly string[];
  /** Until the next rung, whole seconds. */
  readonly leftS: number;
}

/** `sinceMs`: how long ago the centre said so. */
export function nowOnLadder({ rung, next, nowMs }: LadderAnswer, sinceMs: number): LadderNow {
  const lastMs = rung.at(-1)?.atMs;
  const calling = rung.filter(({ atMs, answeredMs }) => atMs === lastMs && answeredMs === null).map(({ title }) => title);
  return { calling, leftS: next ? Math.max(0, Math.ceil((next.atMs - nowMs - sinceMs) / 1000)) : 0 };
}
