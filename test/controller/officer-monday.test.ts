// The officer's Monday: a week is made and moved as a whole, the approver is away, the delegate approves, and it plays in the box's own timeline.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, startMs } from './built-centre.ts';
import { sound } from './source-rig.ts';

const dayMs = 86_400_000;
const hourMs = 3600_000;
let built: BuiltCentre;
let officer: Asker;
let approver: Asker;
let delegate: Asker;
const schedules: string[] = [];
let programme: string;
let seen: string;
let bulk: string;

beforeAll(async () => {
  built = await makeCentre();
  [officer, approver, delegate] = (await Promise.all(['tac-gia', 'duyet', 'ky-thuat'].map((name) => built.as(name)))) as [
    Asker,
    Asker,
    Asker,
  ];
  const box = { id: 'loa-1', name: 'x', area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
  await delegate('POST', '/boxes', box);
  const act = { atMs: 1, actor: 'x', act: 'media.add', subject: 'x', sha256: '' };
  await built.centre.store.content.addMedia({ item: sound('a'), source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
});
afterAll(() => built.stop());

/** Hours of the wall clock at which the box would sound, this week. */
const heard = async () =>
  (
    (await officer('GET', `/timeline?box=loa-1&fromMs=${startMs}&toMs=${startMs + 7 * dayMs}`)).body.occurrences as { startMs: number }[]
  ).map((one) => new Date(one.startMs + 7 * hourMs).toISOString().slice(8, 16));
const change = (wish: object, preview = false, more: object = {}) =>
  officer('POST', '/schedules/bulk', { schedules, change: wish, preview, ...more });

test('on Monday the week is made, and the right to approve was lent before the approver left', async () => {
  const made = await officer('POST', '/programmes', { title: 'Bản tin tuần', form: 'audio', tier: 'normal', items: [sound('a').sha256] });
  programme = made.body.id;
  await officer('POST', `/programmes/${programme}/submit`, {});
  for (const day of [24, 25, 26]) {
    const wish = { programme, groups: ['thon-1'], start: `202611${day}T170000`, zone: 'Asia/Ho_Chi_Minh' };
    schedules.push((await officer('POST', '/schedules', wish)).body.id);
  }
  const lent = { holder: 'ky-thuat', area: '08/02536', fromMs: startMs, untilMs: startMs + 3 * dayMs, note: 'Đi công tác' };
  expect((await approver('POST', '/delegations', lent)).status).toBe(201);
  expect(await heard(), 'nothing that nobody approved').toEqual([]);
});

test('the delegate approves in the approver’s stead, and the box plays it', async () => {
  const approved = await delegate('POST', `/programmes/${programme}/approve`, {});
  expect(approved.body).toMatchObject({ state: 'approved', approver: 'ky-thuat', delegation: { by: 'duyet' } });
  expect(await heard()).toEqual(['24T17:00', '25T17:00', '26T17:00']);
});

test('the whole week is looked at half an hour later: by schedule, by box, with what is refused', async () => {
  const looked = await change({ do: 'shift', minutes: 30 }, true);
  expect(looked.body).toMatchObject({ id: null, boxCount: 1 });
  expect(looked.body.lines[0]).toMatchObject({ plays: 1, refused: [], after: { start: '20261124T173000' } });
  expect(looked.body.boxes[0]).toMatchObject({ box: 'loa-1' });
  expect([looked.body.boxes[0].gone.length, looked.body.boxes[0].added.length]).toEqual([3, 3]);
  expect(await heard(), 'a look changes nothing').toEqual(['24T17:00', '25T17:00', '26T17:00']);
  seen = looked.body.seen;
  const night = await change({ do: 'shift', minutes: 330 }, true);
  expect(night.body.lines[0].refused).toMatchObject([{ rule: 'outside-window' }]);
  expect(codeOf(await change({ do: 'shift', minutes: 330 }))).toBe('policy-breach');
});

test('it is moved as it was looked at, and taken back as it was', async () => {
  const moved = await change({ do: 'shift', minutes: 30 }, false, { seen, note: 'Giờ mùa đông' });
  bulk = moved.body.id;
  expect(await heard()).toEqual(['24T17:30', '25T17:30', '26T17:30']);
  expect(codeOf(await change({ do: 'shift', minutes: 30 }, false, { seen }))).toBe('conflict');
  expect((await officer('GET', '/schedules/bulk')).body).toMatchObject([{ id: bulk, by: 'tac-gia', note: 'Giờ mùa đông', schedules }]);
  expect(codeOf(await approver('POST', `/schedules/bulk/${bulk}/undo`))).toBe('not-allowed');
  expect((await officer('POST', `/schedules/bulk/${bulk}/undo`)).body.undone).toMatchObject({ by: 'tac-gia' });
  expect(await heard()).toEqual(['24T17:00', '25T17:00', '26T17:00']);
  expect(codeOf(await officer('POST', `/schedules/bulk/${bulk}/undo`))).toBe('conflict');
});

test('a day is left out, a schedule removed; after somebody’s own change nothing is taken back over it', async () => {
  const skipped = await change({ do: 'skip-day', date: '2026-11-25' });
  expect(await heard()).toEqual(['24T17:00', '26T17:00']);
  await officer('DELETE', `/schedules/${schedules[2]}`);
  expect(codeOf(await officer('POST', `/schedules/bulk/${skipped.body.id}/undo`))).toBe('conflict');
  schedules.pop();
  const removed = await change({ do: 'remove' });
  expect(await heard()).toEqual([]);
  built.clock.nowMs += dayMs + 1;
  officer = await built.as('tac-gia');
  expect(codeOf(await officer('POST', `/schedules/bulk/${removed.body.id}/undo`))).toBe('expired');
});

test('what is not there is named, and hours that stand in a rule are not guessed', async () => {
  expect(
    (await officer('POST', '/schedules/bulk', { schedules: ['khong-co'], change: { do: 'remove' }, preview: true })).body,
  ).toMatchObject({
    ...{ code: 'not-found', path: '/schedules/0' },
  });
  const wish = { programme, groups: ['thon-1'], start: '20261201T170000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY;BYHOUR=5,17' };
  const { id } = (await officer('POST', '/schedules', wish)).body;
  const ruled = await officer('POST', '/schedules/bulk', { schedules: [id], change: { do: 'shift', minutes: 5 }, preview: true });
  expect(codeOf(ruled)).toBe('conflict');
  const strange = await officer('POST', '/schedules/bulk', { schedules: [id], change: { do: 'groups', groups: ['la'] }, preview: true });
  expect(strange.body).toMatchObject({ code: 'not-found', path: '/change/groups' });
});
