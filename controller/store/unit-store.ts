// What a centre remembers of units: the tree with its dates, the book of changes, where boxes stood.
import type { Result } from '../../schemas/problems.ts';
import type { AreaHistory } from '../core/area-history.ts';
import type { KeptPlan, UnitChangeEntry, UnitState } from '../core/unit-book.ts';
import type { Foreseen } from '../core/unit-queue.ts';
import type { Unit } from '../core/unit-tree.ts';
import type { Act } from './store.ts';

/** What one decision writes: the entry, what is done now, and what is kept: of one that waits what it will do, then for the way back. */
export interface UnitWrite {
  readonly entry: UnitChangeEntry;
  readonly apply: KeptPlan | null;
  readonly keep: KeptPlan | null;
  /** What others that wait will do from now on. */
  readonly foreseen?: Foreseen;
  readonly act: Act;
}

export interface UnitStore {
  saveUnits(units: readonly Unit[], act: Act): Promise<void>;
  units(): Promise<Unit[]>;
  /** In the order of their turns. */
  changes(): Promise<UnitChangeEntry[]>;
  /** Of boxes that ever moved. */
  areas(): Promise<ReadonlyMap<string, AreaHistory>>;
  state(): Promise<UnitState>;
  /**
   * Read everything, decide, write: nothing else writes in between, and units, boxes, histories, rights and the entry are kept
   * together or not at all. `kept` is what the change named `of` did. Nothing is written when the judge answers undefined or a problem.
   */
  decide(
    judge: (state: UnitState, kept: KeptPlan | undefined) => Result<UnitWrite | undefined>,
    of?: string,
  ): Promise<Result<UnitWrite | undefined>>;
}
