// What a change of the tree means for boxes and rights: who stands where from then on, and what people should know of it.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { groupsMax } from '../../schemas/keys.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type UnitNotice, unitLimits } from '../../schemas/units.ts';
import { type AreaHistory, movedAt } from './area-history.ts';
import type { Grant } from './roles.ts';
import type { Follow } from './unit-edit.ts';
import { stepsOf } from './unit-laws.ts';
import { unitFinder } from './unit-tree.ts';

export interface BoxPlace {
  readonly area: AreaPath;
  readonly groups: readonly string[];
  readonly history: AreaHistory;
}

export interface PlacedBox extends BoxPlace {
  readonly id: string;
}

export interface Holder {
  readonly account: string;
  readonly grants: readonly Grant[];
}

/** Something beside boxes and rights that names an area; of a ready order with its box. */
export interface NamedArea {
  readonly what: Extract<UnitNotice, { readonly is: 'renew' }>['what'];
  readonly id: string;
  readonly area: AreaPath;
  readonly box?: string;
}

export interface BoxMove {
  readonly id: string;
  readonly before: BoxPlace;
  readonly after: BoxPlace;
}

export interface GrantMove {
  readonly account: string;
  readonly before: readonly Grant[];
  readonly after: readonly Grant[];
}

/** The areas of units on the day, before and after the edit. */
export interface AreaShift {
  readonly before: ReadonlyMap<string, AreaPath>;
  readonly after: ReadonlyMap<string, AreaPath>;
  readonly follows: ReadonlyMap<string, Follow>;
}

/** An area's new paths: several when a unit divides, none when it ends, itself where nothing changes. */
export type Shifted = (area: AreaPath) => readonly AreaPath[];

export function shiftOf({ before, after, follows }: AreaShift): Shifted {
  const find = unitFinder(before);
  return (area) => {
    const found = find(area);
    if (!found) return [area];
    return successorsOf(follows.get(found.unit), found.unit).flatMap((id) => {
      const base = after.get(id);
      return base === undefined ? [] : [base + found.rest];
    });
  };
}

function successorsOf(follow: Follow | undefined, unit: string): readonly string[] {
  if (!follow) return [unit];
  if (follow.is === 'end') return [];
  return follow.is === 'merge' ? [follow.into] : follow.into;
}

interface BoxWish {
  readonly shift: AreaShift;
  readonly boxes: readonly PlacedBox[];
  readonly centreArea: AreaPath;
  /** The instant from which they stand there. */
  readonly fromMs: number;
  readonly late: boolean;
}

/**
 * New places of boxes. Problems: conflict (stands in a unit that ends, in no part, cannot listen to one more group), not-found (a
 * part names a box that is not there), outside-area (no key of this centre reaches there), over-budget (path too long).
 */
export function moveBoxes({ shift, boxes, centreArea, fromMs, late }: BoxWish): Result<readonly BoxMove[]> {
  const find = unitFinder(shift.before);
  const strangers = late ? undefined : strangerIn(shift, boxes, find);
  if (strangers) return strangers;
  const moves: BoxMove[] = [];
  for (const { id, ...before } of boxes) {
    const found = find(before.area);
    if (!found) continue;
    const follow = shift.follows.get(found.unit);
    const unit = destinationOf(follow, found.unit, id);
    const base = unit === undefined ? undefined : shift.after.get(unit);
    if (base === undefined && follow?.is === 'end') return bad('conflict', `box ${id} stands in ${found.unit}; merge it instead`, '/unit');
    if (base === undefined) return bad('conflict', `box ${id} stands in ${found.unit}: name its part`, '/parts');
    const area = base + found.rest;
    const groups = groupsAfter(before.groups, area, shift);
    if (area === before.area && groups.length === before.groups.length) continue;
    if (stepsOf(area) > unitLimits.depth) return bad('over-budget', `box ${id} would stand in ${area}: too many steps`, '/parent');
    if (within(before.area, centreArea) && !within(area, centreArea))
      return bad(
        'outside-area',
        `box ${id} would stand in ${area}, and no key of this centre reaches beyond ${centreArea}: enrol it there`,
      );
    if (groups.length > groupsMax && !late) return bad('conflict', `box ${id} listens to ${groupsMax} groups already; take one away first`);
    const history = area === before.area ? before.history : movedAt(before.history, before.area, fromMs, area);
    moves.push({ id, before, after: { area, groups: groups.length > groupsMax ? before.groups : groups, history } });
  }
  return ok(moves);
}

/** A box that a part names but that does not stand in the unit itself. */
function strangerIn({ follows }: AreaShift, boxes: readonly PlacedBox[], find: ReturnType<typeof unitFinder>): Result<never> | undefined {
  const areas = new Map(boxes.map(({ id, area }) => [id, area]));
  for (const [unit, follow] of follows) {
    if (follow.is !== 'split') continue;
    for (const id of follow.boxes.keys()) {
      const area = areas.get(id);
      if (area === undefined || find(area)?.unit !== unit) return bad('not-found', `no box ${id} stands in ${unit} itself`, '/parts');
    }
  }
  return undefined;
}

function destinationOf(follow: Follow | undefined, unit: string, box: string): string | undefined {
  if (!follow) return unit;
  if (follow.is === 'end') return undefined;
  return follow.is === 'merge' ? follow.into : (follow.boxes.get(box) ?? follow.rest);
}

/** Who listened to the group of a unit that is no more, or that divided, listens to the group of what it lies in now, too. */
function groupsAfter(groups: readonly string[], area: AreaPath, { after, follows }: AreaShift): readonly string[] {
  const added = new Set<string>();
  for (const [unit, follow] of follows) {
    if (!groups.includes(unit)) continue;
    const into = successorsOf(follow, unit).find((id) => {
      const around = after.get(id);
      return around !== undefined && within(area, around);
    });
    if (into !== undefined && !groups.includes(into)) added.add(into);
  }
  return [...groups, ...added];
}

/** New areas of rights, and which of them reach further or end. */
export function moveGrants(
  holders: readonly Holder[],
  shift: AreaShift,
): { readonly moves: readonly GrantMove[]; readonly notices: readonly UnitNotice[] } {
  const shifted = shiftOf(shift);
  const wider = widerFrom(shift);
  const moves: GrantMove[] = [];
  const notices: UnitNotice[] = [];
  for (const { account, grants } of holders) {
    const after = new Map<string, Grant>();
    for (const grant of grants) {
      const { role, area: from } = grant;
      const areas = shifted(from);
      for (const area of areas) after.set(`${role} ${area}`, { ...grant, area });
      if (areas.length === 0) notices.push({ is: 'ends', account, role, from });
      for (const to of wider(from)) notices.push({ is: 'wider', account, role, from, to });
    }
    const list = [...after.values()];
    if (list.length !== grants.length || list.some((grant, i) => grant.area !== grants[i]?.area))
      moves.push({ account, before: grants, after: list });
  }
  return { moves, notices };
}

/** Of an area that is a unit: the areas that came of it and hold more. */
export function widerFrom(shift: AreaShift): Shifted {
  const find = unitFinder(shift.before);
  return (area) => {
    const found = find(area);
    return found?.rest === '' ? widerThan(shift, found.unit) : [];
  };
}

/** Areas that hold more than what came of this unit. */
function widerThan({ before, after, follows }: AreaShift, unit: string): readonly AreaPath[] {
  const follow = follows.get(unit);
  if (!follow || follow.is === 'end') return [];
  if (follow.is === 'merge') return follow.wider ? [after.get(follow.into) ?? ''] : [];
  return follow.into.filter((id) => id !== unit && before.has(id)).map((id) => after.get(id) ?? '');
}

/** Two different places must not become one by accident: a right over the one would reach the other. Problem: conflict. */
export function checkApart(areas: Iterable<AreaPath>, shift: AreaShift): Result<void> {
  const shifted = shiftOf(shift);
  const [find, findAfter] = [unitFinder(shift.before), unitFinder(shift.after)];
  const owners = new Map<AreaPath, AreaPath>();
  for (const area of new Set(areas)) {
    const isUnit = find(area)?.rest === '';
    for (const next of shifted(area)) {
      const other = owners.get(next);
      if (other !== undefined && !(isUnit && find(other)?.rest === ''))
        return bad('conflict', `${area} and ${other} would both be ${next}; open them as units first`);
      owners.set(next, area);
      if (next !== area && !isUnit && findAfter(next)?.rest === '')
        return bad('conflict', `${area} would become the unit ${findAfter(next)?.unit} (${next}); open it as a unit first`);
    }
  }
  return ok(undefined);
}

/** What names an area that is no more. */
export function renewals(named: readonly NamedArea[], shift: AreaShift, boxes: readonly BoxMove[]): UnitNotice[] {
  const shifted = shiftOf(shift);
  const moved = new Map(boxes.map(({ id, after }) => [id, after.area]));
  return named.flatMap(({ what, id, area, box }): UnitNotice[] => {
    const now = box === undefined ? shifted(area) : [moved.get(box) ?? area];
    // Equipment goes with its unit by itself, wherever one comes after it.
    const same = what === 'register' ? now.length > 0 : now.length === 1 && now[0] === area;
    return same ? [] : [{ is: 'renew', what, id, area }];
  });
}
