// What a centre remembers of changes to many schedules at once.
import type { Result } from '../../schemas/problems.ts';
import type { BulkChange } from '../core/bulk-change.ts';
import type { Act } from './store.ts';

export interface BulkStore {
  /** All of it or nothing. Problem: conflict: one of the schedules is not what it was before the change. */
  apply(change: BulkChange, act: Act): Promise<Result<void>>;
  change(id: string): Promise<BulkChange | undefined>;
  /** Newest first. */
  changes(limit: number): Promise<BulkChange[]>;
  /** What stood before stands again. Problems: not-found, conflict (one was changed since), those of the judge. */
  undo(id: string, judge: (change: BulkChange) => Result<BulkChange>, act: Act): Promise<Result<BulkChange>>;
}
