// Evaluation of units: months, and ratings that people gave, in shapes.
import * as v from 'valibot';
import { Id } from './ids.ts';

/** A calendar month, `2026-11`. */
export const Month = v.pipe(v.string(), v.regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'must look like 2026-11'));
export type Month = v.InferOutput<typeof Month>;

/** What is rated: the commune's own work, the operating centre, the province's. */
export const RatedLevel = v.picklist(['commune', 'centre', 'province']);
export type RatedLevel = v.InferOutput<typeof RatedLevel>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000));
/** How often one, two, three, four, five stars were given by people of a unit; again from the same source takes its place. */
export const RatingRequest = v.strictObject({
  unit: Id,
  month: Month,
  level: RatedLevel,
  /** Where the votes were taken: paper, a portal. */
  source: Id,
  stars: v.strictTuple([Count, Count, Count, Count, Count]),
});
export type RatingRequest = v.InferOutput<typeof RatingRequest>;

/** How often one, two, three, four and five were given. */
export type Stars = readonly [number, number, number, number, number];

export interface Rating {
  readonly unit: string;
  readonly month: string;
  readonly level: RatedLevel;
  readonly source: string;
  readonly stars: Stars;
  readonly by: string;
  readonly atMs: number;
}
