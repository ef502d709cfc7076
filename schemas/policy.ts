// The broadcast rules of a commune, carried to the box and enforced there: windows, minutes, volume, quiet hours.
import * as v from 'valibot';
import { Id } from './ids.ts';
import { DurationMs, InstantMs, TimeOfDay, Zone } from './time.ts';

const Span = { from: TimeOfDay, to: TimeOfDay };

export const Policy = v.strictObject({
  id: Id,
  title: v.pipe(v.string(), v.maxLength(200)),
  zone: Zone,
  /** Sound may be heard only wholly inside one of these; days by RFC 5545 names. `to` ≤ `from` crosses midnight. */
  windows: v.pipe(
    v.array(v.strictObject({ days: v.pipe(v.array(v.picklist(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])), v.minLength(1)), ...Span })),
    v.maxLength(50),
  ),
  /** Never inside these, whatever the windows say. */
  quiet: v.pipe(v.array(v.strictObject(Span)), v.maxLength(20)),
  /** A session is a run of plays with at most `sessionGapMs` between them. */
  sessionGapMs: v.pipe(DurationMs, v.maxValue(3600_000)),
  sessionMaxMs: v.pipe(DurationMs, v.minValue(1)),
  sessionsPerDay: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  dayMaxMs: DurationMs,
  /** Gain ceiling of the box, dB relative to full scale of the mixer. */
  gainMaxDb: v.pipe(v.number(), v.minValue(-60), v.maxValue(0)),
  /** Dated permits: sound wholly inside one is free of windows, quiet hours and counts (a festival, a demo). */
  permits: v.pipe(
    v.array(v.strictObject({ fromMs: InstantMs, untilMs: InstantMs, reason: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) })),
    v.maxLength(20),
  ),
});
export type Policy = v.InferOutput<typeof Policy>;

/** Why a policy refused a play; stands in receipts and in the console. */
export const PolicyRule = v.picklist(['outside-window', 'quiet-hours', 'session-too-long', 'too-many-sessions', 'day-limit']);
export type PolicyRule = v.InferOutput<typeof PolicyRule>;
