// How long a centre keeps what boxes told and what was spoken live; the audit is kept for ever.
import * as v from 'valibot';

const days = (least: number) => v.nullable(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(36_500)));

/** Days; null: for ever. */
export const RetentionSettings = v.strictObject({
  /** Receipts and what boards showed. A year's report needs more than a year. */
  receiptsDays: days(90),
  /** Rows of boxes. */
  logsDays: days(90),
  /** Recordings of live sessions that no programme plays. */
  recordingsDays: days(7),
  /** Acceptance records, counted from when their box went out of service; those of a box in service stay. */
  acceptancesDays: v.optional(days(1825), null),
});
export type RetentionSettings = v.InferOutput<typeof RetentionSettings>;
