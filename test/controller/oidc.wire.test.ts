// Signing in by a real provider's word: the way there and back, who is let in, and everything a hostile side can send.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { pendingLifeMs } from '../../controller/core/oidc.ts';
import { initialise } from '../../controller/init.ts';
import { LineError, lineOf } from '../../controller/people/oidc-line.ts';
import { OidcSettings, readOidcSettings } from '../../controller/people/oidc-settings.ts';
import { parseJson } from '../../schemas/parse.ts';
import { makeAuthority } from '../wire/certificates.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, seedOf, startMs, strictSeed } from './built-centre.ts';
import { clientId, clientSecret, openProvider, type TestProvider, type Wrong } from './test-provider.ts';
import { totp } from './totp.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const page = 'https://loa.xa.example';

interface World {
  readonly built: BuiltCentre;
  readonly provider: TestProvider;
  readonly admin: Asker;
  readonly dir: string;
}

async function makeWorld(
  wish: { seed?: object; change?: object; alg?: 'RS256' | 'ES256'; secret?: boolean; mode?: number } = {},
): Promise<World> {
  const { seed = seedOf(), change = {}, alg = 'RS256', secret = true, mode = 0o600 } = wish;
  const provider = await openProvider(alg, secret);
  ends.push(() => provider.stop());
  const dir = await mkdtemp(join(tmpdir(), 'loa-oidc-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  must(await initialise(dir, seed, startMs));
  await writeFile(join(dir, 'oidc-secret'), `${clientSecret}\n`, { mode: 0o600 });
  await chmod(join(dir, 'oidc-secret'), mode);
  await writeFile(join(dir, 'oidc-ca.pem'), provider.ca);
  const settings = {
    ...{ issuer: provider.issuer, clientId, page, name: 'Cổng của tỉnh', caFile: join(dir, 'oidc-ca.pem') },
    ...(secret && { secretFile: join(dir, 'oidc-secret') }),
    ...change,
  };
  await writeFile(join(dir, 'oidc.json'), JSON.stringify(settings));
  const built = await makeCentre({}, dir);
  ends.push(() => built.stop());
  const { cookie, csrf } = await built.centre.people.sessions.begin('quan-tri', 'factor', { address: '127.0.0.1', device: '' });
  const admin: Asker = (method, path, body) => built.stranger(method, path, body, { cookie: `loa_session=${cookie}`, 'x-loa-csrf': csrf });
  return { built, provider, admin, dir };
}

/** A browser with its cookies: begins, is sent back, and says what it then has. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly #built: BuiltCentre;

  constructor(built: BuiltCentre) {
    this.#built = built;
  }

  ask: Asker = async (method, path, body, headers = {}) => {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#built.stranger(method, path, body, { ...(cookie && { cookie }), ...headers });
    for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0|1970/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  };

  begin(back?: string) {
    return this.ask('POST', '/session/oidc', back === undefined ? {} : { back });
  }

  async comeBack(to: URL) {
    const answer = await this.ask('GET', `${to.pathname.replace('/api', '')}${to.search}`);
    return { ...answer, to: String(answer.headers['location']) };
  }

  async session() {
    return (await this.ask('GET', '/session')).body;
  }
}

const link = ({ admin }: World, account: string, subject: string) => admin('PUT', `/accounts/${account}/identity`, { subject });

/** The whole way for one person. */
async function signIn({ built, provider }: World, subject: string, back?: string) {
  const browser = new Browser(built);
  const begun = await browser.begin(back);
  const to = await provider.authorize(begun.body.url, subject);
  return { browser, begun, to, came: await browser.comeBack(to) };
}

const acts = async ({ built }: World) =>
  (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);

describe('without a provider', () => {
  test('the page is told that no other way is set up, and nothing leads anywhere', async () => {
    const built = await makeCentre();
    ends.push(() => built.stop());
    const browser = new Browser(built);
    expect((await browser.ask('GET', '/session/ways')).body).toEqual({ password: { state: 'ready' }, oidc: { state: 'not-set-up' } });
    expect(codeOf(await browser.begin())).toBe('driver-missing');
    expect((await browser.comeBack(new URL(`${page}/api/session/oidc/callback?code=x&state=y`))).to).toBe('/#sign-in=driver-missing');
    const admin = await built.as('quan-tri');
    expect(codeOf(await admin('PUT', '/accounts/tac-gia/identity', { subject: 'p' }))).toBe('driver-missing');
  });
});

describe('a person whom an administrator linked', () => {
  test('signs in by the provider’s word, comes back to the view, and the session says how it came and can be ended like others', async () => {
    const world = await makeWorld();
    expect((await new Browser(world.built).ask('GET', '/session/ways')).body.oidc).toEqual({ state: 'ready', name: 'Cổng của tỉnh' });
    const linked = await link(world, 'tac-gia', 'nguoi-1');
    expect(linked.body).toMatchObject({ issuer: world.provider.issuer, subject: 'nguoi-1', by: 'quan-tri' });
    const { browser, begun, came } = await signIn(world, 'nguoi-1', '/#/lich');
    expect(String(begun.headers['set-cookie'])).toMatch(
      /^loa_oidc=[0-9a-f]{64}; Max-Age=600; Path=\/api\/session\/oidc; HttpOnly; SameSite=Lax$/,
    );
    expect(came).toMatchObject({ status: 303, to: '/#/lich' });
    expect(browser.cookies.has('loa_oidc')).toBe(false);
    expect(await browser.session()).toMatchObject({ account: 'tac-gia', roles: ['author', 'scheduler'] });
    const own = (await browser.ask('GET', '/account')).body;
    expect(own).toMatchObject({
      identity: { subject: 'nguoi-1', by: 'quan-tri' },
      sessions: [{ way: 'oidc', proof: 'password', own: true }],
    });
    expect(
      (await world.admin('GET', '/accounts')).body.find((one: { account: string }) => one.account === 'tac-gia').identity.subject,
    ).toBe('nguoi-1');
    expect(await acts(world)).toEqual(
      expect.arrayContaining(['quan-tri account.identity tac-gia', expect.stringMatching(/^tac-gia session.begin /)]),
    );
    expect((await world.admin('DELETE', '/accounts/tac-gia/sessions')).status).toBe(204);
    expect((await browser.ask('GET', '/boxes')).status).toBe(401);
    expect(await world.built.centre.store.audit.verify()).toBeUndefined();
  });

  test('may come through a public client as well, bound by PKCE, with keys of another kind; a code without its verifier is worth nothing', async () => {
    const world = await makeWorld({ alg: 'ES256', secret: false });
    await link(world, 'tac-gia', 'nguoi-1');
    const { browser } = await signIn(world, 'nguoi-1');
    expect(await browser.session()).toMatchObject({ account: 'tac-gia' });
    const [asked] = world.provider.asked;
    expect(asked?.auth).toBe('');
    expect(asked?.body.get('client_secret')).toBeNull();
    expect(asked?.body.get('code_verifier')).toMatch(/^[\w-]{43,}$/);
    expect(asked?.body.get('redirect_uri')).toBe(`${page}/api/session/oidc/callback`);
  });

  test('still gives the code of the app; only then the session is whole, and it still says how it began', async () => {
    const world = await makeWorld({ seed: strictSeed() });
    await link(world, 'truc-ban', 'nguoi-2');
    const first = await signIn(world, 'nguoi-2');
    const half = await first.browser.session();
    expect(half).toMatchObject({ account: 'truc-ban', needs: 'enrol' });
    expect(codeOf(await first.browser.ask('GET', '/boxes'))).toBe('factor-needed');
    const word = { 'x-loa-csrf': half.csrf };
    const shown = (await first.browser.ask('POST', '/session/factor', undefined, word)).body;
    const code = () => totp(shown.secret, world.built.clock.nowMs);
    expect((await first.browser.ask('POST', '/session/factor/confirm', { code: code() }, word)).status).toBe(200);
    world.built.clock.nowMs += 30_000;
    const { browser } = await signIn(world, 'nguoi-2');
    const again = await browser.session();
    expect(again.needs).toBe('code');
    expect((await browser.ask('POST', '/session/code', { code: code() }, { 'x-loa-csrf': again.csrf })).status).toBe(200);
    expect((await browser.ask('GET', '/account')).body.sessions[0]).toMatchObject({ way: 'oidc', proof: 'factor' });
  });

  test('is not asked again where the settings say which of the provider’s proofs count, and is for all others', async () => {
    const world = await makeWorld({ seed: strictSeed(), change: { factorCounts: { acr: ['muc-3'], amr: ['hwk'] } } });
    await link(world, 'truc-ban', 'nguoi-2');
    const needsAfter = async (more: object) => {
      world.provider.more = more as typeof world.provider.more;
      return (await (await signIn(world, 'nguoi-2')).browser.session()).needs;
    };
    expect(await needsAfter({})).toBe('enrol');
    expect(await needsAfter({ acr: 'muc-2', amr: ['pwd'] })).toBe('enrol');
    expect(await needsAfter({ amr: 'hwk' })).toBe('enrol');
    expect(await needsAfter({ amr: ['pwd', 'hwk'] })).toBeUndefined();
    expect(await needsAfter({ acr: 'muc-3' })).toBeUndefined();
  });

  test('is out with the account disabled and in again with it enabled; unlinked, the sessions of that way end and the password’s stay', async () => {
    const world = await makeWorld();
    await link(world, 'tac-gia', 'nguoi-1');
    await world.admin('POST', '/accounts/tac-gia/disable');
    expect((await signIn(world, 'nguoi-1')).came.to).toBe('/#sign-in=not-allowed');
    expect(await acts(world)).toContain('sign-in session.oidc-refused tac-gia');
    await world.admin('POST', '/accounts/tac-gia/enable');
    const { browser } = await signIn(world, 'nguoi-1');
    const byPassword = await world.built.as('tac-gia');
    expect((await browser.ask('GET', '/account')).status).toBe(200);
    expect((await world.admin('DELETE', '/accounts/tac-gia/identity')).status).toBe(204);
    expect((await browser.ask('GET', '/account')).status).toBe(401);
    expect((await byPassword('GET', '/account')).body.identity).toBeNull();
    expect((await signIn(world, 'nguoi-1')).came.to).toBe('/#sign-in=not-found');
    expect(codeOf(await world.admin('DELETE', '/accounts/tac-gia/identity'))).toBe('not-found');
  });

  test('is one account’s alone, and nobody links the own account', async () => {
    const world = await makeWorld();
    await link(world, 'tac-gia', 'nguoi-1');
    expect(codeOf(await link(world, 'duyet', 'nguoi-1'))).toBe('conflict');
    expect(codeOf(await link(world, 'quan-tri', 'nguoi-9'))).toBe('not-allowed');
    expect(codeOf(await link(world, 'khong-co', 'nguoi-9'))).toBe('not-found');
    expect(codeOf(await link(world, 'duyet', ''))).toBe('bad-input');
  });
});

describe('nobody gets in', () => {
  test('whom no administrator linked: no account, no right, one line in the audit', async () => {
    const world = await makeWorld();
    const before = (await world.admin('GET', '/accounts')).body;
    const { browser, came } = await signIn(world, 'nguoi-la');
    expect(came).toMatchObject({ status: 303, to: '/#sign-in=not-found' });
    expect(await browser.session()).toHaveLength(0);
    expect((await world.admin('GET', '/accounts')).body).toEqual(before);
    expect((await acts(world)).filter((one) => one.includes('oidc-refused'))).toEqual(['sign-in session.oidc-refused oidc']);
  });

  const hourS = 3600;
  const nowS = Math.floor(Date.now() / 1000);
  const table: readonly [string, Wrong, string][] = [
    ['another nonce', { claims: { nonce: 'khac' } }, 'signature-wrong'],
    ['no nonce', { claims: { nonce: undefined } }, 'signature-wrong'],
    ['another issuer', { claims: { iss: 'https://ke-gian.example' } }, 'signature-wrong'],
    ['another audience', { claims: { aud: 'he-thong-khac' } }, 'signature-wrong'],
    ['more audiences, made for another', { claims: { aud: [clientId, 'he-thong-khac'], azp: 'he-thong-khac' } }, 'signature-wrong'],
    ['a token that is over', { claims: { iat: nowS - 2 * hourS, exp: nowS - hourS } }, 'signature-wrong'],
    ['a token of no end', { claims: { exp: undefined as never } }, 'signature-wrong'],
    ['no subject', { claims: { sub: undefined as never } }, 'signature-wrong'],
    ['a subject longer than any', { claims: { sub: 'x'.repeat(256) } }, 'signature-wrong'],
    ['no signature (alg none)', { alg: 'none' }, 'signature-wrong'],
    ['a signature with the secret both know (HS256)', { alg: 'HS256' }, 'signature-wrong'],
    ['a signature with a key of somebody else', { alg: 'foreign' }, 'signature-wrong'],
    ['no id token', { answer: 'bare' }, 'signature-wrong'],
    ['an answer that is no JSON', { answer: 'broken' }, 'signature-wrong'],
    ['an answer larger than anybody reads', { answer: 'huge' }, 'offline'],
    ['a code said to be of another provider', { iss: 'https://ke-gian.example' }, 'bad-input'],
    ['a refusal', { refuse: 'access_denied' }, 'not-allowed'],
  ];
  test('by a token or an answer that is not exactly right', async () => {
    const world = await makeWorld();
    await link(world, 'tac-gia', 'nguoi-1');
    for (const [name, wrong, code] of table) {
      world.provider.wrong = wrong;
      // Each from another minute: the limit of tries is another test's.
      world.built.clock.nowMs += 60_000;
      const browser = new Browser(world.built);
      const begun = await browser.ask('POST', '/session/oidc', {});
      const came = await browser.comeBack(await world.provider.authorize(begun.body.url, 'nguoi-1'));
      expect([name, came.to]).toEqual([name, `/#sign-in=${code}`]);
      expect([name, browser.cookies.size]).toEqual([name, 0]);
    }
    world.provider.wrong = {};
    expect((await acts(world)).filter((one) => one.startsWith('tac-gia'))).toEqual([]);
    expect((await acts(world)).filter((one) => one.includes('oidc-refused')).length).toBe(
      table.filter(([, , code]) => code === 'signature-wrong').length,
    );
    expect((await signIn(world, 'nguoi-1')).came.to).toBe('/');
  });

  test('with another state, from another browser, a second time, or after ten minutes', async () => {
    const world = await makeWorld();
    await link(world, 'tac-gia', 'nguoi-1');
    const begin = async () => {
      const browser = new Browser(world.built);
      const { url } = (await browser.begin()).body;
      return { browser, to: await world.provider.authorize(url, 'nguoi-1') };
    };
    const changed = await begin();
    changed.to.searchParams.set('state', 'khac');
    expect((await changed.browser.comeBack(changed.to)).to).toBe('/#sign-in=bad-input');

    const [mine, theirs] = [await begin(), await begin()];
    expect((await new Browser(world.built).comeBack(mine.to)).to).toBe('/#sign-in=expired');
    // Their code in my browser: the trick that would sign me in as somebody else.
    expect((await mine.browser.comeBack(theirs.to)).to).toBe('/#sign-in=bad-input');

    const once = await begin();
    const cookie = once.browser.cookies.get('loa_oidc') ?? '';
    expect((await once.browser.comeBack(once.to)).to).toBe('/');
    const again = new Browser(world.built);
    again.cookies.set('loa_oidc', cookie);
    expect((await again.comeBack(once.to)).to).toBe('/#sign-in=expired');
    expect(again.cookies.has('loa_session')).toBe(false);

    const late = await begin();
    world.built.clock.nowMs += pendingLifeMs;
    expect((await late.browser.comeBack(late.to)).to).toBe('/#sign-in=expired');
  });

  test('by way of an address to come back to that is not a view of this page', async () => {
    const world = await makeWorld();
    for (const back of [
      'https://ke-gian.example',
      '//ke-gian.example',
      '/\\ke-gian.example',
      '/#/lich\r\nSet-Cookie: x=1',
      '/api/session',
      '#/lich',
    ])
      expect([back, codeOf(await new Browser(world.built).begin(back))]).toEqual([back, 'bad-input']);
  });

  test('with more than the answer of a provider can be, or with nothing', async () => {
    const world = await makeWorld();
    const back = (search: string) => new Browser(world.built).comeBack(new URL(`${page}/api/session/oidc/callback${search}`));
    expect((await back(`?code=${'x'.repeat(5_000)}`)).to).toBe('/#sign-in=bad-input');
    expect((await back('')).to).toBe('/#sign-in=bad-input');
    expect((await back('?code=x&state=y')).to).toBe('/#sign-in=expired');
  });

  test('and a stranger who only tries is slowed down by address and fills no audit', async () => {
    const world = await makeWorld();
    const before = (await acts(world)).length;
    const tries = [];
    for (let i = 0; i < 21; i++) tries.push((await new Browser(world.built).begin()).status);
    expect(tries.filter((status) => status === 200)).toHaveLength(20);
    expect(tries.at(-1)).toBe(429);
    const tried = new Browser(world.built);
    const inRate = await world.built.app.inject({ method: 'POST', url: '/api/session/oidc', payload: {}, remoteAddress: '10.9.9.9' });
    tried.cookies.set('loa_oidc', /loa_oidc=([0-9a-f]+)/.exec(String(inRate.headers['set-cookie']))?.[1] ?? '');
    const state = new URL(inRate.json().url).searchParams.get('state');
    // A code made up, sent where it is looked at.
    const search = new URLSearchParams({ code: 'x', state: state ?? '', iss: world.provider.issuer });
    expect((await tried.comeBack(new URL(`${page}/api/session/oidc/callback?${search}`))).to).toBe('/#sign-in=not-allowed');
    await new Browser(world.built).comeBack(new URL(`${page}/api/session/oidc/callback?code=x&state=y`));
    expect((await acts(world)).length).toBe(before);
  });
});

describe('the line to the provider', () => {
  test('down, people are told so and use the password; up again, the next one gets in without a restart', async () => {
    const world = await makeWorld();
    await link(world, 'tac-gia', 'nguoi-1');
    await world.provider.stop();
    expect(codeOf(await new Browser(world.built).begin())).toBe('offline');
    expect(await world.built.as('tac-gia')).toBeTypeOf('function');
    await world.provider.start();
    const browser = new Browser(world.built);
    const to = await world.provider.authorize((await browser.begin()).body.url, 'nguoi-1');
    await world.provider.stop();
    expect((await browser.comeBack(to)).to).toBe('/#sign-in=offline');
    await world.provider.start();
    expect((await signIn(world, 'nguoi-1')).came.to).toBe('/');
  });

  test('goes to nobody whose certificate another authority signed', async () => {
    const world = await makeWorld({ change: { caFile: undefined } });
    expect(codeOf(await new Browser(world.built).begin())).toBe('offline');
  });

  test('gives up on who sends too much or never ends, and follows nobody elsewhere', async () => {
    const { cert, key, ca } = await (await makeAuthority()).server();
    const server = createServer({ cert, key }, (request, response) => {
      if (request.url === '/dai') response.end('x'.repeat(300 * 1024));
      else if (request.url === '/di') response.writeHead(302, { location: 'https://ke-gian.example/' }).end();
      else response.writeHead(200).write('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const at = `https://localhost:${(server.address() as AddressInfo).port}`;
    await expect(lineOf(ca)(`${at}/dai`, {})).rejects.toThrow(LineError);
    await expect(lineOf(ca, 200)(`${at}/khong-dut`, {})).rejects.toThrow(LineError);
    expect((await lineOf(ca)(`${at}/di`, {})).status).toBe(302);
    await expect(lineOf(ca)(at.replace('https', 'http'), {})).rejects.toThrow(LineError);
  });
});

describe('the settings', () => {
  test('keep the secret in a file that nobody else reads', async () => {
    const world = await makeWorld({ mode: 0o640 });
    const refused = await new Browser(world.built).begin();
    expect(codeOf(refused)).toBe('keys-locked');
    await chmod(join(world.dir, 'oidc-secret'), 0o600);
    expect((await new Browser(world.built).begin()).status).toBe(200);
    expect(JSON.stringify([refused.body, (await world.admin('GET', '/accounts')).body])).not.toContain(clientSecret);
  });

  test('name a provider over https, a page, and nothing that is not known', async () => {
    const good = { issuer: 'https://ai.example/t', clientId, page, name: 'X' };
    const read = (change: object) => parseJson(OidcSettings, JSON.stringify({ ...good, ...change })).ok;
    expect(read({})).toBe(true);
    expect(read({ page: 'http://127.0.0.1:8080' })).toBe(true);
    for (const change of [
      { issuer: 'http://ai.example' },
      { issuer: 'https://ai.example/?x=1' },
      { issuer: 'https://a:b@ai.example' },
      { page: 'http://loa.xa.example' },
      { page: `${page}/duong` },
      { name: '' },
      { factorCounts: { acr: [] } },
      { them: 1 },
    ])
      expect([change, read(change)]).toEqual([change, false]);
    const dir = await mkdtemp(join(tmpdir(), 'loa-oidc-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    expect(await readOidcSettings(join(dir, 'oidc.json'))).toEqual({ ok: true, value: undefined });
    await writeFile(join(dir, 'oidc.json'), '{');
    expect(await readOidcSettings(join(dir, 'oidc.json'))).toMatchObject({ ok: false });
  });
});
