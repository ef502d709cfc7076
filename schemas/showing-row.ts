// Proof of what a board showed: one row for the showings of an occurrence (or an order) within an hour, a line for each page;
// showings of a page that could not be measured have a line of their own.
import * as v from 'valibot';
import { Id, MessageId, Sha256 } from './ids.ts';
import { DurationMs, InstantMs } from './time.ts';

/** A row must fit into one entry (16 KB); more pages begin another row. */
export const showingLinesMax = 48;

/**
 * How a showing ended: `replaced` by content of a newer plan, `preempted` by something above it, `blanked` from afar,
 * `not-cached` where its file was missing or not what its name says, `unknown` where the power went while it was on.
 */
export const ShowingEnd = v.picklist([
  'completed',
  'replaced',
  'preempted',
  'withdrawn',
  'blanked',
  'display-failed',
  'not-cached',
  'unknown',
]);
export type ShowingEnd = v.InferOutput<typeof ShowingEnd>;

/** What the row rests on: it was due; the display said that it was painted; the screen was asked and had it, and painted on. */
export const ShowingEvidence = v.picklist(['scheduled', 'rendered', 'seen']);
export type ShowingEvidence = v.InferOutput<typeof ShowingEvidence>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const times = v.optional(Count);

export const ShowingLine = v.strictObject({
  /** The bulletin's bytes; absent for the page of an order. */
  sha256: v.optional(Sha256),
  times: v.pipe(Count, v.minValue(1)),
  /** What the schedule gave it of the showings begun, without what was taken from it by a higher one or by blanking. */
  plannedMs: DurationMs,
  /** As long as the screen showed it, as far as the screen was asked; else as long as the display said so. */
  shownMs: DurationMs,
  /** On a screen that was blanked from afar. */
  darkMs: v.optional(DurationMs),
  /** First painted and last seen, wall; absent: never painted. */
  firstMs: v.optional(InstantMs),
  lastMs: v.optional(InstantMs),
  /** Frames that the screen painted meanwhile; null where it could not be asked. */
  frames: v.nullable(Count),
  ends: v.strictObject({
    completed: times,
    replaced: times,
    preempted: times,
    withdrawn: times,
    blanked: times,
    'display-failed': times,
    'not-cached': times,
    unknown: times,
  }),
  /** The weakest of its showings. */
  evidence: ShowingEvidence,
  /** Shown of planned, 0 to 1; null where it was not measured, which is not 0. */
  compliance: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});
export type ShowingLine = v.InferOutput<typeof ShowingLine>;

export const ShowingRow = v.strictObject({
  /** Once for ever on its box. */
  id: MessageId,
  output: Id,
  what: v.picklist(['bulletin', 'order']),
  /** Occurrence id; for an order `ORDER@OUTPUT`, as in its receipt. */
  occurrence: MessageId,
  schedule: v.optional(Id),
  programme: v.optional(Id),
  plannedFromMs: InstantMs,
  plannedUntilMs: InstantMs,
  lines: v.pipe(v.array(ShowingLine), v.minLength(1), v.maxLength(showingLinesMax)),
});
export type ShowingRow = v.InferOutput<typeof ShowingRow>;
