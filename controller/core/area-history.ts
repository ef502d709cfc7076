// Where a box stood when: plays before a change of units belong to the old unit, plays after it to the new one.
import type { AreaPath } from '../../schemas/ids.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { AreaSince, UnitPlaysAnswer } from '../../schemas/units.ts';
import { dayMs, dayOfLocalDate, localDateOfDay, type ZoneClock } from '../../schemas/zones.ts';
import { areasOn, periodOn, type Tree, unitFinder } from './unit-tree.ts';

/** Oldest first; a box that never moved has none and stands where it stands. */
export type AreaHistory = readonly AreaSince[];

export function areaAt(history: AreaHistory, present: AreaPath, atMs: number): AreaPath {
  // What was before the first row known stood there, too.
  return history.findLast(({ fromMs }) => fromMs <= atMs)?.area ?? history[0]?.area ?? present;
}

/** The history of a box that stands elsewhere from an instant on. */
export function movedAt(history: AreaHistory, present: AreaPath, fromMs: number, area: AreaPath): AreaHistory {
  const known: AreaHistory = history.length > 0 ? history : [{ fromMs: 0, area: present }];
  return [...known.filter((one) => one.fromMs < fromMs), { fromMs, area }];
}

/** Midnight at the beginning of a local day. `undefined` for a day that no calendar has. */
export function startOfDay(date: LocalDate, clock: ZoneClock): number | undefined {
  const day = dayOfLocalDate(date);
  return day === undefined ? undefined : Math.max(0, clock.instantNear(day * dayMs));
}

/** The local day of an instant. */
export function dateAt(atMs: number, clock: ZoneClock): LocalDate {
  return localDateOfDay(clock.dayAt(atMs));
}

export interface Play {
  readonly dev: string;
  readonly atMs: number;
  readonly outcome: string;
  readonly audibleMs: number;
}

/** Count plays for the unit in which their box stood that day, and for all units around it. */
export function playsByUnit(
  plays: readonly Play[],
  { tree, clock, areaOf }: { readonly tree: Tree; readonly clock: ZoneClock; readonly areaOf: (dev: string, atMs: number) => AreaPath },
): UnitPlaysAnswer['units'] {
  const sums = new Map<string, { name: string; area: AreaPath; boxes: Set<string>; plays: Record<string, number>; audibleMs: number }>();
  const days = new Map<LocalDate, { areas: ReadonlyMap<string, AreaPath>; find: ReturnType<typeof unitFinder> }>();
  for (const { dev, atMs, outcome, audibleMs } of plays) {
    const date = dateAt(atMs, clock);
    const day = days.get(date) ?? dayIn(tree, date);
    days.set(date, day);
    let id: string | null | undefined = day.find(areaOf(dev, atMs))?.unit;
    while (id !== undefined && id !== null) {
      const unit = tree.get(id);
      const period = unit && periodOn(unit, date);
      if (!period) break;
      const sum = sums.get(id) ?? { name: period.name, area: '', boxes: new Set(), plays: {}, audibleMs: 0 };
      sums.set(id, sum);
      sum.area = day.areas.get(id) ?? sum.area;
      sum.boxes.add(dev);
      sum.plays[outcome] = (sum.plays[outcome] ?? 0) + 1;
      sum.audibleMs += audibleMs;
      id = period.parent;
    }
  }
  return [...sums].map(([id, { boxes, ...sum }]) => ({ id, ...sum, boxes: boxes.size })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function dayIn(tree: Tree, date: LocalDate): { areas: ReadonlyMap<string, AreaPath>; find: ReturnType<typeof unitFinder> } {
  const areas = areasOn(tree, date);
  return { areas, find: unitFinder(areas) };
}
