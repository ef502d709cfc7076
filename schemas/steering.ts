// Steering what was issued: notices to units, what was told by hand in forms that no box proves, households behind a cluster. In shapes.
import * as v from 'valibot';
import type { AccountRole } from './api.ts';
import { Id, Sha256 } from './ids.ts';
import { DeliveryForm, type UnitBrief } from './source.ts';
import { InstantMs } from './time.ts';

export const steeringLimits = {
  /** Deliveries of one item; corrections of one delivery. */
  deliveries: 20_000,
  corrections: 20,
  /** A photograph as it is sent, in letters of its data address. */
  photoLetters: 12 * 1024 * 1024,
  households: 100_000,
} as const;

/** Why somebody is told. */
export const noticeWhys = {
  issued: { vi: 'Có tin nguồn mới cần phát', en: 'a new item is to be disseminated' },
  'half-time': { vi: 'Đã quá nửa thời hạn, chưa xử lý', en: 'half of the time is over and nothing was done' },
  'time-over': { vi: 'Đã hết thời hạn, chưa có biên nhận phát', en: 'the time is over and no play is proved' },
  escalated: { vi: 'Đơn vị cấp dưới quá hạn', en: 'units below are overdue' },
  'approval-waits': { vi: 'Chương trình sắp phát chưa được duyệt', en: 'a programme starts soon and is not approved' },
  'not-approved': {
    vi: 'Chưa duyệt trước giờ phát 30 phút: không phát chương trình',
    en: 'not approved 30 minutes before: it does not play',
  },
} as const;
export type NoticeWhy = keyof typeof noticeWhys;

/** By hand: `station` is proved by boxes or not at all. */
export const HandForm = v.pipe(
  DeliveryForm,
  v.check((form) => form !== 'station', 'plays of the station are proved by its boxes'),
);
const Words = (max: number) => v.optional(v.pipe(v.string(), v.trim(), v.maxLength(max)), '');
const delivered = {
  form: HandForm,
  /** When it was told. */
  atMs: InstantMs,
  place: Words(200),
  /** Sheets, visits, readers; `null`: not counted. */
  count: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000))), null),
  note: Words(500),
  photo: v.optional(v.nullable(Sha256), null),
};
export const DeliveryRequest = v.strictObject({ unit: Id, ...delivered });
export type DeliveryRequest = v.InferOutput<typeof DeliveryRequest>;
const Why = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500));
/** `corrections`: how many there were when it was read: what changed meanwhile is not written over. */
const corrections = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(steeringLimits.corrections));
export const DeliveryCorrectionRequest = v.strictObject({ corrections, why: Why, ...delivered });
export type DeliveryCorrectionRequest = v.InferOutput<typeof DeliveryCorrectionRequest>;
/** It was entered by mistake: it counts no more and stays to be read. */
export const DeliveryStrikeRequest = v.strictObject({ corrections, why: Why });
export type DeliveryStrikeRequest = v.InferOutput<typeof DeliveryStrikeRequest>;
/** A data address of JPEG, PNG or WebP. */
export const PhotoRequest = v.strictObject({ picture: v.pipe(v.string(), v.maxLength(steeringLimits.photoLetters)) });
export const HouseholdsRequest = v.strictObject({
  households: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(steeringLimits.households))),
});

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

/** Behind a cluster; `null`: nobody has said. */
export interface HouseholdsAnswer {
  readonly box: Id;
  readonly households: number | null;
}

export interface NoticeAnswer {
  readonly id: Id;
  readonly why: NoticeWhy;
  /** In words, Vietnamese. */
  readonly text: string;
  readonly unit: UnitBrief;
  readonly roles: readonly AccountRole[];
  readonly atMs: number;
  /** What is asked for is due then. */
  readonly dueMs: number | null;
  readonly item: Id | null;
  readonly issue: Id | null;
  readonly programme: Id | null;
  readonly title: string;
  /** Of an escalation: the first of the units that are overdue, and how many there are. */
  readonly units: readonly UnitBrief[];
  readonly unitCount: number;
  readonly read: { readonly by: string; readonly atMs: number } | null;
  /** It is for the one who asks, not for a unit below. */
  readonly own: boolean;
}

export interface DeliveryFacts {
  readonly form: DeliveryForm;
  readonly atMs: number;
  readonly place: string;
  readonly count: number | null;
  readonly note: string;
  readonly photo: Sha256 | null;
}

export interface DeliveryAnswer extends DeliveryFacts {
  readonly id: Id;
  readonly item: Id;
  readonly unit: UnitBrief;
  readonly by: string;
  readonly madeMs: number;
  /** What it said before, oldest first. */
  readonly before: readonly (DeliveryFacts & { readonly by: string; readonly correctedMs: number; readonly why: string })[];
  readonly struck: { readonly by: string; readonly atMs: number; readonly why: string } | null;
}
export interface PhotoAnswer {
  readonly sha256: Sha256;
  readonly bytes: number;
}
