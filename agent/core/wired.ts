// What hangs on the box's wires beside its sound: the words for it, its state, and faults that must stand a while before they count.
import type { HardwareReason, Readings } from '../../schemas/readings.ts';
import { endFault, raiseFault } from './faults.ts';
import type { Event, OpenedMeta } from './model.ts';
import type { Turn } from './turn.ts';

export type WiredEvent =
  /** How the modem stands; re-stated with each change. */
  | { readonly is: 'modemSeen'; readonly modem: ModemSeen }
  /** What went through the SIM this month, against what it may use; null: no budget is set. */
  | { readonly is: 'trafficSeen'; readonly monthBytes: number; readonly budgetBytes: number | null }
  /** A verified order of 140 octets: it means the order `base` that lies ready here. */
  | { readonly is: 'smsOrderOffered'; readonly opened: OpenedMeta; readonly base: string; readonly class: 'actual' | 'exercise' | 'test' }
  /** The amplifiers' supply, measured; null: the meter does not answer. */
  | {
      readonly is: 'meterSeen';
      readonly measured: Measured | null;
      readonly detail: string;
      /** How loud the outputs were fed meanwhile, dBFS (RMS); −120 for nothing. */
      readonly levelDb: number;
    }
  | { readonly is: 'fanSeen'; readonly percent: number | null };

export interface ModemSeen {
  readonly line: 'gone' | 'silent' | 'answers';
  readonly sim: NonNullable<Readings['sim']>;
  readonly registration: NonNullable<Readings['registration']>;
  readonly operator: string | null;
  readonly signalDbm: number | null;
}

export interface Measured {
  readonly mainsV?: number;
  readonly currentMa?: number;
  readonly powerW?: number;
  readonly energyWh?: number;
}

/** Faults that are judged by standing a while. */
export type StandingFault = HardwareReason | 'under-voltage' | 'clock-off';

/** Blank at boot. */
export interface Wired {
  readonly modem: ModemSeen | null;
  readonly traffic: { readonly monthBytes: number; readonly budgetBytes: number | null } | null;
  readonly meter: { readonly measured: Measured | null; readonly detail: string; readonly levelDb: number } | null;
  /** What the amplifiers drew lately: off, silent, and with a test tone that has not taught yet. */
  readonly seen: { readonly idleMa?: number; readonly readyMa?: number; readonly toneMa?: number; readonly toneDb?: number };
  /** The play, order or session that the current proved last, by output. */
  readonly proved: Readonly<Record<string, string>>;
  readonly cabinet: { readonly open: boolean; readonly said: boolean; readonly sinceMonoMs: number } | null;
  readonly fanPercent: number | null;
  /** Since when what would be a fault has held, by fault. */
  readonly since: Readonly<Partial<Record<StandingFault, number>>>;
}

const wiredEvents: ReadonlySet<string> = new Set<WiredEvent['is']>(['modemSeen', 'trafficSeen', 'smsOrderOffered', 'meterSeen', 'fanSeen']);

export function isWired(event: Event): event is WiredEvent {
  return wiredEvents.has(event.is);
}

export const blankWired: Wired = {
  modem: null,
  traffic: null,
  meter: null,
  seen: {},
  proved: {},
  cabinet: null,
  fanPercent: null,
  since: {},
};

export function be(turn: Turn, cells: Partial<Wired>): void {
  turn.be({ wired: { ...turn.live.wired, ...cells } });
}

/** Raised once it has held for `forMs`, ended at once when it does not. Wakes the box for it. */
export function standing(turn: Turn, fault: StandingFault, holds: boolean, forMs: number, detail: () => string): void {
  const { since } = turn.live.wired;
  if (!holds) {
    if (since[fault] !== undefined) {
      const { [fault]: _, ...others } = since;
      be(turn, { since: others });
    }
    endFault(turn, fault);
    return;
  }
  const sinceMonoMs = since[fault] ?? turn.now.monoMs;
  if (since[fault] === undefined) be(turn, { since: { ...since, [fault]: sinceMonoMs } });
  if (turn.now.monoMs >= sinceMonoMs + forMs) raiseFault(turn, fault, detail());
  else turn.wakeAtMono(sinceMonoMs + forMs);
}
