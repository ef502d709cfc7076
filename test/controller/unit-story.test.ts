// The summer of 2025 as a centre lives it: a district ends, its communes become new ones, its loudspeakers play on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HeldKeys } from '../../agent/held-keys.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, makeCentre, openPolicy, password, seedOf, statementIn } from './built-centre.ts';
import { newUnit, personAt, row } from './unit-rig.ts';

const loudspeaker = [{ id: 'main', kind: 'loudspeaker' }];
const units = [
  { ...row('tinh-08', null, 'province', '08', '08'), name: 'Tỉnh Tuyên Quang' },
  { ...row('huyen-075', 'tinh-08', 'district', '08/075', '075'), name: 'Huyện Sơn Dương' },
  { ...row('tt-02536', 'huyen-075', 'commune', '08/075/02536', '02536'), name: 'Thị trấn Sơn Dương' },
  { ...row('xa-02539', 'huyen-075', 'commune', '08/075/02539', '02539'), name: 'Xã Hợp Thành' },
  { ...row('xa-02545', 'huyen-075', 'commune', '08/075/02545', '02545'), name: 'Xã Tân Trào' },
  { ...row('xa-02548', 'huyen-075', 'commune', '08/075/02548', '02548'), name: 'Xã Kim Quan' },
  row('tt-02536-1', 'tt-02536', 'hamlet', '08/075/02536/thon-1'),
  row('xa-02539-1', 'xa-02539', 'hamlet', '08/075/02539/thon-1'),
  row('xa-02545-1', 'xa-02545', 'hamlet', '08/075/02545/thon-1'),
];
const boxes = [
  { id: 'loa-1', area: '08/075/02536/thon-1', groups: ['tt-02536', 'thon-1'] },
  { id: 'loa-2', area: '08/075/02539/thon-1', groups: ['xa-02539'] },
  { id: 'loa-3', area: '08/075/02545', groups: ['xa-02545'] },
];
const people = [
  { account: 'quan-tri', title: 'Quản trị tỉnh', roles: ['administrator'] },
  { account: 'quan-tri-huyen', title: 'Quản trị huyện', roles: ['administrator'], area: '08/075' },
  { account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'] },
  { account: 'hop-thanh', title: 'Xã Hợp Thành', roles: ['author', 'scheduler', 'technician'], area: '08/075/02539' },
  { account: 'ngoai', title: 'Xã khác', roles: ['author'], area: '08/075/02548' },
  { account: 'duyet', title: 'Duyệt', roles: ['approver', 'auditor'] },
];
const seed = seedOf({
  centre: { id: 'tinh-08', name: 'Tỉnh Tuyên Quang', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' },
  units,
  accounts: people.map((one) => ({ ...one, password })),
  policy: openPolicy,
  groups: [{ id: 'thon-1', name: 'Cụm Thôn 1' }],
});

/** Midday on 20 June, midnight in Viet Nam before the first of July. */
const juneMs = Date.UTC(2025, 5, 20, 5);
const julyMs = Date.UTC(2025, 5, 30, 17);
const mergers = [
  { units: ['tt-02536', 'xa-02539'], into: { ...newUnit('xa-moi-sd', 'tinh-08', 'commune', '02536'), name: { vi: 'Xã Sơn Dương' } } },
  { units: ['xa-02545', 'xa-02548'], into: { ...newUnit('xa-moi-tt', 'tinh-08', 'commune', '02545'), name: { vi: 'Xã Tân Trào' } } },
].map((merge) => ({ do: 'merge' as const, ...merge }));

let built: BuiltCentre;
let admin: Asker;
let commune: Asker;
let held: HeldKeys;
let dir: string;
const changes: string[] = [];

const receipt = (dev: string, atMs: number) => ({
  dev,
  receivedMs: atMs + 60_000,
  receipt: {
    ...{ occurrence: `lich@${atMs}@main`, what: 'occurrence', output: 'main', class: 'normal', outcome: 'played', items: [] },
    ...{ plannedStartMs: atMs, plannedEndMs: atMs + 60_000, audibleMs: 60_000, gainDb: 0, proof: 'relay', clock: 'signed' },
  } as unknown as Receipt,
});

const areas = async (asOf: string, who = admin) =>
  Object.fromEntries(((await who('GET', `/units?asOf=${asOf}`)).body as { id: string; area: string }[]).map(({ id, area }) => [id, area]));
const keysOf = (dev: string) => JSON.parse(built.lastRetained(`loa/1/d/${dev}/dn/keys`)?.payload.toString() ?? '{}');
const placeOf = (dev: string) => statementIn(keysOf(dev).place).body;
const timelineOf = async (dev: string) =>
  (await admin('GET', `/timeline?box=${dev}&fromMs=${julyMs - 86_400_000}&toMs=${julyMs + 3 * 86_400_000}`)).body.occurrences;

beforeAll(async () => {
  built = await makeCentre(seed, undefined, {}, juneMs);
  dir = await mkdtemp(join(tmpdir(), 'loa-box-'));
  [admin, commune] = [personAt(() => built, 'quan-tri'), personAt(() => built, 'hop-thanh')];
  const technician = await built.as('ky-thuat');
  for (const one of boxes) {
    const added = await technician('POST', '/boxes', { ...one, name: one.id, outputs: loudspeaker });
    if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  }
  const item = { sha256: 'a'.repeat(64), bytes: 10, type: 'audio/ogg' as const, title: 'x', language: 'vi', durationMs: 60_000, gainDb: 0 };
  const act = { atMs: 1, actor: 'x', act: 'media.add', subject: 'x', sha256: '' };
  await built.centre.store.content.addMedia({ item, source: '', author: 'hop-thanh', createdMs: 1, peaks: [] }, act);
  const { id: programme } = (
    await commune('POST', '/programmes', { title: 'Bản tin', form: 'audio', tier: 'normal', items: [item.sha256] })
  ).body;
  await commune('POST', `/programmes/${programme}/submit`, {});
  await (await built.as('duyet'))('POST', `/programmes/${programme}/approve`, {});
  const daily = { programme, groups: ['xa-02539'], start: '20250621T170000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' };
  const kept = await commune('POST', '/schedules', daily);
  if (kept.status !== 201) throw new Error(JSON.stringify(kept.body));
  held = new HeldKeys({ file: join(dir, 'keys.json'), root: built.centre.trust.root, dev: 'loa-2', crypto: cryptography });
  await held.offer(keysOf('loa-2'));
});
afterAll(async () => {
  await built.stop();
  await rm(dir, { recursive: true });
});

test('in June the reform is looked at, then made for its day; nothing moves yet', async () => {
  const [merge] = mergers;
  const looked = await admin('POST', '/unit-changes/preview', { date: '2025-07-01', change: merge });
  expect(looked.body).toMatchObject({ waits: true, counts: { units: 5, boxes: 2, accounts: 1 } });
  expect(looked.body.boxes).toEqual([
    { id: 'loa-1', from: '08/075/02536/thon-1', to: '08/02536/thon-1', groups: ['tt-02536', 'thon-1', 'xa-moi-sd'] },
    { id: 'loa-2', from: '08/075/02539/thon-1', to: '08/02536/thon-1-2', groups: ['xa-02539', 'xa-moi-sd'] },
  ]);
  expect((await admin('GET', '/unit-changes')).body, 'a look leaves nothing').toEqual([]);
  for (const change of [...mergers, { do: 'close', unit: 'huyen-075' }]) {
    const made = await admin('POST', '/unit-changes', { date: '2025-07-01', change, note: 'Nghị quyết 1684/NQ-UBTVQH15' });
    expect([made.status, made.body.state]).toEqual([201, 'waiting']);
    changes.push(made.body.id);
  }
  expect((await admin('GET', '/boxes/loa-2')).body.area).toBe('08/075/02539/thon-1');
  expect(placeOf('loa-2').area).toBe('08/075/02539/thon-1');
});

test('the tree of a day to come is asked before it comes', async () => {
  expect(await areas('2025-06-30')).toEqual(Object.fromEntries(units.map(({ id, area }) => [id, area])));
  expect(await areas('2025-07-01')).toEqual({
    ...{ 'tinh-08': '08', 'xa-moi-sd': '08/02536', 'xa-moi-tt': '08/02545' },
    ...{ 'tt-02536-1': '08/02536/thon-1', 'xa-02539-1': '08/02536/thon-1-2', 'xa-02545-1': '08/02545/thon-1' },
  });
});

test('at midnight it takes effect: places of boxes are signed anew, and a box takes them', async () => {
  const before = await timelineOf('loa-2');
  expect(before).toHaveLength(4);
  built.clock.nowMs = julyMs - 1;
  await built.centre.units.due();
  expect((await admin('GET', '/boxes/loa-2')).body.area).toBe('08/075/02539/thon-1');
  built.clock.nowMs = julyMs;
  await built.centre.units.due();
  expect((await admin('GET', '/unit-changes')).body.map(({ state }: { state: string }) => state)).toEqual([
    'in-force',
    'in-force',
    'in-force',
  ]);
  expect(placeOf('loa-2')).toMatchObject({ dev: 'loa-2', area: '08/02536/thon-1-2', groups: ['xa-02539', 'xa-moi-sd'] });
  expect(await held.offer(keysOf('loa-2'))).toMatchObject({ ok: true, value: { replaced: true } });
  expect(held.ring().place).toMatchObject({ area: '08/02536/thon-1-2', groups: ['xa-02539', 'xa-moi-sd'] });
  expect(await timelineOf('loa-2'), 'plays on as planned').toEqual(before);
  expect(await areas('2025-06-30')).toEqual(Object.fromEntries(units.map(({ id, area }) => [id, area])));
  expect(Object.keys(await areas('2025-07-01'))).not.toContain('huyen-075');
});

test('rights went along: the commune’s people have its loudspeakers and its past, others do not', async () => {
  expect((await commune('GET', '/boxes')).body.map(({ id }: { id: string }) => id)).toEqual(['loa-1', 'loa-2']);
  expect(Object.keys(await areas('2025-06-30', commune))).toContain('xa-02539');
  const stranger = await built.as('ngoai');
  expect((await stranger('GET', '/units/xa-02539/history')).status).toBe(404);
  expect((await stranger('GET', '/unit-changes')).body.map(({ id }: { id: string }) => id)).toEqual([changes[1]]);
  const history = (await commune('GET', '/units/xa-02539-1/history')).body;
  expect(history.states.map(({ area, from, until }: Record<string, unknown>) => [area, from, until])).toEqual([
    ['08/075/02539/thon-1', null, '2025-07-01'],
    ['08/02536/thon-1-2', '2025-07-01', null],
  ]);
  expect(history.changes.map(({ id }: { id: string }) => id)).toEqual([changes[0]]);
  expect((await commune('GET', '/units/xa-02539/history')).body.becomes).toEqual(['xa-moi-sd']);
});

test('plays of June count for the old commune, plays of July for the new one', async () => {
  const [june, july] = [julyMs - 7 * 3600_000, julyMs + 17 * 3600_000];
  const receipts = [receipt('loa-2', june), receipt('loa-2', july)];
  await built.centre.store.log.commit({ rows: [], progress: [], conflicts: [], heads: [], receipts });
  built.clock.nowMs = julyMs + 18 * 3600_000;
  const listed = (await commune('GET', '/receipts?box=loa-2')).body as { area: string }[];
  expect(listed.map(({ area }) => area).sort()).toEqual(['08/02536/thon-1-2', '08/075/02539/thon-1']);
  const { body } = await commune('GET', `/units/plays?fromMs=${june - 1000}&toMs=${july + 1000}`);
  const plays = Object.fromEntries(
    (body.units as { id: string; plays: { played: number } }[]).map(({ id, plays: { played } }) => [id, played]),
  );
  expect(plays).toEqual({ 'tinh-08': 2, 'huyen-075': 1, 'xa-02539': 1, 'xa-moi-sd': 1, 'xa-02539-1': 2 });
  expect((await commune('GET', '/boxes/loa-2/areas')).body).toEqual([
    { fromMs: 0, area: '08/075/02539/thon-1' },
    { fromMs: julyMs, area: '08/02536/thon-1-2' },
  ]);
});

test('no new box is put where nothing lies any more', async () => {
  const technician = await built.as('ky-thuat');
  const old = await technician('POST', '/boxes', {
    id: 'loa-9',
    name: 'x',
    area: '08/075/02539/thon-5',
    groups: ['g'],
    outputs: loudspeaker,
  });
  expect(old.body).toMatchObject({ code: 'conflict', path: '/area' });
  expect(old.body.detail).toContain('xa-02539');
});

test('a merger can only be taken back after what stands on it', async () => {
  const later = await admin('POST', '/unit-changes', {
    date: '2025-07-01',
    change: { do: 'rename', unit: 'xa-moi-sd', name: { vi: 'Xã Sơn Dương Mới' } },
  });
  const refused = await admin('POST', `/unit-changes/${changes[0]}/undo`);
  expect(refused.body).toMatchObject({ code: 'conflict', status: 409 });
  expect(refused.body.detail).toContain(later.body.id);
  expect((await admin('POST', `/unit-changes/${later.body.id}/undo`)).body.state).toBe('undone');
  const orphan = await admin('POST', `/unit-changes/${changes[0]}/undo`);
  expect(orphan.body.detail, 'the district must stand before its communes do').toContain(changes[2]);
});

test('undone in turn, everything is as it was in June', async () => {
  const before = await timelineOf('loa-2');
  for (const id of [...changes].reverse())
    expect((await admin('POST', `/unit-changes/${id}/undo`)).body).toMatchObject({ state: 'undone' });
  for (const day of ['2025-06-30', '2025-07-01', '2030-01-01'])
    expect(await areas(day)).toEqual(Object.fromEntries(units.map(({ id, area }) => [id, area])));
  expect(placeOf('loa-2')).toMatchObject({ area: '08/075/02539/thon-1', groups: ['xa-02539'] });
  expect(await held.offer(keysOf('loa-2'))).toMatchObject({ ok: true, value: { replaced: true } });
  expect((await commune('GET', '/boxes/loa-2/areas')).body).toEqual([{ fromMs: 0, area: '08/075/02539/thon-1' }]);
  expect((await commune('GET', '/boxes')).body.map(({ id }: { id: string }) => id)).toEqual(['loa-2']);
  expect(await timelineOf('loa-2')).toEqual(before);
  const listed = (await commune('GET', '/receipts?box=loa-2')).body as { area: string }[];
  expect(listed.map(({ area }) => area)).toEqual(['08/075/02539/thon-1', '08/075/02539/thon-1']);
  expect((await admin('POST', `/unit-changes/${changes[0]}/undo`)).body).toMatchObject({ code: 'conflict', path: '/state' });
});

test('every step stands in the audit', async () => {
  const entries = (await (await built.as('duyet'))('GET', '/audit?limit=1000')).body as { act: string; actor: string }[];
  const acts = entries.filter(({ act }) => act.startsWith('unit.')).map(({ act, actor }) => `${actor} ${act}`);
  expect(acts).toEqual([
    ...Array(3).fill('quan-tri unit.change'),
    ...Array(3).fill('centre unit.take-effect'),
    'quan-tri unit.change',
    ...Array(4).fill('quan-tri unit.undo'),
  ]);
  expect(await built.centre.store.audit.verify()).toBeUndefined();
});
