// Exchange with a foreign system below or beside: what it is supplied with, what it says back, and whose codes mean what.
import * as v from 'valibot';
import { Id, LanguageTag, Sha256 } from './ids.ts';
import { InstantMs } from './time.ts';

/** A code of theirs: whatever they write, short and on one line. */
const Theirs = v.pipe(v.string(), v.minLength(1), v.maxLength(100), v.regex(/^[^\p{C}]+$/u, 'must be one line of letters'));
const pairs = <S extends v.GenericSchema<string, string>>(ours: S) =>
  v.optional(v.pipe(v.array(v.strictObject({ ours, theirs: Theirs })), v.maxLength(200)), []);

/** At most so many systems, documents of one answer, bytes of a file and of files in one look. */
export const exchangeLimits = { links: 200, page: 500, fileBytes: 256 * 1024, filesPerLook: 200, heardPerLink: 50_000 } as const;

/** A unit whose own system is not this one. What no pair names is written as it is. */
export const ExchangeLinkRequest = v.strictObject({
  unit: Id,
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  /** `folder`: files in the data folder's exchange folder as well; `rest`: they come and ask. */
  form: v.picklist(['folder', 'rest']),
  /** Their code of the unit. */
  unitCode: Theirs,
  categories: pairs(Id),
  languages: pairs(LanguageTag),
});
export type ExchangeLinkRequest = v.InferOutput<typeof ExchangeLinkRequest>;

const Heard = { unitCode: Theirs, atMs: InstantMs };
const Words = v.pipe(v.string(), v.maxLength(300));

/** What a foreign system says: the state of what it was supplied with, what it plans to play, how people rate it. */
export const HeardDocument = v.variant('kind', [
  v.strictObject({
    ...{ kind: v.literal('state'), ...Heard, issue: Id },
    state: v.picklist(['received', 'scheduled', 'played', 'declined']),
    note: v.optional(Words, ''),
  }),
  v.strictObject({
    ...{ kind: v.literal('schedule'), ...Heard, id: Theirs, title: Words },
    issue: v.optional(v.nullable(Id), null),
    startMs: InstantMs,
    durationMs: v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(86_400_000)),
  }),
  v.strictObject({
    ...{ kind: v.literal('rating'), ...Heard, month: v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be YYYY-MM')) },
    score: v.pipe(v.number(), v.minValue(1), v.maxValue(5)),
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
  }),
]);
export type HeardDocument = v.InferOutput<typeof HeardDocument>;
export const HeardRequest = v.strictObject({ documents: v.pipe(v.array(HeardDocument), v.minLength(1), v.maxLength(100)) });

/** What a foreign system is supplied with; `seq` grows by one for each of a link. */
export const SupplyDocument = v.variant('kind', [
  v.strictObject({
    ...{ kind: v.literal('item'), issue: Id, item: Id, version: v.number(), unitCode: Theirs },
    tier: v.picklist(['normal', 'priority']),
    ...{ title: v.string(), body: v.string(), category: Theirs, language: Theirs, essential: v.boolean() },
    ...{ validFromMs: v.nullable(InstantMs), validUntilMs: v.nullable(InstantMs), disseminateByMs: v.nullable(InstantMs) },
    /** Beside it in `media/` by this name, or at `/api/blobs/SHA256`. */
    media: v.nullable(v.strictObject({ sha256: Sha256, bytes: v.number(), type: v.string(), durationMs: v.number() })),
  }),
  v.strictObject({ kind: v.literal('withdraw'), issue: Id, item: Id, unitCode: Theirs }),
]);
export type SupplyDocument = v.InferOutput<typeof SupplyDocument>;

export interface SuppliedAnswer {
  readonly seq: number;
  readonly atMs: number;
  readonly document: SupplyDocument;
}
export interface ExchangeLinkAnswer extends ExchangeLinkRequest {
  readonly id: Id;
  /** Highest number that was supplied. */
  readonly supplied: number;
  /** Issues that wait to be supplied, 500 at most: the next look takes them. */
  readonly owed: number;
  /** `silent`: it has never said anything. */
  readonly state: 'silent' | 'connected';
  readonly lastHeardMs: number | null;
}
export interface ExchangeUnitAnswer {
  readonly unit: Id;
  readonly name: string;
  /** `here`: its boxes are ours. */
  readonly state: 'here' | 'connected' | 'silent' | 'not-connected';
  readonly vi: string;
}
export interface HeardAnswer {
  readonly heardMs: number;
  readonly document: HeardDocument;
}

export const exchangeStateWords = {
  here: 'dùng hệ thống này',
  connected: 'đã kết nối',
  silent: 'đã khai báo, chưa nhận tin',
  'not-connected': 'chưa kết nối',
} as const satisfies Record<ExchangeUnitAnswer['state'], string>;
