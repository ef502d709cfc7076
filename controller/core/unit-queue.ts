// Changes whose day has not come, in order. Each keeps what it is foreseen to do; it is planned anew only where another touches the same.
import type { Result } from '../../schemas/problems.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { dateAt, startOfDay } from './area-history.ts';
import type { KeptPlan, UnitChangeEntry, UnitNow } from './unit-book.ts';
import { keyOf } from './unit-carried.ts';
import { applyPlan, planChange, type UnitPlan, type UnitRules, type UnitWorld } from './unit-plan.ts';

export interface Waiting {
  readonly entry: UnitChangeEntry;
  /** What it would do as the book stood when it was made. */
  readonly foreseen: KeptPlan | undefined;
}

/** Units that a change names, those it would begin too. */
export function unitsNamedIn(change: UnitChange): string[] {
  const idOf = (into: string | { readonly id: string }) => (typeof into === 'string' ? into : into.id);
  const above = (parent: string | null) => (parent === null ? [] : [parent]);
  switch (change.do) {
    case 'open':
      return [change.unit.id, ...above(change.unit.parent)];
    case 'merge':
      return [...change.units, idOf(change.into)];
    case 'split':
      return [change.unit, ...change.parts.flatMap(({ into, units }) => [idOf(into), ...units])];
    case 'move':
      return [change.unit, ...above(change.parent)];
    default:
      return [change.unit];
  }
}

/** What changes have to do with: units they alter, units they lean on, places and codes they take. */
class Reach {
  readonly #alters = new Set<string>();
  readonly #leansOn = new Set<string>();
  readonly #takes = new Set<string>();

  add(change: UnitChange | undefined, units: KeptPlan['units']): this {
    for (const id of change ? unitsNamedIn(change) : []) this.#leansOn.add(id);
    for (const { id, before, after } of units) {
      this.#alters.add(id);
      for (const unit of [before, after])
        for (const { parent, step, code } of unit?.periods ?? []) {
          if (parent !== null) this.#leansOn.add(parent);
          this.#takes.add(`step ${parent} ${step}`);
          if (code !== null) this.#takes.add(`code ${code}`);
        }
    }
    return this;
  }

  meets(other: Reach): boolean {
    return (
      meet(this.#alters, other.#alters) ||
      meet(this.#alters, other.#leansOn) ||
      meet(this.#leansOn, other.#alters) ||
      meet(this.#takes, other.#takes)
    );
  }
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const one of some) if (others.has(one)) return true;
  return false;
}

/** The world after changes as they are foreseen. */
export function foresee(world: UnitWorld, waiting: readonly Waiting[]): UnitWorld {
  const plans = waiting.flatMap(({ foreseen }) => foreseen ?? []);
  const last = <T>(lists: readonly (readonly T[])[], keyOf: (one: T) => string) => [
    ...new Map(lists.flat().map((one) => [keyOf(one), one])).values(),
  ];
  if (plans.length === 0) return world;
  return applyPlan(world, {
    units: last(
      plans.map(({ units }) => units),
      ({ id }) => id,
    ),
    boxes: last(
      plans.map(({ boxes }) => boxes),
      ({ id }) => id,
    ),
    grants: last(
      plans.map(({ grants }) => grants),
      ({ account }) => account,
    ),
    carried: last(
      plans.map(({ carried = [] }) => carried),
      keyOf,
    ),
  });
}

export interface Fault {
  readonly id: string;
  readonly date: LocalDate;
  readonly why: string;
}

export interface Refitted {
  /** The first that fitted before and does not after. */
  readonly broken: Fault | undefined;
  /** What those that meet the cause will do from now on; null where one fits no more. */
  readonly foreseen: Foreseen;
}
export type Foreseen = ReadonlyMap<string, KeptPlan | null>;

/** How those that wait fare in `after`, the world with (or without) the cause, where they stood in `before`. */
export function refit(
  before: UnitWorld,
  after: UnitWorld,
  waiting: readonly Waiting[],
  cause: { readonly change: UnitChange; readonly units: KeptPlan['units'] },
  now: UnitNow,
  rules: UnitRules,
): Refitted {
  const reach = new Reach().add(cause.change, cause.units);
  const anew = new Map<string, KeptPlan | null>();
  let broken: Fault | undefined;
  let [one, other] = [before, after];
  let passed: Waiting[] = [];
  for (const next of waiting) {
    const { entry, foreseen } = next;
    const own = new Reach().add(entry.change, foreseen?.units ?? []);
    if (!own.meets(reach)) {
      passed.push(next);
      continue;
    }
    [one, other] = [foresee(one, passed), foresee(other, passed)];
    passed = [];
    reach.add(entry.change, foreseen?.units ?? []);
    const [fitted, fits] = [planWaiting(one, entry, now, rules), planWaiting(other, entry, now, rules)];
    if (fitted.ok && !fits.ok) broken ??= { id: entry.id, date: entry.date, why: fits.problem.detail };
    anew.set(entry.id, fits.ok ? keepOf(fits.value) : null);
    if (fitted.ok) one = applyPlan(one, fitted.value);
    if (fits.ok) other = applyPlan(other, fits.value);
  }
  return { broken, foreseen: anew };
}

export function keepOf({ units, boxes, grants, carried = [] }: KeptPlan): KeptPlan {
  return { units, boxes, grants, ...(carried.length > 0 && { carried }) };
}

/** As it will be planned on its day. */
export function planWaiting(world: UnitWorld, { date, change }: UnitChangeEntry, now: UnitNow, rules: UnitRules): Result<UnitPlan> {
  const fromMs = startOfDay(date, now.clock) ?? now.nowMs;
  const today = dateAt(now.nowMs, now.clock);
  return planChange(world, change, { date, today: today > date ? today : date, fromMs, late: true }, rules);
}
