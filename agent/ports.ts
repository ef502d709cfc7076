// What the loop needs of the world, and nothing else. Real ones live in agent/ and hardware/, scripted ones in test/world.
import type { Entry } from '../schemas/outbox.ts';
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

/** One function per action; outcomes come back through `tell`, possibly much later. Never throws for expected failure. */
export interface Hands {
  perform(action: Action, tell: (event: Event) => void): void;
}
