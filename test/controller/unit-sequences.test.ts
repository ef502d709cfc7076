// Any sequence of changes keeps the laws of the tree, leaves the past as it was, and its last change can be taken back exactly.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Grant } from '../../controller/core/roles.ts';
import { checkTree } from '../../controller/core/unit-laws.ts';
import { applyPlan, planChange, reversePlan, type UnitPlan, type UnitWorld } from '../../controller/core/unit-plan.ts';
import { unitsOfRows } from '../../controller/core/unit-rows.ts';
import { areasOn, childrenOn, periodOn, treeOf, unitFinder, unitsOn } from '../../controller/core/unit-tree.ts';
import { within } from '../../schemas/ids.ts';
import { type Level, levelOrder } from '../../schemas/programme.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { dayOfLocalDate, localDateOfDay } from '../../schemas/zones.ts';
import { must } from './built-centre.ts';
import { box, newUnit, rules as provinceRules, row } from './unit-rig.ts';

const rules = { ...provinceRules, centreArea: 'vn' };
const firstDay = dayOfLocalDate('2025-07-01') ?? 0;

/** A country: provinces, each with districts, communes, hamlets; a box in each fourth hamlet and each second commune, and who tends it. */
function country(provinces: number, districts: number, communes: number, hamlets: number): UnitWorld {
  const rows = [row('vn', null, 'ministry', 'vn')];
  const areas: string[] = [];
  let code = 0;
  for (let p = 0; p < provinces; p++) {
    rows.push(row(`p${p}`, 'vn', 'province', `vn/p${p}`, String(p).padStart(2, '0')));
    for (let d = 0; d < districts; d++) {
      const district = `p${p}-d${d}`;
      rows.push(row(district, `p${p}`, 'district', `vn/p${p}/d${d}`));
      for (let c = 0; c < communes; c++) {
        const commune = `${district}-c${c}`;
        const area = `vn/p${p}/d${d}/c${c}`;
        rows.push(row(commune, district, 'commune', area, String(code++).padStart(5, '0')));
        if (c % 2 === 0) areas.push(area);
        for (let h = 0; h < hamlets; h++) {
          rows.push(row(`${commune}-h${h}`, commune, 'hamlet', `${area}/h${h}`));
          if (h % 4 === 0) areas.push(`${area}/h${h}`);
        }
      }
    }
  }
  const boxes = areas.map((area, i) => box(`box-${i}`, area, [`g${i % 7}`]));
  const holders = areas.map((area, i) => ({ account: `nguoi-${i}`, grants: [{ role: 'technician', area } as Grant] }));
  return { tree: treeOf(unitsOfRows(rows)), boxes, holders };
}

interface Step {
  readonly kind: UnitChange['do'];
  readonly a: number;
  readonly b: number;
  readonly many: number;
  readonly existing: boolean;
  /** Days since the step before. */
  readonly days: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('open', 'rename', 'move', 'merge', 'split', 'close'),
  a: fc.nat(100_000),
  b: fc.nat(100_000),
  many: fc.integer({ min: 1, max: 4 }),
  existing: fc.boolean(),
  days: fc.integer({ min: 0, max: 2 }),
});

/** A change that has a chance: units of fitting levels, picked by numbers. */
function changeOf({ kind, a, b, many, existing }: Step, { tree, boxes }: UnitWorld, date: string, at: number): UnitChange | undefined {
  const living = unitsOn(tree, date);
  const of = (level: Level) => living.filter((unit) => unit.level === level).map(({ id }) => id);
  const pick = (ids: readonly string[], number: number) => ids[number % Math.max(1, ids.length)];
  const level = (['commune', 'hamlet', 'district'] as const)[a % 3] ?? 'commune';
  const unit = pick(of(level), b);
  const above = pick(of(levelOrder[levelOrder.indexOf(level) - 1 - (a % 2)] ?? 'ministry'), b);
  if (unit === undefined || above === undefined) return undefined;
  switch (kind) {
    case 'open':
      return { do: 'open', unit: newUnit(`n${at}`, above, level) };
    case 'rename':
      return {
        do: 'rename',
        unit,
        name: { vi: `Tên ${at}` },
        ...(existing && level === 'commune' && { code: String(b % 100_000).padStart(5, '0') }),
      };
    case 'move':
      return { do: 'move', unit, parent: above, ...(existing && { step: `m${at}` }) };
    case 'merge': {
      const units = [...new Set(Array.from({ length: many }, (_, i) => pick(of(level), b + i) ?? unit))];
      return { do: 'merge', units, into: existing ? (pick(of(level), a) ?? unit) : newUnit(`n${at}`, above, level) };
    }
    case 'split': {
      const parts = Array.from({ length: many }, (_, i) => ({ into: existing && i === 0 ? unit : newUnit(`n${at}-${i}`, above, level) }));
      const share = (ids: readonly string[], i: number) => ids.filter((_, index) => index % parts.length === i);
      const find = unitFinder(areasOn(tree, date));
      const inside = boxes.filter(({ area }) => find(area)?.unit === unit).map(({ id }) => id);
      const children = childrenOn(tree, unit, date);
      return { do: 'split', unit, parts: parts.map((part, i) => ({ ...part, units: share(children, i), boxes: share(inside, i) })) };
    }
    case 'close':
      return { do: 'close', unit };
    default:
      return kind satisfies never;
  }
}

const past = (world: UnitWorld, date: string) => unitsOn(world.tree, date).map(({ until: _until, ...unit }) => unit);

/** Whoever tended the very unit of a box tends the box still, unless the right was said to end. */
function tended(before: UnitWorld, after: UnitWorld, { notices }: UnitPlan): void {
  const areas = new Map(after.boxes.map(({ id, area }) => [id, area]));
  const rights = new Map(after.holders.map(({ account, grants }) => [account, grants]));
  const byArea = new Map<string, string[]>();
  for (const { account, grants } of before.holders) for (const { area } of grants) byArea.set(area, [...(byArea.get(area) ?? []), account]);
  for (const { id, area } of before.boxes)
    for (const account of byArea.get(area) ?? []) {
      const still = rights.get(account)?.some((grant) => within(areas.get(id) ?? '', grant.area));
      expect(still || notices.some((one) => one.is === 'ends' && one.account === account), `${account} tends ${id}`).toBe(true);
    }
}

interface Run {
  readonly world: UnitWorld;
  readonly done: number;
}

function run(
  start: UnitWorld,
  steps: readonly Step[],
  look: (before: UnitWorld, after: UnitWorld, plan: UnitPlan, date: string) => void,
): Run {
  let [world, day, done] = [start, firstDay, 0];
  for (const [at, one] of steps.entries()) {
    day += one.days;
    const date = localDateOfDay(day);
    const change = changeOf(one, world, date, at);
    if (!change) continue;
    const plan = planChange(world, change, { date, today: date, fromMs: day * 86_400_000, late: false }, rules);
    if (!plan.ok) continue;
    const next = applyPlan(world, plan.value);
    look(world, next, plan.value, date);
    world = next;
    done++;
  }
  return { world, done };
}

/** Each box stands in a unit in force, and remembers its places in order. */
function wellPlaced({ tree, boxes }: UnitWorld, date: string): void {
  const areas = areasOn(tree, date);
  const find = unitFinder(areas);
  for (const { id, area, history } of boxes) {
    const unit = find(area)?.unit;
    expect(unit !== undefined && periodOn(tree.get(unit) as never, date) !== undefined, `${id} stands in ${area}`).toBe(true);
    expect(history.length === 0 || history.at(-1)?.area === area).toBe(true);
    expect(history.every(({ fromMs }, i) => i === 0 || fromMs > (history[i - 1]?.fromMs ?? 0))).toBe(true);
  }
}

test('any sequence of changes keeps every law on every day, and the days before each change as they were', () => {
  const small = country(2, 2, 3, 4);
  let done = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) => {
      const ended = run(small, steps, (before, after, plan, date) => {
        must(checkTree(after.tree, null));
        wellPlaced(after, date);
        tended(before, after, plan);
        const eve = localDateOfDay((dayOfLocalDate(date) ?? 0) - 1);
        expect(past(after, eve)).toEqual(past(before, eve));
        expect(past(after, '2000-01-01')).toEqual(past(small, '2000-01-01'));
      });
      done += ended.done;
    }),
    { numRuns: 150 },
  );
  expect(done, 'most changes are possible').toBeGreaterThan(300);
});

test('undo of the last change gives back exactly the tree, the boxes and the rights before it', () => {
  const small = country(2, 2, 3, 4);
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
      run(small, steps, (before, after, plan, date) => {
        expect(applyPlan(after, must(reversePlan(after, plan, date, date)))).toEqual(before);
      });
    }),
    { numRuns: 100 },
  );
});

test('ten thousand units bear the same', () => {
  const large = country(10, 6, 12, 12);
  expect(large.tree.size).toBeGreaterThan(9_000);
  const more = { ...large, tree: new Map([...large.tree, ...country(1, 1, 1, 1_000).tree]) };
  expect(more.tree.size).toBeGreaterThanOrEqual(10_000);
  fc.assert(
    fc.property(fc.array(step, { minLength: 12, maxLength: 12 }), (steps) => {
      let last: readonly [UnitWorld, UnitWorld, UnitPlan, string] | undefined;
      const { world } = run(more, steps, (...seen) => {
        last = seen;
      });
      must(checkTree(world.tree, null));
      if (!last) return;
      const [before, after, plan, date] = last;
      wellPlaced(after, date);
      expect(past(after, '2000-01-01')).toEqual(past(more, '2000-01-01'));
      const restored = applyPlan(after, must(reversePlan(after, plan, date, date)));
      expect(restored.tree).toEqual(before.tree);
      expect(restored.boxes).toEqual(before.boxes);
    }),
    { numRuns: 3 },
  );
});
