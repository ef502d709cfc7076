// When a takeover should be over, and when the desk is reminded that it is not. Pure.
import type { Order } from '../../schemas/order.ts';

/** A warning is read and acted on within this, even where it is spoken in a minute. */
const shownMinMs = 15 * 60_000;
/** While it still stands the desk is reminded so often. */
export const remindEveryMs = 15 * 60_000;
/** Milliseconds of speech for a letter, where no recording says better. */
const letterMs = 75;

interface Standing {
  readonly order: Order;
  readonly givenMs: number;
  readonly expMs: number;
}

/** As long as it is spoken with its repetitions, a quarter of an hour at least; what expires sooner ends by itself. */
export function expectedUntilMs({ order, givenMs }: Omit<Standing, 'expMs'>): number {
  const onceMs = order.sirenMs + order.speech.reduce((sum, { audio, speak }) => sum + (audio?.durationMs ?? speak.length * letterMs), 0);
  return givenMs + Math.max(shownMinMs, onceMs * order.times + order.pauseMs * (order.times - 1));
}

/** The next instant to remind at, after `nowMs`; null: it is over by itself before. Exercises end by themselves. */
export function reminderDue(standing: Standing, nowMs: number): number | null {
  if (standing.order.class !== 'actual') return null;
  const firstMs = expectedUntilMs(standing);
  const passed = nowMs < firstMs ? 0 : Math.floor((nowMs - firstMs) / remindEveryMs) + 1;
  const dueMs = firstMs + passed * remindEveryMs;
  return dueMs < standing.expMs ? dueMs : null;
}

/** Since when it is shown for longer than expected, of an order that stands; null: not yet. */
export function overdueSinceMs(standing: Standing & { readonly clearedMs: number | null }, nowMs: number): number | null {
  const sinceMs = expectedUntilMs(standing);
  const stands = standing.clearedMs === null && nowMs < standing.expMs && standing.order.class === 'actual';
  return stands && nowMs >= sinceMs ? sinceMs : null;
}
