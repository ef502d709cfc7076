// Tokens of programs: shown once, cut to acts and area, never for what is a person's, ended with time and owner.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../hardware/host/crypto.ts';
import { parse } from '../../schemas/parse.ts';
import { TokenRequest } from '../../schemas/people.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, password } from './built-centre.ts';

const area = '08/02536';
const dayMs = 86_400_000;
const outputs = [{ id: 'main', kind: 'loudspeaker' }];
let built: BuiltCentre;
let technician: Asker;

beforeEach(async () => {
  built = await makeCentre();
  technician = await built.as('ky-thuat');
});
afterEach(() => built.stop());

const wish = (more: object = {}) => ({ name: 'Bản đồ', acts: ['read'], area, expMs: built.clock.nowMs + 30 * dayMs, password, ...more });
const make = async (more: object = {}, who = technician) => (await who('POST', '/tokens', wish(more))).body;
/** A program that shows this word and has no cookie. */
const program =
  (word: string): Asker =>
  (method, path, body, headers = {}) =>
    built.stranger(method, path, body, { authorization: `Bearer ${word}`, ...headers });

describe('a token', () => {
  test('is shown once and stored as a hash; it needs no CSRF word', async () => {
    const made = await make({ acts: ['read', 'box.register'] });
    expect(made.token).toMatch(/^loa_[0-9a-f]{48}$/);
    const listed = (await technician('GET', '/tokens')).body;
    expect(listed).toEqual([{ ...made, token: undefined }]);
    expect((await built.centre.store.tokens.tokens())[0]?.tokenHash).toBe(sha256(Buffer.from(made.token)));
    const box = { id: 'hop-1', name: 'x', area, groups: ['thon-1'], outputs };
    expect((await program(made.token)('POST', '/boxes', box)).status).toBe(201);
    const entries = await built.centre.store.audit.entries(0, 1_000);
    expect(entries).toContainEqual(expect.objectContaining({ act: 'box.register', actor: `ky-thuat ${made.id}` }));
    expect((await technician('GET', '/tokens')).body[0].usedMs).toBe(built.clock.nowMs);
  });

  test('does only what it was made for, and only inside its area', async () => {
    const reader = program((await make()).token);
    expect((await reader('GET', '/boxes')).status).toBe(200);
    const box = (id: string, where: string) => ({ id, name: 'x', area: where, groups: ['thon-1'], outputs });
    expect(codeOf(await reader('POST', '/boxes', box('a', area)))).toBe('not-allowed');
    const hamlet = program((await make({ acts: ['box.register'], area: `${area}/thon-1` })).token);
    expect(codeOf(await hamlet('POST', '/boxes', box('a', area)))).toBe('not-allowed');
    expect((await hamlet('POST', '/boxes', box('b', `${area}/thon-1`))).status).toBe(201);
    expect(codeOf(await hamlet('GET', '/boxes'))).toBe('not-allowed');
  });

  test('is never more than its owner: neither when made nor when used', async () => {
    expect((await technician('POST', '/tokens', wish({ acts: ['schedule.write'] }))).body).toMatchObject({
      code: 'not-allowed',
      path: '/acts',
    });
    expect((await technician('POST', '/tokens', wish({ area: '08' }))).body).toMatchObject({ code: 'not-allowed', path: '/acts' });
    const word = (await make({ acts: ['read', 'box.register'] })).token;
    const admin = await built.as('quan-tri');
    await admin('PUT', '/accounts/ky-thuat', { title: 'x', grants: [{ role: 'leader', area }] });
    expect((await program(word)('GET', '/boxes')).status).toBe(200);
    expect(codeOf(await program(word)('POST', '/boxes', {}))).toBe('not-allowed');
    await admin('PUT', '/accounts/ky-thuat', { title: 'x', grants: [] });
    expect(codeOf(await program(word)('GET', '/boxes'))).toBe('not-allowed');
  });

  test('cannot be made for orders, duty, mandates, live, accounts, tokens', async () => {
    for (const act of [
      'order.give',
      'order.stop',
      'duty.roster',
      'mandate.sign',
      'live.open',
      'relay.write',
      'account.read',
      'token.write',
      'policy.write',
    ])
      expect([act, parse(TokenRequest, wish({ acts: [act] })).ok]).toEqual([act, false]);
    expect(parse(TokenRequest, wish()).ok).toBe(true);
    expect(codeOf(await technician('POST', '/tokens', wish({ acts: ['order.give'] })))).toBe('bad-input');
  });

  test('answers no rings, changes nobody’s own account and ends no session, whatever it may read', async () => {
    const reader = program((await make()).token);
    for (const [method, path] of [
      ['POST', '/duty/rings/test'],
      ['POST', '/duty/rings/x/answer'],
      ['GET', '/account'],
      ['GET', '/tokens'],
      ['POST', '/tokens'],
      ['DELETE', '/account/sessions'],
      ['PUT', '/account/password'],
    ] as const)
      expect([path, codeOf(await reader(method, path, method === 'GET' ? undefined : {}))]).toEqual([path, 'not-allowed']);
    expect((await reader('GET', '/session')).status).toBe(204);
    expect(codeOf(await reader('DELETE', '/session'))).toBe('not-signed-in');
  });

  test('never comes together with a cookie', async () => {
    const { token } = await make();
    const both = await technician('GET', '/boxes', undefined, { authorization: `Bearer ${token}` });
    expect([both.status, codeOf(both)]).toEqual([400, 'bad-input']);
  });

  test('that is wrong, old or ended is nobody', async () => {
    const made = await make({ expMs: built.clock.nowMs + dayMs });
    for (const word of ['x', `loa_${'0'.repeat(48)}`, made.token.toUpperCase()])
      expect(codeOf(await program(word)('GET', '/boxes'))).toBe('not-signed-in');
    const ended = await make();
    expect((await technician('DELETE', `/tokens/${ended.id}`)).status).toBe(204);
    expect(codeOf(await program(ended.token)('GET', '/boxes'))).toBe('not-signed-in');
    expect(codeOf(await technician('DELETE', `/tokens/${ended.id}`))).toBe('not-found');
    built.clock.nowMs += dayMs;
    expect(codeOf(await program(made.token)('GET', '/boxes'))).toBe('not-signed-in');
  });

  test('needs an end within a year, a name, the password again, and there are at most twenty', async () => {
    expect((await technician('POST', '/tokens', wish({ expMs: built.clock.nowMs + 400 * dayMs }))).body).toMatchObject({
      code: 'bad-input',
      path: '/expMs',
    });
    expect((await technician('POST', '/tokens', wish({ expMs: built.clock.nowMs }))).body).toMatchObject({
      code: 'bad-input',
      path: '/expMs',
    });
    expect((await technician('POST', '/tokens', { ...wish(), expMs: undefined })).body).toMatchObject({ code: 'bad-input' });
    expect((await technician('POST', '/tokens', wish({ password: 'sai' }))).body).toMatchObject({
      code: 'wrong-credentials',
      path: '/password',
    });
    const desk = built.centre.people.tokens;
    const owner = { account: 'ky-thuat', grants: [{ role: 'technician' as const, area }] };
    const one = { name: 'x', acts: ['read' as const], area, expMs: built.clock.nowMs + dayMs, password };
    for (let i = 0; i < 20; i++) expect((await desk.make(owner, one)).ok).toBe(true);
    expect(await desk.make(owner, one)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });

  test('of others is seen and ended by an administrator of their area, by nobody else', async () => {
    const { id } = await make();
    const admin = await built.as('quan-tri');
    const author = await built.as('tac-gia');
    expect((await admin('GET', '/tokens')).body).toMatchObject([{ id, account: 'ky-thuat' }]);
    expect((await author('GET', '/tokens')).body).toEqual([]);
    expect(codeOf(await author('DELETE', `/tokens/${id}`))).toBe('not-found');
    expect((await admin('DELETE', `/tokens/${id}`)).status).toBe(204);
  });
});
