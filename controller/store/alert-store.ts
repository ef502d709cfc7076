// Alerts, their sources and mandates, as a centre remembers them.
import type { AlertSource } from '../../schemas/alerts.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import type { Result } from '../../schemas/problems.ts';
import type { AlertProposal, FrozenOrder } from '../core/alert-plan.ts';
import type { HeardAlert, Remembered, Verdict } from '../emergency/gateway/heard.ts';
import type { Act } from './store.ts';

export const alertStates = ['waiting', 'given', 'ended', 'aside', 'closed', 'nothing'] as const;
export type AlertState = (typeof alertStates)[number];

/** One message as it came and what became of it. */
export interface StoredAlert {
  readonly id: string;
  readonly source: string;
  readonly receivedMs: number;
  /** SHA-256 of the bytes. */
  readonly digest: string;
  readonly alert: HeardAlert | null;
  readonly verdict: Verdict;
  readonly state: AlertState;
  readonly code: string;
  readonly reason: string;
  readonly proposal: AlertProposal;
  /** Orders that came of it, under a mandate or by an officer; one that officers never signed is named and does not exist. */
  readonly orders: readonly string[];
  /** Codes of what the rules noticed besides. */
  readonly notes: readonly string[];
  /** Living orders of earlier messages that no longer stand because of it. */
  readonly earlier: readonly string[];
  readonly mandate: string | null;
  readonly givenMs: number | null;
  readonly by: string | null;
  readonly answeredMs: number | null;
  readonly note: string;
}

export interface AlertName {
  readonly sender: string;
  readonly identifier: string;
  readonly sentMs: number;
}

/** What the rules remember anew, and what they forget. */
export interface MemoryChange {
  readonly remember: readonly Remembered[];
  readonly forget: readonly string[];
}

export interface StoredSource {
  readonly source: AlertSource;
  /** Locked: a copy of the tables alone opens nothing. */
  readonly secret: string | null;
}

export interface StoredMandate {
  readonly id: string;
  readonly madeMs: number;
  readonly by: string;
  /** Exact bytes that officers sign, as text. */
  readonly statement: string;
  readonly frozen: readonly FrozenOrder[];
  readonly signatures: readonly { readonly person: string; readonly keyid: string; readonly sig: string }[];
  readonly envelope: Envelope | null;
  readonly revokedMs: number | null;
}

export interface AlertStore {
  /** A message and what the rules remember after it, in one transaction. Old messages that came to nothing make room. */
  addAlert(alert: StoredAlert, memory: MemoryChange, act: Act): Promise<void>;
  /** Replace alerts, whole. */
  saveAlerts(alerts: readonly StoredAlert[], act: Act): Promise<void>;
  alert(id: string): Promise<StoredAlert | undefined>;
  /** Newest first; those that wait for a person before all others. */
  alerts(limit: number): Promise<StoredAlert[]>;
  /** Messages with exactly these names, but those that came to nothing. */
  named(names: readonly AlertName[]): Promise<StoredAlert[]>;
  /** A message of a source by its sender's own id. */
  byIdentifier(source: string, identifier: string): Promise<StoredAlert | undefined>;
  /** Did these bytes end the gateway, and does a message of them wait for a person still? */
  deadly(digest: string): Promise<'waits' | 'answered' | undefined>;
  /** Orders that began under each mandate since then. */
  startsSince(sinceMs: number): Promise<ReadonlyMap<string, number>>;
  /** All that the rules remember. */
  memory(): Promise<readonly Remembered[]>;
  sources(): Promise<StoredSource[]>;
  /** Without a secret the one before stays. */
  saveSource(source: StoredSource, act: Act): Promise<void>;
  /** Problem: not-found. */
  removeSource(id: string, act: Act): Promise<Result<void>>;
  mandates(): Promise<StoredMandate[]>;
  saveMandate(mandate: StoredMandate, act: Act): Promise<void>;
}
