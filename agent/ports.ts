// What the loop needs of the world, and nothing else. Real ones live in agent/ and hardware/, scripted ones in test/world.
import type { Entry, Row } from '../schemas/outbox.ts';
import type { Receipt } from '../schemas/receipt.ts';
import type { Moment } from '../schemas/time.ts';
import type { Action, Event, Kept } from './core/model.ts';

export interface Clock {
  now(): Moment;
}

/** Kept state and outbox. `commit` is one transaction; it resolves when the bytes are on the disk. */
export interface Journal {
  load(): Promise<{ readonly kept: Kept; readonly epoch: string; readonly lastSeq: number; readonly ackedTo: number }>;
  /** Cells whose reference differs from the last commit are written; entries get sequence numbers and hashes. */
  commit(kept: Kept, entries: readonly Entry[]): Promise<void>;
}

/** The same with its rows as the outbox sends them and the page shows them. */
export interface OutboxJournal extends Journal {
  /** Called after each commit that added rows, with what they say. */
  onRows(listener: (entries: readonly Entry[]) => void): void;
  /** Called after each change of epoch. */
  onEpoch(listener: () => void): void;
  epoch(): string;
  lastSeq(): number;
  ackedTo(): number;
  /** Rows after `seq` in order, at least one however large. */
  rowsAfter(seq: number, limits: { readonly rowsMax: number; readonly bytesMax: number }): Promise<Row[]>;
  /** Remember the centre's receipt. */
  acked(upto: number): Promise<void>;
  /** Begin again under a new name; what is owed is owed under it. Answers the name. */
  newEpoch(): Promise<string>;
  forgetRows(now: Omit<Entry, 'fact'>): Promise<void>;
  /** The newest receipts, newest first. */
  recentReceipts(limit: number): Promise<Receipt[]>;
  close(): Promise<void>;
}

/** A change at the edge that is tried: kept once the centre was met, else taken back, also after a cut of the power. */
export interface TrialDoor {
  keep(id: string): Promise<void>;
  /** Rejects with a Failure when it cannot. */
  revert(id: string): Promise<void>;
}

/** One function per action; outcomes come back through `tell`, possibly much later. Never throws for expected failure. */
export interface Hands {
  perform(action: Action, tell: (event: Event) => void): void;
}
