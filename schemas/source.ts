// Source information in shapes: what an item holds, how it reaches people, what is asked about it and what is answered.
import * as v from 'valibot';
import type { Delegated } from './approval.ts';
import { type AreaPath, Id, LanguageTag, Sha256 } from './ids.ts';
import { type Item, type Level, Tier } from './programme.ts';
import { InstantMs } from './time.ts';

export const sourceLimits = {
  /** Items of a centre, withdrawn ones too. */
  items: 200_000,
  versions: 200,
  body: 20_000,
  keywords: 20,
  attachments: 32,
  tags: 20,
  note: 500,
} as const;

/** Every kind there is: what of it sounds or is shown, and what it may not be handed in without. */
export const sourceKinds = {
  audio: { vi: 'Âm thanh', en: 'sound', plays: 'sound', needs: 'media' },
  text: { vi: 'Văn bản để đọc', en: 'text to be read out', plays: 'sound', needs: 'body' },
  bulletin: { vi: 'Bản tin cho bảng tin', en: 'bulletin for boards', plays: 'page', needs: 'media' },
  notice: { vi: 'Thông báo', en: 'notice', plays: 'either', needs: 'body' },
  document: { vi: 'Tài liệu', en: 'document', plays: 'nothing', needs: 'either' },
} as const satisfies Record<string, { vi: string; en: string; plays: 'sound' | 'page' | 'either' | 'nothing'; needs: string }>;
export type SourceKind = keyof typeof sourceKinds;
export const SourceKind = v.picklist(Object.keys(sourceKinds) as [SourceKind, ...SourceKind[]]);

/** The eight forms of grassroots information (Decree 49/2024). */
export const deliveryForms = {
  station: { vi: 'Đài truyền thanh cấp xã', en: 'commune station' },
  board: { vi: 'Bảng tin công cộng', en: 'public notice board' },
  bulletin: { vi: 'Bản tin thông tin cơ sở', en: 'printed bulletin' },
  material: { vi: 'Tài liệu không kinh doanh', en: 'non-commercial material' },
  communicator: { vi: 'Tuyên truyền viên cơ sở', en: 'communicator in person' },
  portal: { vi: 'Cổng, trang thông tin điện tử', en: 'web portal' },
  social: { vi: 'Mạng xã hội, ứng dụng nhắn tin trên Internet', en: 'social network, Internet messages' },
  sms: { vi: 'Tin nhắn viễn thông', en: 'telecom message' },
} as const;
export type DeliveryForm = keyof typeof deliveryForms;
export const DeliveryForm = v.picklist(Object.keys(deliveryForms) as [DeliveryForm, ...DeliveryForm[]]);

/** `replaced`: a later version took its place. */
export const sourceStates = ['draft', 'submitted', 'approved', 'rejected', 'published', 'replaced', 'withdrawn'] as const;
export type SourceState = (typeof sourceStates)[number];
export const sourceSteps = ['submit', 'approve', 'reject', 'publish', 'withdraw'] as const;
export type SourceStep = (typeof sourceSteps)[number];

const Title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const distinct = <S extends v.GenericSchema<string, string>>(one: S, max: number) =>
  v.pipe(
    v.array(one),
    v.maxLength(max),
    v.check((all) => new Set(all).size === all.length, 'names each once'),
  );
const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(sourceLimits.note)), '');
/** The newest version somebody has seen: what changed meanwhile is not written over. */
const Version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
export const Tags = distinct(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)), sourceLimits.tags);

/** What one version says; never changed once it is made. */
export const SourceContent = v.strictObject({
  kind: SourceKind,
  title: Title,
  language: v.optional(LanguageTag, 'vi'),
  category: v.optional(Id, 'chung'),
  /** Thông tin thiết yếu: must reach everybody. */
  essential: v.optional(v.boolean(), false),
  /** An emergency is an order, never an item: it is refused with words. */
  tier: v.optional(Tier, 'normal'),
  forms: v.optional(v.pipe(distinct(DeliveryForm, 8), v.minLength(1)), ['station']),
  /** Not offered outside; the end excluded. */
  validFromMs: v.optional(v.nullable(InstantMs), null),
  validUntilMs: v.optional(v.nullable(InstantMs), null),
  /** The words: read out, shown, or the text twin of a sound. */
  body: v.optional(v.pipe(v.string(), v.maxLength(sourceLimits.body)), ''),
  keywords: v.optional(distinct(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)), sourceLimits.keywords), []),
  /** What sounds or is shown, by the hash of an upload. */
  media: v.optional(v.nullable(Sha256), null),
  attachments: v.optional(distinct(Sha256, sourceLimits.attachments), []),
});
export type SourceContent = v.InferOutput<typeof SourceContent>;

// ── asked ────────────────────────────────────────────────────────────────────────────────────────

export const SourceItemRequest = v.strictObject({
  /** Whose it is; the unit of the whole centre unless said. */
  unit: v.optional(Id),
  folder: v.optional(v.nullable(Id), null),
  tags: v.optional(Tags, []),
  content: SourceContent,
});
export type SourceItemRequest = v.InferOutput<typeof SourceItemRequest>;
export const SourceRevisionRequest = v.strictObject({ version: Version, content: SourceContent });
/** Have the newest version's text read out by a machine voice. */
export const ReadAloudRequest = v.strictObject({ version: Version });
export const SourceStepRequest = v.strictObject({ version: Version, note: Note });
export type SourceStepRequest = v.InferOutput<typeof SourceStepRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

/** Who took a version a step further; `note` is what an approver said. */
export interface SourceStepLine {
  readonly step: SourceStep;
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
  /** In whose stead somebody judged. */
  readonly delegation?: Delegated;
}

export interface SourceVersionAnswer {
  readonly version: number;
  readonly state: SourceState;
  readonly author: string;
  readonly madeMs: number;
  readonly steps: readonly SourceStepLine[];
  readonly content: SourceContent;
  /** What of it a box would play, as it was stored. */
  readonly play: Item | null;
}

export interface UnitBrief {
  readonly id: Id;
  readonly name: string;
  readonly level: Level;
  readonly area: AreaPath;
}

export interface SourceItemAnswer extends SourceVersionAnswer {
  readonly id: Id;
  readonly unit: UnitBrief;
  /** Copied or translated from there; `stale`: that has been corrected since, `withdrawn`: it is no more. */
  readonly from: {
    /** It came from this centre above and is only read here; else an item of one's own tables. */
    readonly centre?: Id;
    readonly item: Id;
    readonly version: number;
    readonly is: 'current' | 'stale' | 'withdrawn';
  } | null;
  readonly folder: Id | null;
  readonly tags: readonly string[];
  readonly createdMs: number;
  readonly changedMs: number;
  /** The version in force; a later one may be on its way. */
  readonly published: number | null;
  /** In force and valid now: programmes may name it. */
  readonly offered: boolean;
}

/** What differs between two versions, field by field. */
export interface SourceDifference {
  readonly field: keyof SourceContent;
  readonly before: unknown;
  readonly after: unknown;
}
