// Open faults as people meet them: by what they ask for, and in a flood by their cause. Pure.
import type { FaultAnswer, FaultReason } from '../../../../schemas/faults.ts';

/** Needing a person; laid aside; standing without an alarm; over. */
export const looks = ['needs', 'shelved', 'notices', 'all'] as const;
export type Look = (typeof looks)[number];

/** So many at once are no list of single things any more (EEMUA 191: ten in ten minutes are a flood). */
export const floodFrom = 10;

export function isShelved({ shelved }: Pick<FaultAnswer, 'shelved'>, nowMs: number): boolean {
  return shelved != null && shelved.untilMs > nowMs;
}

export function lookOf(fault: FaultAnswer, nowMs: number): Exclude<Look, 'all'> | undefined {
  if (!fault.open) return undefined;
  if (isShelved(fault, nowMs)) return 'shelved';
  return fault.rank === 'alarm' ? 'needs' : 'notices';
}

export function counted(faults: readonly FaultAnswer[], nowMs: number): Readonly<Record<Exclude<Look, 'all'>, number>> {
  const counts = { needs: 0, shelved: 0, notices: 0 };
  for (const fault of faults) {
    const look = lookOf(fault, nowMs);
    if (look) counts[look] += 1;
  }
  return counts;
}

/** Unanswered first, then the newest. */
export function inOrder(faults: readonly FaultAnswer[]): FaultAnswer[] {
  return [...faults].sort((a, b) => Number(a.answeredMs !== null) - Number(b.answeredMs !== null) || b.openedMs - a.openedMs);
}

export interface Cause {
  readonly reason: FaultReason;
  readonly faults: readonly FaultAnswer[];
  readonly unanswered: number;
}

/** The most frequent cause first. */
export function byCause(faults: readonly FaultAnswer[]): Cause[] {
  const causes = new Map<FaultReason, FaultAnswer[]>();
  for (const fault of faults) {
    const same = causes.get(fault.reason);
    if (same) same.push(fault);
    else causes.set(fault.reason, [fault]);
  }
  return [...causes]
    .map(([reason, same]) => ({ reason, faults: same, unanswered: same.filter(({ answeredMs }) => answeredMs === null).length }))
    .sort((a, b) => b.faults.length - a.faults.length || (a.reason < b.reason ? -1 : 1));
}
