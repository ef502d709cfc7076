// The library of source items in shapes: folders and tags, and where an item is used.
import * as v from 'valibot';
import { Id } from './ids.ts';
import { Tags, type UnitBrief } from './source.ts';

export const folderLimits = { folders: 2_000, depth: 6 } as const;

const Name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100));

export const FolderRequest = v.strictObject({ unit: Id, parent: v.optional(v.nullable(Id), null), name: Name });
export const FolderChangeRequest = v.strictObject({ parent: v.nullable(Id), name: Name });
/** Where an item stands among others: no new version. */
export const ShelfRequest = v.strictObject({ folder: v.nullable(Id), tags: Tags });

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface FolderAnswer {
  readonly id: Id;
  readonly unit: Id;
  readonly parent: Id | null;
  readonly name: string;
}

/** Where an item is used, as far as the centre's tables know. */
export interface UsesAnswer {
  /** `names`: the item by its name, so that corrections reach it; else only the same file. */
  readonly programmes: readonly {
    readonly id: Id;
    readonly title: string;
    readonly form: 'audio' | 'bulletin';
    readonly state: string;
    readonly names: boolean;
    readonly schedules: number;
  }[];
  /** Pre-armed orders whose recording is this sound. */
  readonly templates: readonly { readonly id: string; readonly title: string; readonly language: string }[];
  readonly issues: number;
  /** Copies and translations that the asker may see. */
  readonly copies: readonly {
    readonly id: Id;
    readonly title: string;
    readonly language: string;
    readonly unit: UnitBrief;
    readonly state: string;
  }[];
}
