// What the centre tells of itself, as the settings page reads it, and how soon an end is too soon.
import type { CentreStateAnswer } from '../../../../schemas/centre-state.ts';

export type CentreState = CentreStateAnswer;

const dayMs = 86_400_000;
/** The centre itself warns so long before its delegation ends. */
const warnDays = 90;
const backupOldDays = 7;

export type Urgency = 'ok' | 'degraded' | 'silent';

export function urgencyOf(endMs: number, nowMs: number): Urgency {
  if (endMs <= nowMs) return 'silent';
  return endMs - nowMs < warnDays * dayMs ? 'degraded' : 'ok';
}

/** A backup of more than a week is worth a word. */
export function backupAge(madeMs: number | undefined, nowMs: number): Urgency {
  if (madeMs === undefined) return 'silent';
  return nowMs - madeMs > backupOldDays * dayMs ? 'degraded' : 'ok';
}

export function daysLeft(endMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((endMs - nowMs) / dayMs));
}
