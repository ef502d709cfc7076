// What a box should be: a small signed list of parts by hash; applied all or none (DESIGN §4).
import * as v from 'valibot';
import { Sha256 } from './ids.ts';
import type { LocalOrders } from './local-orders.ts';
import { orderAudioBytesMax } from './order.ts';
import type { Paths } from './paths.ts';
import type { Policy } from './policy.ts';
import { Film } from './programme.ts';
import type { ReleaseOffer } from './release.ts';
import type { SchedulePart } from './schedule.ts';
import type { BoxSettings } from './settings.ts';

/** Parts are JSON texts, content-addressed like media. */
export const partBytesMax = 4 * 1024 * 1024;
export const PartKind = v.picklist(['settings', 'policy', 'schedules', 'paths', 'localOrders', 'orderAudio', 'release']);
export type PartKind = v.InferOutput<typeof PartKind>;

export const Part = v.strictObject({
  kind: PartKind,
  sha256: Sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(partBytesMax)),
});
export type Part = v.InferOutput<typeof Part>;

export const orderFilmsMax = 32;
/** Sound of orders to come, in the languages of this box, and films for its board: here before the order that names them (PRODUCT §1.5). */
export const OrderAudio = v.strictObject({
  films: v.optional(v.pipe(v.array(Film), v.minLength(1), v.maxLength(orderFilmsMax))),
  audio: v.pipe(
    v.array(v.strictObject({ sha256: Sha256, bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(orderAudioBytesMax)) })),
    v.maxLength(512),
  ),
});
export type OrderAudio = v.InferOutput<typeof OrderAudio>;

export const Want = v.strictObject({
  /** Grows with every change; an older one never replaces a newer one. */
  rev: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  parts: v.pipe(v.array(Part), v.minLength(1), v.maxLength(8)),
});
export type Want = v.InferOutput<typeof Want>;

/** A want whose parts are all here and checked: what the timeline reads. */
export interface Plan {
  readonly rev: number;
  readonly settings: BoxSettings;
  readonly policy: Policy;
  readonly schedules: SchedulePart;
  readonly paths?: Paths;
  readonly localOrders?: LocalOrders;
  readonly orderAudio?: OrderAudio;
  /** A release of the box's own programs, for `agent/update`. */
  readonly release?: ReleaseOffer;
}
