// What is played or shown: items of sound or bulletin, named by the hash of their bytes.
import * as v from 'valibot';
import { Id, LanguageTag, Sha256 } from './ids.ts';
import { shareMax } from './rotation.ts';
import { DurationMs, InstantMs } from './time.ts';

/** The law's three tiers: thông thường, ưu tiên, khẩn cấp. Emergency travels as an order, never as a programme. */
export const Tier = v.picklist(['normal', 'priority', 'emergency']);
export type Tier = v.InferOutput<typeof Tier>;

/** Level of the centre a thing comes from, upper first. */
export const Level = v.picklist(['ministry', 'province', 'district', 'commune', 'hamlet']);
export type Level = v.InferOutput<typeof Level>;
export const levelOrder: readonly Level[] = Level.options;

/** A film that belongs to a bulletin or an order's template: H.264 in MP4, without sound, made by the centre. */
export const Film = v.strictObject({
  sha256: Sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(128 * 1024 * 1024)),
});
export type Film = v.InferOutput<typeof Film>;

/** Words of a sound. */
export const speakCharactersMax = 5_000;

export const Item = v.strictObject({
  sha256: Sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(512 * 1024 * 1024)),
  /** Media type (IANA): `audio/ogg` Opus, `audio/mpeg`, `audio/wav`, `text/html` for a bulletin. */
  type: v.picklist(['audio/ogg', 'audio/mpeg', 'audio/wav', 'text/html']),
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  language: LanguageTag,
  /** Length of the sound; for a bulletin how long one showing takes. */
  durationMs: v.pipe(DurationMs, v.minValue(1), v.maxValue(4 * 3600_000)),
  /** Loudness correction decided at ingest (EBU R128), dB. */
  gainDb: v.pipe(v.number(), v.minValue(-40), v.maxValue(12)),
  /** The words of a sound: the box speaks them where the recording is not there in time or cannot be decoded. */
  speak: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(speakCharactersMax))),
  /** Bulletins only: plays over the page, which itself is the film's still; the item is not shown before both are there. */
  film: v.optional(Film),
  /** Bulletins only: how often it stands in a round of a schedule that lasts, where others stand once. */
  share: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(shareMax))),
  /** Bulletins only: never shown outside; both ends optional, the end excluded. */
  validFromMs: v.optional(InstantMs),
  validUntilMs: v.optional(InstantMs),
});
export type Item = v.InferOutput<typeof Item>;

/** All files an item is made of. */
export function filesOf({ sha256, bytes, film }: Pick<Item, 'sha256' | 'bytes' | 'film'>): readonly Film[] {
  return film ? [{ sha256, bytes }, film] : [{ sha256, bytes }];
}

export const Programme = v.strictObject({
  id: Id,
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  /** Sound goes to loudspeakers, bulletins to boards. */
  form: v.picklist(['audio', 'bulletin']),
  tier: v.picklist(['normal', 'priority']),
  /** Thông tin thiết yếu: its sound is not approved without its words. */
  essential: v.optional(v.boolean()),
  level: Level,
  centre: Id,
  items: v.pipe(v.array(Item), v.minLength(1), v.maxLength(64)),
});
export type Programme = v.InferOutput<typeof Programme>;
