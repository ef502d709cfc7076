// Many schedules changed at once: what is asked, what it would mean, how it is taken back. In shapes.
import * as v from 'valibot';
import { Id, Sha256 } from './ids.ts';
import type { Schedule } from './schedule.ts';
import { LocalDate } from './time.ts';

export const bulkLimits = {
  schedules: 500,
  /** A change can be taken back so long. */
  undoMs: 86_400_000,
} as const;

export const BulkWish = v.variant('do', [
  /** Earlier or later by so many minutes of the wall clock, the same days. */
  v.strictObject({ do: v.literal('shift'), minutes: v.pipe(v.number(), v.integer(), v.minValue(-720), v.maxValue(720)) }),
  v.strictObject({ do: v.literal('skip-day'), date: LocalDate }),
  v.strictObject({ do: v.literal('groups'), groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(16)) }),
  v.strictObject({ do: v.literal('programme'), programme: Id }),
  v.strictObject({ do: v.literal('remove') }),
]);
export type BulkWish = v.InferOutput<typeof BulkWish>;
export const BulkRequest = v.strictObject({
  schedules: v.pipe(
    v.array(Id),
    v.minLength(1),
    v.maxLength(bulkLimits.schedules),
    v.check((all) => new Set(all).size === all.length, 'names each once'),
  ),
  change: BulkWish,
  preview: v.boolean(),
  /** What the preview was of: somebody who changed one of them meanwhile is not written over. */
  seen: v.optional(Sha256),
  note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), ''),
});
export type BulkRequest = v.InferOutput<typeof BulkRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

interface BulkSide {
  readonly start: Schedule['start'];
  readonly programme: Id;
  readonly groups: readonly Id[];
}
export interface BulkLine {
  readonly id: Id;
  readonly before: BulkSide;
  /** `null`: it goes. */
  readonly after: BulkSide | null;
  /** Plays of the next 31 days, and those of them that a policy refuses. */
  readonly plays: number;
  readonly refused: readonly { readonly startMs: number; readonly rule: string }[];
  readonly meetings: readonly {
    readonly startMs: number;
    readonly schedule: Id;
    readonly title: string;
    readonly first: 'this' | 'other';
  }[];
}
interface BulkPlay {
  readonly schedule: Id;
  readonly title: string;
  readonly startMs: number;
  readonly refused: string | null;
}
/** What one box would play otherwise than now, within a week. */
export interface BulkBox {
  readonly box: Id;
  readonly gone: readonly BulkPlay[];
  readonly added: readonly BulkPlay[];
}
export interface BulkAnswer {
  /** `null`: a preview. */
  readonly id: Id | null;
  readonly seen: Sha256;
  readonly lines: readonly BulkLine[];
  readonly boxes: readonly BulkBox[];
  /** Boxes that play otherwise, whether they are listed or not. */
  readonly boxCount: number;
}
export interface BulkEntryAnswer {
  readonly id: Id;
  readonly atMs: number;
  readonly by: string;
  readonly note: string;
  readonly change: BulkWish;
  readonly schedules: readonly Id[];
  readonly undone: { readonly by: string; readonly atMs: number } | null;
  readonly undoUntilMs: number;
}
