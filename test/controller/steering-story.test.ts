// The forgotten essential item: a commune is reminded, its silence told upward, both percentages right; across a restart and jumping clocks.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Asker } from './built-centre.ts';
import { codeOf } from './built-centre.ts';
import { addBox, makeProvince, type Province, schedule, sound } from './source-rig.ts';

const hourMs = 3600_000;
let province: Province;
let approver: Asker;
let communeA: Asker;
let communeB: Asker;
let id: string;
let issue: string;

beforeAll(async () => {
  province = await makeProvince();
  [approver, communeA, communeB] = (await Promise.all(['duyet-tinh', 'xa-a', 'xa-b'].map(province.ask))) as [Asker, Asker, Asker];
  await addBox(province, 'loa-a', '08/00001', ['xa-a']);
  await addBox(province, 'loa-b', '08/00002', ['xa-b']);
  await addBox(province, 'loa-b-2', '08/00002', ['xa-b']);
  await province.upload(sound('a'));
  id = await province.publish({ kind: 'audio', media: sound('a').sha256, essential: true, title: 'Lịch tiêm', body: 'Ngày 5.' });
  const disseminateByMs = province.built.clock.nowMs + 8 * hourMs;
  issue = (await approver('POST', `/source-items/${id}/issue`, { version: 1, to: ['tinh'], disseminateByMs })).body.id;
});
afterAll(() => province.built.stop());

const look = (atMs?: number) => {
  if (atMs !== undefined) province.built.clock.nowMs = atMs;
  return province.built.centre.steering.look();
};
const noticesOf = async (who: Asker, query = '') =>
  (await who('GET', `/notices${query}`)).body as { id: string; why: string; units: { id: string }[] }[];
const whys = async (who: Asker, query = '') => (await noticesOf(who, query)).map(({ why }) => why);
const lineOf = async (unit: string) =>
  (await approver('GET', `/source-items/${id}/handling`)).body.lines.find((line: { unit: { id: string } }) => line.unit.id === unit);

test('each commune is told of it once, and reading it is told upward', async () => {
  await look();
  await look();
  expect(await whys(communeA)).toEqual(['issued']);
  expect(await whys(communeB)).toEqual(['issued']);
  expect(await whys(approver), 'what is below is not one’s own').toEqual([]);
  expect(await whys(approver, '?below=1')).toEqual(['issued', 'issued']);
  const [mine] = await noticesOf(communeA);
  expect(codeOf(await communeB('POST', `/notices/${mine?.id}/read`))).toBe('not-found');
  expect((await lineOf('a')).readAtMs).toBeNull();
  const read = await communeA('POST', `/notices/${mine?.id}/read`);
  expect(read.body.read).toEqual({ by: 'xa-a', atMs: province.built.clock.nowMs });
  expect((await lineOf('a')).readAtMs).toBe(province.built.clock.nowMs);
  expect(await whys(communeA, '?unread=1')).toEqual([]);
});

test('at half time only the commune that has done nothing is reminded', async () => {
  const planned = await schedule(province, 'xa-a', [{ source: id }], ['xa-a']);
  await communeA('POST', `/inbox/${issue}/a/take`, { schedule: planned.schedule });
  const startMs = province.built.clock.nowMs;
  await look(startMs + 4 * hourMs - 1);
  expect(await whys(communeB)).toEqual(['issued']);
  await look(startMs + 4 * hourMs);
  expect(await whys(communeA)).toEqual(['issued']);
  expect(await whys(communeB)).toEqual(['half-time', 'issued']);
  expect(await lineOf('b')).toMatchObject({ remindedAtMs: startMs + 4 * hourMs, escalatedAtMs: null });
  await look(startMs);
  await look(startMs + 5 * hourMs);
  expect(await whys(communeB), 'a clock that was set back says nothing again').toEqual(['half-time', 'issued']);
});

test('when the time is over the silent commune is reminded and its silence told to who issued it, once', async () => {
  const nowMs = province.built.clock.nowMs;
  const receipt = {
    occurrence: 's@1@main',
    outcome: 'played',
    plannedStartMs: nowMs,
    plannedEndMs: nowMs + 1,
    audibleMs: 1,
    items: [sound('a').sha256],
  };
  const receipts = [{ dev: 'loa-a', receivedMs: nowMs, receipt: receipt as unknown as Receipt }];
  await province.built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  const overMs = nowMs + 3 * hourMs;
  await look(overMs);
  await look(overMs + 60_000);
  expect(await whys(communeA)).toEqual(['issued']);
  expect(await whys(communeB)).toEqual(['time-over', 'half-time', 'issued']);
  const told = await noticesOf(approver);
  expect(told.map(({ why, units }) => [why, ...units.map((unit) => unit.id)])).toEqual([['escalated', 'b']]);
  expect(await lineOf('b')).toMatchObject({ state: 'overdue', remindedAtMs: overMs, escalatedAtMs: overMs });
  expect(await lineOf('a')).toMatchObject({ state: 'played', escalatedAtMs: null });
  const acts = (await province.built.centre.store.audit.entries(0, 9_999)).map(({ act }) => act);
  expect(acts.filter((act) => act === 'notice.read')).toHaveLength(1);
});

test('what is taken back reminds nobody', async () => {
  const other = await province.publish({ title: 'Rét đậm', body: 'Giữ ấm.', essential: true });
  const disseminateByMs = province.built.clock.nowMs + hourMs;
  const made = await approver('POST', `/source-items/${other}/issue`, { version: 1, to: ['b'], disseminateByMs });
  await approver('POST', `/source-issues/${made.body.id}/withdraw`, { note: 'Nhầm' });
  await look(disseminateByMs + 1);
  const item = await province.publish({ title: 'Thu hồi', body: 'x', essential: true });
  await approver('POST', `/source-items/${item}/issue`, { version: 1, to: ['b'], disseminateByMs: disseminateByMs + hourMs });
  await approver('POST', `/source-items/${item}/withdraw`, { version: 1, note: 'x' });
  await look(disseminateByMs + 2 * hourMs);
  expect(await whys(communeB)).toEqual(['time-over', 'half-time', 'issued']);
});
