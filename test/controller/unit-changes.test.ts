// Single changes of units as plans: what becomes of units, boxes and rights, and what is refused.
import { describe, expect, test } from 'vitest';
import { applyPlan, type UnitPlan } from '../../controller/core/unit-plan.ts';
import { unitsOn } from '../../controller/core/unit-tree.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { must } from './built-centre.ts';
import { areasIn, box, changed, fromMs, holder, mergeAB, newUnit, type PlanWish, placesIn, plan, rules, world } from './unit-rig.ts';

const refusal = (change: UnitChange, wish: PlanWish = {}) => {
  const planned = plan(change, wish);
  return planned.ok ? 'ok' : `${planned.problem.code} ${planned.problem.path}`;
};
const rightsOf = ({ grants }: Pick<UnitPlan, 'grants'>, account: string) =>
  grants.find((one) => one.account === account)?.after.map(({ area }) => area);

describe('merge', () => {
  const merged = must(plan(mergeAB));
  const next = applyPlan(world, merged);

  test('many become one: those that were end with their day, what lay in them lies in the new one', () => {
    expect(areasIn(next, '2025-06-30')).toEqual(areasIn(world, '2025-06-30'));
    const areas = areasIn(next);
    expect(areas).toMatchObject({ moi: '08/02536', 'a-1': '08/02536/thon-1', 'a-2': '08/02536/thon-2', c: '08/075/00003' });
    expect([areas['a'], areas['b'], next.tree.get('a')?.becomes]).toEqual([undefined, undefined, ['moi']]);
  });

  test('of two hamlets with one step the second gets a number', () => {
    expect(areasIn(next)['b-1']).toBe('08/02536/thon-1-2');
  });

  test('boxes keep their id, know where they stood before, and hear the new unit’s group beside the old', () => {
    expect(placesIn(next)).toMatchObject({
      ...{ 'box-a': '08/02536', 'box-a1': '08/02536/thon-1', 'box-b1': '08/02536/thon-1-2' },
      ...{ 'box-c9': '08/075/00003/thon-9', 'box-d': '08/070/00004' },
    });
    const moved = next.boxes.find(({ id }) => id === 'box-a1');
    expect(moved?.groups).toEqual(['a', 'a-1', 'moi']);
    expect(moved?.history).toEqual([
      { fromMs: 0, area: '08/075/00001/thon-1' },
      { fromMs, area: '08/02536/thon-1' },
    ]);
    expect(merged.boxes.map(({ id }) => id)).toEqual(['box-a', 'box-a1', 'box-b1']);
  });

  test('rights go along, and one that reaches further is told', () => {
    expect(rightsOf(merged, 'xa-a')).toEqual(['08/02536']);
    expect(rightsOf(merged, 'thon-b1')).toEqual(['08/02536/thon-1-2']);
    expect(rightsOf(merged, 'huyen')).toBeUndefined();
    expect(merged.notices).toEqual([{ is: 'wider', account: 'xa-a', role: 'technician', from: '08/075/00001', to: '08/02536' }]);
  });

  test('into one that stays', () => {
    const into = applyPlan(world, must(plan({ do: 'merge', units: ['a'], into: 'b' })));
    expect(areasIn(into)).toMatchObject({ b: '08/075/00002', 'a-1': '08/075/00002/thon-1-2', 'b-1': '08/075/00002/thon-1' });
    expect(placesIn(into)['box-a']).toBe('08/075/00002');
  });

  test('one alone becomes another, as a commune becomes a ward: its rights are not wider', () => {
    const ward = must(plan({ do: 'merge', units: ['a'], into: { ...newUnit('phuong', 'huyen', 'commune', '00001'), kind: 'phuong' } }));
    expect(ward.notices).toEqual([]);
    expect(areasIn(applyPlan(world, ward))['phuong']).toBe('08/075/00001');
    expect(ward.boxes.map(({ id, after }) => `${id} ${after.area} ${after.groups.length}`)).toEqual([
      'box-a 08/075/00001 3',
      'box-a1 08/075/00001/thon-1 3',
    ]);
  });
});

describe('split', () => {
  const parts = (more: object = {}): UnitChange => ({
    do: 'split',
    unit: 'a',
    parts: [
      { into: newUnit('a-bac', 'huyen', 'commune', '00011'), units: ['a-1'], boxes: [], ...more },
      { into: newUnit('a-nam', 'huyen', 'commune', '00012'), units: ['a-2'], boxes: ['box-a'] },
    ],
  });

  test('one becomes many, each with the hamlets and boxes named for it; its rights become rights over all parts', () => {
    const divided = must(plan(parts()));
    const next = applyPlan(world, divided);
    expect(areasIn(next)).toMatchObject({ 'a-1': '08/075/00011/thon-1', 'a-2': '08/075/00012/thon-2' });
    expect(areasIn(next)['a']).toBeUndefined();
    expect(placesIn(next)).toMatchObject({ 'box-a': '08/075/00012', 'box-a1': '08/075/00011/thon-1' });
    expect(next.boxes.map(({ id, groups }) => `${id} ${groups.join(' ')}`).slice(0, 2)).toEqual([
      'box-a a chung a-nam',
      'box-a1 a a-1 a-bac',
    ]);
    expect(rightsOf(divided, 'xa-a')).toEqual(['08/075/00011', '08/075/00012']);
    expect(divided.notices).toEqual([]);
  });

  test('what no part names is refused, but follows the first part when its day has come', () => {
    const nobody = parts({ units: [] });
    expect(refusal(nobody)).toBe('conflict /change/parts');
    const late = applyPlan(world, must(plan(nobody, { late: true })));
    expect(areasIn(late)['a-1']).toBe('08/075/00011/thon-1');
    const noBox: UnitChange = { ...parts(), parts: [{ into: 'b', units: ['a-1', 'a-2'], boxes: [] }] } as UnitChange;
    expect(refusal(noBox)).toBe('conflict /change/parts');
    expect(placesIn(applyPlan(world, must(plan(noBox, { late: true }))))['box-a']).toBe('08/075/00002');
  });

  test('a part may be the unit itself: what is not named stays', () => {
    const change: UnitChange = {
      ...{ do: 'split', unit: 'a' },
      parts: [
        { into: 'a', units: [], boxes: [] },
        { into: 'b', units: ['a-2'], boxes: [] },
      ],
    };
    const divided = must(plan(change));
    const next = applyPlan(world, divided);
    expect(areasIn(next)).toMatchObject({ a: '08/075/00001', 'a-1': '08/075/00001/thon-1', 'a-2': '08/075/00002/thon-2' });
    expect(placesIn(next)['box-a']).toBe('08/075/00001');
    expect(divided.notices).toEqual([{ is: 'wider', account: 'xa-a', role: 'technician', from: '08/075/00001', to: '08/075/00002' }]);
  });

  test('names are read strictly', () => {
    expect(refusal(parts({ units: ['a-1', 'b-1'] }))).toBe('not-found /change/parts');
    expect(refusal(parts({ units: ['a-1', 'a-2'] }))).toBe('bad-input /change/parts/1');
    expect(refusal(parts({ boxes: ['box-b1'] }))).toBe('not-found /change/parts');
    expect(refusal(parts({ into: 'khong-co' }))).toBe('not-found /change/parts/0/into');
    expect(refusal(parts({ into: newUnit('a-nam', 'huyen', 'commune') }))).toBe('conflict /change/parts/1/into/id');
    expect(refusal(parts({ into: newUnit('x', 'huyen', 'commune', '1') }))).toBe('bad-input /change/code');
  });
});

describe('rename, move, open, close', () => {
  test('a new name or code holds from its day, and moves nothing', () => {
    const renamed = must(plan({ do: 'rename', unit: 'a', name: { vi: 'Xã Mới', en: 'New Commune' }, code: '00099' }));
    const { tree } = applyPlan(world, renamed);
    const on = (date: string) => unitsOn(tree, date).find(({ id }) => id === 'a');
    expect(on('2025-06-30')).toMatchObject({ name: 'Tên a', nameEn: null, code: '00001', until: '2025-07-01' });
    expect(on('2025-07-01')).toMatchObject({
      name: 'Xã Mới',
      nameEn: 'New Commune',
      code: '00099',
      area: '08/075/00001',
      from: '2025-07-01',
    });
    expect([renamed.boxes, renamed.grants, renamed.notices]).toEqual([[], [], []]);
    expect(refusal({ do: 'rename', unit: 'a' })).toBe('bad-input /change/name');
    expect(refusal({ do: 'rename', unit: 'a', code: '00002' })).toBe('conflict /change/code');
    expect(refusal({ do: 'rename', unit: 'a', code: '2' })).toBe('bad-input /change/code');
  });

  test('a unit under another one takes all below it along', () => {
    const next = changed(world, { do: 'move', unit: 'a', parent: 'tinh' });
    expect(areasIn(next)).toMatchObject({ a: '08/00001', 'a-1': '08/00001/thon-1' });
    expect(placesIn(next)).toMatchObject({ 'box-a': '08/00001', 'box-a1': '08/00001/thon-1' });
    expect(next.holders.find(({ account }) => account === 'xa-a')?.grants).toEqual([{ role: 'technician', area: '08/00001' }]);
  });

  test('no unit lies below itself, below its level, beside its double, or where nothing is', () => {
    expect(refusal({ do: 'move', unit: 'a', parent: 'a-1' })).toBe('conflict /change/parent');
    expect(refusal({ do: 'move', unit: 'a', parent: 'a' })).toBe('conflict /change/parent');
    expect(refusal({ do: 'move', unit: 'huyen', parent: 'huyen-2' })).toBe('conflict /change/parent');
    expect(refusal({ do: 'move', unit: 'a-1', parent: 'b' })).toBe('conflict /change/step');
    expect(refusal({ do: 'move', unit: 'a-1', parent: 'b', step: 'thon-3' })).toBe('ok');
    expect(refusal({ do: 'move', unit: 'a', parent: 'khong-co' })).toBe('not-found /change/parent');
    expect(refusal({ do: 'move', unit: 'a', parent: 'huyen' })).toBe('bad-input /change/parent');
  });

  test('a box at a place that becomes a unit stands in it, without moving', () => {
    const next = changed(world, { do: 'open', unit: { ...newUnit('c-9', 'c', 'hamlet'), step: 'thon-9' } });
    expect(areasIn(next)['c-9']).toBe('08/075/00003/thon-9');
    expect(placesIn(next)).toEqual(placesIn(world));
    expect(refusal({ do: 'open', unit: newUnit('a', 'huyen', 'commune') })).toBe('conflict /change/unit/id');
    expect(refusal({ do: 'open', unit: newUnit('x', 'a-1', 'hamlet') })).toBe('conflict /change/parent');
  });

  test('a unit closes when it is empty; rights over it end and are told', () => {
    expect(refusal({ do: 'close', unit: 'huyen' })).toBe('conflict /change/unit');
    expect(refusal({ do: 'close', unit: 'c' })).toBe('conflict /change/unit');
    const empty = { ...world, boxes: [], holders: [holder('xa-c', '08/075/00003', '08/075/00001')] };
    const closed = must(plan({ do: 'close', unit: 'c' }, { world: empty }));
    expect(rightsOf(closed, 'xa-c')).toEqual(['08/075/00001']);
    expect(closed.notices).toEqual([{ is: 'ends', account: 'xa-c', role: 'technician', from: '08/075/00003' }]);
    const next = applyPlan(empty, closed);
    expect(refusal({ do: 'rename', unit: 'c', name: { vi: 'x' } }, { world: next })).toBe('conflict /change/unit');
    expect(refusal({ do: 'open', unit: newUnit('c', 'huyen', 'commune') }, { world: next })).toBe('conflict /change/unit/id');
  });
});

describe('what no change can do', () => {
  test('the centre’s own area stands in its delegation and stays as it is', () => {
    const commune = { ...rules, centreArea: '08/075/00001' };
    expect(refusal(mergeAB, { rules: commune })).toBe('outside-area /change');
    expect(refusal({ do: 'move', unit: 'huyen', parent: 'tinh', step: 'x' }, { rules: commune })).toBe('outside-area /change');
    expect(refusal({ do: 'rename', unit: 'a-1', name: { vi: 'Thôn Mới' } }, { rules: commune })).toBe('ok');
    const divided: UnitChange = {
      do: 'split',
      unit: 'a',
      parts: [
        { into: 'a', units: [], boxes: [] },
        { into: 'b', units: ['a-1'], boxes: [] },
      ],
    };
    expect(refusal(divided, { rules: commune })).toBe('outside-area /change');
  });

  test('no box goes where no key of the centre reaches', () => {
    const district = { ...rules, centreArea: '08/075' };
    expect(refusal({ do: 'move', unit: 'a', parent: 'huyen-2' }, { rules: district })).toBe('outside-area /change');
    expect(refusal({ do: 'move', unit: 'a', parent: 'huyen-2' }, { rules: district, world: { ...world, boxes: [] } })).toBe('ok');
  });

  test('a unit changes after its last change, not before it', () => {
    const renamed = changed(world, { do: 'rename', unit: 'a', name: { vi: 'x' } });
    expect(refusal({ do: 'rename', unit: 'a', name: { vi: 'y' } }, { world: renamed, date: '2025-06-30', today: '2025-07-02' })).toBe(
      'conflict /change/unit',
    );
    const again = changed(renamed, { do: 'rename', unit: 'a', name: { vi: 'y' } });
    expect(again.tree.get('a')?.periods).toMatchObject([{ name: 'Tên a' }, { name: 'y', from: '2025-07-01' }]);
  });

  test('a day before the tree above moved is refused, for the places in between are unknown', () => {
    const moved = changed(world, { do: 'move', unit: 'huyen', parent: 'tinh', step: 'x' });
    const change: UnitChange = { do: 'rename', unit: 'a', name: { vi: 'y' } };
    expect(refusal(change, { world: moved, date: '2025-06-01', today: '2025-07-02' })).toBe('conflict /date');
    expect(refusal(change, { world: moved, date: '2025-07-01', today: '2025-07-02' })).toBe('ok');
  });

  test('two places never become one by accident: a right over the one would reach the other', () => {
    const loose = { ...world, boxes: [...world.boxes, box('box-a9', '08/075/00001/thon-9')] };
    const merge: UnitChange = { do: 'merge', units: ['a'], into: 'c' };
    expect(refusal(merge, { world: loose })).toBe('conflict /change');
    const opened = changed(loose, { do: 'open', unit: { ...newUnit('a-9', 'a', 'hamlet'), step: 'thon-9' } });
    const onto = changed(loose, { do: 'open', unit: { ...newUnit('c-9', 'c', 'hamlet'), step: 'thon-9' } });
    expect(refusal(merge, { world: onto })).toBe('conflict /change');
    const both = changed(opened, { do: 'open', unit: { ...newUnit('c-9', 'c', 'hamlet'), step: 'thon-9' } });
    expect(placesIn(changed(both, merge))['box-a9']).toBe('08/075/00003/thon-9-2');
  });

  test('a box with sixteen groups takes no more; on the day itself it keeps those it has', () => {
    const groups = ['a', ...Array.from({ length: 15 }, (_, i) => `g-${i}`)];
    const full = { ...world, boxes: [box('box-a', '08/075/00001', groups)] };
    expect(refusal(mergeAB, { world: full })).toBe('conflict /change');
    expect(applyPlan(full, must(plan(mergeAB, { world: full, late: true }))).boxes).toMatchObject([{ area: '08/02536', groups }]);
  });

  test('a path keeps to six steps, a unit to sixty-four states', () => {
    const deep = { ...world, boxes: [box('sau', '08/075/00001/thon-1/to-1/nha-1')] };
    expect(refusal({ do: 'move', unit: 'a', parent: 'tinh' }, { world: deep })).toBe('ok');
    const up = changed(deep, { do: 'move', unit: 'a', parent: 'tinh' });
    const lower = { ...up, boxes: [box('sau', '08/00001/thon-1/to-1/nha-1/x')] };
    expect(refusal({ do: 'move', unit: 'a', parent: 'huyen' }, { world: lower })).toBe('over-budget /change/parent');
    let often = world;
    for (let i = 1; i < 64; i++) {
      const date = `20${25 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`;
      often = applyPlan(often, must(plan({ do: 'rename', unit: 'a', name: { vi: `n-${i}` } }, { world: often, date })));
    }
    expect(refusal({ do: 'rename', unit: 'a', name: { vi: 'x' } }, { world: often, date: '2099-01-01' })).toBe('over-budget /change');
  });
});

test('people hear of what names an area that is no more', () => {
  const named = [
    { what: 'ready-order', id: 'o box-a1', area: '08/075/00001/thon-1', box: 'box-a1' },
    { what: 'ready-order', id: 'o box-d', area: '08/070/00004', box: 'box-d' },
    { what: 'mandate', id: 'm', area: '08/075/00001' },
    { what: 'mandate', id: 'm', area: '08' },
    { what: 'alert-source', id: 's', area: '08/075/00002/thon-1' },
    { what: 'break-glass', id: 'p', area: '08/075' },
  ] as const;
  const { notices } = must(plan(mergeAB, { rules: { ...rules, named } }));
  expect(notices.flatMap((one) => (one.is === 'renew' ? [`${one.what} ${one.id} ${one.area}`] : []))).toEqual([
    'ready-order o box-a1 08/075/00001/thon-1',
    'mandate m 08/075/00001',
    'alert-source s 08/075/00002/thon-1',
  ]);
});

test('the right is asked over what lies above, before and after', () => {
  expect(must(plan(mergeAB)).asks).toEqual(['08', '08/02536', '08/075', '08/075/00001', '08/075/00002']);
  expect(must(plan({ do: 'move', unit: 'a', parent: 'huyen-2' })).asks).toEqual(['08/070', '08/075']);
  expect(must(plan({ do: 'rename', unit: 'tinh', name: { vi: 'x' } })).asks).toEqual(['08']);
  expect(must(plan({ do: 'open', unit: newUnit('h', 'a', 'hamlet') })).asks).toEqual(['08/075/00001']);
});
