// The commune's decision of order: what waits for it is found, each order is heard beforehand, and nobody writes over another's word.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoredProgramme } from '../../controller/store/store.ts';
import { localOrderLimits } from '../../schemas/local-priority.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { addBox, makeProvince, type Province, plannedFor, sound } from './source-rig.ts';

const hourMs = 3600_000;
let province: Province;
let planner: Asker;
let approver: Asker;
let upper: string;
let own: string;

/** A programme of one level that is put on by hand at an instant. */
async function programme(level: 'province' | 'commune', letter: string, startMs: number): Promise<string> {
  const { built } = province;
  const id = `ct-${level}-${letter}`;
  const stored: StoredProgramme = {
    programme: { id, title: `Chương trình ${letter}`, form: 'audio', tier: 'priority', level, centre: 'tinh-08', items: [sound(letter)] },
    ...{ state: 'approved', author: 'bien-tap', approver: 'duyet-tinh', changedMs: built.clock.nowMs, note: '' },
  };
  await built.centre.store.content.saveProgramme(stored, { atMs: 1, actor: 'x', act: 'programme.write', subject: id, sha256: '' });
  const start = new Date(startMs + 7 * hourMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const wish = { programme: id, groups: ['xa-a'], class: 'priority', start, zone: 'Asia/Ho_Chi_Minh', interrupted: 'restart' };
  const made = await planner('POST', '/schedules', wish);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return id;
}

const startMs = () => Math.ceil(province.built.clock.nowMs / hourMs) * hourMs + hourMs;

beforeAll(async () => {
  province = await makeProvince();
  [planner, approver] = (await Promise.all(['bien-tap-lich', 'duyet-tinh'].map(province.ask))) as [Asker, Asker];
  await addBox(province, 'loa-a', '08/00001', ['xa-a']);
  await addBox(province, 'loa-a-2', '08/00001', ['xa-a']);
  await province.upload(sound('a'));
  await province.upload(sound('b'));
  upper = await programme('province', 'a', startMs());
  own = await programme('commune', 'b', startMs() + 30_000);
});
afterAll(() => province.built.stop());

test('two priority programmes of different levels that meet wait for a decision, once for all boxes', async () => {
  const { body } = await planner('GET', '/local-order/clashes');
  expect(body).toMatchObject({ order: [], cut: false });
  expect(body.clashes).toEqual([
    {
      first: { id: upper, title: 'Chương trình a', level: 'province' },
      second: { id: own, title: 'Chương trình b', level: 'commune' },
      fromMs: startMs() + 30_000,
      toMs: startMs() + 90_000,
      box: { id: 'loa-a', name: 'loa-a' },
      boxes: 2,
    },
  ]);
});

test('who has rights elsewhere sees neither the clash nor the box', async () => {
  const neighbour = await province.ask('xa-b');
  expect((await neighbour('GET', '/local-order/clashes')).body.clashes).toEqual([]);
  const span = { fromMs: startMs(), toMs: startMs() + hourMs };
  expect(codeOf(await neighbour('POST', '/local-order/preview', { box: 'loa-a', programmes: [], ...span }))).toBe('not-found');
});

test('each order is heard beforehand: the two orders make two timelines', async () => {
  const ask = async (programmes: readonly string[]) =>
    (await planner('POST', '/local-order/preview', { box: 'loa-a', programmes, fromMs: startMs(), toMs: startMs() + hourMs })).body;
  const heard = (hours: { stretches: { programme: string; fromMs: number }[] }) =>
    hours.stretches.map(({ programme: id, fromMs }) => [id, fromMs - startMs()]);
  const upperFirst = await ask([upper, own]);
  const ownFirst = await ask([own, upper]);
  expect(heard(upperFirst.after)).toEqual([
    [upper, 0],
    [own, 60_000],
  ]);
  expect(heard(ownFirst.after)).toEqual([
    [upper, 0],
    [own, 30_000],
    [upper, 90_000],
  ]);
  expect(ownFirst.before, 'until it is decided the upper level goes first').toEqual(upperFirst.after);
  const tooLong = { box: 'loa-a', programmes: [], fromMs: 1_000, toMs: 1_001 + localOrderLimits.spanMs };
  expect((await planner('POST', '/local-order/preview', tooLong)).body).toMatchObject({ code: 'bad-input', path: '/toMs' });
});

test('the decision reaches the box and leaves no clash; a second person who saw the old order is told', async () => {
  expect((await planner('PUT', '/local-order', { programmes: [own, upper], seen: [] })).status).toBe(200);
  expect((await plannedFor(province, 'loa-a')).localOrder).toEqual([own, upper]);
  const { body } = await planner('GET', '/local-order/clashes');
  expect(body.clashes).toEqual([]);
  expect(body.order.map(({ id }: { id: string }) => id)).toEqual([own, upper]);
  const late = await planner('PUT', '/local-order', { programmes: [upper, own], seen: [] });
  expect(late.body).toMatchObject({ code: 'conflict', path: '/seen' });
  expect((await planner('PUT', '/local-order', { programmes: [upper, own], seen: [own, upper] })).status).toBe(200);
});

test('who approves or hands in finds the people near to choose from, others do not', async () => {
  const { body } = await approver('GET', '/colleagues');
  expect(body).toContainEqual({ account: 'duyet-a', title: 'Duyệt xã A', judges: true });
  expect(body).toContainEqual({ account: 'xa-b', title: 'Xã B', judges: false });
  const names = (await (await province.ask('duyet-a'))('GET', '/colleagues')).body.map(({ account }: { account: string }) => account);
  expect(names).toContain('duyet-tinh');
  expect(names).not.toContain('xa-b');
  expect(codeOf(await (await province.ask('quan-tri'))('GET', '/colleagues'))).toBe('not-allowed');
});
