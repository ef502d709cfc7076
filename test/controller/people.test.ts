// Accounts, invitations and passwords by REST: who may tend whom, what ends with what, what is never told.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountAnswer } from '../../schemas/people.ts';
import { type Asker, accounts, type BuiltCentre, codeOf, makeCentre, password, seedOf } from './built-centre.ts';

const area = '08/02536';
const good = 'trau-den-leo-cot-dien-7';
const hourMs = 3600_000;
let built: BuiltCentre;
let [admin, hamlet, author]: Asker[] = [];

beforeEach(async () => {
  const people = [
    ...accounts,
    { account: 'quan-tri-thon', title: 'Quản trị thôn 1', roles: ['administrator'], area: `${area}/thon-1` },
    { account: 'lanh-dao', title: 'Lãnh đạo', roles: ['leader'] },
    { account: 'kiem-tra', title: 'Kiểm tra', roles: ['auditor'] },
  ];
  built = await makeCentre(seedOf({ accounts: people.map((account) => ({ ...account, password })) }));
  [admin, hamlet, author] = await Promise.all(['quan-tri', 'quan-tri-thon', 'tac-gia'].map(built.as));
});
afterEach(() => built.stop());

const ask = (who: Asker | undefined): Asker => who as Asker;
const wish = (account: string, role = 'technician', where = `${area}/thon-1`) => ({
  account,
  title: 'Người mới',
  grants: [{ role, area: where }],
});
const acts = async () => (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);
const tokenOf = (answer: { body: { path?: string; invitation?: { path: string } } }) =>
  (answer.body.path ?? answer.body.invitation?.path ?? '').replace('/invite#token=', '');

/** A new technician of hamlet 1 who has opened the link. */
async function invited(account = 'moi'): Promise<void> {
  const made = await ask(admin)('POST', '/accounts', wish(account));
  expect((await built.stranger('POST', '/invitation', { token: tokenOf(made), password: good })).status).toBe(204);
}

describe('an account', () => {
  test('is made without any password; its link works once, the person chooses, and the answer never tells a hash', async () => {
    const made = await ask(admin)('POST', '/accounts', wish('moi'));
    expect(made.body).toMatchObject({
      account: 'moi',
      state: 'invited',
      factor: 'none',
      invitation: { path: expect.stringMatching(/^\/invite#token=/) },
    });
    expect((await built.enter('moi', '')).status).toBe(400);
    expect(codeOf(await built.enter('moi', good))).toBe('wrong-credentials');
    const token = tokenOf(made);
    const look = await built.stranger('POST', '/invitation/look', { token });
    expect(look.body).toMatchObject({ account: 'moi', title: 'Người mới' });
    expect(codeOf(await built.stranger('POST', '/invitation', { token: '0'.repeat(48), password: good }))).toBe('not-found');
    expect(codeOf(await built.stranger('POST', '/invitation', { token, password: 'ngan' }))).toBe('bad-input');
    expect(codeOf(await built.stranger('POST', '/invitation', { token, password: 'nguoi-moi-nguoi-moi' }))).toBe('weak-password');
    expect((await built.stranger('POST', '/invitation', { token, password: good })).status).toBe(204);
    expect(codeOf(await built.stranger('POST', '/invitation', { token, password: good }))).toBe('not-found');
    expect((await built.enter('moi', good)).body).toMatchObject({ account: 'moi', roles: ['technician'] });
    const list = await ask(admin)('GET', '/accounts');
    expect(list.body.find((one: { account: string }) => one.account === 'moi')).toMatchObject({ state: 'active', invitedUntilMs: null });
    // `seen` is a hash of what stands beside it.
    const told = JSON.stringify([made.body.account, list.body], (name, value) => (name === 'seen' ? undefined : value));
    expect(told).not.toMatch(/argon2|passwordHash|[0-9a-f]{64}/);
    expect(await acts()).toEqual(expect.arrayContaining(['quan-tri account.add moi', 'moi account.password moi']));
  });

  test('has a link that ends after three days, and gives way to a newer one', async () => {
    const made = await ask(admin)('POST', '/accounts', wish('moi'));
    const newer = await ask(admin)('POST', '/accounts/moi/invitation');
    expect(codeOf(await built.stranger('POST', '/invitation/look', { token: tokenOf(made) }))).toBe('not-found');
    built.clock.nowMs += 72 * hourMs;
    const late = await built.stranger('POST', '/invitation', { token: tokenOf(newer), password: good });
    expect([late.status, codeOf(late)]).toEqual([410, 'expired']);
  });

  test('is listed to administrators, leaders and auditors of its whole area, to nobody else', async () => {
    const names = async (who: Asker) => ((await who('GET', '/accounts')).body as { account: string }[]).map(({ account }) => account);
    await ask(admin)('POST', '/accounts', wish('moi'));
    for (const who of [ask(admin), await built.as('lanh-dao'), await built.as('kiem-tra')]) expect(await names(who)).toContain('truc-ban');
    expect(await names(ask(hamlet))).toEqual(['moi', 'quan-tri-thon']);
    for (const who of [ask(author), await built.as('ky-thuat'), await built.as('truc-ban')])
      expect((await who('GET', '/accounts')).status).toBe(403);
  });

  test('gets rights inside the giver’s area only, changed or made', async () => {
    expect(codeOf(await ask(hamlet)('POST', '/accounts', wish('a', 'technician', area)))).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('POST', '/accounts', { ...wish('a'), grants: [] }))).toBe('not-allowed');
    expect((await ask(hamlet)('POST', '/accounts', wish('a'))).status).toBe(201);
    expect(
      codeOf(
        await ask(hamlet)('PUT', '/accounts/a', wish('a', 'duty', area).grants && { title: 'x', grants: wish('a', 'duty', area).grants }),
      ),
    ).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('PUT', '/accounts/quan-tri', { title: 'x', grants: [] }))).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('POST', '/accounts/truc-ban/disable'))).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('POST', '/accounts/truc-ban/invitation'))).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('DELETE', '/duty/factors/truc-ban'))).toBe('not-allowed');
    expect(codeOf(await ask(admin)('POST', '/accounts', wish('a')))).toBe('conflict');
    expect(codeOf(await ask(admin)('PUT', '/accounts/khong-co', { title: 'x', grants: [] }))).toBe('not-found');
    expect(codeOf(await ask(admin)('POST', '/accounts', { ...wish('b'), grants: [{ role: 'vua', area }] }))).toBe('bad-input');
    expect(codeOf(await ask(admin)('POST', '/accounts', { ...wish('b'), password: good }))).toBe('bad-input');
  });

  test('changes take effect at the next request of who is signed in', async () => {
    expect((await ask(author)('POST', '/schedules', {})).status).toBe(400);
    await ask(admin)('PUT', '/accounts/tac-gia', { title: 'Tác giả', grants: [{ role: 'author', area }] });
    expect((await ask(author)('POST', '/schedules', {})).status).toBe(403);
  });

  test('that somebody else changed meanwhile is not written over, nor by two at once', async () => {
    const of = async () => ((await ask(admin)('GET', '/accounts')).body as AccountAnswer[]).find(({ account }) => account === 'tac-gia');
    const grants = [{ role: 'author', area }];
    const put = (title: string, seen?: string) =>
      ask(admin)('PUT', `/accounts/tac-gia${seen === undefined ? '' : `?seen=${seen}`}`, { title, grants });
    const before = await of();
    const first = await put('Anh Nam', before?.seen);
    expect(first.status).toBe(200);
    expect(await put('Anh Ba', before?.seen)).toMatchObject({ status: 409, body: { code: 'conflict', path: '/seen' } });
    expect((await of())?.title).toBe('Anh Nam');
    // Shut out and let in again, name and rights stay what was seen.
    await ask(admin)('POST', '/accounts/tac-gia/disable');
    await ask(admin)('POST', '/accounts/tac-gia/enable');
    const both = await Promise.all(['Anh Tư', 'Anh Năm'].map((title) => put(title, first.body.seen)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await put('Anh Nam')).status).toBe(200);
  });

  test('that is one’s own keeps its rights and its standing; its title may change', async () => {
    const grants = [{ role: 'administrator', area }];
    expect((await ask(admin)('PUT', '/accounts/quan-tri', { title: 'Chị Hoa', grants })).body).toMatchObject({ title: 'Chị Hoa' });
    const more = [...grants, { role: 'duty', area }];
    for (const answer of [
      await ask(admin)('PUT', '/accounts/quan-tri', { title: 'x', grants: more }),
      await ask(admin)('POST', '/accounts/quan-tri/disable'),
      await ask(admin)('POST', '/accounts/quan-tri/invitation'),
      await ask(admin)('DELETE', '/duty/factors/quan-tri'),
    ])
      expect(codeOf(answer)).toBe('not-allowed');
  });

  test('of the last administrator cannot be taken away, also when two do it to each other at once', async () => {
    await ask(admin)('POST', '/accounts', wish('hai', 'administrator', area));
    const link = await ask(admin)('POST', '/accounts/hai/invitation');
    await built.stranger('POST', '/invitation', { token: tokenOf(link), password: good });
    const other = (await built.enter('hai', good)).ask;
    const both = await Promise.all([ask(admin)('POST', '/accounts/hai/disable'), other('POST', '/accounts/quan-tri/disable')]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = both[0]?.status === 200 ? ask(admin) : other;
    const name = both[0]?.status === 200 ? 'hai' : 'quan-tri';
    expect((await left('POST', `/accounts/${name}/enable`)).body).toMatchObject({ state: 'active' });
  });

  test('of the last administrator is not lost to an administrator of a hamlet, nor to one who was only invited', async () => {
    await ask(admin)('POST', '/accounts', wish('hai', 'administrator', area));
    const store = built.centre.store.people;
    const desk = built.centre.people.accounts;
    const province = { account: 'tinh', grants: [{ role: 'administrator' as const, area: '08' }] };
    expect(await desk.disable(province, 'quan-tri')).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    expect(await desk.change(province, 'quan-tri', { title: 'x', grants: [] })).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    expect((await store.account('quan-tri'))?.disabledMs).toBeNull();
  });

  test('that is disabled is out at once: sessions, tokens, link, shift; enabled again it signs in, old tokens stay dead', async () => {
    const technician = await built.as('ky-thuat');
    const made = await technician('POST', '/tokens', { name: 'a', acts: ['read'], area, expMs: built.clock.nowMs + hourMs, password });
    const bearer = { authorization: `Bearer ${made.body.token}` };
    expect((await built.stranger('GET', '/boxes', undefined, bearer)).status).toBe(200);
    expect((await ask(admin)('POST', '/accounts/ky-thuat/disable')).body).toMatchObject({ state: 'disabled' });
    expect(codeOf(await technician('GET', '/boxes'))).toBe('not-signed-in');
    expect(codeOf(await built.stranger('GET', '/boxes', undefined, bearer))).toBe('not-signed-in');
    expect(codeOf(await built.enter('ky-thuat', password))).toBe('wrong-credentials');
    expect(codeOf(await ask(admin)('POST', '/accounts/ky-thuat/invitation'))).toBe('conflict');
    expect((await ask(admin)('POST', '/accounts/ky-thuat/enable')).body).toMatchObject({ state: 'active' });
    expect((await built.enter('ky-thuat', password)).status).toBe(200);
    expect(codeOf(await built.stranger('GET', '/boxes', undefined, bearer))).toBe('not-signed-in');
    expect(await acts()).toEqual(expect.arrayContaining(['quan-tri account.disable ky-thuat', 'quan-tri account.enable ky-thuat']));
  });

  test('of a lost password gets a new link; the old password counts until it is used, then every session ends', async () => {
    const approver = await built.as('duyet');
    const link = await ask(admin)('POST', '/accounts/duyet/invitation');
    expect((await approver('GET', '/boxes')).status).toBe(200);
    expect((await built.stranger('POST', '/invitation', { token: tokenOf(link), password: good })).status).toBe(204);
    expect(codeOf(await approver('GET', '/boxes'))).toBe('not-signed-in');
    expect(codeOf(await built.enter('duyet', password))).toBe('wrong-credentials');
    expect((await built.enter('duyet', good)).status).toBe(200);
  });
});

describe('one’s own password', () => {
  test('is changed with the old one, ends the other sessions and keeps this', async () => {
    const other = await built.as('tac-gia');
    const change = (more: object = {}) => ask(author)('PUT', '/account/password', { old: password, password: good, ...more });
    expect((await change({ old: 'sai' })).body).toMatchObject({ code: 'wrong-credentials', path: '/old' });
    expect(codeOf(await change({ password }))).toBe('conflict');
    expect((await change({ password: 'tac-gia-son-duong' })).body).toMatchObject({ code: 'weak-password', path: '/password', status: 422 });
    expect((await change()).status).toBe(204);
    expect(codeOf(await other('GET', '/boxes'))).toBe('not-signed-in');
    expect((await ask(author)('GET', '/boxes')).status).toBe(200);
    expect(codeOf(await built.enter('tac-gia', password))).toBe('wrong-credentials');
  });

  test('is the same password from a keyboard that composes its letters in another way', async () => {
    const marked = 'trâu-đen-leo-cột-điện-7';
    await ask(author)('PUT', '/account/password', { old: password, password: marked.normalize('NFC') });
    expect((await built.enter('tac-gia', marked.normalize('NFD'))).status).toBe(200);
  });
});

test('a link lost among many accounts opens only its own', async () => {
  await invited('mot');
  await invited('hai');
  expect((await built.enter('mot', good)).body.account).toBe('mot');
  expect((await built.enter('hai', good)).body.account).toBe('hai');
});
