// The commune's own order of priority programmes (PRODUCT §1.1): what waits for a decision, and what each decision would sound like. In shapes.
import * as v from 'valibot';
import { Id } from './ids.ts';
import type { Level } from './programme.ts';
import type { PlayClass } from './schedule.ts';
import { InstantMs } from './time.ts';

export const localOrderLimits = {
  programmes: 200,
  /** How far ahead clashes are looked for. */
  aheadMs: 7 * 86_400_000,
  /** Boxes that plan differently, as far as is looked; alike ones are looked at once. */
  plans: 64,
  clashes: 100,
  /** Of a preview. */
  spanMs: 86_400_000,
  segments: 200,
} as const;

const Programmes = v.pipe(v.array(Id), v.maxLength(localOrderLimits.programmes));
export const LocalOrderRequest = v.strictObject({
  programmes: Programmes,
  /** The order that somebody has seen: what changed meanwhile is not written over. */
  seen: v.optional(Programmes),
});
export const LocalOrderPreviewRequest = v.strictObject({ box: Id, programmes: Programmes, fromMs: InstantMs, toMs: InstantMs });
export type LocalOrderPreviewRequest = v.InferOutput<typeof LocalOrderPreviewRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface PriorityBrief {
  readonly id: Id;
  readonly title: string;
  readonly level: Level;
}

/** Two priority programmes of different levels that meet, and no order says which is first. */
export interface Clash {
  /** First until the commune decides: the upper level. */
  readonly first: PriorityBrief;
  readonly second: PriorityBrief;
  /** When they meet next, and when the later of the two would have ended. */
  readonly fromMs: number;
  readonly toMs: number;
  /** One of the boxes where they meet, and how many there are. */
  readonly box: { readonly id: Id; readonly name: string };
  readonly boxes: number;
}

export interface ClashesAnswer {
  /** The order that stands; programmes that are no more have only their id as a title. */
  readonly order: readonly PriorityBrief[];
  readonly clashes: readonly Clash[];
  /** Not all boxes or clashes are told. */
  readonly cut: boolean;
}

export interface PlannedStretch {
  readonly output: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly programme: Id;
  readonly title: string;
  readonly class: PlayClass;
  readonly level: Level;
  /** Position in the programme at `fromMs`. */
  readonly offsetMs: number;
  readonly why: 'planned' | 'joined-late' | 'resumed' | 'restarted';
}

export interface PlannedHours {
  readonly stretches: readonly PlannedStretch[];
  /** Not heard, or not to the end. */
  readonly lost: readonly { readonly programme: Id; readonly title: string; readonly atMs: number }[];
}

export interface LocalOrderPreviewAnswer {
  readonly box: Id;
  /** By the order that stands, and by the one that is asked about. */
  readonly before: PlannedHours;
  readonly after: PlannedHours;
}
