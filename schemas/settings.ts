// Settings: of a box as its centre wants them, with defaults inside the schema.
import * as v from 'valibot';
import { Id, LanguageTag } from './ids.ts';
import { DurationMs } from './time.ts';

export const Output = v.strictObject({ id: Id, kind: v.picklist(['loudspeaker', 'board']) });
export type Output = v.InferOutput<typeof Output>;

const ms = (standard: number, max: number) => v.optional(v.pipe(DurationMs, v.maxValue(max)), standard);

export const BoxSettings = v.strictObject({
  outputs: v.optional(v.pipe(v.array(Output), v.minLength(1), v.maxLength(4)), [{ id: 'main', kind: 'loudspeaker' }]),
  languages: v.optional(v.pipe(v.array(LanguageTag), v.minLength(1), v.maxLength(8)), ['vi']),
  /** Silence between the second relay and the first audible sample; never under 500 ms. */
  warmUpMs: v.optional(v.pipe(DurationMs, v.minValue(500), v.maxValue(10_000)), 500),
  /** The amplifier stays on this long after a sound, so a following item does not click it. */
  holdMs: ms(10_000, 60_000),
  /** A decoder is started this long before its first sample. */
  preRollMs: ms(1_500, 10_000),
  /** Per-box delay, so that distant neighbours are heard together. */
  delayMs: ms(0, 1_000),
  gainDb: v.optional(v.pipe(v.number(), v.minValue(-40), v.maxValue(0)), 0),
  cacheBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16 * 1024 * 1024)), 2 * 1024 ** 3),
  telemetryEveryMs: ms(300_000, 3600_000),
  progressEveryMs: ms(5_000, 60_000),
  /** An emergency with no trusted time and no answer in 5 s: `refuse` or `sound`. */
  whenUnsure: v.optional(v.picklist(['refuse', 'sound']), 'refuse'),
});
export type BoxSettings = v.InferOutput<typeof BoxSettings>;

/** What a box is before any want arrived. */
export const defaultBoxSettings: BoxSettings = v.parse(BoxSettings, {});
