// Query strings of the REST: numbers arrive as text.
import * as v from 'valibot';
import { Id } from '../../schemas/ids.ts';
import { InstantMs } from '../../schemas/time.ts';

export const Whole = v.pipe(v.string(), v.regex(/^\d{1,16}$/, 'must be a whole number'), v.transform(Number));
export const limit = (max: number) => v.optional(v.pipe(Whole, v.minValue(1), v.maxValue(max)), '100');

export const TimelineQuery = v.object({ box: Id, fromMs: v.pipe(Whole, InstantMs), toMs: v.pipe(Whole, InstantMs) });
/** A span of the roster. */
export const RosterQuery = v.object({ fromMs: v.pipe(Whole, InstantMs), toMs: v.pipe(Whole, InstantMs) });
