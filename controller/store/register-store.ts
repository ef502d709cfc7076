// What a centre remembers of its equipment: states that are only added, and imports.
import type { Result } from '../../schemas/problems.ts';
import type { EquipmentVersion, RegisterImport } from '../../schemas/register.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { ImportedState } from '../core/register.ts';
import type { Act } from './store.ts';

export interface EntryFilter {
  /** As they were at the end of this day. */
  readonly day: LocalDate;
  /** Of these; of all unless said. */
  readonly units?: readonly string[] | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface RegisterWrite {
  readonly states: readonly EquipmentVersion[];
  readonly imported?: RegisterImport;
  readonly act: Act;
}

export interface RegisterStore {
  /** In the order of their ids, without those that were taken out again. */
  entries(filter: EntryFilter): Promise<EquipmentVersion[]>;
  /** All states of one entry, oldest first. */
  history(entry: string): Promise<EquipmentVersion[]>;
  /** The newest state of each of these. */
  lasts(entries: readonly string[]): Promise<ReadonlyMap<string, EquipmentVersion>>;
  /** Read the newest states, decide, write: one after the other. `entries`: how many there are in all. */
  decide(
    entries: readonly string[],
    judge: (lasts: ReadonlyMap<string, EquipmentVersion>, entries: number) => Result<RegisterWrite | undefined>,
  ): Promise<Result<RegisterWrite | undefined>>;
  count(): Promise<number>;
  /** Newest first. */
  imports(limit: number): Promise<RegisterImport[]>;
  import(id: string): Promise<RegisterImport | undefined>;
  importedStates(id: string): Promise<ImportedState[]>;
  /** Read an import with its states, decide, write. Problems: not-found, those of the judge. */
  undo(
    id: string,
    judge: (imported: RegisterImport, states: readonly ImportedState[]) => Result<readonly EquipmentVersion[]>,
    act: Act,
  ): Promise<Result<RegisterImport>>;
}
