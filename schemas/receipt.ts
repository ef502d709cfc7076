// Play receipts: the one final word on every planned occurrence, and on every repetition of an order.
import * as v from 'valibot';
import { Id, MessageId, Sha256 } from './ids.ts';
import { ClockQuality, DurationMs, InstantMs } from './time.ts';

export const Outcome = v.picklist(['played', 'partial', 'preempted', 'missed', 'refused-by-policy', 'failed', 'withdrawn']);
export type Outcome = v.InferOutput<typeof Outcome>;

/** Why it is not `played`, or what to know although it is. */
export const Reason = v.picklist([
  'box-off',
  'power-cut',
  'no-time',
  'not-cached',
  'too-late',
  'output-busy',
  'emergency',
  'higher-class',
  'stopped-here',
  'withdrawn',
  'decoder-failed',
  'output-failed',
  'amplifier-failed',
  'outside-window',
  'quiet-hours',
  'session-too-long',
  'too-many-sessions',
  'day-limit',
  'not-approved',
  'joined-late',
  'resumed',
  'cleared',
  'expired',
  'superseded',
  'not-painted',
  'window-ended',
  'muted',
  'held-service',
  'on-battery',
  'stream-lost',
  'no-voice',
  'spoken-instead',
  'bulletin-unsafe',
]);
export type Reason = v.InferOutput<typeof Reason>;

/** Did a microphone near the horn hear it? `unknown` is not no. */
export const Heard = v.picklist(['yes', 'no', 'unknown']);
export type Heard = v.InferOutput<typeof Heard>;

/** Why it is not a yes. `silent`: the horn gave nothing; `elsewhere`: the sound came from another horn, later or fainter. */
export const HeardBecause = v.picklist([
  'silent',
  'elsewhere',
  'no-microphone',
  'not-calibrated',
  'saturated',
  'too-quiet',
  'too-short',
  'too-noisy',
]);
export type HeardBecause = v.InferOutput<typeof HeardBecause>;

export const Receipt = v.strictObject({
  /** `SCHEDULE@UTC-START-MS@OUTPUT`, for an order `ORDER-ID@OUTPUT`, for a live session `SESSION@OUTPUT`, for a play by hand `local:…`. */
  occurrence: MessageId,
  what: v.picklist(['occurrence', 'order', 'live', 'local']),
  schedule: v.optional(Id),
  programme: v.optional(Id),
  output: Id,
  class: v.picklist(['emergency', 'live', 'drill', 'priority', 'normal', 'filler', 'local']),
  outcome: Outcome,
  reason: v.optional(Reason),
  plannedStartMs: InstantMs,
  plannedEndMs: InstantMs,
  /** Wall instants of the first and last sample at the output. Absent: nothing sounded. */
  startedMs: v.optional(InstantMs),
  endedMs: v.optional(InstantMs),
  /** Sound that left the output, ms; shown pages count their painted time, without what a blanked screen hid. */
  audibleMs: DurationMs,
  items: v.pipe(v.array(Sha256), v.maxLength(64)),
  gainDb: v.number(),
  /** What proves sound: relay feedback, measured current, a microphone at the horn, a painted frame, the virtual output, or nothing. */
  proof: v.picklist(['none', 'relay', 'current', 'microphone', 'bridge', 'painted', 'simulated']),
  /** Only where a microphone is named for the output; it compares, and keeps no sound. */
  heard: v.optional(Heard),
  heardBecause: v.optional(HeardBecause),
  /** Loudness at the microphone against its calibration, dB: −6 is half as loud as then. */
  heardDb: v.optional(v.pipe(v.number(), v.minValue(-120), v.maxValue(120))),
  amplifierOnMs: v.optional(InstantMs),
  /** First sample at the output minus planned start. */
  startErrorMs: v.optional(v.number()),
  clock: ClockQuality,
  /** An order that was started at the box: how and by whom. */
  here: v.optional(v.strictObject({ how: v.picklist(['page', 'key', 'contact']), by: v.pipe(v.string(), v.maxLength(64)) })),
});
export type Receipt = v.InferOutput<typeof Receipt>;
