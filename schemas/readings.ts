// What the parts of a box measure, beside its sound: fields of telemetry and the faults they lead to.
import * as v from 'valibot';

const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const between = (least: number, most: number) => v.optional(v.pipe(v.number(), v.minValue(least), v.maxValue(most)));

export const simStates = ['ready', 'missing', 'pin', 'puk', 'failed', 'unknown'] as const;
export const registrations = ['home', 'roaming', 'searching', 'denied', 'none', 'unknown'] as const;
export const throttleFlags = ['under-voltage', 'frequency-capped', 'throttled', 'soft-limit'] as const;

/** All of them may be absent: a box without a modem has no signal, and does not say 0. */
export const Readings = v.strictObject({
  sim: v.optional(v.picklist(simStates)),
  registration: v.optional(v.picklist(registrations)),
  operator: v.optional(v.pipe(v.string(), v.maxLength(32))),
  /** Reference signal of LTE (RSRP), else what older networks tell; 3GPP TS 27.007 §8.69, §8.5. */
  signalDbm: between(-150, 0),
  /** Sent and received by this SIM since the first of the month, and what it may use. */
  dataMonthBytes: v.optional(Counter),
  dataBudgetBytes: v.optional(Counter),
  /** Of the amplifiers' supply. */
  mainsV: between(0, 500),
  currentMa: between(0, 200_000),
  powerW: between(0, 50_000),
  energyWh: v.optional(Counter),
  memoryFreeBytes: v.optional(Counter),
  /** How much of the card's life is used, in steps of ten (JEDEC eMMC life time estimation). */
  diskWornPercent: v.optional(Percent),
  /** What the board's firmware says of its supply and heat now. */
  throttled: v.optional(v.pipe(v.array(v.picklist(throttleFlags)), v.maxLength(4))),
  /** Host name or reference clock that chrony follows, and how far the clock is from it. */
  clockSource: v.optional(v.pipe(v.string(), v.maxLength(64))),
  clockOffsetMs: between(-1e12, 1e12),
  /** 0…100; absent without a fan. */
  fanPercent: v.optional(Percent),
});
export type Readings = v.InferOutput<typeof Readings>;

/** Reasons of health that come of these readings; each is a fault of the same name. */
export const hardwareReasons = [
  'speaker-open',
  'speaker-short',
  'amplifier-dead',
  'sim-missing',
  'sim-pin',
  'sim-locked',
  'sim-failed',
  'modem-gone',
  'modem-silent',
  'modem-unregistered',
  'modem-weak',
  'data-budget',
  'meter-gone',
  'case-open',
  'throttled',
  'disk-worn',
  'memory-low',
] as const;
export type HardwareReason = (typeof hardwareReasons)[number];
