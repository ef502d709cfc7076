// How the readings of a box went: one sample each quarter of an hour, as a centre keeps and tells them.

/** Each in the unit its name ends in; a field of telemetry of the same name. */
export const readingKinds = ['temperatureC', 'mainsV', 'currentMa', 'signalDbm', 'diskWornPercent', 'dataMonthBytes'] as const;
export type ReadingKind = (typeof readingKinds)[number];

export const readingEveryMs = 15 * 60_000;
/** What can be asked for at once. */
export const readingDaysMax = 7;

export interface ReadingSeriesAnswer {
  /** Beginning of the first quarter of an hour; the last one runs still. */
  readonly fromMs: number;
  readonly everyMs: number;
  readonly count: number;
  /** What the SIM may use in a month, as the box said last. */
  readonly dataBudgetBytes: number | null;
  /** Only what was measured in this time; null where nobody measured. */
  readonly series: readonly { readonly kind: ReadingKind; readonly values: readonly (number | null)[] }[];
}
