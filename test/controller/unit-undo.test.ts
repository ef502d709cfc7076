// The way back from a change: exactly what was, or a refusal that names what was built on it.
import { describe, expect, test } from 'vitest';
import { applyPlan, reversePlan } from '../../controller/core/unit-plan.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { must } from './built-centre.ts';
import { box, changed, holder, mergeAB, newUnit, plan, world } from './unit-rig.ts';

describe('the way back', () => {
  const planned = must(plan(mergeAB));
  const done = applyPlan(world, planned);
  const back = (current = done, of = planned) => {
    const reversed = reversePlan(current, of, '2025-07-01', '2025-07-01');
    return reversed.ok ? 'ok' : `${reversed.problem.code} ${reversed.problem.path}`;
  };

  test('gives back exactly what was', () => {
    const restored = applyPlan(done, must(reversePlan(done, planned, '2025-07-01', '2025-07-01')));
    expect(restored).toEqual(world);
  });

  test('is refused where anything was built on it since', () => {
    expect(back(changed(done, { do: 'rename', unit: 'moi', name: { vi: 'x' } }))).toBe('conflict /units/moi');
    expect(back(changed(done, { do: 'open', unit: newUnit('h', 'moi', 'hamlet') }))).toBe('conflict ');
    expect(back(changed(done, { do: 'move', unit: 'moi', parent: 'huyen' }))).toBe('conflict /units/moi');
    const province = changed(world, { do: 'move', unit: 'a', parent: 'huyen-2' });
    const moved = changed(province, { do: 'move', unit: 'huyen-2', parent: 'tinh', step: 'x' });
    expect(back(moved, must(plan({ do: 'move', unit: 'a', parent: 'huyen-2' })))).toBe('conflict /boxes/box-a');
    expect(back({ ...done, boxes: [...done.boxes, box('moi', '08/02536/thon-5')] })).toBe('conflict /boxes/moi');
    expect(back({ ...done, holders: [...done.holders, holder('moi', '08/02536')] })).toBe('conflict /accounts/moi');
    expect(back({ ...done, holders: done.holders.map((one) => (one.account === 'xa-a' ? holder('xa-a', '08') : one)) })).toBe(
      'conflict /accounts/xa-a',
    );
  });

  test('does not mind what happened elsewhere', () => {
    const elsewhere = changed(done, { do: 'rename', unit: 'd', name: { vi: 'x' } });
    expect(back({ ...elsewhere, boxes: [...elsewhere.boxes, box('moi', '08/070/00004')] })).toBe('ok');
  });

  test('a unit that was opened goes, and what stood there stands in the one above', () => {
    const opening: UnitChange = { do: 'open', unit: { ...newUnit('c-9', 'c', 'hamlet'), step: 'thon-9' } };
    expect(back(changed(world, opening), must(plan(opening)))).toBe('ok');
  });
});
