// What a box says of itself: presence, reported state, telemetry, questions.
import * as v from 'valibot';
import { Id, MessageId } from './ids.ts';
import { localOrdersMax } from './local-orders.ts';
import { Problem } from './problem-shape.ts';
import { hardwareReasons, Readings } from './readings.ts';
import { ClockQuality, DurationMs, InstantMs } from './time.ts';

const Words = v.pipe(v.string(), v.maxLength(200));
const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Retained on `up/on`; the will is `{on:false}` with the same boot and connection. A late will with an old `conn` is ignored. */
export const Presence = v.strictObject({
  on: v.boolean(),
  boot: Id,
  conn: Counter,
  version: v.pipe(v.string(), v.maxLength(40)),
  wantRev: Counter,
  /** Highest accepted order counter per issuer. */
  orders: v.pipe(v.record(Id, Counter), v.maxEntries(64)),
  clock: ClockQuality,
  /** Beginning of the hash of the machine's serial: a copied card speaks from another machine. */
  machine: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/))),
});
export type Presence = v.InferOutput<typeof Presence>;

export const healthStates = ['ok', 'degraded', 'silent', 'unknown'] as const;
export const Health = v.strictObject({
  state: v.picklist(healthStates),
  /** Catalogue of reasons, worst first; `[]` when ok. */
  reasons: v.pipe(
    v.array(
      v.picklist([
        'no-time',
        'no-centre',
        'no-plan',
        'audio-failed',
        'amplifier-failed',
        'display-failed',
        'store-failed',
        'disk-low',
        'media-missing',
        'hot',
        'under-voltage',
        'muted',
        'service',
        'on-battery',
        'clock-off',
        'orders-missed',
        'heartbeat-missed',
        'keys-expired',
        'screen-power',
        'display-behind',
        'not-heard',
        'ear-missing',
        ...hardwareReasons,
      ]),
    ),
    v.maxLength(40),
  ),
});
export type Health = v.InferOutput<typeof Health>;

/** Retained on `up/report`, at most 8 KB. */
export const Report = v.strictObject({
  rev: Counter,
  boot: Id,
  version: v.pipe(v.string(), v.maxLength(40)),
  hardware: v.strictObject({ audioOut: Words, board: Words, display: Words }),
  wantRev: Counter,
  offeredRev: Counter,
  wantProblem: v.optional(Problem),
  clock: ClockQuality,
  outputs: v.pipe(
    v.array(
      v.strictObject({
        id: Id,
        sounding: v.nullable(MessageId),
        amplifier: v.picklist(['off', 'turning-on', 'on', 'turning-off', 'failed', 'none']),
        /** Boards whose light is steered: how it should be, and how far that is known. */
        screen: v.optional(
          v.strictObject({
            lit: v.boolean(),
            page: v.picklist(['sent', 'confirmed', 'failed']),
            power: v.picklist(['none', 'sent', 'confirmed', 'failed']),
          }),
        ),
        next: v.nullable(v.strictObject({ occurrence: MessageId, startMs: InstantMs })),
      }),
    ),
    v.maxLength(4),
  ),
  cache: v.strictObject({ bytes: Counter, missing: Counter }),
  /** Orders that lie ready here; `code`: why one that the want names does not. */
  local: v.optional(
    v.pipe(v.array(v.strictObject({ id: MessageId, code: v.optional(Problem.entries.code) })), v.maxLength(localOrdersMax)),
  ),
  outbox: v.strictObject({ epoch: Id, low: Counter, high: Counter }),
  health: Health,
});
export type Report = v.InferOutput<typeof Report>;

/** On `up/tm`, QoS 0: one sample each 5 minutes and on change. */
export const Telemetry = v.strictObject({
  atMs: InstantMs,
  clock: ClockQuality,
  upMs: DurationMs,
  rssBytes: Counter,
  diskFreeBytes: Counter,
  load1: v.number(),
  temperatureC: v.nullable(v.number()),
  health: Health,
  /** What modem, meter, board and machine tell; absent where there is none of it. */
  ...Readings.entries,
});
export type Telemetry = v.InferOutput<typeof Telemetry>;

/** On `up/ask`. The answer is bound to the nonce, so an old one is worthless. */
export const Ask = v.strictObject({
  id: MessageId,
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  kind: v.picklist(['want', 'time']),
});
export type Ask = v.InferOutput<typeof Ask>;

/** Body of a signed `answer` on `dn/answer`. */
export const Answer = v.strictObject({ id: MessageId, nonce: Ask.entries.nonce, timeMs: InstantMs });
export type Answer = v.InferOutput<typeof Answer>;

/** `g/{group}/order` or `g/{group}/drill`. */
const OrderTopic = v.pipe(v.string(), v.regex(/^g\/[a-z0-9-]{1,32}\/(order|drill)$/, 'must be g/GROUP/order or g/GROUP/drill'));

/** Body of the signed `heartbeat` on `c/{centre}/on`, each 300 s. A new epoch makes boxes announce themselves again. */
export const Heartbeat = v.strictObject({
  epoch: Id,
  timeMs: InstantMs,
  /** Highest order counter of this centre, whatever the audience. */
  orders: v.pipe(v.record(Id, Counter), v.maxEntries(64)),
  /** Highest counter that stands on each topic now (orders and clears; exercises apart): a box that lacks it was kept from it. */
  topics: v.optional(v.pipe(v.record(OrderTopic, Counter), v.maxEntries(128))),
});
export type Heartbeat = v.InferOutput<typeof Heartbeat>;
