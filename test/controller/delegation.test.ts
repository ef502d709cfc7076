// Delegated approval: never more than its giver holds, never passed on, never for the giver's own work, over when it is over.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Delegation, delegatedActs, delegationState, grantsUnder, judgeDelegation } from '../../controller/core/delegation.ts';
import { type ActName, acts, type Grant, may, mayAnywhere, rightToJudge } from '../../controller/core/roles.ts';
import { AccountRole } from '../../schemas/api.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { content, makeProvince, type Province, sound } from './source-rig.ts';

const areas = ['08', '08/1', '08/1/a', '08/2', '09'];
const area = fc.constantFrom(...areas);
const grant = fc.record({ role: fc.constantFrom(...AccountRole.options), area }) satisfies fc.Arbitrary<Grant>;
const grants = fc.array(grant, { maxLength: 4 });
const delegation = (change: Partial<Delegation> = {}): Delegation => ({
  ...{ id: 'uq-1', giver: 'sep', holder: 'pho', area: '08', fromMs: 10, untilMs: 20, note: '', madeMs: 1, revoked: null },
  ...change,
});
const party = (account: string, held: readonly Grant[]) => ({ account, grants: held, disabledMs: null });

describe('the laws of a delegation', () => {
  test('whatever its holder may do by it, its giver may do there at that instant, and it is judging or reading', () => {
    fc.assert(
      fc.property(grants, area, area, fc.constantFrom(...(Object.keys(acts) as ActName[])), (held, over, place, act) => {
        const lent = grantsUnder(delegation({ area: over }), party('sep', held), 15);
        if (!may(lent, act, place).ok) return;
        expect(may(held, act, place).ok).toBe(true);
        expect(delegatedActs).toContain(act);
        expect(place === over || place.startsWith(`${over}/`)).toBe(true);
      }),
    );
  });

  test('what is borrowed is never lent again, and delegates nothing', () => {
    fc.assert(
      fc.property(grants, area, (held, over) => {
        const lent = grantsUnder(delegation({ area: over }), party('sep', held), 15);
        expect(grantsUnder(delegation({ giver: 'pho', holder: 'ba', area: over }), party('pho', lent), 15)).toEqual([]);
        expect(mayAnywhere(lent, 'approval.delegate').ok).toBe(false);
        const wish = { id: 'uq-2', holder: 'ba', area: over, fromMs: 10, untilMs: 20, note: '' };
        expect(judgeDelegation(wish, party('pho', lent), party('ba', []), [], 15).ok).toBe(false);
      }),
    );
  });

  test('nobody judges the work of the author by a right that is the author’s own', () => {
    fc.assert(
      fc.property(grants, grants, area, (own, givers, place) => {
        const lent = grantsUnder(delegation(), party('sep', givers), 15);
        const right = rightToJudge([...own, ...lent], 'source.judge', place, 'sep');
        if (right.ok) expect(right.value?.by).not.toBe('sep');
        expect(right.ok).toBe(may(own, 'source.judge', place).ok);
      }),
    );
  });

  test('own rights go before borrowed ones, and it says in whose stead', () => {
    const lent = grantsUnder(delegation({ area: '08/1' }), party('sep', [{ role: 'approver', area: '08' }]), 15);
    const own: Grant = { role: 'approver', area: '08/1' };
    expect(rightToJudge([own, ...lent], 'source.judge', '08/1', 'an')).toEqual({ ok: true, value: null });
    expect(rightToJudge(lent, 'source.judge', '08/1/a', 'an')).toEqual({ ok: true, value: { id: 'uq-1', by: 'sep' } });
    expect(rightToJudge(lent, 'source.judge', '08', 'an')).toMatchObject({ problem: { code: 'not-allowed' } });
  });

  test.each([
    [9, 'to-come', 0],
    [10, 'in-force', 1],
    [19, 'in-force', 1],
    [20, 'over', 0],
  ] as const)('at %i it is %s', (atMs, state, count) => {
    const giver = party('sep', [{ role: 'approver', area: '08' }]);
    expect(delegationState(delegation(), atMs)).toBe(state);
    expect(grantsUnder(delegation(), giver, atMs)).toHaveLength(count);
    expect(grantsUnder(delegation({ revoked: { by: 'sep', atMs: 1, note: '' } }), giver, atMs)).toEqual([]);
    expect(grantsUnder(delegation(), { ...giver, disabledMs: 5 }, atMs)).toEqual([]);
  });
});

describe('over REST', () => {
  let province: Province;
  let approver: Asker;
  let commune: Asker;
  let author: Asker;
  const dayMs = 86_400_000;
  beforeAll(async () => {
    province = await makeProvince();
    [approver, commune, author] = (await Promise.all(['duyet-tinh', 'xa-a', 'bien-tap'].map(province.ask))) as [Asker, Asker, Asker];
  });
  afterAll(() => province.built.stop());
  const wish = (change: object = {}) => {
    const { nowMs } = province.built.clock;
    return { holder: 'xa-a', area: '08', fromMs: nowMs, untilMs: nowMs + dayMs, note: 'QĐ 12', ...change };
  };
  const submitted = async (who: Asker, unit = 'tinh') => {
    const { body } = await who('POST', '/source-items', { unit, content: content({ title: 'Họp thôn' }) });
    await who('POST', `/source-items/${body.id}/submit`, { version: 1 });
    return body.id as string;
  };
  const approve = (who: Asker, id: string) => who('POST', `/source-items/${id}/approve`, { version: 1 });

  test('is given by who may approve there, for a time that is not over, to somebody else', async () => {
    const give = (change: object, who = approver) => who('POST', '/delegations', wish(change));
    expect(codeOf(await give({}, author))).toBe('not-allowed');
    expect(codeOf(await give({ area: '08/00002' }, await province.ask('duyet-a')))).toBe('not-allowed');
    expect((await give({ holder: 'duyet-tinh' })).body).toMatchObject({ code: 'bad-input', path: '/holder' });
    expect((await give({ holder: 'khong-co' })).body).toMatchObject({ code: 'not-found', path: '/holder' });
    expect((await give({ fromMs: 1_000_000, untilMs: 1_000_001 })).body).toMatchObject({ code: 'bad-input', path: '/untilMs' });
    expect((await give({ untilMs: province.built.clock.nowMs + 93 * dayMs })).body).toMatchObject({ path: '/untilMs' });
  });

  test('its holder approves, shown as in whose stead; revoked, no more', async () => {
    const id = await submitted(author);
    expect(codeOf(await approve(commune, id))).toBe('not-allowed');
    const given = await approver('POST', '/delegations', wish());
    expect(given).toMatchObject({ status: 201, body: { giver: 'duyet-tinh', holder: 'xa-a', state: 'in-force' } });
    const done = await approve(commune, id);
    const delegation = { id: given.body.id, by: 'duyet-tinh' };
    expect(done.body.steps.at(-1)).toMatchObject({ step: 'approve', by: 'xa-a', delegation });
    const own = await submitted(commune, 'a');
    expect(codeOf(await approve(commune, own)), 'their own version').toBe('own-work');
    expect(codeOf(await commune('POST', '/delegations', wish({ holder: 'xa-b' }))), 'not passed on').toBe('not-allowed');
    expect(codeOf(await (await province.ask('xa-b'))('POST', `/delegations/${given.body.id}/revoke`, {}))).toBe('not-allowed');
    expect((await commune('GET', '/delegations')).body).toMatchObject([{ id: given.body.id }]);
    expect((await approver('POST', `/delegations/${given.body.id}/revoke`, { note: 'Đã về' })).body.state).toBe('revoked');
    expect(codeOf(await approver('POST', `/delegations/${given.body.id}/revoke`, {}))).toBe('conflict');
    expect(codeOf(await approve(commune, await submitted(author)))).toBe('not-allowed');
    const named = (await province.built.centre.store.audit.entries(0, 9_999))
      .map(({ act }) => act)
      .filter((act) => act.startsWith('approval.'));
    expect(named).toEqual(['approval.delegate', 'approval.revoke']);
  });

  test('an author who may approve cannot have own work approved by delegating', async () => {
    const both = await province.ask('ca-hai');
    const { nowMs } = province.built.clock;
    await both('POST', '/delegations', { holder: 'xa-b', area: '08', fromMs: nowMs, untilMs: nowMs + dayMs });
    const delegate = await province.ask('xa-b');
    expect(codeOf(await approve(delegate, await submitted(both)))).toBe('own-work');
    expect((await approve(delegate, await submitted(author))).body.state).toBe('approved');
  });

  test('it ends by itself, and a programme approved under it says so', async () => {
    await province.upload(sound('b'));
    const make = async () => {
      const { id } = (await author('POST', '/programmes', { title: 'Tin', form: 'audio', tier: 'normal', items: ['b'.repeat(64)] })).body;
      await author('POST', `/programmes/${id}/submit`, {});
      return id as string;
    };
    const given = await approver('POST', '/delegations', wish());
    const id = await make();
    expect((await commune('POST', `/programmes/${id}/approve`, {})).body).toMatchObject({
      ...{ state: 'approved', approver: 'xa-a', delegation: { id: given.body.id, by: 'duyet-tinh' } },
    });
    const late = await make();
    province.built.clock.nowMs += dayMs;
    const again = await province.built.as('xa-a');
    expect(codeOf(await again('POST', `/programmes/${late}/approve`, {}))).toBe('not-allowed');
  });
});
