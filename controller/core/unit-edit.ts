// What a change does to the tree alone: which units begin, change or end on its day, and where goes what lay in those that end.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { NewUnit, UnitChange } from '../../schemas/units.ts';
import { childrenOn, periodOn, type Tree, type Unit, type UnitPeriod } from './unit-tree.ts';

/** Where boxes and rights go that stood in a unit itself, not in one below it. */
export type Follow =
  | { readonly is: 'merge'; readonly into: string; readonly wider: boolean }
  | {
      readonly is: 'split';
      readonly into: readonly string[];
      readonly boxes: ReadonlyMap<string, string>;
      /** The part that takes what nobody named. */
      readonly rest: string | undefined;
    }
  | { readonly is: 'end' };

export interface TreeEdit {
  readonly tree: Tree;
  readonly touched: ReadonlySet<string>;
  readonly follows: ReadonlyMap<string, Follow>;
}

interface Draft {
  readonly date: LocalDate;
  readonly before: Tree;
  readonly units: Map<string, Unit>;
  readonly touched: Set<string>;
  /** Steps in use below a unit, once looked up. */
  readonly taken: Map<string, Set<string>>;
}

/**
 * Edit the tree. `late`: the day has come, so what nobody named in a split goes to its first part instead of holding it up.
 * Problems: not-found, conflict (ended, changed later, in use, named by no part), bad-input (nothing changes).
 */
export function editTree(tree: Tree, change: UnitChange, date: LocalDate, late: boolean): Result<TreeEdit> {
  const draft: Draft = { date, before: tree, units: new Map(tree), touched: new Set(), taken: new Map() };
  const follows = edit(draft, change, late);
  return follows.ok ? ok({ tree: draft.units, touched: draft.touched, follows: follows.value }) : follows;
}

type Follows = ReadonlyMap<string, Follow>;
const nothing: Follows = new Map();

function edit(draft: Draft, change: UnitChange, late: boolean): Result<Follows> {
  switch (change.do) {
    case 'open':
      return after(begin(draft, change.unit, '/unit'), nothing);
    case 'rename':
      return rename(draft, change);
    case 'move':
      return move(draft, change);
    case 'merge':
      return merge(draft, change);
    case 'split':
      return split(draft, change, late);
    case 'close':
      return close(draft, change.unit);
    default:
      return change satisfies never;
  }
}

function rename(draft: Draft, { unit, name, code }: UnitChange & { readonly do: 'rename' }): Result<Follows> {
  if (name === undefined && code === undefined) return bad('bad-input', 'needs a name or a code', '/name');
  const names = name && { name: name.vi, nameEn: name.en ?? null };
  return after(alter(draft, unit, { ...names, ...(code !== undefined && { code }) }, '/unit'), nothing);
}

function move(draft: Draft, { unit, parent, step }: UnitChange & { readonly do: 'move' }): Result<Follows> {
  const found = inForce(draft, unit, '/unit');
  if (!found.ok) return found;
  if (found.value.parent === parent && (step ?? found.value.step) === found.value.step)
    return bad('bad-input', `${unit} lies there already`, '/parent');
  const above = parent === null ? ok(undefined) : inForce(draft, parent, '/parent');
  return above.ok ? after(alter(draft, unit, { parent, step: step ?? found.value.step }, '/unit'), nothing) : above;
}

function merge(draft: Draft, { units, into }: UnitChange & { readonly do: 'merge' }): Result<Follows> {
  const target = reach(draft, into, '/into');
  if (!target.ok) return target;
  const sources = units.filter((id) => id !== target.value);
  if (sources.length === 0) return bad('bad-input', 'nothing merges into itself', '/units');
  const wider = typeof into === 'string' || units.length > 1;
  const follows = new Map<string, Follow>();
  for (const [at, source] of sources.entries()) {
    const found = inForce(draft, source, `/units/${at}`);
    if (!found.ok) return found;
    for (const child of childrenOn(draft.before, source, draft.date)) {
      if (units.includes(child)) continue;
      const moved = place(draft, child, target.value);
      if (!moved.ok) return moved;
    }
    const ended = end(draft, source, [target.value], `/units/${at}`);
    if (!ended.ok) return ended;
    follows.set(source, { is: 'merge', into: target.value, wider });
  }
  return ok(follows);
}

function split(draft: Draft, { unit, parts }: UnitChange & { readonly do: 'split' }, late: boolean): Result<Follows> {
  const found = inForce(draft, unit, '/unit');
  if (!found.ok) return found;
  const [units, boxes] = [new Map<string, string>(), new Map<string, string>()];
  const into: string[] = [];
  for (const [at, part] of parts.entries()) {
    const reached = reach(draft, part.into, `/parts/${at}/into`);
    if (!reached.ok) return reached;
    if (into.includes(reached.value)) return bad('bad-input', `${reached.value} is two parts`, `/parts/${at}/into`);
    into.push(reached.value);
    for (const [named, ids] of [[units, part.units] as const, [boxes, part.boxes] as const])
      for (const id of ids) {
        if (named.has(id)) return bad('bad-input', `${id} is named in two parts`, `/parts/${at}`);
        named.set(id, reached.value);
      }
  }
  const rest = into.includes(unit) ? unit : late ? into[0] : undefined;
  const children = childrenOn(draft.before, unit, draft.date);
  const stranger = [...units.keys()].find((id) => !children.includes(id));
  if (stranger !== undefined && !late) return bad('not-found', `${stranger} does not lie in ${unit}`, '/parts');
  for (const child of children) {
    const part = units.get(child) ?? rest;
    if (part === undefined) return bad('conflict', `${child} is in no part`, '/parts');
    const moved = part === unit ? ok(undefined) : place(draft, child, part);
    if (!moved.ok) return moved;
  }
  const ended = into.includes(unit) ? ok(undefined) : end(draft, unit, into, '/unit');
  return after(ended, new Map([[unit, { is: 'split', into, boxes, rest }]]));
}

function close(draft: Draft, unit: string): Result<Follows> {
  const found = inForce(draft, unit, '/unit');
  if (!found.ok) return found;
  const [child] = childrenOn(draft.before, unit, draft.date);
  if (child !== undefined) return bad('conflict', `${child} still lies in ${unit}; move or merge it first`, '/unit');
  return after(end(draft, unit, [], '/unit'), new Map([[unit, { is: 'end' }]]));
}

// ── single steps ─────────────────────────────────────────────────────────────────────────────────

function after<T>(done: Result<unknown>, value: T): Result<T> {
  return done.ok ? ok(value) : done;
}

function inForce({ units, date }: Draft, id: string, path: string): Result<UnitPeriod> {
  const unit = units.get(id);
  const period = unit && periodOn(unit, date);
  if (period) return ok(period);
  return unit ? bad('conflict', `${id} is not in force on ${date}`, path) : bad('not-found', `no unit ${id}`, path);
}

/** A unit that is there, or one that begins now. */
function reach(draft: Draft, into: string | NewUnit, path: string): Result<string> {
  if (typeof into === 'string') return after(inForce(draft, into, path), into);
  return after(begin(draft, into, path), into.id);
}

function begin(draft: Draft, wish: NewUnit, path: string): Result<void> {
  const { id, kind, level, name, parent, code, step } = wish;
  if (draft.units.has(id)) return bad('conflict', `a unit ${id} exists; ids are given once`, `${path}/id`);
  // A code may hold what a path may not.
  const own = step ?? (code !== null && /^[a-z0-9-]+$/.test(code) ? code : id);
  const state = { from: draft.date, until: null, parent, step: own, name: name.vi, nameEn: name.en ?? null, code };
  draft.units.set(id, { id, kind, level, periods: [state], becomes: [] });
  draft.touched.add(id);
  return ok(undefined);
}

/** The unit's last state, if the day lies in it. */
function lastState({ units, date }: Draft, id: string, path: string): Result<{ readonly unit: Unit; readonly last: UnitPeriod }> {
  const unit = units.get(id);
  const last = unit?.periods.at(-1);
  if (!unit || !last) return bad('not-found', `no unit ${id}`, path);
  if (last.until !== null) return bad('conflict', `${id} ends on ${last.until}`, path);
  if (last.from !== null && last.from > date) return bad('conflict', `${id} changed on ${last.from}; a change comes after that`, path);
  return ok({ unit, last });
}

/** Its state from the day on. A state that began the same day makes way. */
function alter(draft: Draft, id: string, changes: Partial<UnitPeriod>, path: string): Result<void> {
  const found = lastState(draft, id, path);
  if (!found.ok) return found;
  const { unit, last } = found.value;
  const next = { ...last, ...changes, from: draft.date, until: null };
  const before = last.from === draft.date ? [] : [{ ...last, until: draft.date }];
  draft.units.set(id, { ...unit, periods: [...unit.periods.slice(0, -1), ...before, next] });
  draft.touched.add(id);
  return ok(undefined);
}

function end(draft: Draft, id: string, becomes: readonly string[], path: string): Result<void> {
  const found = lastState(draft, id, path);
  if (!found.ok) return found;
  const { unit, last } = found.value;
  const before = last.from === draft.date ? [] : [{ ...last, until: draft.date }];
  const periods = [...unit.periods.slice(0, -1), ...before];
  if (periods.length === 0) return bad('conflict', `${id} begins on ${draft.date}; undo what opened it instead`, path);
  draft.units.set(id, { ...unit, periods, becomes });
  draft.touched.add(id);
  return ok(undefined);
}

/** Under another unit; where a neighbour there has the same step, a number tells them apart. */
function place(draft: Draft, id: string, parent: string): Result<void> {
  const found = inForce(draft, id, '/unit');
  if (!found.ok) return found;
  const taken = takenBelow(draft, parent);
  const step = freeStep(found.value.step, taken);
  taken.add(step);
  return alter(draft, id, { parent, step }, '/unit');
}

function takenBelow({ units, date, taken }: Draft, parent: string): Set<string> {
  const known = taken.get(parent);
  if (known) return known;
  const steps = new Set<string>();
  for (const unit of units.values()) {
    const state = periodOn(unit, date);
    if (state?.parent === parent) steps.add(state.step);
  }
  taken.set(parent, steps);
  return steps;
}

const stepMax = 32;

function freeStep(step: string, taken: ReadonlySet<string>): string {
  const start = step.lastIndexOf('/') + 1;
  for (let number = 1; ; number++) {
    const tail = number === 1 ? '' : `-${number}`;
    const free = step.slice(0, start) + step.slice(start, start + stepMax - tail.length) + tail;
    if (!taken.has(free)) return free;
  }
}
