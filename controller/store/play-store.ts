// Sums of plays over long periods, made where the receipts lie: a year of them never comes into this process.
import type { Outcome, Reason } from '../../schemas/receipt.ts';

export interface PlayPeriod {
  /** Of these; of all unless said. */
  readonly boxes?: readonly string[] | undefined;
  /** Planned to begin within. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Plays of one class of one programme. */
export interface PlaySum {
  readonly class: string;
  readonly programme: string | null;
  /** Sound of a virtual output. */
  readonly simulated: boolean;
  readonly plays: number;
  readonly plannedMs: number;
  readonly audibleMs: number;
}

/** What became of the occurrences planned for a box. Simulated ones are only counted. */
export interface KeptSum {
  readonly dev: string;
  readonly planned: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** It could have kept them: not refused, not withdrawn, not cut by an emergency. */
  readonly due: number;
  readonly simulated: number;
}

export interface RefusedPlay {
  readonly dev: string;
  readonly occurrence: string;
  readonly plannedMs: number;
  readonly programme: string | null;
  readonly reason: Reason | null;
  readonly simulated: boolean;
}

export interface PlayStore {
  minutes(period: PlayPeriod): Promise<PlaySum[]>;
  kept(period: PlayPeriod): Promise<KeptSum[]>;
  /** Occurrences that policy refused, oldest first. */
  refused(period: PlayPeriod & { readonly limit: number }): Promise<RefusedPlay[]>;
}
