// Signing in to a real centre: password, code, recovery; what half a session may; delays that a restart does not forget.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, password, seedOf, strictSeed } from './built-centre.ts';
import { totp } from './totp.ts';

const minuteMs = 60_000;
let built: BuiltCentre;

beforeEach(async () => {
  built = await makeCentre(strictSeed());
});
afterEach(() => built.stop());

const code = (secret: string) => totp(secret, built.clock.nowMs);
const acts = async (centre = built) => (await centre.centre.store.audit.entries(0, 1_000)).map(({ actor, act }) => `${actor} ${act}`);
const post = (ask: Asker, path: string, body?: object) => ask('POST', path, body);

/** Who asks with the cookie of an answer. */
async function withAnswer(answer: { headers: Record<string, unknown>; body: { csrf: string } }): Promise<Asker> {
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  return (method, path, body, headers = {}) => built.stranger(method, path, body, { cookie, 'x-loa-csrf': answer.body.csrf, ...headers });
}

/** Sets an app up at the first sign-in; answers the secret, the recovery codes, and who is signed in. */
async function enrol(account: string) {
  const half = await built.enter(account, password);
  const shown = (await post(half.ask, '/session/factor')).body;
  const done = await post(half.ask, '/session/factor/confirm', { code: code(shown.secret) });
  return { secret: shown.secret as string, recoveryCodes: shown.recoveryCodes as string[], done, half, ask: await withAnswer(done) };
}

describe('a role that needs a code', () => {
  test('gets half a session for its password, which may do nothing but set the app up, confirm it, or leave', async () => {
    const half = await built.enter('quan-tri', password);
    expect(half.body).toEqual({ account: 'quan-tri', title: 'Quản trị', csrf: expect.any(String), needs: 'enrol', demo: false });
    expect((await half.ask('GET', '/session')).body).toMatchObject({ needs: 'enrol' });
    for (const [method, path] of [
      ['GET', '/boxes'],
      ['GET', '/accounts'],
      ['GET', '/account'],
      ['GET', '/events'],
      ['PUT', '/account/password'],
      ['POST', '/account/factor'],
      ['POST', '/tokens'],
      ['DELETE', '/account/sessions'],
    ] as const)
      expect([path, codeOf(await half.ask(method, path, method === 'GET' ? undefined : {}))]).toEqual([path, 'factor-needed']);
    expect(codeOf(await post(half.ask, '/session/code', { code: '123456' }))).toBe('conflict');
    expect((await half.ask('DELETE', '/session')).status).toBe(204);
    expect(codeOf(await post(half.ask, '/session/factor'))).toBe('not-signed-in');
  });

  test('sets the app up with a picture and ten recovery codes; the first code opens a new session and ends the half', async () => {
    const { secret, recoveryCodes, done, half, ask } = await enrol('quan-tri');
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(done.body).toMatchObject({ account: 'quan-tri', roles: ['administrator'], notice: { refusedTries: 0, recoveryCodesLeft: 10 } });
    expect((await ask('GET', '/accounts')).status).toBe(200);
    expect((await half.ask('GET', '/session')).status).toBe(204);
    expect(codeOf(await half.ask('GET', '/boxes'))).toBe('not-signed-in');
    expect(codeOf(await post(ask, '/session/factor'))).toBe('conflict');
    const told = JSON.stringify([done.body, (await ask('GET', '/account')).body]);
    expect(told).not.toContain(secret);
    expect(await acts()).toEqual(expect.arrayContaining(['quan-tri session.half', 'quan-tri duty.factor', 'quan-tri session.begin']));
  });

  test('is asked for a code at every later sign-in; a code is taken once, a wrong one opens nothing', async () => {
    const { secret } = await enrol('truc-ban');
    const half = await built.enter('truc-ban', password);
    expect(half.body.needs).toBe('code');
    expect(codeOf(await post(half.ask, '/session/code', { code: code(secret) }))).toBe('wrong-code');
    expect(codeOf(await half.ask('GET', '/boxes'))).toBe('factor-needed');
    built.clock.nowMs += 30_000;
    const done = await post(half.ask, '/session/code', { code: code(secret) });
    expect(done.body).toMatchObject({ account: 'truc-ban', notice: { refusedTries: 1, lastRefusedMs: built.clock.nowMs - 30_000 } });
    expect((await (await withAnswer(done))('GET', '/boxes')).status).toBe(200);
  });

  test('cannot get a new secret with the password alone once the app counts', async () => {
    await enrol('truc-ban');
    const half = await built.enter('truc-ban', password);
    expect(codeOf(await post(half.ask, '/session/factor'))).toBe('conflict');
  });

  test('that moves to another phone keeps the old app in force until the new one gave a code', async () => {
    const { secret, ask } = await enrol('truc-ban');
    built.clock.nowMs += 30_000;
    const moved = (await post(ask, '/account/factor', { password, code: code(secret) })).body;
    built.clock.nowMs += 30_000;
    const half = await built.enter('truc-ban', password);
    expect(half.body.needs).toBe('code');
    expect(codeOf(await post(half.ask, '/session/factor/confirm', { code: code(moved.secret) }))).toBe('conflict');
    expect(codeOf(await post(half.ask, '/session/code', { code: code(moved.secret) }))).toBe('wrong-code');
    expect((await post(half.ask, '/session/code', { code: code(secret) })).status).toBe(200);
    expect((await post(ask, '/account/factor/confirm', { code: code(moved.secret) })).status).toBe(204);
    built.clock.nowMs += 30_000;
    const next = await built.enter('truc-ban', password);
    expect(codeOf(await post(next.ask, '/session/code', { code: code(secret) }))).toBe('wrong-code');
    expect((await post(next.ask, '/session/code', { code: code(moved.secret) })).status).toBe(200);
  });

  test('comes in with a recovery code when the phone is lost, once with each, and is told how many are left', async () => {
    const { recoveryCodes } = await enrol('truc-ban');
    const [first = ''] = recoveryCodes;
    const half = await built.enter('truc-ban', password);
    expect((await post(half.ask, '/session/code', { code: first.toLowerCase() })).body).toMatchObject({ notice: { recoveryCodesLeft: 9 } });
    const again = await built.enter('truc-ban', password);
    expect(codeOf(await post(again.ask, '/session/code', { code: first }))).toBe('wrong-code');
  });

  test('gets ten new recovery codes for password and code; those of before count no more', async () => {
    const { secret, recoveryCodes, ask } = await enrol('truc-ban');
    built.clock.nowMs += 30_000;
    expect(codeOf(await post(ask, '/account/recovery-codes', { password: 'sai', code: code(secret) }))).toBe('wrong-credentials');
    const fresh = (await post(ask, '/account/recovery-codes', { password, code: code(secret) })).body.recoveryCodes as string[];
    expect(new Set([...fresh, ...recoveryCodes]).size).toBe(20);
    const half = await built.enter('truc-ban', password);
    expect(codeOf(await post(half.ask, '/session/code', { code: recoveryCodes[1] ?? '' }))).toBe('wrong-code');
    expect((await post(half.ask, '/session/code', { code: fresh[1] ?? '' })).status).toBe(200);
  });

  test('loses what a session opened by the password alone may, as soon as the role is given', async () => {
    const { ask: admin } = await enrol('quan-tri');
    const author = await built.enter('tac-gia', password);
    expect((await author.ask('GET', '/boxes')).status).toBe(200);
    await admin('PUT', '/accounts/tac-gia', { title: 'Tác giả', grants: [{ role: 'duty', area: '08/02536' }] });
    expect(codeOf(await author.ask('GET', '/boxes'))).toBe('factor-needed');
    expect((await author.ask('GET', '/session')).body).toMatchObject({ needs: 'enrol' });
    expect((await post(author.ask, '/session/factor')).status).toBe(201);
  });

  test('has ten minutes to finish', async () => {
    const half = await built.enter('truc-ban', password);
    built.clock.nowMs += 10 * minuteMs;
    expect(codeOf(await post(half.ask, '/session/factor'))).toBe('not-signed-in');
  });

  test('and half a session without the CSRF word is refused', async () => {
    const half = await built.enter('truc-ban', password);
    expect(codeOf(await half.ask('POST', '/session/factor', {}, { 'x-loa-csrf': '0'.repeat(48) }))).toBe('not-allowed');
  });
});

describe('who needs a code', () => {
  test('is what the centre sets: standard officers and administrators, changed by an administrator of the whole centre', async () => {
    expect((await built.enter('tac-gia', password)).body.needs).toBeUndefined();
    const { ask } = await enrol('quan-tri');
    expect((await ask('GET', '/sign-in-settings')).body).toEqual({ factorRoles: ['duty', 'administrator'] });
    expect((await ask('PUT', '/sign-in-settings', { factorRoles: ['author', 'author'] })).body).toEqual({ factorRoles: ['author'] });
    expect((await built.enter('tac-gia', password)).body.needs).toBe('enrol');
    expect((await built.enter('truc-ban', password)).body.needs).toBeUndefined();
    expect(codeOf(await ask('PUT', '/sign-in-settings', { factorRoles: ['vua'] }))).toBe('bad-input');
    // Changed since by another: not written over.
    const seen = ['duty', 'administrator'];
    const late = await ask('PUT', '/sign-in-settings', { factorRoles: [], seen });
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict', path: '/seen' } });
    expect((await ask('GET', '/sign-in-settings')).body).toEqual({ factorRoles: ['author'] });
    expect((await ask('PUT', '/sign-in-settings', { factorRoles: ['author'], seen: ['author'] })).status).toBe(200);
    expect(await acts()).toContain('quan-tri account.sign-in-settings');
  });

  test('is also whoever set an app up, whatever the role', async () => {
    const author = await built.enter('tac-gia', password);
    const shown = (await post(author.ask, '/account/factor', { password })).body;
    await post(author.ask, '/account/factor/confirm', { code: code(shown.secret) });
    expect((await author.ask('GET', '/boxes')).status).toBe(200);
    expect((await built.enter('tac-gia', password)).body.needs).toBe('code');
  });

  test('is nobody in a demo: one touch, since it sounds on simulated boxes only', async () => {
    const demo = await makeCentre(seedOf({ demo: true, signIn: undefined }));
    try {
      expect((await demo.enter('quan-tri', password)).body).toMatchObject({ roles: ['administrator'] });
    } finally {
      await demo.stop();
    }
  });

  test('sets a code up through the setup link, too', async () => {
    const { initialise } = await import('../../controller/init.ts');
    const empty = await makeCentre(seedOf({ signIn: undefined, accounts: [] }));
    try {
      const made = await initialise(empty.dir, {}, empty.clock.nowMs);
      const token = made.ok ? made.value.setupToken : '';
      const wish = { token, account: 'chu-tich', password: 'trau-den-leo-cot-dien-7' };
      expect((await empty.stranger('POST', '/setup', wish)).body).toMatchObject({ account: 'chu-tich', needs: 'enrol' });
    } finally {
      await empty.stop();
    }
  });
});

describe('guessing', () => {
  const guess = (account: string, address: string) => built.enter(account, 'doan-mo', { address });
  const guesses = async (account: string, address: string, count: number) => {
    const codes: string[] = [];
    for (let i = 0; i < count; i++) codes.push(codeOf(await guess(account, address)));
    return codes;
  };

  test('waits longer and longer, and the answer says how long in both languages', async () => {
    expect(await guesses('duyet', '203.0.113.9', 5)).toEqual([...Array(4).fill('wrong-credentials'), 'too-many-requests']);
    const told = await built.enter('duyet', password, { address: '203.0.113.9' });
    expect([told.status, told.body.detail]).toEqual([429, 'Quá nhiều lần sai: chờ 1 giây. / Too many wrong tries: wait 1 s.']);
    built.clock.nowMs += 1_000;
    expect(codeOf(await guess('duyet', '203.0.113.9'))).toBe('wrong-credentials');
    expect((await guess('duyet', '203.0.113.9')).body.detail).toContain('wait 2 s');
  });

  test('is not forgotten by a restart', async () => {
    await guesses('duyet', '203.0.113.9', 5);
    await built.app.close();
    const again = await makeCentre({}, built.dir);
    again.clock.nowMs = built.clock.nowMs;
    try {
      expect((await again.enter('duyet', password, { address: '203.0.113.9' })).status).toBe(429);
    } finally {
      await again.stop();
    }
  });

  test('by strangers keeps the owner out neither at a known address nor, for more than half a minute, at a new one', async () => {
    await built.enter('duyet', password, { address: '198.51.100.4' });
    for (let i = 0; i < 30; i++) {
      await guess('duyet', `203.0.113.${i}`);
      built.clock.nowMs += 10_000;
    }
    await guess('duyet', '203.0.113.99');
    expect((await built.enter('duyet', password, { address: '192.0.2.1' })).status).toBe(429);
    expect((await built.enter('duyet', password, { address: '198.51.100.4' })).status).toBe(200);
    await guesses('duyet', '203.0.113.99', 3);
    built.clock.nowMs += 30_000;
    expect((await built.enter('duyet', password, { address: '192.0.2.1' })).status).toBe(200);
  });

  test('at many accounts from one address is slowed down for that address alone', async () => {
    for (let i = 0; i < 21; i++) await guess(`ten-${i}`, '203.0.113.9');
    expect(codeOf(await guess('ten-99', '203.0.113.9'))).toBe('too-many-requests');
    expect((await built.enter('duyet', password, { address: '198.51.100.4' })).status).toBe(200);
  });

  test('is told to the owner at the next sign-in, once, and written down without made-up names', async () => {
    await guesses('duyet', '203.0.113.9', 4);
    await guesses('khong-co', '203.0.113.10', 4);
    const atMs = built.clock.nowMs;
    built.clock.nowMs += minuteMs;
    const told = await built.enter('duyet', password, { address: '198.51.100.4' });
    expect(told.body.notice).toEqual({ refusedTries: 4, lastRefusedMs: atMs, recoveryCodesLeft: null });
    expect((await built.enter('duyet', password, { address: '198.51.100.4' })).body.notice.refusedTries).toBe(0);
    const delayed = (await built.centre.store.audit.entries(0, 1_000)).filter(({ act }) => act === 'session.delayed');
    expect(delayed.map(({ subject }) => subject)).toEqual(['duyet']);
  });

  test('at codes with a stolen password is slowed down for the account, wherever it comes from', async () => {
    await enrol('truc-ban');
    const codes: string[] = [];
    for (let i = 0; i < 8; i++) {
      const half = await built.enter('truc-ban', password, { address: `203.0.113.${i}` });
      codes.push(codeOf(await post(half.ask, '/session/code', { code: '000000' })) ?? 'none');
    }
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('wrong-code'));
    expect(codes.slice(6)).toEqual(['too-many-requests', 'too-many-requests']);
  });
});
