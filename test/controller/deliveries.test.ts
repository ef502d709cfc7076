// Told by hand: entered with date and place, corrected with its history, counted apart from what boxes prove.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { addBox, makeProvince, type Province, sound } from './source-rig.ts';

let province: Province;
let approver: Asker;
let communeA: Asker;
let communeB: Asker;
let id: string;
let issue: string;
let delivery: string;
/** One red dot, as a PNG. */
const dot = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

beforeAll(async () => {
  province = await makeProvince();
  [approver, communeA, communeB] = (await Promise.all(['duyet-tinh', 'xa-a', 'xa-b'].map(province.ask))) as [Asker, Asker, Asker];
  await addBox(province, 'loa-a', '08/00001', ['xa-a']);
  await addBox(province, 'loa-a-2', '08/00001', ['xa-a']);
  await addBox(province, 'loa-b', '08/00002', ['xa-b']);
  await province.upload(sound('a'));
  id = await province.publish({ kind: 'audio', media: sound('a').sha256, essential: true, title: 'Lịch tiêm', body: 'Ngày 5.' });
  const disseminateByMs = province.built.clock.nowMs + 3600_000;
  issue = (await approver('POST', `/source-items/${id}/issue`, { version: 1, to: ['tinh'], disseminateByMs })).body.id;
  province.built.clock.nowMs += 60_000;
});
afterAll(() => province.built.stop());

const wish = (change: object = {}) => ({
  unit: 'a',
  form: 'communicator',
  atMs: province.built.clock.nowMs,
  place: 'Thôn 1',
  count: 42,
  ...change,
});
const add = (who: Asker, change: object = {}) => who('POST', `/source-items/${id}/deliveries`, wish(change));
const figures = async () => (await approver('GET', `/source-items/${id}/handling`)).body.figures;

test('who may, enters it; not ahead of time, not before it was issued, not for others, not for the station', async () => {
  const made = await add(communeA);
  expect(made).toMatchObject({ status: 201, body: { unit: { id: 'a' }, by: 'xa-a', count: 42, before: [], struck: null } });
  delivery = made.body.id;
  expect((await add(communeA, { atMs: province.built.clock.nowMs + 1 })).body).toMatchObject({ code: 'bad-input', path: '/atMs' });
  expect((await add(communeA, { atMs: 1_000_000 })).body).toMatchObject({ code: 'bad-input', path: '/atMs' });
  expect((await add(communeA, { form: 'station' })).body).toMatchObject({ code: 'bad-input', path: '/form' });
  expect((await add(communeA, { unit: 'a-1' })).body).toMatchObject({ code: 'not-found', path: '/unit' });
  expect((await add(communeA, { photo: 'f'.repeat(64) })).body).toMatchObject({ code: 'not-found', path: '/photo' });
  expect(codeOf(await add(communeB))).toBe('not-allowed');
  expect(codeOf(await add(approver))).toBe('not-allowed');
});

test('a correction keeps what was said before; who saw an older one is refused', async () => {
  const change = (body: object) =>
    communeA('PUT', `/deliveries/${delivery}`, { corrections: 0, why: 'Đếm lại', ...wish({ count: 40 }), unit: undefined, ...body });
  expect((await change({})).body).toMatchObject({ count: 40, before: [{ count: 42, by: 'xa-a', why: 'Đếm lại' }] });
  expect((await change({})).body).toMatchObject({ code: 'conflict', path: '/corrections' });
  expect(codeOf(await communeB('PUT', `/deliveries/${delivery}`, { corrections: 1, why: 'x', form: 'sms', atMs: 1 }))).toBe('not-found');
  expect((await communeB('GET', `/source-items/${id}/deliveries`)).body).toEqual([]);
  expect((await approver('GET', `/source-items/${id}/deliveries`)).body).toHaveLength(1);
});

test('by hand is shown beside proved plays, and is in neither percentage', async () => {
  expect(await figures()).toMatchObject({ unitsByHand: 1, communes: 2, communesPlayed: 0, communesShare: 0, unitsPlayed: 0 });
  const lines = (await approver('GET', `/source-items/${id}/handling`)).body.lines as { unit: { id: string } }[];
  expect(lines.find(({ unit }) => unit.id === 'a')).toMatchObject({ state: 'delivered', byHand: 1, plays: 0 });
  province.built.clock.nowMs += 2 * 3600_000;
  await province.built.centre.steering.look();
  const told = (await approver('GET', '/notices')).body as { units: { id: string }[] }[];
  expect(
    told.map(({ units }) => units.map((unit) => unit.id)),
    'who told it by hand is not overdue',
  ).toEqual([['b']]);
});

test('clusters weigh by the households that hear them; who nobody counted is named, and weighs nothing', async () => {
  expect(await figures()).toMatchObject({ householdsShare: null, clustersUncounted: 3 });
  const count = async (box: string, households: number | null) =>
    (await province.built.as('quan-tri'))('PUT', `/boxes/${box}/households`, { households });
  expect((await count('loa-a', 300)).status).toBe(200);
  await count('loa-a-2', 100);
  expect(codeOf(await communeA('PUT', '/boxes/loa-a/households', { households: 1 }))).toBe('not-allowed');
  const atMs = province.built.clock.nowMs;
  const receipt = {
    occurrence: 's@1@main',
    outcome: 'played',
    plannedStartMs: atMs - 1,
    plannedEndMs: atMs,
    audibleMs: 1,
    items: [sound('a').sha256],
  };
  const receipts = [{ dev: 'loa-a', receivedMs: atMs, receipt: receipt as unknown as Receipt }];
  await province.built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  expect(await figures()).toMatchObject({
    communesShare: 0.5,
    households: 400,
    householdsPlayed: 300,
    householdsShare: 0.75,
    clustersUncounted: 1,
  });
  expect((await figures()).clustersShare).toBe(1 / 3);
  const householdsToday = async (who: Asker) => (await who('GET', '/today')).body.essential.householdsShare;
  province.built.clock.nowMs += 60_000;
  expect(await householdsToday(approver), 'the day tells the same of the same items').toBe(0.75);
  expect(await householdsToday(communeB), 'and nothing to whom nobody has counted any').toBeNull();
});

test('struck out it counts no more, and stays to be read', async () => {
  const strike = (corrections: number) => communeA('POST', `/deliveries/${delivery}/strike`, { corrections, why: 'Nhập nhầm' });
  expect(codeOf(await strike(0))).toBe('conflict');
  expect((await strike(1)).body.struck).toMatchObject({ by: 'xa-a', why: 'Nhập nhầm' });
  expect(codeOf(await strike(1))).toBe('conflict');
  expect((await figures()).unitsByHand).toBe(0);
  expect((await communeA('GET', `/source-items/${id}/deliveries`)).body).toMatchObject([{ struck: { by: 'xa-a' } }]);
  const acts = (await province.built.centre.store.audit.entries(0, 9_999))
    .map(({ act }) => act)
    .filter((act) => act.startsWith('delivery.'));
  expect(acts).toEqual(['delivery.add', 'delivery.correct', 'delivery.strike']);
  expect(issue).not.toBe('');
});

test('a photograph that nobody can draw anew is not kept as it came', async () => {
  expect(codeOf(await communeA('POST', '/photos', { picture: 'data:image/png;base64,AAAA' }))).toBe('bad-input');
  expect(codeOf(await communeA('POST', '/photos', { picture: dot }))).toBe('tool-missing');
});

test.skipIf((await findAudioTools()).ffmpeg === undefined)(
  'a photograph is drawn anew and shown as an image [needs ffmpeg]',
  async () => {
    const other = await makeProvince(await findAudioTools());
    const who = await other.ask('xa-a');
    const made = await who('POST', '/photos', { picture: dot });
    expect(made.status).toBe(201);
    const shown = await who('GET', `/photos/${made.body.sha256}`);
    expect([shown.status, shown.headers['content-type'], shown.body.length]).toEqual([200, 'image/png', made.body.bytes]);
    expect((await who('GET', `/photos/${'0'.repeat(64)}`)).status).toBe(404);
    await other.built.stop();
  },
  60_000,
);
