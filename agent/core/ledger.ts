// The ledger: every planned play gets exactly one final receipt.
import type { Order } from '../../schemas/order.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { sounds, staggerMsMax } from '../../schemas/settings.ts';
import { provenBy } from './heard-fields.ts';
import { dayMs } from './limits.ts';
import { provedByCurrent } from './meter.ts';
import type { Ledger, Live, Occurrence, PausedPlay } from './model.ts';
import type { Turn } from './turn.ts';

/** What a final receipt says beyond the occurrence itself. */
export type Verdict = Pick<Receipt, 'outcome'> &
  Partial<
    Pick<
      Receipt,
      'reason' | 'startedMs' | 'endedMs' | 'audibleMs' | 'amplifierOnMs' | 'startErrorMs' | 'heard' | 'heardBecause' | 'heardDb'
    >
  >;

/** Write the final receipt, once: an occurrence that has one is left alone. */
export function settle(turn: Turn, occurrence: Occurrence, verdict: Verdict): void {
  const { ledger } = turn.kept;
  if (turn.rules.settled(ledger, occurrence)) return;
  turn.keep({
    ledger: {
      ...ledger,
      settled: [...ledger.settled, occurrence.id],
      paused: ledger.paused.filter((one) => one.occurrence.id !== occurrence.id),
    },
  });
  const { audibleMs = 0, ...rest } = verdict;
  turn.tell({
    kind: 'receipt',
    receipt: {
      occurrence: occurrence.id,
      what: 'occurrence',
      schedule: occurrence.schedule,
      programme: occurrence.programme,
      output: occurrence.output,
      class: occurrence.class,
      plannedStartMs: occurrence.startMs,
      plannedEndMs: occurrence.endMs,
      items: occurrence.items.map((item) => item.sha256),
      gainDb: gainOf(turn, occurrence),
      proof: provenBy(proofOf(turn, occurrence.kind, audibleMs, occurrence.output, occurrence.id), rest.heard && { heard: rest.heard }),
      clock: turn.now.quality,
      audibleMs: Math.round(audibleMs),
      ...rest,
    },
  });
}

/** What shows that there was sound: the simulation says so itself. */
export function proofOf(turn: Turn, kind: Occurrence['kind'], audibleMs: number, output: string, name: string): Receipt['proof'] {
  if (audibleMs <= 0) return 'none';
  if (kind === 'loudspeaker' && provedByCurrent(turn, output, name)) return 'current';
  const { hardware } = turn.live;
  if (kind === 'board') return boardProofOf(displayOf(turn.live));
  if (kind === 'bridge') return 'bridge';
  return hardware.board === 'none' || hardware.board.startsWith('simulated') ? 'simulated' : 'relay';
}

/** The display that is seen: a box has one for all its boards, and where one board's is replaced that speaks for all. */
export function displayOf({ hardware, behind }: Pick<Live, 'hardware' | 'behind'>): string {
  return Object.values(behind)[0] ?? hardware.display;
}

/** A screen that nobody can ask proves nothing. */
function boardProofOf(display: string): Receipt['proof'] {
  if (display.endsWith('unmeasured')) return 'none';
  return display.startsWith('simulated') ? 'simulated' : 'painted';
}

/** Gain of a scheduled play on this box: its own, the box's, under the policy's ceiling. */
export function gainOf(turn: Turn, occurrence: Occurrence): number {
  const gainDb = occurrence.gainDb + turn.settings.gainDb;
  const { plan } = turn.live;
  return plan && sounds(occurrence.kind) ? Math.min(gainDb, plan.policy.gainMaxDb) : gainDb;
}

/** An order in earnest stands outside the policy's ceiling and the box's own gain, unless it says so; an exercise is like a programme. */
export function orderGainOf({ settings, live }: Turn, order: Pick<Order, 'class' | 'volume'>): number {
  return order.class === 'actual' && order.volume !== 'policy'
    ? settings.orderGainDb
    : Math.min(settings.gainDb, live.plan?.policy.gainMaxDb ?? 0);
}

export function pausedOf(ledger: Ledger, occurrence: Occurrence): PausedPlay | undefined {
  return ledger.paused.find((one) => one.occurrence.id === occurrence.id);
}

export function pause(turn: Turn, play: PausedPlay): void {
  const { ledger } = turn.kept;
  if (turn.rules.settled(ledger, play.occurrence)) return;
  const others = ledger.paused.filter((one) => one.occurrence.id !== play.occurrence.id);
  turn.keep({ ledger: { ...ledger, paused: [...others, play] } });
}

export function unpause(turn: Turn, occurrence: Occurrence): void {
  const { ledger } = turn.kept;
  if (!pausedOf(ledger, occurrence)) return;
  turn.keep({ ledger: { ...ledger, paused: ledger.paused.filter((one) => one.occurrence.id !== occurrence.id) } });
}

/**
 * Move the watermark up to the first play that still waits (`firstOpenMs`) or to now, and forget ids before it.
 * Rarely: only when ids can be forgotten, or once a day.
 */
export function compact(turn: Turn, firstOpenMs: number | null): void {
  const { ledger } = turn.kept;
  const toMs = Math.min(firstOpenMs ?? turn.now.wallMs, turn.now.wallMs);
  if (toMs <= ledger.settledToMs) return;
  // Names of what lasts are needed until it is over, a day at most.
  const settled = ledger.settled.filter((id) => startOf(id) + dayMs + staggerMsMax >= toMs);
  if (settled.length === ledger.settled.length && toMs < ledger.settledToMs + dayMs) return;
  turn.keep({ ledger: { ...ledger, settledToMs: toMs, settled } });
}

/** `SCHEDULE@UTC-START-MS@OUTPUT`; a staggered one starts a little later than its name says. */
function startOf(id: string): number {
  return Number(id.split('@')[1]);
}
