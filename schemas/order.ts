// Emergency orders: what they say and how they rank. Each stands alone in its signed envelope (DESIGN §4).
import * as v from 'valibot';
import { Envelope } from './envelope.ts';
import { AreaPath, LanguageTag, MessageId, Sha256 } from './ids.ts';
import { Film, Level } from './programme.ts';
import { DurationMs } from './time.ts';

export const orderAudioBytesMax = 64 * 1024;
export const ordersPerGroupMax = 16;
/** All that may live in a group, in earnest and as exercise, and as many again that earlier clears ended. */
export const clearedIdsMax = 4 * ordersPerGroupMax;

/** Hazards of Vietnam (PRODUCT §1.8). */
export const Hazard = v.picklist([
  'flash-flood',
  'landslide',
  'river-flood',
  'reservoir-release',
  'storm',
  'thunderstorm',
  'cold',
  'forest-fire',
  'house-fire',
  'epidemic',
  'tsunami',
  'earthquake',
  'other',
  'correction',
  'all-clear',
]);
export type Hazard = v.InferOutput<typeof Hazard>;

/** Who allowed it; read and judged by `authority` (DESIGN §4). Exercises and tests need none. */
export const Authority = v.variant('by', [
  v.strictObject({ by: v.literal('officers'), approvals: v.pipe(v.array(Envelope), v.minLength(1), v.maxLength(2)) }),
  v.strictObject({ by: v.literal('breakGlass'), approval: Envelope }),
  v.strictObject({ by: v.literal('mandate'), mandate: Envelope, approval: Envelope }),
]);
export type Authority = v.InferOutput<typeof Authority>;

const screenWords = { title: v.pipe(v.string(), v.minLength(1), v.maxLength(120)), text: v.pipe(v.string(), v.maxLength(300)) };

export const Order = v.strictObject({
  /** `exercise` says so first and last and obeys policy windows; demo orders are always exercises. */
  class: v.picklist(['actual', 'exercise', 'test']),
  level: Level,
  area: AreaPath,
  hazard: Hazard,
  /** CAP 1.2 §3.2.2 vocabularies, used for rank. */
  severity: v.picklist(['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown']),
  urgency: v.picklist(['Immediate', 'Expected', 'Future', 'Past', 'Unknown']),
  certainty: v.picklist(['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown']),
  /** Disaster-risk level 1 to 5 (Decision 18/2021/QĐ-TTg) and flood alarm I to III (Decision 05/2020/QĐ-TTg), where one is declared. */
  riskLevel: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5))),
  floodAlarm: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3))),
  /** Who speaks, e.g. Ban Chỉ huy Phòng thủ dân sự xã Sơn Dương. */
  issuer: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(120))),
  /** Siren before speech, at most 15 s. */
  sirenMs: v.pipe(DurationMs, v.maxValue(15_000)),
  /** Siren and speech are repeated as a whole, with a pause between. */
  times: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
  pauseMs: v.pipe(DurationMs, v.maxValue(60_000)),
  /** Speech by language; the text is always there, already normalised for speaking. */
  speech: v.pipe(
    v.array(
      v.strictObject({
        language: LanguageTag,
        speak: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
        /** Opus (audio/ogg) inline in the frame or cached beforehand. Absent: the box speaks the text. */
        audio: v.optional(
          v.strictObject({
            sha256: Sha256,
            bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(orderAudioBytesMax)),
            durationMs: DurationMs,
          }),
        ),
      }),
    ),
    v.minLength(1),
    v.maxLength(8),
  ),
  /** What boards show: at most 12 words, place and what to do. */
  screen: v.strictObject(screenWords),
  /** The same in other languages of the place; boards show those their cluster lists. */
  screens: v.optional(v.pipe(v.array(v.strictObject({ language: LanguageTag, ...screenWords })), v.minLength(1), v.maxLength(7))),
  /** The order in sign language, which a board shows beside its words where the film lies ready (PRODUCT §1.7). */
  signFilm: v.optional(Film),
  /** `policy`: no louder than programmes are. Absent: as loud as orders are. */
  volume: v.optional(v.picklist(['full', 'policy'])),
  /** Orders whose place this one takes (CAP 1.2 `Update`): those of its own level and below end as it is accepted, or never begin. */
  updates: v.optional(v.pipe(v.array(MessageId), v.minLength(1), v.maxLength(ordersPerGroupMax))),
  authority: v.optional(Authority),
});
export type Order = v.InferOutput<typeof Order>;

/** Ends orders by id; latches those ids, never future ones (PRODUCT §1.2). */
export const Clear = v.strictObject({
  ids: v.pipe(v.array(MessageId), v.minLength(1), v.maxLength(clearedIdsMax)),
  level: Level,
  reason: v.pipe(v.string(), v.maxLength(300)),
});
export type Clear = v.InferOutput<typeof Clear>;

/** JSON head of the frame on `g/{group}/order`; audio attachments follow it raw (schemas/frame). */
export const OrderHead = v.strictObject({ orders: v.pipe(v.array(Envelope), v.maxLength(ordersPerGroupMax)) });
export type OrderHead = v.InferOutput<typeof OrderHead>;

const severity = ['Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme'];
const urgency = ['Unknown', 'Past', 'Future', 'Expected', 'Immediate'];
const certainty = ['Unknown', 'Unlikely', 'Possible', 'Likely', 'Observed'];

/** Greater ranks above: level, then severity × urgency × certainty; the newest wins among equals (DESIGN §4). */
export function orderWeight(order: Order): number {
  const upper = Level.options.length - Level.options.indexOf(order.level);
  return (
    upper * 1000 + (severity.indexOf(order.severity) + 1) * (urgency.indexOf(order.urgency) + 1) * (certainty.indexOf(order.certainty) + 1)
  );
}
