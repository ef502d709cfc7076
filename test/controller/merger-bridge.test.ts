// Merger day of an FM commune and an IP commune: one station afterwards, the bridge plays with the loudspeakers, both histories stay told apart.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, makeCentre, openPolicy, password, seedOf } from './built-centre.ts';
import { sound } from './source-rig.ts';
import { newUnit, row } from './unit-rig.ts';

/** Midday on 20 June, midnight in Viet Nam before the first of July. */
const juneMs = Date.UTC(2025, 5, 20, 5);
const julyMs = Date.UTC(2025, 5, 30, 17);
const hourMs = 3600_000;
const units = [
  row('tinh', null, 'province', '08', '08'),
  row('xa-fm', 'tinh', 'commune', '08/00001', '00001'),
  row('xa-ip', 'tinh', 'commune', '08/00002', '00002'),
];
const people = [
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator', 'technician', 'auditor'] },
  { account: 'bien-tap', title: 'Biên tập', roles: ['author', 'scheduler'] },
  { account: 'duyet', title: 'Duyệt', roles: ['approver'] },
];
let built: BuiltCentre;
let admin: Asker;
let author: Asker;

beforeAll(async () => {
  const centre = { id: 'tinh-08', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
  const accounts = people.map((one) => ({ ...one, password }));
  built = await makeCentre(seedOf({ centre, units, accounts, policy: openPolicy, groups: [] }), undefined, {}, juneMs);
  admin = await built.as('quan-tri');
  const bridge = [{ id: 'main', kind: 'bridge' }];
  const loudspeaker = [{ id: 'main', kind: 'loudspeaker' }];
  await admin('POST', '/boxes', { id: 'cau-fm', name: 'Máy phát FM', area: '08/00001', groups: ['xa-fm'], outputs: bridge });
  await admin('POST', '/boxes', { id: 'loa-ip', name: 'Loa IP', area: '08/00002', groups: ['xa-ip'], outputs: loudspeaker });
  const act = { atMs: 1, actor: 'x', act: 'media.add', subject: 'x', sha256: '' };
  await built.centre.store.content.addMedia({ item: sound('a'), source: '', author: 'bien-tap', createdMs: 1, peaks: [] }, act);
  const into = newUnit('xa-moi', 'tinh', 'commune', '00001');
  const merge = { do: 'merge', units: ['xa-fm', 'xa-ip'], into };
  const made = await admin('POST', '/unit-changes', { date: '2025-07-01', change: merge, note: 'Sáp nhập' });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  built.clock.nowMs = julyMs;
  await built.centre.units.due();
  admin = await built.as('quan-tri');
  author = await built.as('bien-tap');
});
afterAll(() => built.stop());

test('one schedule of the new commune plays over the bridge and on the loudspeaker, at one instant', async () => {
  const items = [sound('a').sha256];
  const { id } = (await author('POST', '/programmes', { title: 'Bản tin xã mới', form: 'audio', tier: 'normal', items })).body;
  await author('POST', `/programmes/${id}/submit`, {});
  await (await built.as('duyet'))('POST', `/programmes/${id}/approve`, {});
  const wish = { programme: id, groups: ['xa-moi'], start: '20250701T170000', zone: 'Asia/Ho_Chi_Minh' };
  expect((await author('POST', '/schedules', wish)).status).toBe(201);
  const heard = async (box: string) =>
    (
      (await author('GET', `/timeline?box=${box}&fromMs=${julyMs}&toMs=${julyMs + 24 * hourMs}`)).body.occurrences as {
        kind: string;
        startMs: number;
        refused: string | null;
      }[]
    ).map(({ kind, startMs, refused }) => [kind, startMs, refused]);
  expect(await heard('cau-fm')).toEqual([['bridge', julyMs + 17 * hourMs, null]]);
  expect(await heard('loa-ip')).toEqual([['loudspeaker', julyMs + 17 * hourMs, null]]);
});

test('what each played before the day counts for the commune it was, and after it for the new one', async () => {
  const receipt = (dev: string, atMs: number, proof: string) => ({
    ...{ dev, receivedMs: atMs },
    receipt: {
      ...{ occurrence: `lich@${atMs}@main`, what: 'occurrence', output: 'main', class: 'normal', outcome: 'played', items: [] },
      ...{ plannedStartMs: atMs, plannedEndMs: atMs + 60_000, audibleMs: 60_000, gainDb: 0, proof, clock: 'signed' },
    } as unknown as Receipt,
  });
  const [before, after] = [julyMs - hourMs, julyMs + 17 * hourMs];
  const receipts = [before, after].flatMap((atMs) => [receipt('cau-fm', atMs, 'bridge'), receipt('loa-ip', atMs, 'relay')]);
  await built.centre.store.log.commit({ rows: [], progress: [], conflicts: [], heads: [], receipts });
  built.clock.nowMs = after + hourMs;
  admin = await built.as('quan-tri');
  const { body } = await admin('GET', `/units/plays?fromMs=${before - 1}&toMs=${after + 1}`);
  const plays = (body.units as { id: string; plays: { played: number } }[]).map(({ id, plays: { played } }) => [id, played]);
  expect(Object.fromEntries(plays)).toEqual({ tinh: 4, 'xa-fm': 1, 'xa-ip': 1, 'xa-moi': 2 });
});
