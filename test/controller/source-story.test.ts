// The province issues, communes answer, boxes play, the table tells; what is taken back above is gone below.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHandling } from '../../controller/sources/handling.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { addBox, content, makeProvince, type Province, plannedFor, schedule, sound } from './source-rig.ts';

const hourMs = 3600_000;
let province: Province;
let author: Asker;
let approver: Asker;
let communeA: Asker;
let communeB: Asker;

beforeAll(async () => {
  province = await makeProvince();
  [author, approver, communeA, communeB] = (await Promise.all(['bien-tap', 'duyet-tinh', 'xa-a', 'xa-b'].map(province.ask))) as [
    Asker,
    Asker,
    Asker,
    Asker,
  ];
  await addBox(province, 'loa-a', '08/00001', ['xa-a', 'toan-tinh']);
  await addBox(province, 'loa-a-2', '08/00001/thon-1', ['xa-a']);
  await addBox(province, 'loa-b', '08/00002', ['xa-b', 'toan-tinh']);
  for (const letter of 'abcdef12') await province.upload(sound(letter));
});
afterAll(() => province.built.stop());

const essential = (letter: string, change: object = {}) =>
  province.publish({
    kind: 'audio',
    media: sound(letter).sha256,
    essential: true,
    title: 'Lịch tiêm vắc-xin',
    body: 'Ngày 5 tháng 12.',
    ...change,
  });
const issue = (id: string, change: object = {}, who = approver) =>
  who('POST', `/source-items/${id}/issue`, { version: 1, to: ['tinh'], ...change });
const inboxOf = async (who: Asker, item: string) =>
  ((await who('GET', '/inbox')).body as { issue: string; unit: { id: string }; item: { id: string }; answer: string }[]).filter(
    (one) => one.item.id === item,
  );
const table = async (who: Asker, id: string) => (await who('GET', `/source-items/${id}/handling`)).body;
const statesOf = async (who: Asker, id: string) =>
  Object.fromEntries((await table(who, id)).lines.map((line: { unit: { id: string }; state: string }) => [line.unit.id, line.state]));

async function itemOf(id: string) {
  const item = await province.built.centre.store.sources.item(id);
  if (!item) throw new Error(`no ${id}`);
  return item;
}

/** A box tells that it played this to its end. */
async function play(dev: string, letter: string, atMs: number): Promise<void> {
  const receipt = {
    occurrence: `s@${atMs}@${dev}`,
    outcome: 'played',
    plannedStartMs: atMs,
    plannedEndMs: atMs + 1,
    audibleMs: 1,
    items: [sound(letter).sha256],
  };
  const receipts = [{ dev, receivedMs: atMs, receipt: receipt as unknown as Receipt }];
  await province.built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
}

describe('an essential item of the province', () => {
  let id: string;
  let issued: string;

  test('is issued by who may, and lies in the inbox of each commune, and in nobody else’s', async () => {
    id = await essential('a');
    expect(codeOf(await issue(id, {}, author))).toBe('not-allowed');
    const disseminateByMs = province.built.clock.nowMs + 8 * hourMs;
    const made = await issue(id, { disseminateByMs });
    expect(made).toMatchObject({ status: 201, body: { units: 2, inserted: 0, tier: 'normal', disseminateByMs } });
    issued = made.body.id;
    expect(await inboxOf(communeA, id)).toMatchObject([
      { issue: issued, unit: { id: 'a', name: 'Xã A' }, answer: 'waiting', disseminateByMs },
    ]);
    expect(await inboxOf(communeB, id)).toMatchObject([{ unit: { id: 'b' } }]);
    expect(await inboxOf(author, id)).toHaveLength(2);
    expect(await statesOf(approver, id)).toEqual({ a: 'waiting', b: 'waiting' });
  });

  test('one commune schedules it, the other declines with a reason: the province’s table says so', async () => {
    const made = await schedule(province, 'xa-a', [{ source: id }], ['xa-a']);
    const answered = await communeA('POST', `/inbox/${issued}/a/take`, { schedule: made.schedule });
    expect(answered.body).toMatchObject({ answer: 'taken', by: 'xa-a', programme: made.programme, schedule: made.schedule });
    expect(codeOf(await communeB('POST', `/inbox/${issued}/b/decline`, { reason: ' ' }))).toBe('bad-input');
    expect((await communeB('POST', `/inbox/${issued}/b/decline`, { reason: 'Xã không có đối tượng tiêm' })).status).toBe(200);
    expect(codeOf(await communeB('POST', `/inbox/${issued}/a/decline`, { reason: 'x' }))).toBe('not-allowed');
    expect(await statesOf(approver, id)).toEqual({ a: 'scheduled', b: 'declined' });
    const { lines } = await table(approver, id);
    expect(lines.find((line: { unit: { id: string } }) => line.unit.id === 'b')).toMatchObject({
      by: 'xa-b',
      note: 'Xã không có đối tượng tiêm',
    });
    expect((await table(communeB, id)).lines, 'a commune sees its own row').toHaveLength(1);
  });

  test('a play to its end is counted from the receipt, with both percentages', async () => {
    await play('loa-a', 'a', province.built.clock.nowMs - hourMs);
    expect((await statesOf(approver, id))['a'], 'before it was issued').toBe('scheduled');
    province.built.clock.nowMs += hourMs;
    await play('loa-a', 'a', province.built.clock.nowMs - 60_000);
    const told = await table(approver, id);
    expect(told.lines[0]).toMatchObject({ state: 'played', plays: 1 });
    expect(told.figures).toMatchObject({ units: 2, unitsPlayed: 1, unitsShare: 0.5, clusters: 3, clustersPlayed: 1, clustersShare: 1 / 3 });
    const all = (await approver('GET', '/source-handling?essential=1')).body as { item: string; figures: { unitsShare: number } }[];
    expect(all.find((one) => one.item === id)?.figures.unitsShare).toBe(0.5);
  });

  test('corrected, it reaches the box under the same programme; withdrawn, it is gone from the wants and from the inboxes', async () => {
    const heard = async () => (await plannedFor(province, 'loa-a')).programmes.flatMap(({ items }) => items.map(({ sha256 }) => sha256[0]));
    expect(await heard()).toEqual(['a']);
    await province.correct(id, { media: sound('b').sha256, body: 'Ngày 6 tháng 12.' });
    expect(await heard()).toEqual(['b']);
    expect(codeOf(await issue(id)), 'issued by who saw the old version').toBe('conflict');
    const before = (await author('GET', `/source-items/${id}`)).body;
    await author('PUT', `/source-items/${id}`, { version: 2, content: { ...before.content, body: 'Chưa ai duyệt.' } });
    expect((await author('POST', `/source-items/${id}/withdraw`, { version: 3, note: 'Hoãn' })).status).toBe(200);
    expect(await heard()).toEqual([]);
    expect(await inboxOf(communeA, id), 'as it was in force, not as it was being corrected').toMatchObject([
      { withdrawn: true, item: { state: 'withdrawn', content: { body: 'Ngày 6 tháng 12.' } } },
    ]);
    expect(await statesOf(approver, id)).toEqual({ a: 'withdrawn', b: 'withdrawn' });
  });
});

describe('an answer', () => {
  let id: string;
  let issued: string;
  beforeAll(async () => {
    id = await essential('c', { title: 'Rét đậm' });
    issued = (await issue(id, { disseminateByMs: province.built.clock.nowMs + hourMs })).body.id;
  });

  test('names a programme that names the item, or a form of delivery; nothing else counts as used', async () => {
    const other = await schedule(province, 'xa-a', [sound('d').sha256], ['xa-a']);
    const take = (body: object) => communeA('POST', `/inbox/${issued}/a/take`, body);
    expect((await take({})).body).toMatchObject({ code: 'bad-input', path: '/programme' });
    expect((await take({ programme: other.programme })).body).toMatchObject({ code: 'conflict', path: '/programme' });
    expect((await take({ programme: 'khong-co' })).body).toMatchObject({ code: 'not-found', path: '/programme' });
    expect((await take({ schedule: 'khong-co' })).body).toMatchObject({ code: 'not-found', path: '/schedule' });
    expect((await take({ form: 'communicator', note: 'Đọc tại họp thôn' })).body).toMatchObject({ answer: 'taken', form: 'communicator' });
    expect(codeOf(await communeA('POST', '/inbox/khong-co/a/decline', { reason: 'x' }))).toBe('not-found');
  });

  test('may be an own item in another language, which goes its own way and still counts upward', async () => {
    const words = { ...content(), kind: 'audio', language: 'tyz', title: 'Tiếng Tày', body: 'Bản dịch', media: sound('e').sha256 };
    const made = await communeB('POST', `/inbox/${issued}/b/copy`, { content: words });
    expect(made).toMatchObject({ status: 201, body: { answer: 'copied' } });
    const copy = made.body.copy as string;
    expect((await communeB('GET', `/source-items/${copy}`)).body).toMatchObject({
      ...{ state: 'draft', unit: { id: 'b' }, from: { item: id, version: 1, is: 'current' }, content: { language: 'tyz' } },
    });
    for (const [who, step] of [
      [communeB, 'submit'],
      [approver, 'approve'],
      [communeB, 'publish'],
    ] as const)
      expect((await who('POST', `/source-items/${copy}/${step}`, { version: 1 })).status).toBe(200);
    const planned = await schedule(province, 'xa-b', [{ source: copy }], ['xa-b']);
    expect((await communeB('POST', `/inbox/${issued}/b/take`, { schedule: planned.schedule })).body).toMatchObject({
      answer: 'taken',
      copy,
    });
    expect(await statesOf(approver, id)).toEqual({ a: 'taken', b: 'scheduled' });
    await province.correct(id, { body: 'Rét hơn.' });
    expect((await communeB('GET', `/source-items/${copy}`)).body.from.is, 'the translator is told').toBe('stale');
  });

  test('that names a schedule of the past is no schedule any more', async () => {
    const other = await essential('f', { title: 'Một lần' });
    const sent = (await issue(other, { to: ['a'] })).body.id;
    const made = await schedule(province, 'xa-a', [{ source: other }], ['xa-a'], 'audio', null);
    await communeA('POST', `/inbox/${sent}/a/take`, { schedule: made.schedule });
    expect(await statesOf(approver, other)).toEqual({ a: 'scheduled' });
    const before = province.built.clock.nowMs;
    province.built.clock.nowMs = Date.UTC(2026, 10, 24, 10, 0, 1);
    const later = await readHandling(
      {
        ...province.built.centre,
        far: async () => () => undefined,
        boxes: () => province.built.centre.registry.all(),
        nowMs: () => province.built.clock.nowMs,
      },
      await itemOf(other),
      [{ role: 'leader', area: '08' }],
    );
    province.built.clock.nowMs = before;
    expect(later).toMatchObject({ value: { lines: [{ state: 'taken' }] } });
  });

  test('that does not come in time is overdue, unless it was heard, declined, or told by hand', async () => {
    province.built.clock.nowMs += hourMs;
    expect(await statesOf(approver, id)).toEqual({ a: 'taken', b: 'overdue' });
    await play('loa-b', 'e', province.built.clock.nowMs - 1);
    expect(await statesOf(approver, id), 'the copy was heard').toEqual({ a: 'taken', b: 'played' });
  });

  test('taken back above: the programmes that took it lose it, though the item stays in force; a copy goes with it', async () => {
    const heardB = async () =>
      (await plannedFor(province, 'loa-b')).programmes.flatMap(({ items }) => items.map(({ sha256 }) => sha256[0]));
    expect(await heardB()).toContain('e');
    expect(codeOf(await communeA('POST', `/source-issues/${issued}/withdraw`, { note: '' }))).toBe('not-allowed');
    expect((await approver('POST', `/source-issues/${issued}/withdraw`, { note: 'Gửi nhầm' })).body).toMatchObject({
      withdrawn: { by: 'duyet-tinh' },
    });
    expect(codeOf(await approver('POST', `/source-issues/${issued}/withdraw`, { note: '' }))).toBe('conflict');
    expect(await heardB()).not.toContain('e');
    expect(await statesOf(approver, id)).toEqual({ a: 'withdrawn', b: 'withdrawn' });
    expect((await author('GET', `/source-items/${id}`)).body.offered).toBe(true);
    expect(codeOf(await communeA('POST', `/inbox/${issued}/a/decline`, { reason: 'x' }))).toBe('conflict');
  });
});

describe('a priority item', () => {
  test('stands in each commune’s day at once: in its next session, on groups of its own, as the boxes’ wants say', async () => {
    await schedule(province, 'xa-a', [sound('f').sha256], ['xa-a']);
    const id = await essential('1', { tier: 'priority', title: 'Cấm đường' });
    const made = await issue(id);
    expect(made.body).toMatchObject({ tier: 'priority', units: 2, inserted: 2 });
    const [a, b] = await Promise.all(['loa-a-2', 'loa-b'].map((dev) => plannedFor(province, dev)));
    const inserted = (plan: typeof a) => plan?.schedules.filter((one) => one.class === 'priority');
    expect(inserted(a)).toMatchObject([{ start: '20261123T170000' }]);
    expect(inserted(b)).toHaveLength(1);
    expect(a?.programmes.find(({ tier }) => tier === 'priority')).toMatchObject({
      title: 'Cấm đường',
      level: 'province',
      items: [{ title: 'Cấm đường' }],
    });
    expect(await inboxOf(communeA, id)).toMatchObject([{ answer: 'inserted' }]);
    expect(
      codeOf(await communeA('POST', `/inbox/${made.body.id}/a/decline`, { reason: 'x' })),
      'the order is the commune’s, the item is not',
    ).toBe('conflict');
    const told = (await (await province.built.as('quan-tri'))('GET', '/audit?limit=1000')).body as { act: string; actor: string }[];
    const acts = told.map(({ act, actor }) => `${act} ${actor}`).filter((act) => !act.startsWith('session.'));
    expect(acts.slice(-4)).toEqual([
      'source.issue duyet-tinh',
      'programme.write duyet-tinh',
      'schedule.add duyet-tinh',
      'schedule.add duyet-tinh',
    ]);
    await approver('POST', `/source-issues/${made.body.id}/withdraw`, { note: '' });
    expect((await plannedFor(province, 'loa-a-2')).schedules.filter((one) => one.class === 'priority')).toEqual([]);
    const left = (await approver('GET', '/schedules')).body as { class: string }[];
    expect(left.filter((one) => one.class === 'priority')).toEqual([]);
  });

  test('of a unit inside one that has it already is heard with that, not twice', async () => {
    const id = await essential('2', { tier: 'priority' });
    const made = await issue(id, { to: ['a'], levels: ['commune', 'hamlet'] });
    expect(made.body).toMatchObject({ units: 2, inserted: 2 });
    expect((await plannedFor(province, 'loa-a-2')).schedules.filter((one) => one.class === 'priority')).toHaveLength(1);
  });

  test('of words alone waits for people', async () => {
    const id = await province.publish({ tier: 'priority' });
    expect((await issue(id)).body).toMatchObject({ tier: 'priority', units: 2, inserted: 0 });
    expect(await inboxOf(communeA, id)).toMatchObject([{ answer: 'waiting' }]);
  });

  test('is issued further down by a commune under its own right, and not beside it', async () => {
    const id = await province.publish();
    const own = await province.ask('duyet-a');
    expect((await issue(id, { to: ['a'], levels: ['hamlet'] }, own)).body).toMatchObject({ units: 1 });
    expect(codeOf(await issue(id, { to: ['b'] }, own))).toBe('not-allowed');
    expect(codeOf(await issue(id, { to: ['a', 'khong-co'] }, approver))).toBe('not-found');
  });
});
