// The tree of administrative units as it stands on a day. Dates are local days; periods are half-open and follow one another.
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { Level } from '../../schemas/programme.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { type UnitAnswer, unitLimits } from '../../schemas/units.ts';
import { dayOfLocalDate, localDateOfDay } from '../../schemas/zones.ts';

/** A unit as it is from one day until another. */
export interface UnitPeriod {
  /** First day; `null`: since ever. */
  readonly from: LocalDate | null;
  /** First day after; `null`: until further notice. */
  readonly until: LocalDate | null;
  readonly parent: string | null;
  /** Its own step of area paths; a unit on top may bring several. */
  readonly step: AreaPath;
  readonly name: string;
  readonly nameEn: string | null;
  readonly code: string | null;
}

export interface Unit {
  readonly id: string;
  readonly kind: string;
  readonly level: Level;
  /** Oldest first. */
  readonly periods: readonly UnitPeriod[];
  /** Units that took its place when it ended. */
  readonly becomes: readonly string[];
}

export type Tree = ReadonlyMap<string, Unit>;

export function treeOf(units: readonly Unit[]): Tree {
  return new Map(units.map((unit) => [unit.id, unit]));
}

export function periodOn({ periods }: Unit, date: LocalDate): UnitPeriod | undefined {
  // Most questions are about today: the last state answers first.
  for (let i = periods.length - 1; i >= 0; i--) {
    const period = periods[i];
    if (!period || (period.from !== null && period.from > date)) continue;
    return period.until === null || date < period.until ? period : undefined;
  }
  return undefined;
}

/** What was found out of a tree, which never changes, by day. */
interface DayView {
  areas?: ReadonlyMap<string, AreaPath>;
  children?: ReadonlyMap<string, readonly string[]>;
}
const views = new WeakMap<Tree, Map<LocalDate, DayView>>();
const daysKept = 8;

function viewOf(tree: Tree, date: LocalDate): DayView {
  const days = views.get(tree) ?? new Map<LocalDate, DayView>();
  views.set(tree, days);
  const view = days.get(date) ?? {};
  if (days.size >= daysKept) days.clear();
  days.set(date, view);
  return view;
}

/** Where each unit in force lies that day. One that hangs on nothing, or on itself, has no area. */
export function areasOn(tree: Tree, date: LocalDate): ReadonlyMap<string, AreaPath> {
  const view = viewOf(tree, date);
  view.areas ??= findAreas(tree, date);
  return view.areas;
}

function findAreas(tree: Tree, date: LocalDate): ReadonlyMap<string, AreaPath> {
  const areas = new Map<string, AreaPath>();
  const areaOf = (id: string, below: number): AreaPath | undefined => {
    const known = areas.get(id);
    if (known !== undefined) return known;
    const unit = tree.get(id);
    const period = unit && periodOn(unit, date);
    if (!period || below > unitLimits.depth) return undefined;
    const above = period.parent === null ? '' : areaOf(period.parent, below + 1);
    if (above === undefined) return undefined;
    const area = above === '' ? period.step : `${above}/${period.step}`;
    areas.set(id, area);
    return area;
  };
  for (const id of tree.keys()) areaOf(id, 0);
  return areas;
}

/** Units directly below one, that day. */
export function childrenOn(tree: Tree, id: string, date: LocalDate): readonly string[] {
  const view = viewOf(tree, date);
  view.children ??= findChildren(tree, date);
  return view.children.get(id) ?? [];
}

function findChildren(tree: Tree, date: LocalDate): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const unit of tree.values()) {
    const parent = periodOn(unit, date)?.parent;
    if (parent === undefined || parent === null) continue;
    const known = children.get(parent);
    if (known) known.push(unit.id);
    else children.set(parent, [unit.id]);
  }
  return children;
}

/** Units in force that day, by area, each with its present state. */
export function unitsOn(tree: Tree, date: LocalDate): UnitAnswer[] {
  const answers: UnitAnswer[] = [];
  for (const [id, area] of areasOn(tree, date)) {
    const unit = tree.get(id);
    const period = unit && periodOn(unit, date);
    if (period) answers.push(answerOf(unit, period, area));
  }
  return answers.sort((a, b) => (a.area < b.area ? -1 : 1));
}

function answerOf({ id, kind, level }: Unit, { from, until, parent, name, nameEn, code }: UnitPeriod, area: AreaPath): UnitAnswer {
  return { id, kind, level, name, nameEn, code, parent, area, from, until };
}

/** All states of one unit, a new one also where it lay elsewhere because a unit above had moved. */
export function statesOf(tree: Tree, id: string): UnitAnswer[] {
  const unit = tree.get(id);
  if (!unit) return [];
  const states: UnitAnswer[] = [];
  for (const period of unit.periods) {
    const days = boundariesAbove(tree, period).filter(
      (day) => (period.from === null || day > period.from) && (period.until === null || day < period.until),
    );
    const starts = [period.from, ...days];
    for (const [at, from] of starts.entries()) {
      const area = areaUpward(tree, period, from ?? firstDay);
      if (area === undefined) continue;
      const until = starts[at + 1] ?? period.until;
      const before = states.at(-1);
      const next = answerOf(unit, { ...period, from, until }, area);
      // Days on which nothing of it changed are no states.
      if (before && before.area === area && at > 0) states[states.length - 1] = { ...before, until };
      else states.push(next);
    }
  }
  return states;
}

/** Stands for "since ever" where a day is needed. */
export const firstDay: LocalDate = '0000-01-01';

function areaUpward(tree: Tree, period: UnitPeriod, date: LocalDate): AreaPath | undefined {
  const steps = [period.step];
  let { parent } = period;
  while (parent !== null) {
    const unit = tree.get(parent);
    const above = unit && periodOn(unit, date);
    if (!above || steps.length > unitLimits.depth) return undefined;
    steps.unshift(above.step);
    parent = above.parent;
  }
  return steps.join('/');
}

/** Days on which a unit above this state changed, in order. */
function boundariesAbove(tree: Tree, period: UnitPeriod): LocalDate[] {
  const days = new Set<LocalDate>();
  const seen = new Set<string>();
  const climb = (id: string | null): void => {
    const unit = id === null || seen.has(id) ? undefined : tree.get(id);
    if (!unit) return;
    seen.add(unit.id);
    for (const { from, parent } of unit.periods) {
      if (from !== null) days.add(from);
      climb(parent);
    }
  };
  climb(period.parent);
  return [...days].sort();
}

/** The lowest unit that lay around this area once and lies elsewhere today, or nowhere, while no other has taken its place. */
export function goneAround(
  tree: Tree,
  area: AreaPath,
  today: LocalDate,
): { readonly unit: string; readonly now: AreaPath | null } | undefined {
  const areas = areasOn(tree, today);
  const found = unitFinder(areas)(area);
  let depth = found ? area.length - found.rest.length : 0;
  let gone: string | undefined;
  for (const id of tree.keys())
    for (const { area: once } of statesOf(tree, id)) {
      if (once.length <= depth || !within(area, once)) continue;
      depth = once.length;
      gone = id;
    }
  return gone === undefined ? undefined : { unit: gone, now: areas.get(gone) ?? null };
}

type FindUnit = (area: AreaPath) => { readonly unit: string; readonly rest: string } | undefined;
const finders = new WeakMap<ReadonlyMap<string, AreaPath>, FindUnit>();

/** A finder of the lowest unit around an area that day, with what of the area lies below it. */
export function unitFinder(areas: ReadonlyMap<string, AreaPath>): FindUnit {
  const known = finders.get(areas);
  if (known) return known;
  const byArea = new Map<AreaPath, string>();
  for (const [id, area] of areas) byArea.set(area, id);
  const find: FindUnit = (area) => {
    for (let end = area.length; end > 0; end = area.lastIndexOf('/', end - 1)) {
      const unit = byArea.get(area.slice(0, end));
      if (unit !== undefined) return { unit, rest: area.slice(end) };
    }
    return undefined;
  };
  finders.set(areas, find);
  return find;
}

/**
 * May somebody who sees these areas today see the unit as it was that day? Also when it lies in their area today under another
 * path, or when what came after it does: history belongs to those who have the unit now.
 */
export function unitSight(tree: Tree, today: LocalDate, sees: (area: AreaPath) => boolean): (id: string, area?: AreaPath) => boolean {
  const areas = areasOn(tree, today);
  const known = new Map<string, boolean>();
  const now = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    // Whoever becomes itself again is not asked twice.
    known.set(id, false);
    const area = areas.get(id) ?? lastArea(tree, id);
    const seen = (area !== undefined && sees(area)) || (tree.get(id)?.becomes ?? []).some(now);
    known.set(id, seen);
    return seen;
  };
  return (id, area) => (area !== undefined && sees(area)) || now(id);
}

/** Where an ended unit lay on its last day. */
function lastArea(tree: Tree, id: string): AreaPath | undefined {
  const last = tree.get(id)?.periods.at(-1);
  const day = last?.until ? dayOfLocalDate(last.until) : undefined;
  return last && day !== undefined ? areaUpward(tree, last, localDateOfDay(day - 1)) : undefined;
}
