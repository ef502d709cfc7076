// The tree of units on a day, its laws, and what seeds of any age become.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaAt, dateAt, movedAt, playsByUnit, startOfDay } from '../../controller/core/area-history.ts';
import { checkCode, checkTree } from '../../controller/core/unit-laws.ts';
import { readUnits } from '../../controller/core/unit-rows.ts';
import { goneAround, statesOf, treeOf, type Unit, unitSight, unitsOn } from '../../controller/core/unit-tree.ts';
import { readRaw } from '../../controller/demo/demo-texts.ts';
import { readSeed } from '../../controller/seed.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { must, seedOf } from './built-centre.ts';
import { areasIn, changed, mergeAB, row, rows, world } from './unit-rig.ts';

const clock = must(zoneClock('Asia/Ho_Chi_Minh'));
const tree = treeOf(must(readUnits(rows, [])));
const codeOf = (units: readonly Unit[]) => {
  const checked = checkTree(treeOf(units), null);
  return checked.ok ? 'ok' : checked.problem.code;
};
const unit = (id: string, ...periods: readonly Partial<Unit['periods'][number]>[]): Unit => ({
  ...{ id, kind: 'xa', level: 'commune', becomes: [] },
  periods: periods.map((period) => ({ from: null, until: null, parent: null, step: id, name: id, nameEn: null, code: null, ...period })),
});

test('rows without dates are in force since ever, with three levels or five', () => {
  expect(unitsOn(tree, '1954-07-21').map(({ id }) => id)).toEqual(unitsOn(tree, '2100-01-01').map(({ id }) => id));
  expect(areasIn({ ...world, tree }, '2025-01-01')).toMatchObject({ 'a-1': '08/075/00001/thon-1', tinh: '08' });
  const three = must(
    readUnits([row('t', null, 'province', '08'), row('x', 't', 'commune', '08/1'), row('h', 'x', 'hamlet', '08/1/h')], []),
  );
  expect(unitsOn(treeOf(three), '2026-01-01').map(({ id, area }) => `${id} ${area}`)).toEqual(['t 08', 'x 08/1', 'h 08/1/h']);
  const five = [row('vn', null, 'ministry', 'vn'), row('p', 'vn', 'province', 'vn/08'), row('q', 'p', 'district', 'vn/08/075')];
  const more = [row('x', 'q', 'commune', 'vn/08/075/1'), row('h', 'x', 'hamlet', 'vn/08/075/1/h')];
  expect(must(readUnits([...five, ...more], []))).toHaveLength(5);
});

test('the units of the demo, which have no dates, are a tree', () => {
  const demo = readRaw('units.json') as typeof rows;
  const areas = unitsOn(treeOf(must(readUnits(demo, []))), '2026-01-01').map(({ area }) => area);
  expect(areas).toEqual(demo.map(({ area }) => area).sort());
});

test('a row whose unit above is not there stands on top, as in the seed of a single commune', () => {
  const [alone] = must(readUnits([row('x', 'tinh-08', 'commune', '08/02536', '02536')], []));
  expect(alone?.periods).toMatchObject([{ parent: null, step: '08/02536' }]);
});

test('a row with dates is there on its first day and no more on its last', () => {
  const dated = treeOf(must(readUnits([{ ...row('x', null, 'commune', '08'), from: '2004-05-01', until: '2025-07-01' }], [])));
  const ids = (date: string) => unitsOn(dated, date).map(({ id }) => id);
  expect([ids('2004-04-30'), ids('2004-05-01'), ids('2025-06-30'), ids('2025-07-01')]).toEqual([[], ['x'], ['x'], []]);
});

test('a seed is refused where its units break a law, by the place', () => {
  const seed = (units: readonly object[], more: object = {}) => {
    const read = readSeed(seedOf({ units, ...more }));
    return read.ok ? 'ok' : `${read.problem.code} ${read.problem.path}`;
  };
  const commune = row('x', null, 'commune', '08/02536', '02536');
  expect(seed([commune])).toBe('ok');
  expect(seed([commune, commune])).toBe('conflict /units/1/id');
  expect(seed([{ ...commune, code: '2536' }])).toBe('bad-input /units/0/code');
  expect(seed([{ ...commune, code: 'X-2536' }], { unitCodes: [{ kind: 'xa', pattern: 'X-####' }] })).toBe('ok');
  expect(seed([commune, row('h', 'x', 'hamlet', '08/1/h')])).toBe('conflict /units/1/area');
  expect(seed([{ ...commune, from: '2025-07-01', until: '2025-07-01' }])).toBe('conflict /units');
  expect(seed([commune, { ...row('h', 'x', 'hamlet', '08/02536/h'), code: '1' }])).toBe('bad-input /units/1/code');
});

test('official codes follow the pattern of their kind: by custom, or as the centre says', () => {
  const code = (kind: string, level: Unit['level'], text: string, rules: Parameters<typeof checkCode>[0] = []) =>
    checkCode(rules, { id: 'x', kind, level }, text).ok;
  expect([code('tinh', 'province', '08'), code('tinh', 'province', '008'), code('xa', 'commune', '02536')]).toEqual([true, false, true]);
  expect([code('xa', 'commune', '0253a'), code('thon', 'hamlet', '1'), code('huyen', 'district', '075')]).toEqual([false, false, true]);
  const own = [
    { kind: 'thon', pattern: 'T##' },
    { kind: 'xa', pattern: null },
  ];
  expect([code('thon', 'hamlet', 'T01', own), code('thon', 'hamlet', 'TXX', own), code('xa', 'commune', '02536', own)]).toEqual([
    true,
    false,
    false,
  ]);
});

test('the laws: no gap, overlap, orphan, cycle, double place or code, no level below its own', () => {
  const top = unit('t', { step: '08' });
  expect(codeOf([top, unit('x', { parent: 't' })])).toBe('conflict');
  const province: Unit = { ...top, level: 'province' };
  expect(codeOf([province, unit('x', { parent: 't' })])).toBe('ok');
  expect(codeOf([unit('x', { until: '2020-01-01' }, { from: '2020-01-01' })])).toBe('ok');
  expect(codeOf([unit('x', { until: '2020-01-01' }, { from: '2020-01-02' })])).toBe('conflict');
  expect(codeOf([unit('x', { until: '2020-01-02' }, { from: '2020-01-01' })])).toBe('conflict');
  expect(codeOf([unit('x', {}, { from: '2020-01-01' })])).toBe('conflict');
  expect(codeOf([unit('x')].map((one) => ({ ...one, periods: [] })))).toBe('conflict');
  expect(codeOf([unit('x', { parent: 'none' })])).toBe('conflict');
  expect(
    codeOf([
      { ...province, periods: [{ ...(top.periods[0] as Unit['periods'][number]), until: '2020-01-01' }] },
      unit('x', { parent: 't' }),
    ]),
  ).toBe('conflict');
  expect(codeOf([unit('x', { parent: 'y' }), unit('y', { parent: 'x' })])).toBe('conflict');
  expect(codeOf([unit('x', { parent: 'x' })])).toBe('conflict');
  expect(codeOf([unit('x', { step: 's' }), unit('y', { step: 's' })])).toBe('conflict');
  expect(codeOf([unit('x', { step: 's', until: '2020-01-01' }), unit('y', { step: 's', from: '2020-01-01' })])).toBe('ok');
  expect(codeOf([unit('x', { code: '00001' }), unit('y', { code: '00001' })])).toBe('conflict');
  expect(codeOf([unit('x', { code: '00001', until: '2020-01-01' }), unit('y', { code: '00001', from: '2020-01-01' })])).toBe('ok');
  expect(codeOf([unit('x', { step: 'a/b/c/d/e/f' })])).toBe('ok');
  expect(codeOf([unit('x', { step: 'a/b/c/d/e/f/g' })])).toBe('over-budget');
  expect(codeOf(Array.from({ length: 20_001 }, (_, i) => unit(`u-${i}`)))).toBe('over-budget');
});

test('history tells a new state also where a unit above moved', () => {
  const reformed = changed(world, { do: 'move', unit: 'huyen', parent: 'tinh', step: 'cu' });
  expect(statesOf(reformed.tree, 'a-1').map(({ area, from, until }) => [area, from, until])).toEqual([
    ['08/075/00001/thon-1', null, '2025-07-01'],
    ['08/cu/00001/thon-1', '2025-07-01', null],
  ]);
  const renamed = changed(world, { do: 'rename', unit: 'huyen', name: { vi: 'Huyện khác' } });
  expect(statesOf(renamed.tree, 'a-1')).toHaveLength(1);
  expect(statesOf(renamed.tree, 'huyen').map(({ name }) => name)).toEqual(['Tên huyen', 'Huyện khác']);
});

test('history belongs to those who have the unit now', () => {
  const { tree: reformed } = changed(world, mergeAB);
  const see = (mine: string) => unitSight(reformed, '2026-01-01', (area) => area.startsWith(mine));
  expect([see('08/02536')('a', '08/075/00001'), see('08/02536')('a-1'), see('08/070')('a', '08/075/00001')]).toEqual([true, true, false]);
});

test('a place that is gone is known, with where its unit lies now', () => {
  const { tree: reformed } = changed(world, mergeAB);
  expect(goneAround(reformed, '08/075/00001/thon-7', '2025-07-01')).toEqual({ unit: 'a', now: null });
  expect(goneAround(reformed, '08/075/00001/thon-1', '2025-07-01')).toEqual({ unit: 'a-1', now: '08/02536/thon-1' });
  expect(goneAround(reformed, '08/02536/thon-7', '2025-07-01')).toBeUndefined();
  expect(goneAround(reformed, '08/999', '2025-07-01')).toBeUndefined();
  expect(goneAround(reformed, '08/075/00001', '2025-06-30')).toBeUndefined();
});

test('a box stood where its history says, at every instant', () => {
  const history = movedAt(movedAt([], 'x', 1_000, 'y'), 'y', 2_000, 'z');
  expect([0, 999, 1_000, 1_999, 2_000].map((atMs) => areaAt(history, 'z', atMs))).toEqual(['x', 'x', 'y', 'y', 'z']);
  expect(areaAt([], 'here', 5)).toBe('here');
  expect(movedAt(history, 'z', 1_500, 'w').map(({ area }) => area)).toEqual(['x', 'y', 'w']);
});

test('days begin at midnight of the zone, and every instant lies in its day', () => {
  expect(startOfDay('2025-07-01', clock)).toBe(Date.UTC(2025, 5, 30, 17));
  expect(startOfDay('2025-02-31', clock)).toBeUndefined();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_258_118_400_000 }), (atMs) => {
      const date = dateAt(atMs, clock);
      expect(date).toBe(new Date(atMs + clock.offsetAt(atMs)).toISOString().slice(0, 10));
      expect(startOfDay(date, clock)).toBeLessThanOrEqual(atMs);
    }),
  );
});

test('plays count for the unit of their day and for all around it', () => {
  const { tree: reformed } = changed(world, mergeAB);
  const [before, later] = [Date.UTC(2025, 5, 30, 10), Date.UTC(2025, 6, 1, 10)];
  const history = movedAt([], '08/075/00001/thon-1', Date.UTC(2025, 5, 30, 17), '08/02536/thon-1');
  const play = (atMs: number, outcome = 'played') => ({ dev: 'box-a1', atMs, outcome, audibleMs: 1_000 });
  const units = playsByUnit([play(before), play(before, 'missed'), play(later)], {
    tree: reformed,
    clock,
    areaOf: (_dev, atMs) => areaAt(history, '', atMs),
  });
  const of = (id: string) => units.find((one) => one.id === id);
  expect(of('a')).toEqual({ id: 'a', name: 'Tên a', area: '08/075/00001', boxes: 1, plays: { played: 1, missed: 1 }, audibleMs: 2_000 });
  expect(of('moi')).toMatchObject({ area: '08/02536', plays: { played: 1 } });
  expect(of('a-1')).toMatchObject({ area: '08/02536/thon-1', plays: { played: 2, missed: 1 }, boxes: 1 });
  expect(of('huyen')).toMatchObject({ plays: { played: 1, missed: 1 } });
  expect(of('tinh')).toMatchObject({ plays: { played: 2, missed: 1 }, audibleMs: 3_000 });
  expect(of('b')).toBeUndefined();
});
