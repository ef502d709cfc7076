// The citizens' system over REST, on a real centre: from the first visit to an answer that is published, and everything erased again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measure } from '../../controller/core/evaluation.ts';
import { readCsv } from '../../controller/register/csv-table.ts';
import { readMonths } from '../../controller/reports/evaluation-facts.ts';
import { citizenLimits } from '../../schemas/citizen.ts';
import { dayMs } from '../../schemas/zones.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, seedOf } from './built-centre.ts';
import { communeUnits } from './register-rig.ts';

const onceOf = (n: number) => n.toString(16).padStart(32, '0');

let built: BuiltCentre;
let public_: Asker;
let author: Asker;
let approver: Asker;
let technician: Asker;
let admin: Asker;
let device: string;

const signIn = async () => {
  [author, approver, technician, admin] = (await Promise.all(
    ['tac-gia', 'duyet', 'ky-thuat', 'quan-tri'].map((name) => built.as(name)),
  )) as [Asker, Asker, Asker, Asker];
};
const said = (n: number, more: object = {}) => ({
  once: onceOf(n),
  device,
  kind: 'petition',
  unit: 'thon-1',
  text: `Đèn đường số ${n} hỏng`,
  ...more,
});
const idOf = async (number: string) =>
  (await author('GET', '/feedback')).body.find((one: { number: string }) => one.number === number)?.id as string;

beforeAll(async () => {
  built = await makeCentre(seedOf({ units: communeUnits }));
  await signIn();
  public_ = built.stranger;
  device = (await public_('POST', '/public/device', {})).body.device;
  const cluster = {
    kind: 'cluster',
    technology: 'ip',
    unit: 'thon-1',
    name: 'Cụm 1',
    officialCode: 'TQ-01',
    latitude: 21.7,
    longitude: 105.4,
  };
  expect((await technician('PUT', '/register/cum-1', { version: 0, facts: cluster })).status).toBeLessThan(300);
});
afterAll(() => built.stop());

test('whoever comes is told the places with their middle, whom to call, and the key for messages', async () => {
  const { status, body, headers } = await public_('GET', '/public/place');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    demo: false,
    phones: false,
    contacts: [{ phone: '112' }, { phone: '113' }, { phone: '114' }, { phone: '115' }],
  });
  expect(body.units.find(({ id }: { id: string }) => id === 'thon-1')).toMatchObject({ place: { latitude: 21.7, longitude: 105.4 } });
  expect(Buffer.from(body.pushKey, 'base64url')).toHaveLength(65);
  expect((await public_('GET', '/public/place', undefined, { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  expect((await public_('GET', '/public/day?unit=thon-1')).body).toEqual({ date: '2026-11-23', unit: 'thon-1', plays: [] });
  expect(codeOf(await public_('GET', '/public/day?unit=khong-co'))).toBe('not-found');
  expect(codeOf(await public_('GET', '/public/day?unit=thon-1&date=2026-01-01'))).toBe('bad-input');
});

test('feedback sent twice is one, with one receipt, due at the end of the second working day', async () => {
  const first = await public_('POST', '/public/feedback', said(1));
  const again = await public_('POST', '/public/feedback', said(1));
  expect(first.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(first.body).toMatchObject({ state: 'received', dueMs: Date.parse('2026-11-26T00:00+07:00') });
  expect(first.body.number).toMatch(/^PA-[2-9A-Z]{8}$/);
  expect((await author('GET', '/feedback')).body).toHaveLength(1);
  const other = (await public_('POST', '/public/device', {})).body.device;
  const stolen = await public_('POST', '/public/feedback', { ...said(1), device: other, text: 'Chữ khác hẳn' });
  expect(stolen.body.number, 'another device does not get this receipt').not.toBe(first.body.number);
});

test('assigned, answered, published and rated: the resident sees each, and strangers see what is published alone', async () => {
  const { number, secret } = (await public_('POST', '/public/feedback', said(2, { mayPublish: true }))).body;
  const id = await idOf(number);
  const look = () => public_('POST', '/public/feedback/look', { number, secret });
  expect((await look()).body).toMatchObject({ state: 'received', answers: [], text: 'Đèn đường số 2 hỏng' });
  expect(codeOf(await author('POST', `/feedback/${id}/assign`, { seen: 0, assignee: 'ky-thuat' })), 'who may not answer').toBe('not-found');
  expect((await author('POST', `/feedback/${id}/assign`, { seen: 0, assignee: 'tac-gia', note: 'gấp' })).body).toMatchObject({
    state: 'assigned',
  });
  expect(codeOf(await author('POST', `/feedback/${id}/answer`, { seen: 0, text: 'Đã sửa xong' })), 'changed since').toBe('conflict');
  expect(codeOf(await public_('POST', '/public/feedback/rate', { number, secret, stars: 5 })), 'nothing to rate yet').toBe('conflict');
  await author('POST', `/feedback/${id}/answer`, { seen: 1, text: 'Xã đã thay bóng đèn.' });
  expect((await look()).body).toMatchObject({ state: 'answered', answers: [{ text: 'Xã đã thay bóng đèn.' }] });
  expect(JSON.stringify((await look()).body), 'notes and names of the office stay there').not.toMatch(/gấp|tac-gia/);
  expect((await public_('GET', '/public/answers?unit=thon-1')).body).toEqual([]);
  expect(codeOf(await author('POST', `/feedback/${id}/publish`, { seen: 2, question: 'Đèn đường hỏng', answer: 'Đã thay' }))).toBe(
    'not-allowed',
  );
  await approver('POST', `/feedback/${id}/publish`, { seen: 2, question: 'Đèn đường hỏng', answer: 'Đã thay bóng' });
  const [reply] = (await public_('GET', '/public/answers?unit=xa&q=den')).body;
  expect(reply).toMatchObject({ number, question: 'Đèn đường hỏng', answer: 'Đã thay bóng', broadcast: null });
  expect((await public_('GET', '/public/answers?unit=thon-2')).body, 'of another hamlet').toEqual([]);
  expect((await public_('GET', '/public/answers?unit=thon-1&q=mua')).body).toEqual([]);
  expect((await public_('POST', '/public/feedback/rate', { number, secret, stars: 4, text: 'Cảm ơn' })).body).toMatchObject({ stars: 4 });
  expect(codeOf(await public_('POST', '/public/feedback/rate', { number, secret, stars: 1 }))).toBe('conflict');
  const [row] = (await author('GET', '/feedback-statistics?unit=xa')).body.rows;
  expect(row).toMatchObject({ received: 3, answered: 1, inTime: 1, satisfaction: [0, 0, 0, 1, 0] });
  const open = (await public_('GET', '/public/open-data?unit=xa')).body.rows;
  expect(open.at(-3), 'the same figures for everybody, but one person’s stars for nobody').toMatchObject({
    unit: 'xa',
    received: 3,
    satisfaction: null,
  });
  const table = await built.app.inject({ url: '/api/public/open-data?unit=xa&format=csv' });
  expect(table.headers['content-type']).toBe('text/csv; charset=utf-8');
  const { header, lines } = must(readCsv(table.body, 1_000));
  expect(lines).toHaveLength(open.length);
  const cell = (name: string, line = lines.at(-3)) => line?.cells[header.indexOf(name)];
  expect([cell('Mã đơn vị'), cell('Đã tiếp nhận'), cell('Hài lòng với trả lời: trung bình sao')]).toEqual(['xa', '3', '']);
  expect(cell('Điểm xã: trung bình sao', lines[0]), 'nobody gave any: empty, not nought').toBe('');
  await approver('POST', `/feedback/${id}/hide`, { seen: 4 });
  expect((await public_('GET', '/public/answers?unit=thon-1')).body).toEqual([]);
});

test('what looks like spam is held, found by its state, and taken in or refused with the reason told', async () => {
  const { number, secret, state } = (await public_('POST', '/public/feedback', said(3, { text: 'Vay tiền http://a.xyz www.b.top' }))).body;
  expect(state).toBe('held');
  const [held] = (await approver('GET', '/feedback?state=held')).body;
  expect(held).toMatchObject({ number, holds: ['links'] });
  expect(codeOf(await author('POST', `/feedback/${held.id}/refuse`, { seen: 0, reason: 'Quảng cáo' }))).toBe('not-allowed');
  await approver('POST', `/feedback/${held.id}/refuse`, { seen: 0, reason: 'Quảng cáo' });
  expect((await public_('POST', '/public/feedback/look', { number, secret })).body).toMatchObject({
    state: 'refused',
    reason: 'Quảng cáo',
  });
  expect((await approver('POST', `/feedback/${held.id}/accept`, { seen: 1 })).body).toMatchObject({ state: 'received', holds: [] });
});

test('a pole is found by its code; two who report it share one repair, and both hear when it is mended', async () => {
  expect((await public_('GET', '/public/poles/tq-01')).body).toMatchObject({ name: 'Cụm 1', known: false, unit: { id: 'thon-1' } });
  expect(codeOf(await public_('GET', '/public/poles/tq-02'))).toBe('not-found');
  const report = { kind: 'loudspeaker', trouble: 'silent', pole: 'TQ-01', unit: 'thon-2' };
  const one = (await public_('POST', '/public/feedback', said(4, report))).body;
  const other = (await public_('POST', '/public/device', {})).body.device;
  const two = (await public_('POST', '/public/feedback', { ...said(5, report), device: other })).body;
  const tickets = (await technician('GET', '/tickets')).body;
  expect(tickets, 'one repair for both').toMatchObject([{ source: 'citizen', entry: 'cum-1', state: 'open' }]);
  expect((await public_('GET', '/public/poles/TQ-01')).body.known).toBe(true);
  const look = ({ number, secret }: { number: string; secret: string }) => public_('POST', '/public/feedback/look', { number, secret });
  expect((await look(one)).body).toMatchObject({ repair: { state: 'waiting' }, unit: { id: 'thon-1' } });
  await technician('POST', `/tickets/${tickets[0].id}/accept`);
  expect((await look(two)).body.repair.state).toBe('underway');
  await admin('POST', `/tickets/${tickets[0].id}/close`, { reason: 'Đã thay loa' });
  await built.centre.citizens.watch.look();
  for (const each of [one, two]) expect((await look(each)).body.repair).toMatchObject({ state: 'mended', mendedMs: built.clock.nowMs });
  const noisy = (await public_('POST', '/public/feedback', { ...said(6, { ...report, trouble: 'noisy' }), device: other })).body;
  expect((await look(noisy)).body.repair, 'too loud is for the office, not for a ladder').toBeNull();
});

test('what waits too long is found as overdue, as the evaluation counts it', async () => {
  expect((await author('GET', '/feedback?overdue=1')).body).toEqual([]);
  built.clock.nowMs += 4 * dayMs;
  await signIn();
  const overdue = (await author('GET', '/feedback?overdue=1&unit=thon-1')).body;
  expect(overdue.length).toBeGreaterThan(1);
  expect(overdue.every((one: { overdue: boolean; state: string }) => one.overdue && one.state !== 'answered')).toBe(true);
  const { facts } = must(await readMonths(built.centre, '2026-11', 1))[0] ?? {};
  expect(measure('08/02536', facts as never).replied, 'one was answered in time').toMatchObject({ part: 1 });
});

test('a poll is opened by another than its author, takes one vote a device, shows nothing before it closes and belongs to nobody after', async () => {
  const nowMs = built.clock.nowMs;
  const wish = {
    ...{ kind: 'poll', unit: 'xa', title: 'Giờ phát sáng', voter: 'device', opensMs: nowMs, closesMs: nowMs + dayMs },
    questions: [{ type: 'one', text: 'Mấy giờ?', options: ['5 giờ', '5 giờ 30'] }],
  };
  const { id } = (await author('POST', '/polls', wish)).body;
  expect((await public_('GET', '/public/polls?unit=thon-1')).body).toEqual([]);
  expect(codeOf(await author('POST', `/polls/${id}/open`)), 'no right').toBe('not-allowed');
  const both = await built.as('ca-hai');
  expect((await both('PUT', `/polls/${id}`, { ...wish, title: 'Giờ phát buổi sáng' })).status).toBe(200);
  expect(codeOf(await both('POST', `/polls/${id}/open`)), 'whoever wrote it anew is its author as well').toBe('own-work');
  expect((await approver('POST', `/polls/${id}/open`)).body).toMatchObject({ state: 'open' });
  const vote = (word: string, option: number) =>
    public_('POST', `/public/polls/${id}/ballots`, { device: word, unit: 'thon-1', answers: [[option]] });
  expect((await vote(device, 1)).body).toEqual({ poll: id, voter: 'device' });
  expect(codeOf(await vote(device, 0))).toBe('conflict');
  const other = (await public_('POST', '/public/device', {})).body.device;
  await vote(other, 0);
  expect(codeOf(await vote(`${other.slice(0, 22)}.${'A'.repeat(22)}`, 0)), 'a device that nobody gave').toBe('bad-input');
  expect((await public_('GET', '/public/polls?unit=thon-1')).body).toMatchObject([{ id, state: 'open', result: null }]);
  expect((await author('GET', '/polls')).body).toMatchObject([{ ballots: 2, result: null }]);
  expect((await public_('POST', '/public/my-data', { device })).body.polls).toEqual([id]);
  built.clock.nowMs += dayMs;
  await signIn();
  await built.centre.citizens.watch.look();
  expect((await public_('GET', '/public/polls?unit=thon-2')).body).toMatchObject([
    { state: 'closed', result: { ballots: 2, questions: [{ counts: [1, 1], answered: 2 }] } },
  ]);
  expect(codeOf(await vote(device, 1))).toBe('conflict');
  expect((await public_('POST', '/public/my-data', { device })).body.polls, 'counted ballots belong to nobody').toEqual([]);
});

test('ratings take the place of one’s own, for the month that runs alone, and come into the evaluation', async () => {
  const month = '2026-11';
  const rate = (stars: number, more: object = {}) =>
    public_('POST', '/public/ratings', { device, level: 'commune', month, unit: 'thon-1', stars, ...more });
  await rate(1);
  await rate(1, { unit: 'xa' });
  await rate(1, { unit: 'thon-2' });
  expect((await rate(5)).body, 'whichever place somebody names, it is one voice').toEqual({ stars: 5, voter: 'device' });
  expect(codeOf(await rate(5, { month: '2026-10' }))).toBe('not-yet');
  expect(codeOf(await public_('POST', '/public/ratings', { device, item: 'khong-co', unit: 'xa', stars: 3 }))).toBe('not-found');
  const [row] = (await author('GET', `/feedback-statistics?unit=xa&month=${month}`)).body.rows;
  expect(row.ratings.commune).toEqual([0, 0, 0, 0, 1]);
  const { facts } = must(await readMonths(built.centre, month, 1))[0] ?? {};
  expect(measure('08/02536', facts as never).ratings.commune).toEqual([0, 0, 0, 0, 1]);
});

test('a centre without a gateway verifies no phones, and says so', async () => {
  expect(codeOf(await public_('POST', '/public/phone', { phone: '0912345678', device }))).toBe('offline');
});

test('what is kept of a device is told whole and erased whole; its figures stay', async () => {
  const before = (await public_('POST', '/public/my-data', { device })).body;
  expect(before.feedback.length).toBeGreaterThan(3);
  expect(before.ratings).toMatchObject([{ about: 'level 2026-11 commune', stars: 5 }]);
  const erased = (await public_('POST', '/public/my-data/erase', { device })).body;
  expect(erased).toEqual({ feedback: before.feedback.length, ratings: 1, pushes: 0, ballots: 0 });
  expect((await public_('POST', '/public/my-data', { device })).body).toMatchObject({ feedback: [], ratings: [], pushes: [], polls: [] });
  expect((await public_('POST', '/public/feedback/mine', { device })).body).toEqual([]);
  const [row] = (await author('GET', '/feedback-statistics?unit=xa&month=2026-11')).body.rows;
  expect(row).toMatchObject({ received: 7, answered: 1 });
  const all = (await author('GET', '/feedback?limit=200')).body;
  expect(all.filter((one: { erased: boolean }) => one.erased).every((one: { text: string }) => one.text === '')).toBe(true);
  const audit = await built.centre.store.audit.entries(0, 1_000);
  for (const act of [
    'feedback.send',
    'feedback.answer',
    'feedback.publish',
    'feedback.erase',
    'poll.open',
    'poll.count',
    'poll.second-vote',
    'citizen.erase',
  ])
    expect(audit.map((one) => one.act)).toContain(act);
  expect(JSON.stringify(audit), 'the audit holds no words of residents').not.toContain('Đèn đường');
});

test('of what was settled long ago the words go by themselves', async () => {
  const other = (await public_('POST', '/public/device', {})).body.device;
  const { number, secret } = (await public_('POST', '/public/feedback', { ...said(9), device: other })).body;
  const id = await idOf(number);
  await author('POST', `/feedback/${id}/answer`, { seen: 0, text: 'Đã xong' });
  built.clock.nowMs += 364 * dayMs;
  await built.centre.citizens.watch.look();
  expect((await public_('POST', '/public/feedback/look', { number, secret })).status).toBe(200);
  built.clock.nowMs += 2 * dayMs;
  await built.centre.citizens.watch.look();
  expect(codeOf(await public_('POST', '/public/feedback/look', { number, secret }))).toBe('not-found');
  expect(must(await built.centre.citizens.office.find(id, [{ role: 'leader', area: '08' }])).text).toBe('');
});

test('ten a day of one device, and no more', async () => {
  const other = (await public_('POST', '/public/device', {})).body.device;
  const codes: number[] = [];
  for (let n = 0; n <= citizenLimits.feedbackPerDay; n++)
    codes.push((await built.centre.citizens.desk.send({ ...fed(said(100 + n)), device: other }, '10.0.0.9')).ok ? 201 : 429);
  expect(codes).toEqual([...Array(citizenLimits.feedbackPerDay).fill(201), 429]);
});

function fed(wish: object) {
  return {
    category: 'other',
    pole: null,
    trouble: null,
    item: null,
    photos: [],
    sound: null,
    phone: null,
    mayPublish: false,
    ...wish,
  } as never as Parameters<BuiltCentre['centre']['citizens']['desk']['send']>[0];
}
