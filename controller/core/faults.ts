// When a trouble becomes a fault, when it has ended, and what a person may do with it. Pure; time is an argument.
import { type Fault, type FaultReason, faultKinds } from '../../schemas/faults.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** A trouble has to stand so long before it is a fault, and to be away so long before the fault has ended. */
export const hysteresis = { openAfterMs: 60_000, endAfterMs: 120_000 } as const;
/** One that returns within this time is the same fault again. */
export const sameWithinMs = 30 * 60_000;

/** Nothing is laid aside for longer without being looked at again. */
export const shelvedMaxMs = 7 * 24 * 3600_000;

/** What stands now: boxes with their troubles. */
export type Troubles = ReadonlyMap<string, ReadonlySet<FaultReason>>;

/** Troubles that are not faults yet, by `box reason`: since when. Lost at a restart, then they wait once more. */
export type Pending = ReadonlyMap<string, number>;

export interface FaultStep {
  readonly pending: Pending;
  /** Faults that are new or different. */
  readonly changed: readonly Fault[];
}

/** One look at the fleet. `known` holds the faults that may still change: open ones and those ended within `sameWithinMs`. */
export function stepFaults(known: readonly Fault[], pending: Pending, troubles: Troubles, nowMs: number, makeId: () => string): FaultStep {
  const latest = new Map<string, Fault>();
  for (const fault of [...known].sort((a, b) => a.openedMs - b.openedMs)) latest.set(keyOf(fault.box, fault.reason), fault);
  const changed: Fault[] = [];
  const waiting = new Map<string, number>();
  for (const [box, reasons] of troubles)
    for (const reason of reasons) {
      const key = keyOf(box, reason);
      const fault = latest.get(key);
      if (fault && canGoOn(fault, nowMs)) {
        changed.push(standing(fault, nowMs));
        continue;
      }
      const sinceMs = pending.get(key) ?? nowMs;
      if (nowMs - sinceMs < hysteresis.openAfterMs) waiting.set(key, sinceMs);
      else changed.push(opened(makeId(), box, reason, sinceMs, nowMs));
    }
  for (const fault of latest.values())
    if (fault.endedMs === null && isAway(fault, troubles) && nowMs - fault.standingMs >= hysteresis.endAfterMs)
      changed.push({ ...fault, endedMs: nowMs });
  return { pending: waiting, changed };
}

/** Nobody knows what has become of the troubles of a box that is away itself. */
function isAway({ box, reason }: Fault, troubles: Troubles): boolean {
  const now = troubles.get(box);
  return now?.has(reason) !== true && now?.has('offline') !== true;
}

function keyOf(box: string, reason: FaultReason): string {
  return `${box} ${reason}`;
}

/** A fault that somebody has resolved is closed: what comes after is another one. */
function canGoOn({ endedMs, resolvedMs }: Fault, nowMs: number): boolean {
  return resolvedMs === null && (endedMs === null || nowMs - endedMs < sameWithinMs);
}

function standing(fault: Fault, nowMs: number): Fault {
  const returns = fault.endedMs !== null;
  return { ...fault, standingMs: nowMs, endedMs: null, times: fault.times + (returns ? 1 : 0) };
}

function opened(id: string, box: string, reason: FaultReason, openedMs: number, nowMs: number): Fault {
  const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
  return { id, box, reason, openedMs, standingMs: nowMs, endedMs: null, times: 1, ...nobody };
}

/** Does it need a person? Alarms until they are answered, and whatever still stands unresolved. */
export function isOpen({ reason, endedMs, answeredMs, resolvedMs }: Fault): boolean {
  if (resolvedMs !== null) return false;
  return endedMs === null || (faultKinds[reason].rank === 'alarm' && answeredMs === null);
}

export type FaultAct =
  | { readonly act: 'answer'; readonly note: string }
  | { readonly act: 'assign'; readonly assignee: string; readonly note: string }
  | { readonly act: 'resolve'; readonly note: string }
  /** `untilMs: null` takes it from the shelf. */
  | { readonly act: 'shelve'; readonly untilMs: number | null; readonly note: string };

/** The fault after what a person did. Problems: conflict (resolved already; the box still says it), bad-input (a shelf without end). */
export function judgeFault(fault: Fault, wish: FaultAct, by: string, nowMs: number): Result<Fault> {
  if (fault.resolvedMs !== null) return bad('conflict', `resolved by ${fault.resolvedBy} already`, '/id');
  const note = wish.note === '' ? fault.note : wish.note;
  const answered = { answeredBy: fault.answeredBy ?? by, answeredMs: fault.answeredMs ?? nowMs, note };
  if (wish.act === 'assign') return ok({ ...fault, ...answered, assignee: wish.assignee });
  if (wish.act === 'answer') return ok({ ...fault, ...answered });
  if (wish.act === 'shelve') return shelve(fault, wish, by, nowMs);
  if (fault.endedMs === null) return bad('conflict', 'the box still says so; it is resolved once the trouble is away', '/id');
  return ok({ ...fault, ...answered, resolvedBy: by, resolvedMs: nowMs });
}

/** To lay aside is no answer: when its time is over the alarm is as it was. */
function shelve(fault: Fault, { untilMs, note }: Extract<FaultAct, { act: 'shelve' }>, by: string, nowMs: number): Result<Fault> {
  if (untilMs === null) return ok({ ...fault, shelved: null });
  if (untilMs <= nowMs || untilMs > nowMs + shelvedMaxMs)
    return bad('bad-input', `from now until at most ${shelvedMaxMs / 86_400_000} days ahead`, '/untilMs');
  return ok({ ...fault, shelved: { untilMs, by, why: note } });
}
