// Everything a hostile side can send between a centre and the provider of its people; a provider that is down; settings that are wrong.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { pendingLifeMs } from '../../controller/core/oidc.ts';
import { LineError, lineOf } from '../../controller/people/oidc-line.ts';
import { OidcSettings, readOidcSettings } from '../../controller/people/oidc-settings.ts';
import { parseJson } from '../../schemas/parse.ts';
import { makeAuthority } from '../wire/certificates.ts';
import { codeOf } from './built-centre.ts';
import { acts, Browser, ends, link, makeWorld, page, signIn } from './oidc-rig.ts';
import { clientId, clientSecret, type Wrong } from './test-provider.ts';

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
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
