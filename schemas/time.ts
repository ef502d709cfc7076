// Instants, durations and how far a clock can be trusted. No clock is read here.
import * as v from 'valibot';

/** UTC instant in milliseconds since 1970-01-01T00:00:00Z, an integer. */
export const InstantMs = v.pipe(v.number(), v.safeInteger('must be a whole number of milliseconds'), v.minValue(0), v.maxValue(8.64e15));
/** Duration in milliseconds, an integer ≥ 0. */
export const DurationMs = v.pipe(v.number(), v.safeInteger('must be a whole number of milliseconds'), v.minValue(0));

/**
 * What the wall clock rests on: `none` unset · `floor` only "not before the last known instant" ·
 * `rtc` battery clock set from signed time · `net` NTP · `signed` an answer signed by a centre since boot.
 */
export const ClockQuality = v.picklist(['none', 'floor', 'rtc', 'net', 'signed']);
export type ClockQuality = v.InferOutput<typeof ClockQuality>;

/** One reading of the box's clock: wall time, monotonic time, and the trust in the former. */
export interface Moment {
  readonly wallMs: number;
  /** Milliseconds of a clock that never steps; only differences mean anything. May hold fractions. */
  readonly monoMs: number;
  readonly quality: ClockQuality;
  /** With `floor`: the instant known to have passed, which a clock that runs ahead does not move. */
  readonly floorMs?: number;
}

/** Scheduled sound needs signed time since boot, or an RTC last set from it (DESIGN §4). NTP alone never suffices. */
export function trusted(quality: ClockQuality): boolean {
  return quality === 'signed' || quality === 'rtc';
}

/** IANA time zone name. Shape only; `schedule` refuses a zone the platform does not know. */
export const Zone = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, 'must be an IANA time zone name'));
/** Local wall time without a zone, RFC 5545 §3.3.5 form #1: `20261123T053000`. */
export const LocalDateTime = v.pipe(v.string(), v.regex(/^\d{8}T\d{6}$/, 'must look like 20261123T053000'));
/** Local time of day `HH:MM`, 00:00 to 24:00. */
export const TimeOfDay = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must look like 05:30'));
/** Local date `YYYY-MM-DD`. */
export const LocalDate = v.pipe(v.string(), v.isoDate('must look like 2026-11-23'));
export type LocalDate = v.InferOutput<typeof LocalDate>;
