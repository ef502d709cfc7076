// The button of a provider that vouches for people: there and back in a real browser, for somebody linked and for a stranger.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientId, clientSecret, openProvider, type TestProvider } from '../controller/test-provider.ts';
import { programPath } from '../tell.ts';
import { type District, freePorts, openDistrict, run, seedOf } from '../wire/district.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser, Visitor } from './visitor.ts';

const unsigned = /status of 401 .*\/api\/session$/;

describe.skipIf(!programPath('chromium'))('signing in by the word of a provider [needs chromium]', () => {
  let district: District;
  let provider: TestProvider;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    provider = await openProvider('ES256', true);
    const dir = await mkdtemp(join(tmpdir(), 'loa-district-'));
    const centre = join(dir, 'centre');
    run('controller', ['init', '--data', centre], JSON.stringify(seedOf({})));
    const ports = await freePorts(3);
    await writeFile(join(centre, 'oidc-secret'), clientSecret, { mode: 0o600 });
    await writeFile(join(centre, 'oidc-ca.pem'), provider.ca);
    const settings = {
      ...{ issuer: provider.issuer, clientId, page: `http://127.0.0.1:${ports[0]}`, name: 'Cổng của tỉnh' },
      ...{ secretFile: join(centre, 'oidc-secret'), caFile: join(centre, 'oidc-ca.pem') },
    };
    await writeFile(join(centre, 'oidc.json'), JSON.stringify(settings));
    district = await openDistrict(dir, ports);
    await district.approver.put('/accounts/can-bo-van-hoa/identity', { subject: 'nguoi-1' });
    browser = await openBrowser();
    visitor = await Visitor.arrive(browser, 'sign-in-elsewhere', [unsigned]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
    await provider?.stop();
  });

  /** At the provider this person is known; its certificate is no business of this browser. */
  async function standAs(subject: string): Promise<void> {
    await visitor.page.unroute('**/authorize?*');
    await visitor.page.route('**/authorize?*', async (route) => {
      const { href } = await provider.authorize(route.request().url(), subject);
      await route.fulfill({ status: 302, headers: { location: href } });
    });
  }

  it('tells a stranger why there is no way in, once', async () => {
    const { page } = visitor;
    await standAs('nguoi-la');
    await page.goto(district.console);
    const button = page.getByRole('button', { name: 'Đăng nhập bằng Cổng của tỉnh' });
    await button.waitFor();
    expect(await visitor.photograph('button')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await button.click();
    await page.getByRole('alert').getByText('Danh tính này chưa gắn với tài khoản nào').waitFor();
    expect(new URL(page.url()).hash).toBe('');
  });

  it('speaks English before anybody is in', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Sign in with Cổng của tỉnh' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
  });

  it('brings a linked person back to the page that was asked for, with their own rights', async () => {
    const { page } = visitor;
    await standAs('nguoi-1');
    await page.goto(`${district.console}/#/nhat-ky`);
    await page.getByRole('button', { name: 'Đăng nhập bằng Cổng của tỉnh' }).click();
    await page.getByRole('navigation').waitFor();
    expect(new URL(page.url()).hash).toBe('#/nhat-ky');
    const session = await page.evaluate("fetch('/api/session').then((answer) => answer.json())");
    expect(session).toMatchObject({ account: 'can-bo-van-hoa', roles: ['author'] });
    expect(visitor.faults).toEqual([]);
  });
});
