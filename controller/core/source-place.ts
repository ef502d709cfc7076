// Where a unit's things belong today: in the unit itself, or in what it became.
import type { AreaPath } from '../../schemas/ids.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { areasOn, type Tree } from './unit-tree.ts';

export interface Home {
  readonly unit: string;
  readonly area: AreaPath;
}

/** The unit that answers for this one today; undefined where it ended and nothing came after it. */
export function homeOf(tree: Tree, today: LocalDate, unit: string): Home | undefined {
  const areas = areasOn(tree, today);
  const seen = new Set<string>();
  const find = (id: string): Home | undefined => {
    if (seen.has(id)) return undefined;
    seen.add(id);
    const area = areas.get(id);
    if (area !== undefined) return { unit: id, area };
    for (const next of tree.get(id)?.becomes ?? []) {
      const found = find(next);
      if (found) return found;
    }
    return undefined;
  };
  return find(unit);
}

/** The unit itself, and those that ended in it: whatever they were issued is its own today. Not those with a keeper of their own. */
export function heirsOf(tree: Tree, today: LocalDate, unit: string, kept: ReadonlySet<string>): string[] {
  const ended = [...tree.values()].filter(({ id, becomes }) => becomes.length > 0 && id !== unit && !kept.has(id));
  return [unit, ...ended.flatMap(({ id }) => (homeOf(tree, today, id)?.unit === unit ? [id] : []))];
}

/** The unit that stands exactly there today. */
export function unitFinderAt(tree: Tree, today: LocalDate): (area: AreaPath) => string | undefined {
  const byArea = new Map([...areasOn(tree, today)].map(([unit, area]) => [area, unit]));
  return (area) => byArea.get(area);
}

/** Units whose things belong to these areas today, ended ones too. */
export function unitsAt(tree: Tree, today: LocalDate, holds: (area: AreaPath) => boolean): string[] {
  return [...tree.keys()].filter((id) => {
    const home = homeOf(tree, today, id);
    return home !== undefined && holds(home.area);
  });
}
