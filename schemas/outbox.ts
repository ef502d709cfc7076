// What a box owes its centre: numbered, chained rows in signed batches, forgotten only on a signed receipt.
import * as v from 'valibot';
import { Screenshot } from './command.ts';
import { Envelope } from './envelope.ts';
import { Id, LanguageTag, MessageId, Sha256 } from './ids.ts';
import { Problem } from './problem-shape.ts';
import { Receipt } from './receipt.ts';
import { UpdateFact } from './release.ts';
import { ShowingRow } from './showing-row.ts';
import { ClockQuality, InstantMs } from './time.ts';

export const logBatchBytesMax = 32 * 1024;
export const logBatchRowsMax = 100;

/** Started at the box itself, not from afar. */
export const LocalStart = v.strictObject({
  how: v.picklist(['page', 'key', 'contact']),
  by: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});
export type LocalStart = v.InferOutput<typeof LocalStart>;

/** A fact worth keeping; tagged by `kind`. */
export const Fact = v.variant('kind', [
  v.strictObject({ kind: v.literal('receipt'), receipt: Receipt }),
  /** What a board showed, begun in the journal before it was seen. */
  v.strictObject({ kind: v.literal('showing'), showing: ShowingRow }),
  v.strictObject({
    kind: v.literal('order'),
    order: MessageId,
    state: v.picklist(['accepted', 'held', 'sounding', 'heard', 'ended', 'cleared', 'expired', 'refused']),
    /** Why a valid order does not sound for now: a person at the horn, a mute that policy lets stand, an exercise on battery. */
    because: v.optional(v.picklist(['held-service', 'muted', 'on-battery'])),
    /** What was heard: fall-backs in DESIGN §4's order. */
    voice: v.optional(v.picklist(['inline', 'cached', 'spoken', 'phrase', 'siren', 'screen'])),
    /** Languages it was heard in, and those of the cluster that had no voice (PRODUCT §1.4). */
    languages: v.optional(
      v.strictObject({ heard: v.pipe(v.array(LanguageTag), v.maxLength(9)), skipped: v.pipe(v.array(LanguageTag), v.maxLength(8)) }),
    ),
    /** By whose authority it was accepted (DESIGN §4). */
    authority: v.optional(
      v.strictObject({
        by: v.picklist(['drill', 'officers', 'mandate', 'breakGlass']),
        persons: v.pipe(v.array(Id), v.maxLength(4)),
        mandate: v.optional(MessageId),
      }),
    ),
    /** Who started it at the box. */
    here: v.optional(LocalStart),
    /** What proved that it was heard; only with `heard`. */
    proof: v.optional(v.picklist(['microphone'])),
    problem: v.optional(Problem),
    /** Set when the siren started before its slot was on disk. */
    unpersisted: v.optional(v.boolean()),
  }),
  v.strictObject({
    kind: v.literal('want'),
    rev: v.pipe(v.number(), v.integer()),
    state: v.picklist(['applied', 'refused']),
    problem: v.optional(Problem),
  }),
  v.strictObject({
    kind: v.literal('fault'),
    fault: Id,
    state: v.picklist(['raised', 'ended']),
    detail: v.pipe(v.string(), v.maxLength(300)),
  }),
  v.strictObject({
    kind: v.literal('command'),
    command: MessageId,
    state: v.picklist(['done', 'failed', 'refused']),
    detail: v.pipe(v.string(), v.maxLength(300)),
    /** `sent`: told to the screen; `confirmed`: the screen itself said so. */
    proof: v.optional(v.picklist(['sent', 'confirmed'])),
    /** What was sent to the centre's door under this command's id. */
    picture: v.optional(Screenshot),
  }),
  /** What became of a live session here. */
  v.strictObject({
    kind: v.literal('live'),
    session: Id,
    state: v.picklist(['accepted', 'sounding', 'lost', 'ended', 'refused']),
    problem: v.optional(Problem),
  }),
  /** A change that could cut the box off: tried, kept once the centre was met, or taken back. */
  v.strictObject({
    kind: v.literal('trial'),
    of: v.pipe(v.array(v.picklist(['policy', 'paths', 'network', 'authority'])), v.minLength(1), v.maxLength(4)),
    state: v.picklist(['begun', 'kept', 'reverted']),
    detail: v.pipe(v.string(), v.maxLength(300)),
  }),
  /** What a person did at the box. */
  v.strictObject({
    kind: v.literal('act'),
    act: v.picklist([
      'tone',
      'listen',
      'mute',
      'unmute',
      'service-on',
      'service-off',
      'talk',
      'local-end',
      'calibrate',
      'screen-blank',
      'screen-lit',
      'case-open',
      'case-closed',
      'relay-test',
      'screen-test',
      /** The box's own Wi-Fi for a technician, and why it opened or closed. */
      'hotspot-on',
      'hotspot-off',
      /** A change of the network was tried, stayed because the centre was reached, or was taken back. */
      'network-tried',
      'network-kept',
      'network-reverted',
      'logs-read',
    ]),
    detail: v.pipe(v.string(), v.maxLength(200)),
  }),
  /** What a technician found and heard here: a signed `acceptance` statement. */
  v.strictObject({ kind: v.literal('acceptance'), record: Envelope }),
  /** One per boot: repairs the wall time of earlier rows of that boot. */
  v.strictObject({ kind: v.literal('clock'), boot: Id, offsetMs: v.number(), quality: ClockQuality }),
  /** A release of the box's programs: how far it came here. */
  UpdateFact,
  /** Rows given up for space: a known gap, never silence. */
  v.strictObject({
    kind: v.literal('dropped'),
    from: v.number(),
    to: v.number(),
    count: v.number(),
    reason: v.pipe(v.string(), v.maxLength(100)),
  }),
]);
export type Fact = v.InferOutput<typeof Fact>;

/** A fact with when it was true, by which clock. */
export const Entry = v.strictObject({ boot: Id, atMs: InstantMs, monoMs: v.number(), clock: ClockQuality, fact: Fact });
export type Entry = v.InferOutput<typeof Entry>;

/** `hash` = SHA-256 of `previous hash + "\n" + entry JSON`; the first row of an epoch chains from the epoch's name. */
export const Row = v.strictObject({
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  hash: Sha256,
  entry: v.pipe(v.string(), v.maxLength(16_384)),
});
export type Row = v.InferOutput<typeof Row>;

/** Body of a signed `log` statement on `up/log`. `epoch` is the statement's epoch, born with the outbox file. */
export const LogBatch = v.strictObject({ rows: v.pipe(v.array(Row), v.minLength(1), v.maxLength(logBatchRowsMax)) });
export type LogBatch = v.InferOutput<typeof LogBatch>;

/** Body of a signed `ack` on `dn/ack`: all rows to `upto` are committed; `head` is the hash of row `upto`. */
export const Ack = v.strictObject({
  dev: Id,
  epoch: Id,
  upto: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  head: v.union([Sha256, v.literal('')]),
});
export type Ack = v.InferOutput<typeof Ack>;

/** The text whose SHA-256 is a row's hash. */
export function chainText(previousHash: string, entryJson: string): string {
  return `${previousHash}\n${entryJson}`;
}
