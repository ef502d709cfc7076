// What a centre remembers of the lines to centres above and below it: what goes there, what came from there, how far each has read.
import type { Result } from '../../schemas/problems.ts';

/** One thing as it is now; a newer state of the same key takes its place. */
export interface Offered {
  readonly key: string;
  readonly body: string;
}

export interface OfferedRow extends Offered {
  readonly seq: number;
}

export interface Taken extends OfferedRow {
  readonly kind: string;
  /** What it is about: by that it is found again. */
  readonly subject: string;
}

export interface TakenRow extends Taken {
  readonly peer: string;
  readonly settled: boolean;
}

/** One line to another centre. */
export interface CentreLine {
  readonly peer: string;
  /** What we tell: the name of our numbering, and its last number. */
  readonly out: { readonly stream: string; readonly seq: number };
  /** What we have been told; `stream: null` nothing yet. */
  readonly in: { readonly stream: string | null; readonly seq: number };
  /** Highest counter of what the centre above has signed. */
  readonly counter: number;
  readonly heardMs: number | null;
  /** All that the other knew at this instant has come. */
  readonly asOfMs: number | null;
}

export interface TakenBatch {
  readonly stream: string;
  readonly after: number;
  readonly upto: number;
  readonly counter: number;
  readonly rows: readonly Taken[];
  /** Nothing has to be done with them any more. */
  readonly settled: boolean;
}

export interface FederationStore {
  /** By name; one that is not there is made. */
  line(peer: string): Promise<CentreLine>;
  lines(): Promise<CentreLine[]>;
  /**
   * What there is to tell now: things that are new or changed get the next numbers, those no longer told of stay as they were.
   * Answers how many. Problem: over-budget.
   */
  offer(peer: string, things: readonly Offered[]): Promise<Result<number>>;
  /** In their order; at least one where there is one. */
  after(peer: string, seq: number, limits: { readonly rows: number; readonly bytes: number }): Promise<OfferedRow[]>;
  /** Known ones change nothing. Of another stream it must be the beginning. Problems: conflict (a gap), over-budget. */
  take(peer: string, batch: TakenBatch): Promise<Result<void>>;
  /** Things that wait for something, in their order, behind a number: those that go on waiting hide none behind them. */
  unsettled(peer: string, after: number, limit: number): Promise<TakenRow[]>;
  /** Has it come, and is nothing to be done with it as it came last? */
  isSettled(peer: string, key: string): Promise<boolean>;
  /** Unless a newer state of it has come meanwhile. */
  settle(peer: string, key: string, seq: number): Promise<void>;
  /** All of a kind about a subject wait once more. */
  reopen(peer: string, kind: string, subject: string): Promise<void>;
  /** What was told of these, by all. */
  told(kind: string, subjects: readonly string[] | undefined, limit: number): Promise<TakenRow[]>;
  /** Does anything offered there name this content? */
  names(peer: string, sha256: string): Promise<boolean>;
  heard(peer: string, atMs: number): Promise<void>;
  complete(peer: string, asOfMs: number): Promise<void>;
  /** Neither what goes there nor what came from there. */
  forget(peer: string): Promise<void>;
}
