// Signing in to a real centre on a phone: the code app at first, a code or a recovery code later, an invitation's link.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totp } from '../controller/totp.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { openBrowser, Visitor } from './visitor.ts';

const phone = { width: 360, height: 740 };
const accounts = [
  { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
  { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician'] },
  { account: 'truc-ban-1', title: 'Trực ban 1', roles: ['duty'] },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator'] },
].map((account) => ({ ...account, password }));
/** What the story refuses on purpose. */
const excused = [
  /status of 403 .*session\/code$/,
  /status of 422 .*invitation$/,
  /status of 404 .*invitation\/look$/,
  /status of 401 /,
  /Chưa đăng nhập/,
];

async function giveWord(page: Page, console: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill('quan-tri');
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
}

describe.skipIf(!programPath('chromium'))('signing in [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let admin: Visitor;
  let fresh: Visitor;
  let recoveryCode = '';

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, accounts, signIn: undefined });
    browser = await openBrowser();
    [admin, fresh] = await Promise.all([Visitor.arrive(browser, 'sign-in', excused), Visitor.arrive(browser, 'sign-in', excused)]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('sets the code app up after the first password, and only then opens the pages', async () => {
    const { page } = admin;
    await page.setViewportSize(phone);
    await giveWord(page, district.console);
    await page.getByRole('heading', { name: 'Cài mã xác thực' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await admin.photograph('enrol')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Cài ứng dụng mã' }).click();
    const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
    recoveryCode = (await page.locator('.codes code').first().textContent()) ?? '';
    expect(await page.locator('.codes code').count()).toBe(10);
    expect(await admin.photograph('secret')).toEqual([0, 0]);
    await page.getByLabel('Sáu số đang hiện trên ứng dụng').fill(totp(secret, Date.now()));
    await page.getByRole('button', { name: 'Xác nhận', exact: true }).click();
    await page.getByRole('navigation').waitFor();
  });

  it('lets an invited person choose the password, refuses an easy one with the reason', async () => {
    const wish = { account: 'ky-thuat-moi', title: 'Kỹ thuật mới', grants: [{ role: 'technician', area: '08/02536' }] };
    const path = (await admin.page.evaluate(
      `fetch('/api/accounts', { method: 'POST', headers: { 'content-type': 'application/json', 'x-loa-csrf': sessionStorage.getItem('loa-csrf') },
        body: ${JSON.stringify(JSON.stringify(wish))} }).then((answer) => answer.json()).then(({ invitation }) => invitation.path)`,
    )) as string;
    const { page } = fresh;
    await page.setViewportSize(phone);
    await page.goto(`${district.console}${path}`);
    await page.getByText('Kỹ thuật mới').waitFor();
    expect(await page.getByLabel('Tài khoản').inputValue()).toBe('ky-thuat-moi');
    const choose = async (word: string) => {
      await page.getByLabel('Mật khẩu mới').fill(word);
      await page.getByLabel('Nhập lại mật khẩu').fill(word);
      await page.getByRole('button', { name: 'Đặt mật khẩu và đăng nhập' }).click();
    };
    await choose('matkhau123456');
    await page.getByText('Mật khẩu dễ đoán').waitFor();
    expect(await fresh.photograph('invitation')).toEqual([0, 0]);
    await choose('trau-den-leo-cot-dien-7');
    await page.getByRole('navigation').waitFor();
    expect(page.url()).not.toContain('token');
    await page.goto(`${district.console}${path}`);
    await page.getByText('Không tìm thấy').waitFor();
  });

  it('asks for a code the next time, takes a recovery code instead, and tells what was refused meanwhile', async () => {
    const { page } = admin;
    await page.setViewportSize(phone);
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'Thoát' }).click();
    await page.getByLabel('Tài khoản').waitFor();
    await giveWord(page, district.console);
    await page.getByLabel('Sáu số đang hiện trên ứng dụng').fill('000000');
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByText('Sai mã PIN hoặc mã xác thực').waitFor();
    await page.getByText('Không có điện thoại?').click();
    expect(await admin.photograph('code')).toEqual([0, 0]);
    await page.getByLabel('Mã dự phòng', { exact: false }).fill(recoveryCode);
    await page.getByRole('button', { name: 'Dùng mã dự phòng' }).click();
    await page.getByText('Có 1 lần đăng nhập sai vào tài khoản này').waitFor();
    expect(await admin.photograph('notice')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Đã đọc' }).click();
    await page.locator('.notice').waitFor({ state: 'detached' });
  });

  it('says so when the session was ended elsewhere, and leaves what was typed until one signs in again', async () => {
    const { page } = fresh;
    await page.goto(district.console);
    await page.getByRole('navigation').waitFor();
    await admin.page.evaluate(
      `fetch('/api/accounts/ky-thuat-moi/sessions', { method: 'DELETE', headers: { 'x-loa-csrf': sessionStorage.getItem('loa-csrf') } })`,
    );
    // The page asks by itself every few seconds.
    await page.getByText('Phiên đăng nhập đã hết').waitFor();
    await page.getByRole('navigation').waitFor();
    expect(await fresh.photograph('ended')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Đăng nhập lại' }).click();
    await page.getByLabel('Tài khoản').waitFor();
  });

  it('left no fault in any page', () => {
    expect([...admin.faults, ...fresh.faults]).toEqual([]);
  });
});
