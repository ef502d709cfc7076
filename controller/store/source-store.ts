// What a centre remembers of source information: items, every version of them, the words they are found by, folders.
import type { Result } from '../../schemas/problems.ts';
import type { SourceKind, SourceState } from '../../schemas/source.ts';
import type { Folder } from '../core/folders.ts';
import type { SourceItem, SourceVersion } from '../core/source-item.ts';
import type { SourceChange } from '../core/source-life.ts';
import type { Act } from './store.ts';

export interface SourceFilter {
  /** Whoever asks sees all of these units and of others what is published; absent: everything. */
  readonly seen?: readonly string[];
  /** Of these units only. */
  readonly units?: readonly string[];
  readonly kind?: SourceKind;
  /** Of the newest version. */
  readonly state?: SourceState;
  readonly published?: boolean;
  /** In force and valid at this instant. */
  readonly validAtMs?: number;
  readonly essential?: boolean;
  readonly folder?: string;
  readonly tag?: string;
  /** A word that begins so, for each: without marks, as the tables hold them. */
  readonly tokens?: readonly string[];
  readonly limit: number;
}

export interface FolderStore {
  /** By id. */
  folders(): Promise<Folder[]>;
  /** Read all, decide, put or remove one. `used`: folders in which items stand. Problems: those of the judge. */
  decide(
    judge: (folders: readonly Folder[], used: ReadonlySet<string>) => Result<{ readonly put: Folder } | { readonly remove: Folder }>,
    act: Act,
  ): Promise<Result<Folder>>;
}

export interface SourceStore {
  /**
   * Read the item, decide, write it with its versions and words: nothing else writes in between. Content of a version that is there
   * already is never written again. Problems: those of the judge; over-budget (a new item too many).
   */
  decide(id: string, judge: (item: SourceItem | undefined) => Result<SourceChange>, act: Act): Promise<Result<SourceItem>>;
  item(id: string): Promise<SourceItem | undefined>;
  /** Those there are, by id. */
  itemsOf(ids: readonly string[]): Promise<SourceItem[]>;
  /** Changed last first. */
  items(filter: SourceFilter): Promise<SourceItem[]>;
  /** Oldest first. */
  versions(id: string): Promise<SourceVersion[]>;
  /** Did the validity of anything in force begin or end after the one instant and until the other? */
  turned(afterMs: number, untilMs: number): Promise<boolean>;
  /** Items copied or translated from this one. */
  copies(id: string): Promise<SourceItem[]>;
}
