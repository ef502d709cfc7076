// What the gateway process tells of an alert: plain data without shapes or markup. Its answers are checked like any stranger's.
import * as v from 'valibot';
import { AreaPath } from '../../../schemas/ids.ts';
import { InstantMs } from '../../../schemas/time.ts';
import { capCertainties, capMessageTypes, capSeverities, capStatuses, capUrgencies } from '../cap/alert.ts';

const Text = (max: number) => v.pipe(v.string(), v.maxLength(max));

const Name = v.strictObject({ sender: Text(512), identifier: Text(512), sent: Text(40), sentMs: InstantMs });

export const HeardAlert = v.strictObject({
  ...Name.entries,
  status: v.picklist(capStatuses),
  msgType: v.picklist(capMessageTypes),
  references: v.pipe(v.array(Name), v.maxLength(1_000)),
  events: v.pipe(v.array(Text(200)), v.maxLength(32)),
  eventCodes: v.pipe(v.array(v.strictObject({ name: Text(100), value: Text(200) })), v.maxLength(64)),
  severity: v.picklist(capSeverities),
  urgency: v.picklist(capUrgencies),
  certainty: v.picklist(capCertainties),
  riskLevel: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5))),
  expiresMs: v.optional(InstantMs),
  texts: v.pipe(
    v.array(
      v.strictObject({ language: Text(40), event: Text(200), headline: Text(400), description: Text(4_000), instruction: Text(4_000) }),
    ),
    v.maxLength(16),
  ),
  /** `areaDesc` of each area, for people. */
  areas: v.pipe(v.array(Text(400)), v.maxLength(64)),
  /** Places of the source's map that it covers; of a held message, those whose codes it names. */
  places: v.pipe(v.array(AreaPath), v.maxLength(256)),
  /** Its info blocks disagree in more than language: no rule may choose between them. */
  differs: v.boolean(),
});
export type HeardAlert = v.InferOutput<typeof HeardAlert>;

export const Verdict = v.strictObject({
  is: v.picklist(['accept', 'hold', 'reject', 'ignore']),
  code: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/)),
  reason: Text(500),
  /** Somebody else writes in a trusted name. */
  alarm: v.optional(v.literal(true)),
});
export type Verdict = v.InferOutput<typeof Verdict>;

const Key = v.strictObject({ sender: Text(512), identifier: Text(512), sentMs: InstantMs });

/** What the rules remember of one message; theirs alone to read. */
export const Remembered = v.strictObject({ key: Text(1_100), entry: v.record(v.string(), v.unknown()) });
export type Remembered = v.InferOutput<typeof Remembered>;

export const Checked = v.strictObject({
  verdict: Verdict,
  alert: v.nullable(HeardAlert),
  /** Messages known before that no longer stand. */
  ends: v.pipe(v.array(Key), v.maxLength(2_000)),
  /** Codes of what the rules noticed besides. */
  notes: v.pipe(v.array(Text(64)), v.maxLength(32)),
  /** What changed in memory: to be kept with the alert, or the process must be asked anew. */
  remember: v.pipe(v.array(Remembered), v.maxLength(5_000)),
  forget: v.pipe(v.array(Text(1_100)), v.maxLength(5_000)),
});
export type Checked = v.InferOutput<typeof Checked>;

/** An entry of a feed: CAP in it, or the address of one. */
export const FeedEntry = v.strictObject({
  id: Text(500),
  updated: Text(60),
  url: v.optional(Text(500)),
  cap: v.optional(Text(1_100_000)),
});
export type FeedEntry = v.InferOutput<typeof FeedEntry>;
export const FeedRead = v.strictObject({ entries: v.pipe(v.array(FeedEntry), v.maxLength(200)) });
export type FeedRead = v.InferOutput<typeof FeedRead>;
