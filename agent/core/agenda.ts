// The plays around now, and which of them still wait for their final word.
import { staggerMsMax } from '../../schemas/settings.ts';
import { agenda as occurrencesOf } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';
import { agendaReachMs, aheadMs, dayMs, lookBackMs } from './limits.ts';
import type { Agenda, Occurrence } from './model.ts';
import { ruling, rulingRev } from './ruling.ts';
import type { Turn } from './turn.ts';

/** Keep the agenda around now. Without trusted time nothing is planned that could be judged. */
export function closeAgenda(turn: Turn): void {
  const { plan, agenda } = turn.live;
  if (!plan || !turn.timeKnown) {
    if (agenda) turn.be({ agenda: null });
    return;
  }
  const { wallMs } = turn.now;
  if (turn.kept.ledger.settledToMs === 0) {
    // A new box: nothing was planned before it first knew plan and time.
    turn.keep({ want: { ...turn.kept.want, appliedAtMs: wallMs }, ledger: { ...turn.kept.ledger, settledToMs: wallMs } });
  }
  forgetBeyondLookBack(turn);
  const { settledToMs } = turn.kept.ledger;
  const reaches =
    agenda &&
    agenda.rev === plan.rev &&
    (agenda.bulletinsRev ?? plan.rev) === rulingRev(plan, turn.kept.bulletins) &&
    agenda.toMs >= wallMs + aheadMs &&
    agenda.fromMs <= settledToMs;
  if (!reaches) turn.be({ agenda: agendaOf(ruling(plan, turn.kept.bulletins), settledToMs, wallMs, rulingRev(plan, turn.kept.bulletins)) });
}

/** The agenda of a plan from the ledger's watermark on; `bulletinsRev` where its bulletins are of another revision. */
export function agendaOf(plan: Plan, settledToMs: number, wallMs: number, bulletinsRev = plan.rev): Agenda {
  const toMs = Math.max(settledToMs, wallMs) + agendaReachMs;
  const occurrences = occurrencesOf(plan, settledToMs, toMs)
    .filter((one) => one.startMs >= settledToMs || (one.lastsMs !== undefined && one.endMs > settledToMs))
    .sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
  const needed = occurrences.filter((one) => one.refused === null && one.startMs >= wallMs - dayMs).flatMap((one) => one.items);
  const items = [...new Map(needed.map((item) => [item.sha256, item])).values()];
  const lasting = occurrences.filter(({ lastsMs }) => lastsMs !== undefined);
  return {
    rev: plan.rev,
    ...(lasting.length > 0 ? { lasting } : {}),
    ...(bulletinsRev === plan.rev ? {} : { bulletinsRev }),
    fromMs: settledToMs,
    toMs,
    occurrences,
    items,
  };
}

function forgetBeyondLookBack(turn: Turn): void {
  const fromMs = turn.kept.ledger.settledToMs;
  const toMs = turn.now.wallMs - lookBackMs;
  if (fromMs >= toMs) return;
  turn.keep({ ledger: { ...turn.kept.ledger, settledToMs: toMs } });
  turn.tell({ kind: 'dropped', from: fromMs, to: toMs, count: 0, reason: 'plays planned from/to (unix ms) are older than 31 days' });
}

/** Plays without a final receipt that start at or before `toMs`, by start. */
export function unsettled(turn: Turn, toMs: number): Occurrence[] {
  const found: Occurrence[] = [];
  const occurrences = turn.live.agenda?.occurrences ?? [];
  const { ledger } = turn.kept;
  for (const one of turn.live.agenda?.lasting ?? [])
    if (one.startMs < ledger.settledToMs && one.startMs <= toMs && !turn.rules.settled(ledger, one)) found.push(one);
  for (let at = firstFrom(occurrences, ledger.settledToMs); at < occurrences.length; at++) {
    const one = occurrences[at];
    if (!one || one.startMs > toMs) break;
    if (!turn.rules.settled(ledger, one)) found.push(one);
  }
  return found;
}

/** Start of the first play after `afterMs`, if the agenda holds one. */
export function nextStartMs(turn: Turn, afterMs: number): number | null {
  const occurrences = turn.live.agenda?.occurrences ?? [];
  return occurrences[firstFrom(occurrences, afterMs + 1)]?.startMs ?? null;
}

/** Is it in the plan that rules now? */
export function planned(turn: Turn, occurrence: Occurrence): boolean {
  return plannedNow(turn, occurrence) !== undefined;
}

/** The same play as the plan that rules now has it. */
export function plannedNow(turn: Turn, occurrence: Occurrence): Occurrence | undefined {
  const occurrences = turn.live.agenda?.occurrences ?? [];
  // A new stagger moves the start, not the name.
  const lastMs = occurrence.startMs + staggerMsMax;
  for (
    let at = firstFrom(occurrences, occurrence.startMs - staggerMsMax);
    (occurrences[at]?.startMs ?? Number.POSITIVE_INFINITY) <= lastMs;
    at++
  )
    if (occurrences[at]?.id === occurrence.id) return occurrences[at];
  return undefined;
}

/** Index of the first play that starts at or after `fromMs`. */
function firstFrom(occurrences: readonly Occurrence[], fromMs: number): number {
  let low = 0;
  let high = occurrences.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((occurrences[middle]?.startMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
