// What of orders, the duty book and the audit somebody reads whose rights lie in one hamlet, in another, or over the whole commune.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, password, seedOf } from './built-centre.ts';
import { addOrder } from './order-rows.ts';

const area = '08/02536';
const people = [
  { account: 'lanh-dao', title: 'Lãnh đạo xã', roles: ['leader', 'auditor'] },
  { account: 'thon-1', title: 'Thôn 1', roles: ['leader', 'auditor'], area: `${area}/thon-1` },
  { account: 'thon-9', title: 'Thôn 9', roles: ['leader', 'auditor'], area: `${area}/thon-9` },
  { account: 'tho-1', title: 'Thợ thôn 1', roles: ['technician'], area: `${area}/thon-1` },
  { account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'] },
  { account: 'truc-ban', title: 'Trực ban', roles: ['duty'] },
];
let built: BuiltCentre;
let whole: Asker;
let inside: Asker;
let outside: Asker;

beforeAll(async () => {
  const accounts = people.map((one) => ({ ...one, password }));
  built = await makeCentre(seedOf({ accounts, groups: [{ id: 'thon-1', name: 'Thôn 1' }] }));
  const technician = await built.as('ky-thuat');
  for (const [id, home] of [
    ['hop-1', 'thon-1'],
    ['hop-9', 'thon-9'],
  ])
    await technician('POST', '/boxes', {
      ...{ id, name: id, area: `${area}/${home}`, groups: ['thon-1'] },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
  await addOrder(built.centre, { id: 'ca-xa', area, boxes: ['hop-1', 'hop-9'], givenMs: 3 });
  await addOrder(built.centre, { id: 'rieng-1', area: `${area}/thon-1`, boxes: ['hop-1'], givenMs: 2 });
  [whole, inside, outside] = (await Promise.all(['lanh-dao', 'thon-1', 'thon-9'].map((name) => built.as(name)))) as [Asker, Asker, Asker];
});
afterAll(() => built.stop());

test('an order is seen where it holds and above, elsewhere it is not there; of its boxes each sees the own', async () => {
  const orders = async (ask: Asker) =>
    ((await ask('GET', '/orders')).body as { id: string; progress: { box: string }[] }[]).map(({ id, progress }) => [
      id,
      progress.map(({ box }) => box).sort(),
    ]);
  expect(await orders(whole)).toEqual([
    ['ca-xa', ['hop-1', 'hop-9']],
    ['rieng-1', ['hop-1']],
  ]);
  expect(await orders(inside)).toEqual([
    ['ca-xa', ['hop-1']],
    ['rieng-1', ['hop-1']],
  ]);
  expect(await orders(outside)).toEqual([['ca-xa', ['hop-9']]]);
  expect((await inside('GET', '/orders/rieng-1')).status).toBe(200);
  expect(codeOf(await outside('GET', '/orders/rieng-1'))).toBe('not-found');
  expect(codeOf(await outside('GET', '/orders/rieng-1.cap'))).toBe('not-found');
  expect((await outside('GET', '/orders/ca-xa')).body.progress).toHaveLength(1);
});

const ids = (answer: { body: { id: string }[] }) => answer.body.map(({ id }) => id);
const nextOf = (answer: { headers: object }) =>
  /^<\/api(\/[^>]+)>; rel="next"$/.exec(String((answer.headers as Record<string, unknown>)['link'] ?? ''))?.[1];

test('a part of the orders is full of what is seen, whatever lies between', async () => {
  for (let n = 0; n < 4; n++) await addOrder(built.centre, { id: `them-${n}`, area: `${area}/thon-1`, givenMs: 10 + n });
  const first = await outside('GET', '/orders?limit=4');
  expect([ids(first), nextOf(first)]).toEqual([['ca-xa'], undefined]);
  const part = await whole('GET', '/orders?limit=4');
  expect(ids(part)).toEqual(['them-3', 'them-2', 'them-1', 'them-0']);
  expect(ids(await whole('GET', nextOf(part) ?? ''))).toEqual(['ca-xa', 'rieng-1']);
});

test('an order that stands is told however many newer ones are over, to who sees it', async () => {
  const expMs = built.clock.nowMs + 60_000;
  await addOrder(built.centre, { id: 'con-1', area: `${area}/thon-1`, givenMs: 4, expMs });
  await addOrder(built.centre, { id: 'con-xa', area, givenMs: 5, expMs });
  await addOrder(built.centre, { id: 'da-het', area, givenMs: 6, expMs, clearedMs: 7 });
  for (let n = 0; n < 101; n++) await addOrder(built.centre, { id: `moi-${n}`, area, givenMs: 10_000 + n });
  expect(ids(await whole('GET', '/orders?state=active'))).toEqual(['con-xa', 'con-1']);
  expect(ids(await outside('GET', '/orders?state=active&limit=1'))).toEqual(['con-xa']);
  const over = (await whole('GET', '/orders?state=over&limit=100')).body as { state: string }[];
  expect([over.length, over.filter(({ state }) => state === 'active')]).toEqual([100, []]);
  expect(codeOf(await whole('GET', '/orders?state=cleared'))).toBe('bad-input');
});

test('the duty book is read by who reads the whole centre; others see who is on duty, and what is their own', async () => {
  const { nowMs } = built.clock;
  const entry = { person: 'truc-ban', place: 'first' as const, fromMs: nowMs - 1, toMs: nowMs + 3_600_000 };
  const act = { atMs: 1, actor: 'x', act: 'duty.roster', subject: 'x', sha256: '' };
  await built.centre.store.duty.addEntry({ id: 'lich-truc', ...entry }, act);
  const ended = { endedMs: null, endedWhy: null, handedTo: null, wrongPins: 0 };
  const shift = { id: 'ca-1', person: 'truc-ban', place: 'first' as const, startedMs: 1, untilMs: nowMs - 1, note: 'việc riêng' };
  await built.centre.store.duty.startShift({ ...shift, ...ended }, act);
  const span = `fromMs=${nowMs - 10}&toMs=${nowMs + 10}`;
  const read = async (ask: Asker) => {
    const duty = (await ask('GET', '/duty')).body;
    const roster = (await ask('GET', `/duty/roster?${span}`)).body as unknown[];
    return [roster.length, duty.now.length, duty.shifts.length, duty.people.length > 0];
  };
  expect(await read(whole)).toEqual([1, 1, 1, true]);
  expect(await read(await built.as('truc-ban'))).toEqual([1, 1, 1, true]);
  expect(await read(inside)).toEqual([0, 1, 0, false]);
});

test('of the audit a hamlet reads the acts of its own people; the commune reads all, and the centre’s own', async () => {
  const actors = async (ask: Asker) =>
    new Set(((await ask('GET', '/audit?limit=1000')).body as { actor: string }[]).map(({ actor }) => actor));
  const store = built.centre.store.audit;
  for (const actor of ['tho-1', 'tho-1 token-1', 'tho-10', 'centre'])
    await store.append({ atMs: 1, actor, act: 'x', subject: 'x', sha256: '' });
  const all = await actors(whole);
  for (const actor of ['centre', 'tho-1', 'tho-10', 'ky-thuat', 'lanh-dao']) expect(all).toContain(actor);
  expect(await actors(inside)).toEqual(new Set(['thon-1', 'tho-1', 'tho-1 token-1']));
  expect(await actors(outside)).toEqual(new Set(['thon-9']));
});

// Last: its rows of the audit fill a part of that.
test('who sees nothing of a long list is led on through it, a bounded look at a time', async () => {
  for (let n = 0; n < 2_100; n++) await addOrder(built.centre, { id: `xa-${n}`, area: `${area}/thon-1`, givenMs: 20_000 + n });
  const first = await outside('GET', '/orders?limit=4');
  expect(first.body).toEqual([]);
  expect(ids(await outside('GET', nextOf(first) ?? ''))[0]).toBe('moi-100');
});
