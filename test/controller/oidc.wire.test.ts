// Signing in by a real provider's word: the way there and back, who is let in, and with what proof.
import { afterEach, describe, expect, test } from 'vitest';
import { codeOf, makeCentre, password, strictSeed } from './built-centre.ts';
import { acts, Browser, ends, link, makeWorld, page, signIn, type World } from './oidc-rig.ts';
import { totp } from './totp.ts';

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

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
    expect((await (await signIn(world, 'nguoi-2')).browser.session()).needs).toBe('enrol');
    const { secret } = await setUpApp(world, 'truc-ban');
    const code = () => totp(secret, world.built.clock.nowMs);
    world.built.clock.nowMs += 30_000;
    const { browser } = await signIn(world, 'nguoi-2');
    const again = await browser.session();
    expect(again.needs).toBe('code');
    expect((await browser.ask('POST', '/session/code', { code: code() }, { 'x-loa-csrf': again.csrf })).status).toBe(200);
    expect((await browser.ask('GET', '/account')).body.sessions[0]).toMatchObject({ way: 'oidc', proof: 'factor' });
  });

  test('sets up no app: that asks for the password once, also where it was begun so', async () => {
    const world = await makeWorld({ seed: strictSeed() });
    await link(world, 'truc-ban', 'nguoi-2');
    const { browser } = await signIn(world, 'nguoi-2');
    const half = await browser.session();
    expect(half).toMatchObject({ account: 'truc-ban', needs: 'enrol' });
    expect(codeOf(await browser.ask('GET', '/boxes'))).toBe('factor-needed');
    const word = { 'x-loa-csrf': half.csrf };
    const refused = await browser.ask('POST', '/session/factor', undefined, word);
    expect([refused.status, codeOf(refused), refused.body.detail]).toEqual([403, 'not-allowed', expect.stringContaining('bằng mật khẩu')]);
    const begun = await setUpApp(world, 'truc-ban', false);
    const code = totp(begun.secret, world.built.clock.nowMs);
    expect(codeOf(await browser.ask('POST', '/session/factor/confirm', { code }, word))).toBe('not-allowed');
    expect((await browser.session()).needs).toBe('enrol');
    expect((await begun.browser.ask('POST', '/session/factor/confirm', { code }, begun.word)).status).toBe(200);
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

/** By password; `proved`: its first code was given. */
async function setUpApp({ built }: World, account: string, proved = true) {
  const browser = new Browser(built);
  const { csrf } = (await browser.ask('POST', '/session', { account, password })).body;
  const word = { 'x-loa-csrf': csrf };
  const { secret } = (await browser.ask('POST', '/session/factor', undefined, word)).body as { readonly secret: string };
  if (proved) {
    const code = totp(secret, built.clock.nowMs);
    expect((await browser.ask('POST', '/session/factor/confirm', { code }, word)).status).toBe(200);
  }
  return { browser, secret, word };
}
