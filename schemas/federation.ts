// LONG: every thing that centres tell one another, on one page.
// Source information between a centre and the one above it, in shapes: what goes down, what is told up, what is asked in between.
import * as v from 'valibot';
import type { FeedbackKind } from './citizen.ts';
import { DirectiveBody, DirectiveReaders, DirectiveTitle, Reading } from './directive.ts';
import { AreaPath, Id } from './ids.ts';
import { Problem } from './problem-shape.ts';
import { Item, Level } from './programme.ts';
import { DeliveryForm, SourceContent } from './source.ts';
import { handlingStates, inboxAnswers } from './source-issue.ts';
import { InstantMs } from './time.ts';

export const federationLimits = {
  /** One message on the bus, and of that the rows. */
  messageBytes: 256 * 1024,
  batchBytes: 120 * 1024,
  batchRows: 200,
  /** One thing; a larger one is not sent and the log says so. */
  thingBytes: 110 * 1024,
  /** Units in one thing; more go into further ones. */
  units: 200,
  /** Things that one centre may keep at another. */
  things: 50_000,
  /** Issues, and directives, that are told down, the newest. */
  issues: 2_000,
  /** Receipts, boxes or segments in one answer. */
  lines: 200,
  /** Of the coming days. */
  starts: 300,
  /** Questions to one centre at the same time. */
  questions: 8,
} as const;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000));
const Place = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Note = v.pipe(v.string(), v.maxLength(500));
const Key = v.pipe(v.string(), v.regex(/^[a-z0-9:/-]{1,220}$/, 'must be 1 to 220 of a-z 0-9 : / -'));

// ── down ─────────────────────────────────────────────────────────────────────────────────────────

/** The version in force of a source item, or that there is none any more. */
export const DownItem = v.strictObject({
  is: v.literal('item'),
  item: Id,
  unit: v.strictObject({ id: Id, name: Name, level: Level, area: AreaPath }),
  version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  state: v.picklist(['published', 'withdrawn']),
  publishedMs: InstantMs,
  content: SourceContent,
  play: v.nullable(Item),
  /** Its attachments, each as it was stored. */
  attachments: v.pipe(v.array(Item), v.maxLength(32)),
});
export type DownItem = v.InferOutput<typeof DownItem>;

export const DownIssue = v.strictObject({
  is: v.literal('issue'),
  issue: Id,
  item: Id,
  tier: v.picklist(['normal', 'priority']),
  atMs: InstantMs,
  disseminateByMs: v.nullable(InstantMs),
  note: Note,
  withdrawn: v.nullable(v.strictObject({ atMs: InstantMs, note: Note })),
  levels: v.pipe(v.array(Level), v.minLength(1), v.maxLength(5)),
  /** By their places: ids of units are each centre's own. */
  units: v.pipe(v.array(v.strictObject({ unit: Id, area: AreaPath })), v.minLength(1), v.maxLength(federationLimits.units)),
});
export type DownIssue = v.InferOutput<typeof DownIssue>;

/** A directive, with the units that are to read it. */
export const DownDirective = v.strictObject({
  is: v.literal('directive'),
  directive: Id,
  /** In whose name. */
  unit: v.strictObject({ id: Id, name: Name, level: Level, area: AreaPath }),
  title: DirectiveTitle,
  body: DirectiveBody,
  dueMs: v.nullable(InstantMs),
  readers: DirectiveReaders,
  atMs: InstantMs,
  withdrawn: v.nullable(v.strictObject({ atMs: InstantMs, note: Note })),
  units: v.pipe(v.array(v.strictObject({ unit: Id, area: AreaPath })), v.minLength(1), v.maxLength(federationLimits.units)),
});
export type DownDirective = v.InferOutput<typeof DownDirective>;

export const DownThing = v.variant('is', [DownItem, DownIssue, DownDirective]);
export type DownThing = v.InferOutput<typeof DownThing>;

// ── up ───────────────────────────────────────────────────────────────────────────────────────────

/** How fresh: `unknown` was never told or is too old to believe. */
export const freshness = ['current', 'stale', 'unknown'] as const;
export type Freshness = (typeof freshness)[number];

/** A centre further below answers: how fresh its word is, and where it is not current, of when. */
const Beyond = v.nullable(v.strictObject({ fresh: v.picklist(freshness), asOfMs: v.nullable(InstantMs) }));

/** What became of an issue in one unit; names are those of the centre above. */
export const UpHandling = v.strictObject({
  is: v.literal('handling'),
  issue: Id,
  unit: Id,
  answer: v.picklist(inboxAnswers),
  answeredMs: v.nullable(InstantMs),
  note: Note,
  form: v.nullable(DeliveryForm),
  copied: v.boolean(),
  state: v.picklist(handlingStates),
  plays: Count,
  firstMs: v.nullable(InstantMs),
  lastMs: v.nullable(InstantMs),
  /** Boxes that could play it, and those that did. */
  clusters: Count,
  clustersPlayed: Count,
  beyond: Beyond,
});
export type UpHandling = v.InferOutput<typeof UpHandling>;

/** Boxes of one unit by what is known of them. */
export const UpBoxes = v.strictObject({
  is: v.literal('boxes'),
  area: AreaPath,
  name: Name,
  total: Count,
  online: Count,
  offline: Count,
  /** Never came yet. */
  awaited: Count,
  /** Of those online. */
  unwell: Count,
});
export type UpBoxes = v.InferOutput<typeof UpBoxes>;

/** What is planned in the coming days, each start once, with how many boxes it is for. */
export const UpDays = v.strictObject({
  is: v.literal('days'),
  fromMs: InstantMs,
  untilMs: InstantMs,
  /** There is more than is told. */
  cut: v.boolean(),
  starts: v.pipe(
    v.array(
      v.strictObject({
        startMs: InstantMs,
        endMs: InstantMs,
        title: Name,
        class: v.pipe(v.string(), v.maxLength(32)),
        boxes: Count,
      }),
    ),
    v.maxLength(federationLimits.starts),
  ),
});
export type UpDays = v.InferOutput<typeof UpDays>;

/** Who has read a directive in one unit; names are those of the centre above. */
export const UpReading = v.strictObject({
  is: v.literal('reading'),
  directive: Id,
  unit: Id,
  readings: v.pipe(v.array(Reading), v.maxLength(8)),
  beyond: Beyond,
});
export type UpReading = v.InferOutput<typeof UpReading>;

const FiveCounts = v.strictTuple([Count, Count, Count, Count, Count]);

/** What residents said in a month to a centre and all its units: figures alone, no words, phones or files. */
export const UpVoices = v.strictObject({
  is: v.literal('voices'),
  area: AreaPath,
  month: v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])$/)),
  received: Count,
  byKind: v.strictObject({ loudspeaker: Count, suggestion: Count, policy: Count, petition: Count } satisfies Record<
    FeedbackKind,
    typeof Count
  >),
  answered: Count,
  inTime: Count,
  due: Count,
  refused: Count,
  /** From receipt to answer, ms. */
  medianMs: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  satisfaction: FiveCounts,
  ratings: v.strictObject({ commune: FiveCounts, centre: FiveCounts, province: FiveCounts }),
});
export type UpVoices = v.InferOutput<typeof UpVoices>;

export const UpThing = v.variant('is', [UpHandling, UpBoxes, UpDays, UpReading, UpVoices]);
export type UpThing = v.InferOutput<typeof UpThing>;

// ── on the bus ───────────────────────────────────────────────────────────────────────────────────

/** Things in the order of their numbers: all that changed after `after`, up to `upto`. */
const batchOf = <S extends v.GenericSchema>(thing: S) =>
  v.strictObject({
    stream: Id,
    after: Place,
    upto: Place,
    rows: v.pipe(v.array(v.strictObject({ seq: Place, key: Key, thing })), v.minLength(1), v.maxLength(federationLimits.batchRows)),
  });
/** Body of a `down` statement, signed by the centre above. A thing that cannot be read is passed over, not all of them. */
export const Down = batchOf(v.unknown());
export type Down = v.InferOutput<typeof Down>;
/** On `up/log`. */
export const Up = batchOf(v.unknown());
export type Up = v.InferOutput<typeof Up>;

/** Where a reader stands in a stream; `stream: null` it knows nothing. */
const Standing = v.strictObject({ stream: v.nullable(Id), after: Place });
/** On `up/ask`: what is known of the stream from above, and how far its own goes. */
export const HelloUp = v.strictObject({
  asOfMs: InstantMs,
  down: Standing,
  up: v.strictObject({ stream: Id, last: Place }),
});
export type HelloUp = v.InferOutput<typeof HelloUp>;
/** On `dn/answer`. */
export const HelloDown = v.strictObject({
  up: Standing,
  /** Where content is fetched by its hash. */
  content: v.pipe(v.string(), v.maxLength(200), v.regex(/^https:\/\/[^\s/@]+:\d{1,5}$/, 'must be https://HOST:PORT')),
});
export type HelloDown = v.InferOutput<typeof HelloDown>;
/** On `dn/ack`. */
export const UpAck = v.strictObject({ stream: Id, after: Place });
export type UpAck = v.InferOutput<typeof UpAck>;

export const Question = v.variant('ask', [
  v.strictObject({
    ask: v.literal('receipts'),
    issue: Id,
    unit: Id,
    after: v.nullable(v.strictObject({ startMs: InstantMs, dev: Id, occurrence: v.pipe(v.string(), v.maxLength(200)) })),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(federationLimits.lines)),
  }),
  v.strictObject({ ask: v.literal('boxes'), area: AreaPath, after: v.nullable(Id) }),
  v.strictObject({ ask: v.literal('coming'), box: Id, hours: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(72)) }),
]);
export type Question = v.InferOutput<typeof Question>;
/** On `dn/cmd`: `news` there is something to fetch, or a question that is answered under its id. */
export const DownCall = v.variant('do', [
  v.strictObject({ do: v.literal('news') }),
  v.strictObject({
    do: v.literal('ask'),
    id: Id,
    withinMs: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(30_000)),
    question: Question,
  }),
]);
export type DownCall = v.InferOutput<typeof DownCall>;

const Stamp = v.pipe(v.string(), v.maxLength(200));
export const ReceiptLine = v.strictObject({
  dev: Id,
  box: Name,
  area: AreaPath,
  occurrence: Stamp,
  outcome: Stamp,
  startMs: InstantMs,
  endMs: InstantMs,
  audibleMs: v.pipe(v.number(), v.minValue(0)),
  proof: v.nullable(Stamp),
});
export type ReceiptLine = v.InferOutput<typeof ReceiptLine>;
export const BoxLine = v.strictObject({
  dev: Id,
  name: Name,
  area: AreaPath,
  online: v.boolean(),
  lastSeenMs: v.nullable(InstantMs),
  health: Stamp,
});
export type BoxLine = v.InferOutput<typeof BoxLine>;
export const ComingLine = v.strictObject({
  startMs: InstantMs,
  endMs: InstantMs,
  title: Name,
  class: Stamp,
  /** Why the box will stay silent, or null. */
  refused: v.nullable(Stamp),
});
export type ComingLine = v.InferOutput<typeof ComingLine>;

const lines = <S extends v.GenericSchema>(line: S) => v.pipe(v.array(line), v.maxLength(federationLimits.lines));
export const Told = v.variant('is', [
  v.strictObject({ is: v.literal('receipts'), lines: lines(ReceiptLine), more: v.boolean() }),
  v.strictObject({ is: v.literal('boxes'), lines: lines(BoxLine), more: v.boolean() }),
  v.strictObject({ is: v.literal('coming'), lines: lines(ComingLine), more: v.boolean() }),
]);
export type Told = v.InferOutput<typeof Told>;
/** On `up/report`. */
export const UpAnswer = v.strictObject({ id: Id, told: v.nullable(Told), problem: v.nullable(Problem) });
export type UpAnswer = v.InferOutput<typeof UpAnswer>;

export interface CentreStateAnswer {
  readonly centre: string;
  readonly area: AreaPath;
  /** Of these words, and until when they were all. */
  readonly fresh: Freshness;
  readonly asOfMs: number | null;
  readonly heardMs: number | null;
  readonly boxes: readonly UpBoxes[];
  readonly days: UpDays | null;
}
