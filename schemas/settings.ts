// Settings: of a box as its centre wants them, with defaults inside the schema.
import * as v from 'valibot';
import { BoardAround } from './board-around.ts';
import { canonicalJson } from './canonical.ts';
import { Id, LanguageTag, Sha256 } from './ids.ts';
import { Contact } from './local-orders.ts';
import { DayWindow } from './policy.ts';
import { ScreenHours } from './screen-hours.ts';
import { DurationMs } from './time.ts';

const carrierMs = v.optional(v.pipe(DurationMs, v.maxValue(10_000)));

export const Output = v.strictObject({
  id: Id,
  /** `bridge`: a line into an FM exciter or wired amplifier whose transmitter the relay keys (PRODUCT §1.10). */
  kind: v.picklist(['loudspeaker', 'board', 'bridge']),
  /** Bridges only: carrier on before the first sample and after the last. */
  carrierLeadMs: carrierMs,
  carrierTailMs: carrierMs,
});
export type Output = v.InferOutput<typeof Output>;

/** Does an output of this kind make sound? Boards show. */
export function sounds(kind: Output['kind']): boolean {
  return kind !== 'board';
}

export const carrierStandard = { leadMs: 1_500, tailMs: 500 } as const;
export const staggerMsMax = 10_000;

const ms = (standard: number, max: number) => v.optional(v.pipe(DurationMs, v.maxValue(max)), standard);

/** A person with the PIN may speak through one output from an input of the box (PRODUCT §1.11): signed with the settings, in advance. */
export const LocalLive = v.strictObject({
  output: Id,
  line: Id,
  windows: v.pipe(v.array(DayWindow), v.minLength(1), v.maxLength(20)),
  maxMs: v.optional(v.pipe(DurationMs, v.minValue(1_000), v.maxValue(300_000)), 300_000),
});
export type LocalLive = v.InferOutput<typeof LocalLive>;

const SirenFile = v.strictObject({ sha256: Sha256, bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4 * 1024 * 1024)) });

/** By class of hazard; `alarm` stands for every class without its own. */
const sirenFiles = { alarm: SirenFile, water: SirenFile, ground: SirenFile, weather: SirenFile, fire: SirenFile, 'all-clear': SirenFile };

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
  /** Added to the start of schedules that neighbours play one after another (時差放送); orders and live never wait. */
  staggerMs: ms(0, staggerMsMax),
  gainDb: v.optional(v.pipe(v.number(), v.minValue(-40), v.maxValue(0)), 0),
  /** Orders in earnest stand outside the policy's ceiling; only this holds them down, where a horn is known to be too loud. */
  orderGainDb: v.optional(v.pipe(v.number(), v.minValue(-40), v.maxValue(0)), 0),
  cacheBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16 * 1024 * 1024)), 2 * 1024 ** 3),
  telemetryEveryMs: ms(600_000, 3600_000),
  progressEveryMs: ms(5_000, 60_000),
  /** An emergency with no trusted time and no answer in 5 s: `refuse` or `sound`. */
  whenUnsure: v.optional(v.picklist(['refuse', 'sound']), 'refuse'),
  /** The operator's own recordings (≤ 15 s) in place of the standard sirens; an exercise always keeps its own sound. */
  sirens: v.optional(v.partial(v.strictObject(sirenFiles)), {}),
  localLive: v.optional(v.pipe(v.array(LocalLive), v.maxLength(4)), []),
  /** When boards are lit; absent: always. */
  screenHours: v.optional(ScreenHours),
  /** What stands around a board's bulletins, and how it is looked at. */
  board: v.optional(BoardAround),
  /** Whose board it is, on the box's own safe page: the commune or hamlet. The box's id unless said. */
  place: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(120))),
  /** Dry contacts that start an order lying ready here. */
  contacts: v.optional(v.pipe(v.array(Contact), v.maxLength(4))),
});
export type BoxSettings = v.InferOutput<typeof BoxSettings>;

/** As they are changed by somebody. */
export const BoxSettingsChange = v.strictObject({
  ...BoxSettings.entries,
  /** The settings that somebody has seen: what changed meanwhile is not written over. */
  seen: v.optional(BoxSettings),
});

/** What a field left out means counts: settings may be older than a field. */
export function sameSettings(one: BoxSettings, other: BoxSettings): boolean {
  const [a, b] = [one, other].map((settings) => canonicalJson(v.parse(BoxSettings, settings)));
  return a === b;
}

/** What a box is before any want arrived. */
export const defaultBoxSettings: BoxSettings = v.parse(BoxSettings, {});
