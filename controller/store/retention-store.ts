// Dropping what is old, a little at a time; the audit has no such door.
import type { Droppable } from '../core/retention.ts';

export interface Dropped {
  readonly count: number;
  /** Content that no row names any more. */
  readonly content: readonly string[];
}

export interface RetentionStore {
  /** At most `limit` of a kind that are older, the oldest first. */
  drop(kind: Droppable, beforeMs: number, limit: number): Promise<Dropped>;
}
