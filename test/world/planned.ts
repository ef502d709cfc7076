// What was planned at its start, by output: the plan that ruled for sound, the bulletins that ruled for boards.
import type { Receipt } from '../../schemas/receipt.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import type { Applied, Trace } from './trace.ts';

/** Planned: in the plan that ruled at its start. Null when the clock stepped, since then "at its start" has no one meaning. */
export function plannedIn(trace: Trace): Map<string, Occurrence> | null {
  if (trace.stepped) return null;
  const planned = new Map<string, Occurrence>();
  for (const one of [...plannedBy(trace.applied)].filter(({ kind }) => kind !== 'board')) planned.set(one.id, one);
  // What goes round is planned for what is left of it.
  for (const one of [...plannedBy(trace.boards)].filter(({ kind }) => kind === 'board')) planned.set(one.id, one);
  return planned;
}

function* plannedBy(applied: readonly Applied[]): Generator<Occurrence> {
  for (const [at, { plan, fromWallMs }] of applied.entries()) {
    const untilMs = applied[at + 1]?.fromWallMs ?? Number.POSITIVE_INFINITY;
    for (const one of agenda(plan, fromWallMs, Math.min(untilMs, fromWallMs + 24 * 3_600_000)))
      if (one.startMs < untilMs && (one.startMs >= fromWallMs || one.lastsMs !== undefined)) yield one;
  }
}

export function receiptsOf(trace: Trace): Receipt[] {
  return trace.rows.flatMap(({ fact }) => (fact.kind === 'receipt' && fact.receipt.what === 'occurrence' ? [fact.receipt] : []));
}

/** What goes round was running for a moment between two commits: planned for that moment, and never seen. */
export function withdrawnUnseen(trace: Trace, id: string): boolean {
  return receiptsOf(trace).some(
    (one) =>
      one.occurrence === id && one.output === 'board' && one.audibleMs === 0 && (one.outcome === 'withdrawn' || one.outcome === 'missed'),
  );
}

/** It came into the plan after its start. */
export function joinedLate({ boards }: Trace, { kind, startMs, schedule, programme }: Occurrence): boolean {
  if (kind !== 'board') return false;
  const ruled = boards.findLast(({ fromWallMs }) => fromWallMs <= startMs)?.plan.schedules.schedules;
  return !ruled?.some((one) => one.id === schedule && one.programme === programme);
}
