// Changes of units at the door: who may, what is refused, what waits for its day through a restart, what happens when it no longer fits.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { judgeMake } from '../../controller/core/unit-book.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, password, seedOf, startMs } from './built-centre.ts';
import { newUnit, personAt, rows } from './unit-rig.ts';

const seed = seedOf({
  centre: { id: 'tinh-08', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' },
  units: rows,
  accounts: [
    { account: 'quan-tri', title: 'Tỉnh', roles: ['administrator', 'auditor'] },
    { account: 'huyen', title: 'Huyện', roles: ['administrator'], area: '08/075' },
    { account: 'xa-a', title: 'Xã', roles: ['administrator', 'technician'], area: '08/075/00001' },
    { account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'] },
  ].map((account) => ({ ...account, password })),
});
const dayMs = 86_400_000;
/** The centre stands at 08:00 on 23 November 2026. */
const tomorrow = '2026-11-24';
const tomorrowMs = Date.UTC(2026, 10, 23, 17);

let built: BuiltCentre;
let admin: Asker;
let district: Asker;
let commune: Asker;
let technician: Asker;

const make = (who: Asker, change: object, date = '2026-11-23') => who('POST', '/unit-changes', { date, change });
const addBox = (id: string, area: string) =>
  technician('POST', '/boxes', { id, name: id, area, groups: ['g'], outputs: [{ id: 'main', kind: 'loudspeaker' }] });
const statesOf = async () => (await admin('GET', '/unit-changes')).body.map(({ state }: { state: string }) => state);

beforeEach(async () => {
  built = await makeCentre(seed);
  [admin, district] = [personAt(() => built, 'quan-tri'), personAt(() => built, 'huyen')];
  [commune, technician] = [personAt(() => built, 'xa-a'), personAt(() => built, 'ky-thuat')];
});
afterEach(async () => {
  await built.stop();
});

test('an administrator changes what lies below, and needs both units above for a move', async () => {
  expect((await built.stranger('POST', '/unit-changes', {})).status).toBe(401);
  expect((await make(technician, { do: 'rename', unit: 'a', name: { vi: 'x' } })).status).toBe(403);
  expect(codeOf(await make(commune, { do: 'rename', unit: 'a', name: { vi: 'x' } }))).toBe('not-allowed');
  expect((await make(commune, { do: 'rename', unit: 'a-1', name: { vi: 'Thôn Một' } })).status).toBe(201);
  expect(codeOf(await make(commune, { do: 'move', unit: 'a-1', parent: 'b', step: 'x' }))).toBe('not-allowed');
  expect((await make(district, { do: 'move', unit: 'a-1', parent: 'b', step: 'x' })).status).toBe(201);
  expect(codeOf(await make(district, { do: 'move', unit: 'a', parent: 'huyen-2' }))).toBe('not-allowed');
  const moved = await make(admin, { do: 'move', unit: 'a', parent: 'huyen-2' });
  expect(moved.status).toBe(201);
  expect(codeOf(await district('POST', `/unit-changes/${moved.body.id}/undo`))).toBe('not-allowed');
  expect(codeOf(await district('POST', '/unit-changes/preview', { date: tomorrow, change: { do: 'close', unit: 'd' } }))).toBe(
    'not-allowed',
  );
});

test('bad input names its place', async () => {
  const problem = async (body: object) => {
    const { body: answer } = await admin('POST', '/unit-changes', body);
    return `${answer.code} ${answer.path}`;
  };
  const rename = { do: 'rename', unit: 'a', name: { vi: 'x' } };
  expect(await problem({ date: '2026-13-01', change: rename })).toBe('bad-input /date');
  expect(await problem({ date: '2025-02-31', change: rename })).toBe('bad-input /date');
  expect(await problem({ date: '1899-12-31', change: rename })).toBe('bad-input /date');
  expect(await problem({ date: tomorrow, change: { do: 'burn', unit: 'a' } })).toBe('bad-input /change/do');
  expect(await problem({ date: tomorrow, change: { ...rename, name: { vi: 'x'.repeat(201) } } })).toBe('bad-input /change/name/vi');
  expect(await problem({ date: tomorrow, change: { do: 'merge', units: [], into: 'a' } })).toBe('bad-input /change/units');
  const many = Array.from({ length: 65 }, (_, i) => `u-${i}`);
  expect(await problem({ date: tomorrow, change: { do: 'merge', units: many, into: 'a' } })).toBe('bad-input /change/units');
  expect(await problem({ date: tomorrow, change: rename, secret: 1 })).toContain('bad-input');
  expect((await admin('GET', '/units?asOf=gestern')).body).toMatchObject({ code: 'bad-input', path: '/asOf' });
  expect(codeOf(await admin('POST', '/unit-changes/khong-co/undo'))).toBe('not-found');
  expect(codeOf(await admin('GET', '/units/khong-co/history'))).toBe('not-found');
  expect((await admin('GET', '/unit-changes')).body).toEqual([]);
});

test('reads keep to the subtree: what lies below, and the way up', async () => {
  const ids = (answer: { body: { id: string }[] }) => answer.body.map(({ id }) => id).sort();
  expect(ids(await commune('GET', '/units'))).toEqual(['a', 'a-1', 'a-2', 'huyen', 'tinh']);
  expect(ids(await admin('GET', '/units?under=huyen'))).toEqual(['a', 'a-1', 'a-2', 'b', 'b-1', 'c', 'huyen']);
  expect((await commune('GET', '/units?under=huyen-2')).status).toBe(404);
});

test('patterns of codes are the centre’s to set', async () => {
  const opened = { do: 'open', unit: { ...newUnit('x', 'huyen', 'commune'), code: 'TQ-1' } };
  expect((await make(admin, opened)).body).toMatchObject({ code: 'bad-input', path: '/change/code' });
  expect(codeOf(await district('PUT', '/unit-codes', [{ kind: 'xa', pattern: 'TQ-#' }]))).toBe('not-allowed');
  expect(
    (
      await admin('PUT', '/unit-codes', [
        { kind: 'xa', pattern: 'TQ-#' },
        { kind: 'xa', pattern: null },
      ])
    ).status,
  ).toBe(400);
  expect((await admin('PUT', '/unit-codes', [{ kind: 'xa', pattern: 'TQ-#' }])).status).toBe(200);
  expect((await commune('GET', '/unit-codes')).body).toEqual([{ kind: 'xa', pattern: 'TQ-#' }]);
  const made = await make(admin, opened);
  expect(made.body).toMatchObject({ state: 'in-force', counts: { units: 1, boxes: 0, accounts: 0 } });
  expect((await admin('GET', '/units')).body.find(({ id }: { id: string }) => id === 'x')).toMatchObject({
    area: '08/075/x',
    nameEn: 'Name x',
  });
});

test('a change that waits takes effect after a restart, also when the centre was off on its day', async () => {
  await addBox('loa', '08/075/00001');
  const made = await make(admin, { do: 'move', unit: 'a', parent: 'huyen-2' }, tomorrow);
  expect(made.body).toMatchObject({ state: 'waiting', counts: null, doneMs: null });
  const again = await makeCentre({}, built.dir, {}, tomorrowMs + 2 * dayMs);
  const asked = await again.as('quan-tri');
  expect((await asked('GET', '/boxes/loa')).body.area).toBe('08/070/00001');
  const midnight = { fromMs: tomorrowMs, area: '08/070/00001' };
  expect(again.centre.units.historyOf('loa').at(-1), 'it stood there from its midnight on').toEqual(midnight);
  await again.stop();
});

test('one that no longer fits on its day fails whole, is told, and holds up nothing behind it', async () => {
  await make(admin, { do: 'close', unit: 'c' }, tomorrow);
  await make(admin, { do: 'rename', unit: 'a', name: { vi: 'Xã Mới' } }, tomorrow);
  // Put there meanwhile: nobody closes a unit over a loudspeaker.
  await addBox('loa', '08/075/00003');
  built.clock.nowMs = tomorrowMs;
  await built.centre.units.due();
  const { body } = await admin('GET', '/unit-changes');
  expect(body.map(({ state }: { state: string }) => state)).toEqual(['in-force', 'failed']);
  expect(body[1].problem).toMatchObject({ code: 'conflict', path: '/change/unit' });
  const units = (await admin('GET', '/units')).body as { id: string; name: string }[];
  expect(units.find(({ id }) => id === 'c')).toBeDefined();
  expect(units.find(({ id }) => id === 'a')?.name).toBe('Xã Mới');
  const audit = (await admin('GET', '/audit?limit=1000')).body as { act: string }[];
  expect(audit.map(({ act }) => act).filter((act) => act.startsWith('unit.'))).toEqual([
    ...['unit.change', 'unit.change', 'unit.fail', 'unit.take-effect'],
  ]);
  expect(codeOf(await admin('POST', `/unit-changes/${body[1].id}/undo`))).toBe('conflict');
});

test('a waiting change is dropped, unless another that waits stands on it', async () => {
  const opened = await make(admin, { do: 'open', unit: newUnit('moi', 'huyen', 'commune', '00009') }, tomorrow);
  const onIt = await make(admin, { do: 'move', unit: 'a-1', parent: 'moi' }, '2026-11-25');
  expect(onIt.body.state).toBe('waiting');
  const refused = await admin('POST', `/unit-changes/${opened.body.id}/undo`);
  expect(refused.body).toMatchObject({ code: 'conflict' });
  expect(refused.body.detail).toContain(onIt.body.id);
  expect((await admin('POST', `/unit-changes/${onIt.body.id}/undo`)).body.state).toBe('undone');
  expect((await admin('POST', `/unit-changes/${opened.body.id}/undo`)).body.state).toBe('undone');
  built.clock.nowMs = tomorrowMs + 5 * dayMs;
  await built.centre.units.due();
  expect(await statesOf()).toEqual(['undone', 'undone']);
  expect((await admin('GET', '/units')).body).toHaveLength(rows.length);
});

test('a change of today is seen through those that wait', async () => {
  const merge = { do: 'merge', units: ['a', 'b'], into: newUnit('moi', 'huyen', 'commune', '00009') };
  expect((await make(admin, merge, tomorrow)).body.state).toBe('waiting');
  await make(admin, { do: 'rename', unit: 'a-1', name: { vi: 'Thôn Mới' } });
  await make(admin, { do: 'open', unit: { ...newUnit('a-9', 'a', 'hamlet'), step: 'thon-9' } });
  const nameOf = async (asOf: string, id: string) => {
    const all = (await admin('GET', `/units?asOf=${asOf}`)).body as { id: string; name: string; area: string }[];
    const found = all.find((one) => one.id === id);
    return `${found?.name} ${found?.area}`;
  };
  const to = ['Thôn Mới 08/075/00009/thon-1', 'Tên a-9 08/075/00009/thon-9'];
  expect([await nameOf(tomorrow, 'a-1'), await nameOf(tomorrow, 'a-9')], 'foreseen').toEqual(to);
  built.clock.nowMs = tomorrowMs;
  await built.centre.units.due();
  expect([await nameOf(tomorrow, 'a-1'), await nameOf(tomorrow, 'a-9')], 'done').toEqual(to);
});

test('nothing is made today that would take the ground from what waits for tomorrow', async () => {
  const waits = await make(admin, { do: 'rename', unit: 'c', name: { vi: 'x' } }, tomorrow);
  const refused = await make(admin, { do: 'close', unit: 'c' });
  expect(refused.body).toMatchObject({ code: 'conflict', path: '/change' });
  expect(refused.body.detail).toContain(waits.body.id);
  const later = await make(admin, { do: 'close', unit: 'c' }, '2026-11-25');
  expect(later.body.state).toBe('waiting');
  const between = await make(admin, { do: 'merge', units: ['c'], into: 'b' }, tomorrow);
  expect(between.body.detail).toContain(later.body.id);
});

test('papers that name the old place are listed: orders lying ready, mandates, sources of alerts', async () => {
  const { store } = built.centre;
  await addBox('loa', '08/075/00001/thon-1');
  const payload = (body: object, exp = startMs + dayMs) => JSON.stringify({ exp, body });
  const signed = (area: string, exp?: number) => ({
    ...{ payloadType: 'x', signatures: [] },
    payload: Buffer.from(payload({ area }, exp)).toString('base64'),
  });
  const lying = { perHour: 4, maxMs: 60_000 };
  await store.orders.layReady('loa', { ...lying, id: 'o-1', envelope: signed('08/075/00001/thon-1') }, act);
  await store.orders.layReady('loa', { ...lying, id: 'o-2', envelope: signed('08/075/00001/thon-1', startMs) }, act);
  const mandate = { madeMs: 1, by: 'x', frozen: [], signatures: [], envelope: null, revokedMs: null };
  await store.alerts.saveMandate({ ...mandate, id: 'm-1', statement: payload({ areas: ['08', '08/075/00001'] }) }, act);
  await store.alerts.saveMandate({ ...mandate, id: 'm-2', statement: payload({ areas: ['08/075/00001'] }), revokedMs: 5 }, act);
  const source = { id: 's-1', places: [{ area: '08/075/00002', groups: ['g'] }] } as never;
  await store.alerts.saveSource({ source, secret: null }, act);
  const given = {
    id: 'o-9',
    template: 't',
    groups: ['g'],
    boxes: ['loa'],
    by: 'x',
    givenMs: startMs,
    clearedMs: null,
    expMs: startMs + dayMs,
  };
  await store.orders.addOrder({ ...given, order: { area: '08/075/00001' } } as never, [], act);
  await store.orders.addOrder({ ...given, id: 'o-8', order: { area: '08/075/00001' }, expMs: startMs } as never, [], act);
  const change = { do: 'merge', units: ['a', 'b'], into: newUnit('moi', 'huyen', 'commune', '00009') };
  const { body } = await admin('POST', '/unit-changes/preview', { date: tomorrow, change });
  const renew = [
    { is: 'renew', what: 'order', id: 'o-9', area: '08/075/00001' },
    { is: 'renew', what: 'ready-order', id: 'o-1 loa', area: '08/075/00001/thon-1' },
    { is: 'renew', what: 'mandate', id: 'm-1', area: '08/075/00001' },
    { is: 'renew', what: 'alert-source', id: 's-1', area: '08/075/00002' },
  ];
  expect(body.notices).toEqual([
    ...renew,
    ...['administrator', 'technician'].map((role) => ({
      ...{ is: 'wider', account: 'xa-a', role, from: '08/075/00001', to: '08/075/00009' },
    })),
  ]);
  const made = await make(admin, change);
  expect(made.body.renew, 'and stay listed when it is done').toEqual(renew);
});

const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };

test('five hundred changes may wait, not more', async () => {
  const made = must(await built.centre.units.make(opening('h-1'), asking));
  const state = await built.centre.store.units.state();
  const many = (count: number) => ({ ...state, changes: Array.from({ length: count }, (_, i) => ({ ...made, id: `c-${i}`, turn: i })) });
  const now = { nowMs: startMs, clock: built.centre.units.clock };
  const judge = (count: number) =>
    judgeMake(many(count), { ...opening('h-2'), id: 'x' }, asking, now, { codes: [], centreArea: '08', named: [] });
  expect(judge(499).ok).toBe(true);
  expect(judge(500)).toMatchObject({ ok: false, problem: { code: 'too-many-requests' } });
});

const asking = { by: 'x', grants: [{ role: 'administrator', area: '08' } as const] };
const opening = (id: string) => ({ date: tomorrow, note: '', change: { do: 'open' as const, unit: newUnit(id, 'a', 'hamlet') } });
