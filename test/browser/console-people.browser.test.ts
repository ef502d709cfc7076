// People and rights in the console: invited, in by a phone, with exactly the rights that were given, and out again.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountAnswer, OwnAccountAnswer } from '../../schemas/people.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { Operator } from '../wire/operator.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser, Visitor } from './visitor.ts';

const phone = { width: 360, height: 740 };
const chosen = 'trau-den-leo-cot-dien-7';
const excused = [/status of 401 /, /status of 403 /, /Chưa đăng nhập/];
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area: '08/02536' },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn Làng Cả', level: 'hamlet', area: '08/02536/thon-1' },
];

describe.skipIf(!programPath('chromium'))('people and rights [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let admin: Visitor;
  let fresh: Visitor;

  beforeAll(async () => {
    district = await startDistrict({}, { units });
    browser = await openBrowser();
    [admin, fresh] = await Promise.all([Visitor.arrive(browser, 'people', excused), Visitor.arrive(browser, 'people', excused)]);
    await admin.page.goto(`${district.console}/#/nguoi-dung`);
    await admin.page.getByLabel('Tài khoản').fill('lanh-dao-duyet');
    await admin.page.getByLabel('Mật khẩu').fill(password);
    await admin.page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await admin.page.getByRole('heading', { name: 'Người dùng' }).waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  async function clean(visitor: Visitor, view: string): Promise<void> {
    expect(await visitor.photograph(view)).toEqual([0, 0]);
    expect(await seriousFaults(visitor.page)).toEqual([]);
  }
  const people = () => district.approver.get<AccountAnswer[]>('/accounts');
  const of = async (account: string) => (await people()).find((one) => one.account === account);

  it('shows who may do what where, and finds people without their marks', async () => {
    const { page } = admin;
    await page.getByRole('row').filter({ hasText: 'can-bo-van-hoa' }).getByText('Biên soạn').waitFor();
    await clean(admin, 'people');
    await page.getByLabel('Tìm theo tên').fill('can bo');
    await page.getByText('1 người', { exact: true }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('invites somebody for one hamlet; the link is shown once, as letters and as a picture', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Mời người mới' }).click();
    await page.getByLabel('Họ tên hoặc chức danh').fill('Trưởng thôn Làng Cả');
    expect(await page.getByLabel('Tên đăng nhập').inputValue()).toBe('truong-thon-lang-ca');
    await page.getByLabel('Vai trò ở dòng 1').selectOption('author');
    await page.getByLabel('Phạm vi ở dòng 1').selectOption('08/02536/thon-1');
    await clean(admin, 'invite');
    await page.getByRole('button', { name: 'Tạo tài khoản và lấy liên kết' }).click();
    await page.getByRole('img', { name: /Mã QR của liên kết/ }).waitFor();
    await clean(admin, 'link');
    const link = await page.getByLabel('Liên kết đặt mật khẩu').inputValue();
    expect(link).toMatch(/\/invite#token=/);
    expect(await of('truong-thon-lang-ca')).toMatchObject({ state: 'invited', grants: [{ role: 'author', area: '08/02536/thon-1' }] });
    await page.getByRole('link', { name: 'Xem tài khoản' }).click();
    await page.getByRole('heading', { name: 'Trưởng thôn Làng Cả' }).waitFor();
    expect(await page.getByLabel('Liên kết đặt mật khẩu').count()).toBe(0);

    await fresh.page.setViewportSize(phone);
    await fresh.page.goto(link);
    await fresh.page.getByLabel('Mật khẩu mới').fill(chosen);
    await fresh.page.getByLabel('Nhập lại mật khẩu').fill(chosen);
    await clean(fresh, 'invitation');
    await fresh.page.getByRole('button', { name: 'Đặt mật khẩu và đăng nhập' }).click();
    await fresh.page.getByRole('navigation').waitFor();
  });

  it('has given exactly these rights: words of the hamlet yes, people and boxes no', async () => {
    const head = await new Operator(district.console).signIn('truong-thon-lang-ca', chosen);
    expect((await head.get<OwnAccountAnswer>('/account')).grants).toEqual([{ role: 'author', area: '08/02536/thon-1' }]);
    await expect(head.get('/accounts')).rejects.toThrow(/not-allowed/);
    await expect(head.post('/boxes', { id: 'x' })).rejects.toThrow();
    await fresh.page.setViewportSize(phone);
    await fresh.page.getByRole('button', { name: 'Danh mục' }).click();
    const menu = fresh.page.getByRole('navigation');
    await menu.getByRole('link', { name: 'Tài khoản của tôi' }).waitFor();
    expect(await menu.getByRole('link', { name: 'Người dùng' }).count()).toBe(0);
  });

  it('shows people their own account, ends a session elsewhere, makes a token once and takes it back', async () => {
    const { page } = fresh;
    await page.getByRole('navigation').getByRole('link', { name: 'Tài khoản của tôi' }).click();
    await page.getByRole('heading', { name: 'Nơi tôi đang đăng nhập' }).waitFor();
    await page.getByRole('button', { name: 'Kết thúc mọi phiên khác' }).click();
    await until('one session alone', async () => {
      const answer = (await page.evaluate("fetch('/api/account').then((answer) => answer.json())")) as OwnAccountAnswer;
      return answer.sessions.length === 1 ? true : undefined;
    });
    await clean(fresh, 'account');
    await page.getByText('Tạo mã truy cập').click();
    await page.getByLabel('Dùng cho việc gì').fill('Trang tin của thôn');
    await page.getByLabel('Phạm vi').selectOption('08/02536/thon-1');
    await page.getByLabel('Mật khẩu', { exact: true }).last().fill(chosen);
    await page.getByRole('button', { name: 'Tạo mã', exact: true }).click();
    const word = (await page.locator('code.word').textContent()) ?? '';
    const asked = () => fetch(`${district.console}/api/programmes`, { headers: { authorization: `Bearer ${word}` } });
    expect((await asked()).status).toBe(200);
    await page.getByRole('button', { name: 'Đã cất' }).click();
    expect(await page.getByText(word).count()).toBe(0);
    await page.getByRole('button', { name: 'Thu hồi mã Trang tin của thôn' }).click();
    await until('the token to be worth nothing', async () => ((await asked()).status === 401 ? true : undefined));
  });

  it('keeps light or dark as chosen, over a reload', async () => {
    const { page } = fresh;
    const paper = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.getByRole('radio', { name: 'Tối' }).check();
    expect(await paper()).toBe('rgb(18, 23, 22)');
    await clean(fresh, 'account-dark');
    await page.reload();
    await page.getByRole('radio', { name: 'Sáng' }).waitFor();
    expect(await paper()).toBe('rgb(18, 23, 22)');
    await page.getByRole('radio', { name: 'Sáng' }).check();
    expect(await paper()).toBe('rgb(246, 245, 240)');
  });

  it('shuts somebody out after a question, at once and everywhere', async () => {
    const { page } = admin;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Khóa tài khoản' }).click();
    await page.getByRole('dialog').getByText('hết hiệu lực ngay').waitFor();
    await clean(admin, 'disable');
    await page.getByRole('dialog').getByRole('button', { name: 'Khóa tài khoản' }).click();
    await until('the account to be shut', async () => ((await of('truong-thon-lang-ca'))?.state === 'disabled' ? true : undefined));
    await fresh.page.getByText('Phiên đăng nhập đã hết').waitFor();
    await page.getByRole('button', { name: 'Mở khóa' }).waitFor();
    await clean(admin, 'person');
  });

  it('left no fault in any page', () => {
    expect([...admin.faults, ...fresh.faults]).toEqual([]);
  });
});
