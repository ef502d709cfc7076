// Three communes, the second officer asleep: who is rung when, when one officer may act alone, and that all of it is written down.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { until } from '../wire/waiting.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, password, seedOf, startMs, statementIn } from './built-centre.ts';
import { installOfficers, OfficerDevice } from './officer-device.ts';

const people = [
  { account: 'an', title: 'An', roles: ['duty'] },
  { account: 'binh', title: 'Bình', roles: ['duty'] },
  { account: 'chi', title: 'Chi', roles: ['duty'] },
  { account: 'lan', title: 'Lan', roles: ['leader'] },
].map((account) => ({ ...account, password }));
const groups = ['xa-1', 'xa-2', 'xa-3'];
const wish = { template: 'lu-quet', groups };
const [an, binh, chi] = ['an', 'binh', 'chi'].map((name) => new OfficerDevice(name)) as [OfficerDevice, OfficerDevice, OfficerDevice];
const hourMs = 3600_000;

let built: BuiltCentre;
let dir: string;
let [first, second, next, leader]: Asker[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-ladder-'));
  const province = { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
  must(
    await initialise(dir, seedOf({ centre: province, accounts: people, groups: groups.map((id) => ({ id, name: `Loa ${id}` })) }), startMs),
  );
  must(await installOfficers(dir, [an, binh, chi], startMs, { breakGlass: { an: { area: '08', maxMs: 600_000 } } }));
  built = await makeCentre({}, dir);
  [first, second, next, leader] = await Promise.all(['an', 'binh', 'chi', 'lan'].map(built.as));
  for (const [person, place, from, to] of [
    ['an', 'first', -1, 11],
    ['binh', 'second', -1, 11],
    ['lan', 'leader', -1, 11],
    ['chi', 'first', 11, 23],
  ] as const)
    await ask(leader)('POST', '/duty/roster', { person, place, fromMs: startMs + from * hourMs, toMs: startMs + to * hourMs });
  await an.beginShift(ask(first));
});
afterEach(async () => {
  await built.stop();
  await rm(dir, { recursive: true, force: true });
});

const ask = (who: Asker | undefined): Asker => who as Asker;
const ladder = () => built.centre.duty.ladder;
/** The clock goes on and the ladder looks, as its timer makes it. */
const later = async (ms: number): Promise<void> => {
  built.clock.nowMs += ms;
  await ladder().look();
};
const request = async () => (await ask(first)('GET', '/order-requests')).body[0];
const rungPeople = async () => (await request()).ladder.rung.map(({ person }: { person: string }) => person);
const ringsOf = async (who: Asker | undefined) => (await ask(who)('GET', '/duty/rings')).body;
/** Told in the background, after the order is on its way. */
const told = () => until('the leader to be told', async () => ((rings) => (rings.length > 0 ? rings : undefined))(await ringsOf(leader)));
const called = async (id: string) =>
  (await built.centre.store.duty.ringsAbout(id)).flatMap(({ kind, person }) => (kind === 'told' ? [] : [person]));
const breakGlass = (more: object = {}) =>
  ask(first)('POST', '/order-requests', { ...wish, breakGlass: true, reason: 'Không ai nghe máy', ...more });

async function firstSignature(): Promise<string> {
  const made = (await ask(first)('POST', '/order-requests', wish)).body;
  expect(made.needed).toBe(2);
  const waiting = await ask(first)('POST', `/order-requests/${made.id}/approve`, an.sign(made));
  expect(waiting.body).toMatchObject({ state: 'waiting' });
  await ladder().look();
  return made.id;
}

describe('an order for three communes while the second officer sleeps', () => {
  test('climbs, offers to break the glass within four minutes, and everything is in the audit', async () => {
    const beganMs = built.clock.nowMs;
    const id = await firstSignature();
    expect(await rungPeople()).toEqual(['binh']);
    expect((await request()).ladder).toMatchObject({ next: { people: ['Chi'], atMs: beganMs + 90_000 }, offer: null });
    expect(codeOf(await breakGlass({ instead: id }))).toBe('not-yet');
    await later(89_000);
    expect(await rungPeople()).toEqual(['binh']);
    await later(1_000);
    expect(await rungPeople()).toEqual(['binh', 'chi']);
    await later(90_000);
    expect((await request()).ladder).toMatchObject({ offer: 'break-glass' });
    expect(await rungPeople()).toEqual(['binh', 'chi', 'lan']);

    expect(codeOf(await breakGlass({ instead: id, reason: ' ' }))).toBe('bad-input');
    expect(codeOf(await breakGlass())).toBe('not-yet');
    expect(codeOf(await breakGlass({ instead: id, groups: ['xa-1'] }))).toBe('not-yet');
    const made = (await breakGlass({ instead: id })).body;
    expect(made).toMatchObject({ needed: 1, breakGlass: true, reason: 'Không ai nghe máy', untilMs: built.clock.nowMs + 600_000 });
    built.clock.nowMs += 30_000;
    expect(codeOf(await ask(first)('POST', `/order-requests/${made.id}/approve`, { ...an.sign(made), pin: '000001' }))).toBe('wrong-code');
    const given = await ask(first)('POST', `/order-requests/${made.id}/approve`, an.sign(made));
    expect(given.body).toEqual({ id: made.id, state: 'given' });
    expect(built.clock.nowMs - beganMs).toBeLessThanOrEqual(4 * 60_000);
    for (const group of groups) expect(built.lastRetained(`loa/1/g/${group}/order`)?.payload.length).toBeGreaterThan(0);

    expect((await ask(first)('GET', '/order-requests')).body).toEqual([]);
    expect((await ask(first)('GET', '/orders')).body[0]).toMatchObject({ authority: 'breakGlass', reason: 'Không ai nghe máy' });
    await ladder().look();
    expect(await ringsOf(second)).toEqual([]);
    expect(await told()).toMatchObject([
      {
        kind: 'told',
        about: made.id,
        title: 'PHÁ KÍNH – Đã phát lệnh khẩn cấp: LŨ QUÉT',
        text: expect.stringMatching(/Loa xa-1, Loa xa-2, Loa xa-3 · .*Không ai nghe máy/),
      },
    ]);
    const written = (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);
    const story = [
      `an order.prepare ${id}`,
      `an order.approve ${id}`,
      `ladder duty.ring ${id} binh`,
      `ladder duty.ring ${id} chi`,
      `ladder duty.ring ${id} lan`,
      `ladder duty.offer-break-glass ${id}`,
      `an order.break-glass ${made.id}`,
      expect.stringMatching(/^an duty.pin-wrong shift-/),
      `an order.approve ${made.id}`,
      `an order.give ${made.id}`,
      `an duty.told ${made.id} lan`,
    ];
    expect(written).toEqual(expect.arrayContaining(story));
    expect(await built.centre.store.audit.verify()).toBeUndefined();
  });

  test('waits for who answers, and stops ringing when the second officer signs', async () => {
    const id = await firstSignature();
    const [ring] = await ringsOf(second);
    expect(ring).toMatchObject({ kind: 'second', mine: true, title: 'Cần người xác nhận thứ hai: LŨ QUÉT' });
    await ask(second)('POST', `/duty/rings/${ring.id}/seen`);
    built.clock.nowMs += 60_000;
    await ask(second)('POST', `/duty/rings/${ring.id}/answer`);
    const { rung } = (await request()).ladder;
    expect(rung).toMatchObject([{ person: 'binh', title: 'Bình', seenMs: built.clock.nowMs - 60_000, answeredMs: built.clock.nowMs }]);
    await later(60_000);
    expect(await rungPeople()).toEqual(['binh']);
    await later(30_000);
    expect(await rungPeople()).toEqual(['binh', 'chi']);
    expect(await ringsOf(next)).toHaveLength(1);

    const made = await request();
    const signed = binh.sign(made);
    const known = (await ask(first)('GET', '/order-requests')).body[0].match;
    expect(codeOf(await ask(second)('POST', `/order-requests/${id}/approve`, { ...signed, match: known }))).toBe('no-shift');
    await binh.beginShift(ask(second));
    const given = await ask(second)('POST', `/order-requests/${id}/approve`, { ...signed, match: known });
    expect(given.body.state).toBe('given');
    await ladder().look();
    expect(await ringsOf(next)).toEqual([]);
    await later(600_000);
    expect(await called(id)).toEqual(['binh', 'chi']);
    expect(await told()).toMatchObject([{ kind: 'told', title: 'Đã phát lệnh khẩn cấp: LŨ QUÉT' }]);
    const frame = built.lastRetained('loa/1/g/xa-2/order');
    expect(frame).toBeDefined();
  });

  test('rings nobody any more once it is withdrawn', async () => {
    const id = await firstSignature();
    await ask(first)('DELETE', `/order-requests/${id}`);
    await later(90_000);
    expect((await built.centre.store.duty.ringsAbout(id)).map(({ person }) => person)).toEqual(['binh']);
    expect(await ringsOf(second)).toEqual([]);
  });
});

describe('an alert that waits for a person', () => {
  test('climbs from who stands to the leader, until somebody decided', async () => {
    const sinceMs = built.clock.nowMs;
    ladder().watch({ kind: 'alert', id: 'alert-1', sinceMs, severity: 'Severe', title: 'Lũ quét' });
    for (let rungs = 0; rungs < 3; rungs++) await later(rungs === 0 ? 0 : 90_000);
    expect((await built.centre.store.duty.ringsAbout('alert-1')).map(({ person }) => person)).toEqual(['an', 'binh', 'lan']);
    expect(await ringsOf(leader)).toMatchObject([{ kind: 'alert', title: 'Cảnh báo chờ xử lý: Lũ quét' }]);
    ladder().answered('alert-1');
    await later(90_000);
    expect(await ringsOf(leader)).toEqual([]);
    expect(await built.centre.store.duty.ringsAbout('alert-1')).toHaveLength(3);
  });
});

test('a statement signed for an order names break-glass, so a box can see it', async () => {
  const id = await firstSignature();
  await later(180_000);
  const made = (await breakGlass({ instead: id })).body;
  expect(statementIn({ payload: Buffer.from(made.statement).toString('base64') }).body).toMatchObject({ breakGlass: true });
});
