// One change of units as a plan: rows of units, places of boxes, rights, and the way back. Pure: preview and deed are the same.
import { canonicalJson } from '../../schemas/canonical.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { UnitChange, UnitCodes, UnitNotice } from '../../schemas/units.ts';
import { applyMoves, backwards, type Carried, type CarriedMove, keyOf, livingOn, moveCarried } from './unit-carried.ts';
import { editTree } from './unit-edit.ts';
import { checkCode, checkTree } from './unit-laws.ts';
import {
  type AreaShift,
  type BoxMove,
  checkApart,
  type GrantMove,
  type Holder,
  moveBoxes,
  moveGrants,
  type NamedArea,
  type PlacedBox,
  renewals,
  shiftOf,
} from './unit-moves.ts';
import { areasOn, type Tree, type Unit, unitFinder } from './unit-tree.ts';

/** All that a change may touch, as it is. */
export interface UnitWorld {
  readonly tree: Tree;
  readonly boxes: readonly PlacedBox[];
  readonly holders: readonly Holder[];
  /** What else goes along with its place. */
  readonly carried?: readonly Carried[];
}

export interface UnitRules {
  readonly codes: UnitCodes;
  /** What the centre's own delegation names; it reaches no further, and cannot be moved here. */
  readonly centreArea: AreaPath;
  readonly named: readonly NamedArea[];
}

/** When a change holds from, and when it is judged. */
export interface UnitDay {
  readonly date: LocalDate;
  readonly today: LocalDate;
  /** Midnight at the beginning of `date`. */
  readonly fromMs: number;
  /** Its day has come: what was added since it was made follows without being named. */
  readonly late: boolean;
}

export interface ChangedUnit {
  readonly id: string;
  readonly before: Unit | null;
  readonly after: Unit | null;
  /** Where it lies before and after; `null` where it is not in force. */
  readonly from: AreaPath | null;
  readonly to: AreaPath | null;
}

export interface UnitPlan {
  readonly units: readonly ChangedUnit[];
  readonly boxes: readonly BoxMove[];
  readonly grants: readonly GrantMove[];
  /** Absent in plans of before there was any. */
  readonly carried?: readonly CarriedMove[];
  /** Areas over which whoever makes it needs the right: those above what changes, before and after. */
  readonly asks: readonly AreaPath[];
  readonly notices: readonly UnitNotice[];
}

/**
 * Plan a change. Problems: those of the edit and of the laws, conflict (the tree above has changed since the day; boxes in a unit
 * that ends; places that would become one), outside-area (the centre's own area, or a box beyond it), bad-input (a code).
 */
export function planChange(world: UnitWorld, change: UnitChange, day: UnitDay, rules: UnitRules): Result<UnitPlan> {
  const edited = editTree(world.tree, change, day.date, day.late);
  if (!edited.ok) return under(edited.problem);
  const { tree, touched, follows } = edited.value;
  const checked = checkEdit(world.tree, tree, touched, day.date, rules.codes);
  if (!checked.ok) return under(checked.problem);
  const at = day.today > day.date ? day.today : day.date;
  const shift: AreaShift = { before: areasOn(world.tree, at), after: areasOn(tree, at), follows };
  const fixed = checkFixed(world.tree, touched, day, shift, rules.centreArea);
  if (!fixed.ok) return fixed;
  const { boxes, holders, carried = [] } = world;
  const moved = moveBoxes({ shift, boxes, centreArea: rules.centreArea, fromMs: day.fromMs, late: day.late });
  if (!moved.ok) return under(moved.problem);
  const rightsIn = [...holders.flatMap(({ grants }) => grants.map(({ area }) => area)), ...areasNamedIn(livingOn(carried, day.fromMs))];
  const apart = checkApart([...boxes.map(({ area }) => area), ...rightsIn], shift);
  if (!apart.ok) return under(apart.problem);
  const rights = moveGrants(holders, shift);
  const along = moveCarried(carried, shift, day.fromMs);
  const units = [...touched].map(
    (id): ChangedUnit => ({
      id,
      before: world.tree.get(id) ?? null,
      after: tree.get(id) ?? null,
      from: shift.before.get(id) ?? null,
      to: shift.after.get(id) ?? null,
    }),
  );
  return ok({
    units,
    boxes: moved.value,
    grants: rights.moves,
    carried: along.moves,
    asks: asksOf(units, shift),
    notices: [...renewals(rules.named, shift, moved.value), ...along.notices, ...rights.notices],
  });
}

function areasNamedIn(carried: readonly Carried[]): AreaPath[] {
  return carried.flatMap(({ what, place }) => (what === 'exchange' ? [] : [place]));
}

/** Problems of a rule are told with their place in what was asked. */
function under({ code, detail, path }: Problem): Result<never> {
  return bad(code, detail, `/change${path}`);
}

function checkEdit(before: Tree, after: Tree, touched: ReadonlySet<string>, date: LocalDate, codes: UnitCodes): Result<void> {
  for (const id of touched) {
    const unit = after.get(id);
    const code = unit?.periods.at(-1)?.code ?? null;
    const same = code === (before.get(id)?.periods.at(-1)?.code ?? null);
    const coded = unit && !same ? checkCode(codes, unit, code) : ok(undefined);
    if (!coded.ok) return coded;
  }
  return checkTree(after, date);
}

/** What no change of units can do. Problems: conflict, outside-area. */
function checkFixed(tree: Tree, touched: ReadonlySet<string>, day: UnitDay, shift: AreaShift, centreArea: AreaPath): Result<void> {
  if (day.date < day.today) {
    // A unit above that moved meanwhile gave its boxes a place in between, which this change would not know.
    const then = areasOn(tree, day.date);
    const other = [...touched].find((id) => then.get(id) !== shift.before.get(id));
    if (other !== undefined) return bad('conflict', `${other} has moved since ${day.date}; take a later day`, '/date');
  }
  const [centre, ...more] = shiftOf(shift)(centreArea);
  if (centre === centreArea && more.length === 0) return ok(undefined);
  const detail = `${centreArea} stands in this centre’s own delegation: make a centre for the new area and enrol its boxes there`;
  return bad('outside-area', detail, '/change');
}

/** For each unit that changes the areas above it, before and after; for one on top its own. */
function asksOf(units: readonly ChangedUnit[], { before, after }: AreaShift): AreaPath[] {
  const asks = new Set<AreaPath>();
  for (const row of units)
    for (const [unit, areas] of [[row.before, before] as const, [row.after, after] as const]) {
      const area = unit && areas.get(unit.id);
      const state = unit?.periods.at(-1);
      if (!area || !state) continue;
      asks.add(state.parent === null ? area : (areas.get(state.parent) ?? area));
    }
  return [...asks].sort();
}

/** The world after a plan, or after it was taken back. */
export function applyPlan(
  world: UnitWorld,
  { units, boxes, grants, carried = [] }: Pick<UnitPlan, 'units' | 'boxes' | 'grants' | 'carried'>,
): UnitWorld {
  const tree = new Map(world.tree);
  for (const { id, after } of units) {
    if (after) tree.set(id, after);
    else tree.delete(id);
  }
  const places = new Map(boxes.map(({ id, after }) => [id, after]));
  const rights = new Map(grants.map(({ account, after }) => [account, after]));
  return {
    tree,
    boxes: world.boxes.map((box) => ({ ...box, ...places.get(box.id) })),
    holders: world.holders.map(({ account, grants: before }) => ({ account, grants: rights.get(account) ?? before })),
    ...(world.carried && { carried: applyMoves(world.carried, carried) }),
  };
}

/**
 * The plan that gives back exactly what was before. Problem: conflict (a unit, box or right is no longer as this change left it, or
 * something was put where nothing would be).
 */
export function reversePlan(world: UnitWorld, plan: UnitPlan, today: LocalDate, since: LocalDate): Result<UnitPlan> {
  for (const { id, after } of plan.units)
    if (!same(world.tree.get(id) ?? null, after)) return bad('conflict', `unit ${id} has changed since`, `/units/${id}`);
  const places = new Map(world.boxes.map((box) => [box.id, box]));
  for (const { id, after } of plan.boxes) {
    const box = places.get(id);
    if (!box || !same({ area: box.area, groups: box.groups }, { area: after.area, groups: after.groups }))
      return bad('conflict', `box ${id} has moved since`, `/boxes/${id}`);
  }
  const rights = new Map(world.holders.map(({ account, grants }) => [account, grants]));
  for (const { account, after } of plan.grants)
    if (!same(rights.get(account), after)) return bad('conflict', `the rights of ${account} have changed since`, `/accounts/${account}`);
  const back: UnitPlan = {
    ...plan,
    units: plan.units.map(({ id, before, after, from, to }) => ({ id, before: after, after: before, from: to, to: from })),
    boxes: plan.boxes.map(({ id, before, after }) => ({ id, before: after, after: before })),
    grants: plan.grants.map(({ account, before, after }) => ({ account, before: after, after: before })),
    carried: backwards(plan.carried ?? [], world.carried ?? []),
  };
  const restored = applyPlan(world, back);
  const checked = checkTree(restored.tree, since);
  if (!checked.ok) return bad('conflict', `built on since: ${checked.problem.detail}`);
  const shift = { before: areasOn(world.tree, today), after: areasOn(restored.tree, today), follows: new Map() };
  // What stands in a unit that was only opened stands in the one above when it is gone.
  const opened = plan.units.length === 1 && plan.units[0]?.before === null;
  const left = opened ? undefined : leftBehind(world, back, shift);
  return left ?? ok({ ...back, asks: asksOf(back.units, shift), notices: [] });
}

/** A box or right that came since to a place which would be no more, or another. */
function leftBehind(world: UnitWorld, back: UnitPlan, { before, after }: AreaShift): Result<never> | undefined {
  const find = unitFinder(before);
  const lost = (area: AreaPath): boolean => {
    const unit = find(area)?.unit;
    return unit !== undefined && before.get(unit) !== after.get(unit);
  };
  const moved = new Set(back.boxes.map(({ id }) => id));
  const box = world.boxes.find(({ id, area }) => !moved.has(id) && lost(area));
  if (box) return bad('conflict', `box ${box.id} was put into ${box.area} since`, `/boxes/${box.id}`);
  const changed = new Set(back.grants.map(({ account }) => account));
  const holder = world.holders.find(({ account, grants }) => !changed.has(account) && grants.some(({ area }) => lost(area)));
  if (holder) return bad('conflict', `${holder.account} was given rights there since`, `/accounts/${holder.account}`);
  const along = new Set((back.carried ?? []).map(keyOf));
  const other = world.carried?.find(
    (one) => !along.has(keyOf(one)) && (one.what === 'exchange' ? !after.has(one.place) && before.has(one.place) : lost(one.place)),
  );
  return other && bad('conflict', `${other.what} ${other.id} was put there since`, '/carried');
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
