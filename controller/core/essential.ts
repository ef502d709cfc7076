// Essential items × units as figures: what is due, what was done, what is overdue. Pure.
import type { DayEssential } from '../../schemas/day.ts';
import type { HandlingFigures, HandlingState } from '../../schemas/source-issue.ts';

/** One item in one unit, by one issue. */
export interface EssentialRow {
  readonly item: string;
  readonly unit: string;
  readonly state: HandlingState;
  readonly done: boolean;
}

/** Of one item: who hears its clusters, and whose cluster played it to its end. */
export type Households = Pick<HandlingFigures, 'households' | 'householdsPlayed'>;

export type EssentialFigures = Pick<DayEssential, 'due' | 'done' | 'overdue' | 'unknown' | 'share'>;

/** Of a unit that got an item twice the best counts; what was taken back, and what nobody knows, is not due. */
export function essentialOf(rows: readonly EssentialRow[]): EssentialFigures {
  const best = new Map<string, EssentialRow>();
  for (const row of rows) {
    if (row.state === 'withdrawn') continue;
    const key = `${row.item} ${row.unit}`;
    const known = best.get(key);
    if (!known || rank(row) > rank(known)) best.set(key, row);
  }
  const all = [...best.values()];
  const known = all.filter((row) => row.done || row.state !== 'unknown');
  const done = known.filter((row) => row.done).length;
  const overdue = known.filter((row) => !row.done && row.state === 'overdue').length;
  return { due: known.length, done, overdue, unknown: all.length - known.length, share: known.length === 0 ? null : done / known.length };
}

/** Over all items: each household counts once an item. Nobody counted: `null`. */
export function householdsShareOf(items: readonly Households[]): number | null {
  const all = items.reduce((sum, { households }) => sum + households, 0);
  return all === 0 ? null : items.reduce((sum, { householdsPlayed }) => sum + householdsPlayed, 0) / all;
}

function rank({ done, state }: EssentialRow): number {
  if (done) return 3;
  return state === 'unknown' ? 0 : state === 'overdue' ? 1 : 2;
}
