// What goes along when units merge, divide, move or end, besides boxes and rights: named before, moved with them, put back by an undo.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import { type Carried, moveCarried } from '../../controller/core/unit-carried.ts';
import { applyPlan, type UnitWorld } from '../../controller/core/unit-plan.ts';
import { ok } from '../../schemas/problems.ts';
import type { UnitChange } from '../../schemas/units.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, password, seedOf } from './built-centre.ts';
import { equipmentFacts } from './register-rig.ts';
import { source, version } from './source-rig.ts';
import { mergeAB, newUnit, personAt, plan, row, world } from './unit-rig.ts';

const thing = (what: Carried['what'], id: string, place: string, untilMs: number | null = null): Carried => ({ what, id, place, untilMs });
const laden = (...carried: Carried[]): UnitWorld => ({ ...world, carried });
const movesOf = (wish: UnitWorld, change = mergeAB) =>
  must(plan(change, { world: wish })).carried?.map(({ what, id, before, after }) => [what, id, before, after]);
const named = (wish: UnitWorld, change = mergeAB) =>
  must(plan(change, { world: wish })).notices.flatMap((one) => (one.is === 'renew' ? [[one.what, one.id, one.area]] : []));

describe('the rule', () => {
  test('areas go where rights over them go; what lies elsewhere and what is over stays', () => {
    const all = laden(
      thing('delegation', 'uq', '08/075/00001'),
      thing('token', 'k', '08/075/00002/thon-1'),
      thing('report-mail', 'm', '08/075'),
      thing('token', 'cu', '08/075/00001', 5),
    );
    expect(movesOf(all)).toEqual([
      ['delegation', 'uq', '08/075/00001', '08/02536'],
      ['token', 'k', '08/075/00002/thon-1', '08/02536/thon-1-2'],
    ]);
    expect(named(all)).toEqual([]);
  });

  test('what reaches further in its new unit is named, as rights are', () => {
    const all = laden(
      thing('delegation', 'uq', '08/075/00001'),
      thing('token', 'k', '08/075/00002/thon-1'),
      thing('token', 'cu', '08/075/00001', 5),
      thing('exchange', 'x', 'a'),
    );
    expect(must(plan(mergeAB, { world: all })).notices.filter((one) => one.is === 'wider' && 'what' in one)).toEqual([
      { is: 'wider', what: 'delegation', id: 'uq', from: '08/075/00001', to: '08/02536' },
    ]);
  });

  test('two places that nobody opened keep a merger from being made while something in force names both, and no longer', () => {
    const both = (untilMs: number | null) =>
      laden(thing('token', 'k', '08/075/00001/thon-9', untilMs), thing('delegation', 'uq', '08/075/00002/thon-9', untilMs));
    expect(plan(mergeAB, { world: both(null) })).toMatchObject({ problem: { code: 'conflict' } });
    expect(plan(mergeAB, { world: both(5) })).toMatchObject({ ok: true });
  });

  test('a foreign system goes with its unit; where two would come to one, both stay and are named', () => {
    expect(movesOf(laden(thing('exchange', 'x', 'a')))).toEqual([['exchange', 'x', 'a', 'moi']]);
    const two = laden(thing('exchange', 'x', 'a'), thing('exchange', 'y', 'b'));
    expect(movesOf(two)).toEqual([]);
    expect(named(two)).toEqual([
      ['exchange', 'x', '08/075/00001'],
      ['exchange', 'y', '08/075/00002'],
    ]);
    const into: UnitChange = { do: 'merge', units: ['a'], into: 'b' };
    expect([movesOf(two, into), named(two, into)]).toEqual([[], [['exchange', 'x', '08/075/00001']]]);
  });

  test('of a unit that divides, what cannot be in several places stays and is named; over a part that is the unit itself it goes on', () => {
    const change: UnitChange = {
      do: 'split',
      unit: 'a',
      parts: [
        { into: newUnit('a-m', 'huyen', 'commune', '00011'), units: ['a-1'], boxes: [] },
        { into: newUnit('a-n', 'huyen', 'commune', '00012'), units: ['a-2'], boxes: ['box-a'] },
      ],
    };
    const all = laden(thing('delegation', 'uq', '08/075/00001'), thing('exchange', 'x', 'a'), thing('token', 'k', '08/075/00001/thon-1'));
    expect(movesOf(all, change)).toEqual([['token', 'k', '08/075/00001/thon-1', '08/075/00011/thon-1']]);
    expect(named(all, change)).toEqual([
      ['delegation', 'uq', '08/075/00001'],
      ['exchange', 'x', '08/075/00001'],
    ]);
  });

  test('a unit that ends takes nothing along', () => {
    const shift = { before: new Map([['a', '08/1']]), after: new Map<string, string>(), follows: new Map([['a', { is: 'end' } as const]]) };
    const { moves, notices } = moveCarried([thing('exchange', 'x', 'a'), thing('report-mail', 'm', '08/1')], shift, 0);
    expect([moves.length, notices.length]).toEqual([0, 2]);
  });

  test('two changes of one day carry it through both', () => {
    const first = must(plan(mergeAB, { world: laden(thing('token', 'k', '08/075/00001')) }));
    const after = applyPlan(laden(thing('token', 'k', '08/075/00001')), first);
    expect(after.carried?.[0]?.place).toBe('08/02536');
  });
});

describe('merger day', () => {
  const juneMs = Date.UTC(2025, 5, 20, 5);
  const julyMs = Date.UTC(2025, 5, 30, 17);
  const units = [
    row('tinh', null, 'province', '08', '08'),
    row('xa-a', 'tinh', 'commune', '08/00001', '00001'),
    row('xa-b', 'tinh', 'commune', '08/00002', '00002'),
    row('xa-c', 'tinh', 'commune', '08/00003', '00003'),
  ];
  const people = [
    { account: 'quan-tri', title: 'Quản trị', roles: ['administrator', 'technician'] },
    { account: 'duyet-a', title: 'Duyệt A', roles: ['approver', 'author'], area: '08/00001' },
    { account: 'thay-a', title: 'Thay A', roles: ['author'], area: '08/00001' },
  ];
  const merge = { do: 'merge', units: ['xa-a', 'xa-b'], into: newUnit('xa-moi', 'tinh', 'commune', '02536') };
  const wish = { date: '2025-07-01', change: merge, note: 'Sáp nhập' };
  const later = '08/02536';
  let built: BuiltCentre;
  const admin: Asker = personAt(() => built, 'quan-tri');
  const giver: Asker = personAt(() => built, 'duyet-a');
  let change: string;

  beforeAll(async () => {
    const centre = { id: 'tinh-08', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
    const accounts = people.map((one) => ({ ...one, password }));
    built = await makeCentre(seedOf({ centre, units, accounts, groups: [] }), undefined, {}, juneMs);
    const lend = { holder: 'thay-a', area: '08/00001', fromMs: juneMs, untilMs: juneMs + 60 * 86_400_000 };
    must2(await giver('POST', '/delegations', lend));
    must2(await giver('POST', '/tokens', { name: 'máy', acts: ['read'], area: '08/00001', expMs: juneMs + 200 * 86_400_000, password }));
    const mail = { to: ['a@xa.example'], report: 'faults', every: 'month', day: 1, hour: 7, format: 'csv' };
    must2(
      await admin('PUT', '/report-mails', [
        { ...mail, id: 'xa-a', area: '08/00001' },
        { ...mail, id: 'ca-tinh' },
      ]),
    );
    const link = { unit: 'xa-a', title: 'Hệ thống A', form: 'rest', unitCode: 'A1' };
    await issueTo('xa-a', 'p1', 1);
    await issueTo('xa-b', 'p2', 2);
    must2(await admin('PUT', '/exchange/he-thong-a', link));
  });
  afterAll(() => built.stop());

  const must2 = (answer: { readonly status: number; readonly body: unknown }) => {
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  };
  const places = async () => {
    const { store, exchange, reportMails } = built.centre;
    return {
      delegation: (await store.approvals.delegations(9)).map(({ area }) => area),
      token: (await store.tokens.tokens()).map(({ area }) => area),
      mails: (await reportMails.mails()).map(({ id, area }) => [id, area]),
      link: (await exchange.links()).map(({ unit }) => unit),
    };
  };
  const mailsAt = (area: string) => [
    ['xa-a', area],
    ['ca-tinh', undefined],
  ];

  test('the preview names what goes along', async () => {
    const { body } = await admin('POST', '/unit-changes/preview', wish);
    const to = body.units.find(({ id }: { id: string }) => id === 'xa-moi').to;
    expect(to).toBe(later);
    const sorted = (body.carried as { what: string }[]).sort((a, b) => (a.what < b.what ? -1 : 1));
    expect(sorted).toMatchObject([
      { what: 'delegation', from: '08/00001', to },
      { what: 'exchange', id: 'he-thong-a', from: 'xa-a', to: 'xa-moi' },
      { what: 'report-mail', id: 'xa-a', from: '08/00001', to },
      { what: 'token', from: '08/00001', to },
    ]);
  });

  test('on the day all of it belongs to the new commune, and what was lent still lets judge there', async () => {
    change = (await admin('POST', '/unit-changes', wish)).body.id;
    expect(await places()).toMatchObject({ delegation: ['08/00001'], link: ['xa-a'] });
    built.clock.nowMs = julyMs;
    await built.centre.units.due();
    expect(await places()).toEqual({ delegation: [later], token: [later], mails: mailsAt(later), link: ['xa-moi'] });
    const borrowed = await built.centre.people.sessions.personOf(await cookieOf('thay-a'));
    expect(must(borrowed).grants.filter(({ delegated }) => delegated)).toMatchObject([{ role: 'approver', area: later }]);
  });

  test('the foreign system hears of what the old commune was issued, and is heard about that', async () => {
    const { exchange, store } = built.centre;
    const act = { atMs: julyMs, actor: 'x', act: 'x', subject: 'x', sha256: '' };
    must(await store.issues.withdraw('p1', (one) => ok({ ...one, withdrawn: { by: 'x', atMs: julyMs, note: '' } }), act));
    const [link] = await store.exchange.links();
    if (!link) throw new Error('it is there');
    const supplied = async () => (await exchange.supplied(link, 0, 9)).map(({ document: { kind, issue } }) => `${kind} ${issue}`);
    expect(await supplied()).toEqual(['item p1', 'withdraw p1', 'item p2']);
    const said = (issue: string) => ({ kind: 'state' as const, unitCode: 'A1', atMs: julyMs, issue, state: 'received' as const, note: '' });
    expect(await exchange.hear(link, [said('p1')], act)).toMatchObject({ ok: true });
    expect(await exchange.hear(link, [said('p9')], act)).toMatchObject({ problem: { code: 'not-found' } });
  });

  test('an undo puts it back, but for what people have changed since; what was put there since stands in its way', async () => {
    const mails = (await built.centre.reportMails.mails()).map((one) => (one.id === 'xa-a' ? { ...one, area: '08/00003' } : one));
    must2(await admin('PUT', '/report-mails', mails));
    const lend = { holder: 'thay-a', area: later, fromMs: julyMs, untilMs: julyMs + 86_400_000 };
    const made = await giver('POST', '/delegations', lend);
    must2(made);
    expect(codeOf(await admin('POST', `/unit-changes/${change}/undo`))).toBe('conflict');
    must2(await giver('POST', `/delegations/${made.body.id}/revoke`, {}));
    must2(await admin('POST', `/unit-changes/${change}/undo`));
    expect(await places()).toMatchObject({ token: ['08/00001'], mails: mailsAt('08/00003'), link: ['xa-a'] });
    expect((await places()).delegation).toContain('08/00001');
  });

  test('equipment of a unit that ends with nothing after it is named before', async () => {
    must2(await admin('PUT', '/register/cum-c', { version: 0, from: '2024-01-01', facts: equipmentFacts({ unit: 'xa-c' }) }));
    const end = { date: '2025-07-01', change: { do: 'close', unit: 'xa-c' } };
    const { body } = await admin('POST', '/unit-changes/preview', end);
    expect(body.notices).toContainEqual({ is: 'renew', what: 'register', id: 'cum-c', area: '08/00003' });
    const merged = { ...wish, change: { ...merge, units: ['xa-b', 'xa-c'] } };
    const wider = { is: 'wider', what: 'report-mail', id: 'xa-a', from: '08/00003', to: later };
    expect((await admin('POST', '/unit-changes/preview', merged)).body.notices).toEqual([wider]);
  });

  async function issueTo(unit: string, id: string, atMs: number): Promise<void> {
    const { store } = built.centre;
    const act = { atMs, actor: 'x', act: 'x', subject: 'x', sha256: '' };
    const latest = version({ state: 'published', author: 'quan-tri' });
    const item = source({ id: `tin-${id}`, unit: 'tinh', latest, published: latest });
    must(await store.sources.decide(item.id, () => ok({ item, versions: [latest] }), act));
    const issue: SourceIssue = {
      ...{ id, item: item.id, by: 'x', atMs, tier: 'normal', to: [unit], levels: ['commune'] },
      ...{ disseminateByMs: null, note: '', withdrawn: null },
    };
    must(await store.issues.add(issue, [waitingEntry(issue, unit)], act));
  }

  async function cookieOf(account: string): Promise<string> {
    return (await built.centre.people.sessions.begin(account, 'factor', { address: '127.0.0.1', device: '' })).cookie;
  }
});
