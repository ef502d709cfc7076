// Ways into the console and through it that nobody plans: a hint without its session, an address that turns at the gate, pages without end.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totp } from '../controller/totp.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { accounts, signIn, turnTo } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** The hint asks for a day that the centre refuses: the browser says so once. */
const excused = [/status of 40[13] .*\/api\/today$/, /status of 404 .*\/api\/(programmes|source-items)\//, /ERR_INTERNET_DISCONNECTED/];
const hint = 'loa_here';
const phone = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } };

async function giveWord(page: Page, account: string): Promise<void> {
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
}

describe.skipIf(!programPath('chromium'))('ways into the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitor: Visitor;

  const arrive = async (device: BrowserContextOptions = {}): Promise<Page> => {
    visitor = await Visitor.arrive(browser, 'console-ways', excused, device);
    return visitor.page;
  };
  const giveHint = () => visitor.context.addCookies([{ name: hint, value: '1', url: district.console }]);
  const hinted = async () => (await visitor.context.cookies()).some(({ name }) => name === hint);
  /** The day is there, and nobody is told that the session is over. */
  const expectToday = async (page: Page) => {
    await page.getByRole('heading', { name: 'Hôm nay', exact: true }).waitFor();
    await page.locator('#content .card').first().waitFor();
    expect((await page.locator('.ended, #content .problem').allInnerTexts()).filter(Boolean)).toEqual([]);
    expect(await hinted()).toBe(true);
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  };

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, accounts, signIn: { factorRoles: ['leader'] } });
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('whoever signs in where a session has just ended is shown the day, not what the ended one was refused', async () => {
    const page = await arrive();
    await giveHint();
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').waitFor();
    expect(await hinted()).toBe(false);
    await giveWord(page, 'truc-ban-1');
    await expectToday(page);
  });

  it('half a session is asked for its second step, hint or not', async () => {
    const page = await arrive();
    await page.goto(district.console);
    await giveWord(page, 'lanh-dao');
    await page.getByRole('heading', { name: 'Cài mã xác thực' }).waitFor();
    expect(await hinted()).toBe(false);
    await giveHint();
    await page.reload();
    await page.getByRole('button', { name: 'Cài ứng dụng mã' }).click();
    expect(await hinted()).toBe(false);
    const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Sáu số đang hiện trên ứng dụng').fill(totp(secret, Date.now()));
    await page.getByRole('button', { name: 'Xác nhận', exact: true }).click();
    await expectToday(page);
  });

  it('an address that turns at the gate opens its own page', async () => {
    const page = await arrive();
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').waitFor();
    await page.evaluate('location.hash = "#/thiet-bi"');
    await giveWord(page, 'lanh-dao-duyet');
    await page.getByRole('navigation').waitFor();
    await page.getByRole('heading', { name: 'Thiết bị', exact: true }).waitFor();
    expect(await page.title()).toBe('Thiết bị – Loa');
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  it('an address that nobody gave out has a sentence, and asks the centre for nothing else', async () => {
    const page = await arrive();
    await signIn(page, district.console, 'can-bo-van-hoa');
    const known: readonly (readonly [string, string])[] = [
      ['tro-giup/constructor', 'Chưa có bài cho trang này.'],
      ['noi-dung/xem/..%2Fsession', 'Không tìm thấy'],
      ['tin-nguon/tin/..%2Fsession/sua', 'Không tìm thấy'],
    ];
    for (const [address, sentence] of known) {
      await page.goto(`${district.console}/#/${address}`);
      await page.locator('#content').getByText(sentence).first().waitFor();
    }
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  it('the menu, and a step back, turn the list of boxes to what their address says', async () => {
    const page = await arrive();
    await signIn(page, district.console, 'lanh-dao-duyet');
    await turnTo(page, 'Thiết bị');
    const silent = page.locator('.count[aria-pressed=true]');
    await page.locator('.count').first().click();
    await silent.waitFor();
    await turnTo(page, 'Thiết bị');
    await silent.waitFor({ state: 'detached' });
    await page.goBack();
    await silent.waitFor();
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  it('a page that cannot be fetched leaves the console standing, and opens when the line is back', async () => {
    const page = await arrive();
    await signIn(page, district.console, 'lanh-dao-duyet');
    await page.getByRole('heading', { name: 'Hôm nay', exact: true }).waitFor();
    await visitor.context.setOffline(true);
    await turnTo(page, 'Sự cố');
    await page.locator('#content').getByText('Không mở được trang.').waitFor();
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'English' }).click();
    await turnTo(page, 'Hôm nay');
    await page.getByRole('heading', { name: 'Hôm nay', exact: true }).waitFor();
    await turnTo(page, 'Sự cố');
    await visitor.context.setOffline(false);
    await page.getByRole('button', { name: 'Thử lại' }).click();
    await page.getByRole('heading', { name: 'Sự cố', exact: true }).waitFor();
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  it('the menu of a phone is under the finger, however far down one has read', async () => {
    const page = await arrive(phone);
    await page.goto(district.console);
    await giveWord(page, 'can-bo-van-hoa');
    await page.locator('.menu-button').waitFor();
    await page.goto(`${district.console}/#/tro-giup`);
    await page.getByRole('heading', { name: 'Trợ giúp', exact: true }).waitFor();
    await until('the page to be scrolled', async () =>
      Number(await page.evaluate('scrollTo(0, document.documentElement.scrollHeight), scrollY')) > phone.viewport.height ? true : undefined,
    );
    await page.locator('.menu-button').tap();
    const link = page.getByRole('navigation').getByRole('link', { name: 'Hôm nay', exact: true });
    // Before anything scrolls to it.
    const box = await link.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(phone.viewport.height);
    await page.touchscreen.tap((box?.x ?? 0) + 20, (box?.y ?? 0) + 20);
    await expectToday(page);
  });
});
