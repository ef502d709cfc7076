// What was heard of a live session on each output, summed over its returns, and the one receipt it ends in.
import type { Reason, Receipt } from '../../schemas/receipt.ts';
import { sounds } from '../../schemas/settings.ts';
import { earFields, later, provenBy } from './heard-fields.ts';
import { heldBack } from './held.ts';
import { proofOf } from './ledger.ts';
import { liveLateMs } from './limits.ts';
import type { HeldSession, LiveHeard, OutputState, PlayingMark } from './model.ts';
import type { Turn } from './turn.ts';

/** Is it meant for this output? */
export function isFor({ output }: HeldSession, { id, kind }: Pick<OutputState, 'id' | 'kind'>): boolean {
  return sounds(kind) && (output === undefined || output === id);
}

/** Add one stretch of sound to what was heard of its session; `why` it stopped, null for an end of its own. */
export function addHeard(before: LiveHeard | undefined, mark: PlayingMark, why: Reason | null): LiveHeard | undefined {
  if (mark.startedMs === null) return before && { ...before, cut: before.cut ?? why, last: why };
  const ear = later(before?.ear, mark.ear);
  return {
    startedMs: before?.startedMs ?? mark.startedMs,
    startErrorMs: before?.startErrorMs ?? mark.startErrorMs ?? mark.startedMs - mark.plannedStartMs,
    endedMs: mark.markedMs,
    audibleMs: (before?.audibleMs ?? 0) + mark.audibleMs,
    amplifierOnMs: before?.amplifierOnMs ?? mark.amplifierOnMs,
    gainDb: mark.gainDb,
    cut: before?.cut ?? why,
    last: why,
    ...(ear && { ear }),
  };
}

/** One final receipt for each output it was meant for. */
export function tellLiveReceipts(turn: Turn, held: HeldSession): void {
  for (const output of Object.values(turn.live.outputs))
    if (isFor(held, output)) turn.tell({ kind: 'receipt', receipt: receiptOf(turn, held, output) });
}

function receiptOf(turn: Turn, held: HeldSession, output: OutputState): Receipt {
  const { session } = held;
  const heard = held.heard[output.id];
  const audibleMs = Math.round(heard?.audibleMs ?? 0);
  return {
    occurrence: `${session.session}@${output.id}`,
    what: 'live',
    output: output.id,
    class: 'live',
    ...verdict(turn, held, output),
    plannedStartMs: session.openMs,
    plannedEndMs: session.untilMs,
    ...(heard && {
      startedMs: heard.startedMs,
      endedMs: heard.endedMs,
      startErrorMs: heard.startErrorMs,
      ...(heard.amplifierOnMs !== null && { amplifierOnMs: Math.round(heard.amplifierOnMs) }),
    }),
    audibleMs,
    items: [],
    gainDb: heard?.gainDb ?? session.gainDb,
    proof: provenBy(proofOf(turn, output.kind, audibleMs, output.id, session.session), heard?.ear),
    ...earFields(heard?.ear),
    clock: turn.now.quality,
  };
}

/** A session has no length of its own: it was played if nothing cut into it from its opening to its end. */
function verdict(turn: Turn, held: HeldSession, output: OutputState): Pick<Receipt, 'outcome' | 'reason'> {
  const heard = held.heard[output.id];
  const own = held.over === 'ended' ? null : held.over;
  if (!heard || heard.audibleMs <= 0) {
    const reason = own ?? (output.working ? (heard?.cut ?? heldBack(turn, 'live') ?? 'stream-lost') : 'output-failed');
    return { outcome: reason === 'output-failed' || reason === 'decoder-failed' ? 'failed' : 'missed', reason };
  }
  if (own) return { outcome: 'partial', reason: own };
  if (heard.last === 'emergency' || heard.last === 'higher-class') return { outcome: 'preempted', reason: heard.last };
  if (heard.cut) return { outcome: 'partial', reason: heard.cut };
  return held.acceptedMs > held.session.openMs + liveLateMs ? { outcome: 'partial', reason: 'joined-late' } : { outcome: 'played' };
}
