// Changes that wait: what they are foreseen to do agrees with what they do, and a new one plans only those again that it meets.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  judgeDue,
  judgeMake,
  judgeUndo,
  treeToCome,
  type UnitChangeEntry,
  type UnitState,
  worldOf,
} from '../../controller/core/unit-book.ts';
import { applyPlan } from '../../controller/core/unit-plan.ts';
import { type Foreseen, keepOf } from '../../controller/core/unit-queue.ts';
import { unitsOn } from '../../controller/core/unit-tree.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { must } from './built-centre.ts';
import { newUnit, rules, world } from './unit-rig.ts';

const clock = must(zoneClock('Asia/Ho_Chi_Minh'));
const asking = { by: 'x', grants: [{ role: 'administrator', area: '08' } as const] };
const at = (date: string) => ({ nowMs: Date.parse(`${date}T05:00:00+07:00`), clock });
const start: UnitState = { units: [...world.tree.values()], boxes: world.boxes, holders: world.holders, changes: [], foreseen: new Map() };

/** The book as a store would keep it after a decision. */
function write(
  state: UnitState,
  { entry, plan, foreseen }: { entry: UnitChangeEntry; plan: Parameters<typeof keepOf>[0] | null; foreseen: Foreseen },
): UnitState {
  const waits = entry.state === 'waiting';
  const after = plan && !waits ? applyPlan(worldOf(state), plan) : worldOf(state);
  const plans = new Map(state.foreseen);
  for (const [id, kept] of foreseen) {
    if (kept) plans.set(id, kept);
    else plans.delete(id);
  }
  if (waits && plan) plans.set(entry.id, keepOf(plan));
  else plans.delete(entry.id);
  const changes = [...state.changes.filter(({ id }) => id !== entry.id), entry];
  return { units: [...after.tree.values()], boxes: after.boxes, holders: after.holders, changes, foreseen: plans };
}

const make = (state: UnitState, id: string, date: string, change: UnitChange, today = '2025-06-01') =>
  judgeMake(state, { id, date, change, note: '' }, asking, at(today), rules);

const mergeAB: UnitChange = { do: 'merge', units: ['a', 'b'], into: newUnit('moi', 'tinh', 'commune', '02536') };
/** Each fits after some others and not after all. */
const wishes: readonly (readonly [date: string, change: UnitChange])[] = [
  ['2025-07-01', mergeAB],
  ['2025-07-01', { do: 'merge', units: ['c'], into: 'd' }],
  ['2025-07-02', { do: 'close', unit: 'huyen' }],
  ['2025-06-20', { do: 'move', unit: 'a-1', parent: 'c' }],
  ['2025-07-01', { do: 'rename', unit: 'a-2', name: { vi: 'Thôn Hai' } }],
  ['2025-06-01', { do: 'rename', unit: 'b-1', name: { vi: 'Thôn Một' } }],
  ['2025-06-01', { do: 'open', unit: { ...newUnit('a-9', 'a', 'hamlet'), step: 'thon-9' } }],
  ['2025-07-03', { do: 'rename', unit: 'moi', name: { vi: 'Xã Mới' } }],
  ['2025-07-03', { do: 'open', unit: newUnit('moi-2', 'tinh', 'commune', '00003') }],
  ['2025-06-15', { do: 'rename', unit: 'd', code: '00077' }],
  ['2025-07-04', { do: 'move', unit: 'd', parent: 'tinh' }],
];

test('whatever waits, in whatever order it was made: the tree that is foreseen is the tree that comes, and nothing made fails', () => {
  const picks = fc.shuffledSubarray(
    wishes.map((_, i) => i),
    { minLength: 1 },
  );
  let kept = 0;
  fc.assert(
    fc.property(picks, fc.nat(), (order, drop) => {
      let state = start;
      for (const i of order) {
        const [date, change] = wishes[i] ?? ['', mergeAB];
        const made = make(state, `c-${i}`, date, change);
        if (made.ok) state = write(state, made.value);
      }
      const waits = state.changes.filter((one) => one.state === 'waiting');
      kept += waits.length;
      const dropped = waits[drop % Math.max(1, waits.length)];
      const undone = dropped && judgeUndo(state, { id: dropped.id, kept: undefined }, asking, at('2025-06-01'), rules);
      if (undone?.ok) state = write(state, undone.value);
      const days = ['2025-06-20', '2025-07-01', '2025-07-02', '2025-07-05'];
      const foreseen = days.map((day) => unitsOn(treeToCome(state, day), day));
      for (const [n, day] of days.entries()) {
        for (let due = judgeDue(state, at(day), rules); due; due = judgeDue(state, at(day), rules)) {
          expect(due.entry.problem).toBeNull();
          state = write(state, due);
        }
        expect(unitsOn(worldOf(state).tree, day)).toEqual(foreseen[n]);
      }
    }),
    { numRuns: 400 },
  );
  expect(kept).toBeGreaterThan(1_000);
});

test('what has nothing to do with the new one keeps what it is foreseen to do', () => {
  let state = write(start, must(make(start, 'c-1', '2025-07-01', mergeAB)));
  state = write(state, must(make(state, 'c-2', '2025-07-01', { do: 'rename', unit: 'd', name: { vi: 'x' } })));
  const today = must(make(state, 'c-3', '2025-06-01', { do: 'rename', unit: 'a-1', name: { vi: 'y' } }));
  expect([...today.foreseen.keys()]).toEqual(['c-1']);
  const later = must(make(state, 'c-4', '2025-07-05', { do: 'rename', unit: 'c', name: { vi: 'z' } }));
  expect([...later.foreseen.keys()]).toEqual([]);
});

test('two that would take one code or one place meet', () => {
  const state = write(start, must(make(start, 'c-1', '2025-07-01', { do: 'open', unit: newUnit('e', 'huyen', 'commune', '00009') })));
  const problem = (unit: object) => {
    const made = make(state, 'c-2', '2025-06-15', { do: 'open', unit: { ...newUnit('f', 'huyen', 'commune'), ...unit } });
    return made.ok ? 'ok' : `${made.problem.code}: ${made.problem.detail.includes('c-1')}`;
  };
  expect([problem({ code: '00009' }), problem({ step: '00009' }), problem({ code: '00008' })]).toEqual([
    'conflict: true',
    'conflict: true',
    'ok',
  ]);
});
