// The emergency desk of a real province: keys made in two browsers, signed by root holders, an order for many communes that two
// officers sign, heard by a box that counts them, stopped from another page. An exercise looks different before it is sent.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { installOfficers, pin } from '../controller/officer-device.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { chooseOrder, chooseTemplate, openDesk } from './desk-ways.ts';
import { hold } from './hold.ts';
import { setUpCodes, startShift } from './shift.ts';
import { openBrowser, Visitor } from './visitor.ts';

const province = { id: 'tinh', name: 'Tỉnh Tuyên Quang', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
/** The browser says itself that the centre was away, the page too, and that wrong digits were refused. */
const excused = [
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/,
  /Mất kết nối tới trung tâm/,
  /status of 403 .*approve$/,
];

describe.skipIf(!programPath('chromium'))('the emergency desk of a province [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let first: Visitor;
  let second: Visitor;

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, centre: province });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    [first, second] = await Promise.all([Visitor.arrive(browser, 'desk', excused), Visitor.arrive(browser, 'desk', excused)]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('makes a key in each officer’s browser, which the root holders then sign', async () => {
    for (const [{ page }, account] of [
      [first, 'truc-ban-1'],
      [second, 'truc-ban-2'],
    ] as const) {
      await signIn(page, district.console, account);
      await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
      await page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
      await page.getByText('Chờ người giữ khóa gốc ký xác nhận khóa này.').waitFor();
    }
    expect(await first.photograph('key-waiting')).toEqual([0, 0]);
    await first.page.getByText('Lệnh thật chỉ phát được trong ca trực.').waitFor();
    for (const { page } of [first, second]) {
      await startShift(page, password, await setUpCodes(page, password));
      await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
    }
    await chooseOrder(first.page, 'actual');
    await first.page.getByLabel('Mã PIN ca trực').fill(pin);
    const give = first.page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' });
    await hold(first.page, give, () => first.page.getByText('Máy này chưa có khóa ký được xác nhận').waitFor());

    await district.centre.kill();
    const installed = await installOfficers(district.centreDir, [], Date.now());
    expect(installed.ok).toBe(true);
    await district.restartCentre();
    for (const { page } of [first, second]) {
      await page.reload();
      await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
    }
  });

  it('gives an order beyond a commune only with a second officer who knows the digits, and the box agrees', async () => {
    const { page } = first;
    await chooseTemplate(page);
    await page.getByText('Sẽ phát trên 1 hộp.').waitFor();
    await page.getByText('hiệu lực đến').waitFor();
    await page.getByText('Bà con ở ven suối rời khỏi nhà ngay').first().waitFor();
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () => page.locator('.match strong').waitFor());
    const digits = (await page.locator('.match strong').textContent()) ?? '';
    expect(await first.photograph('first-officer')).toEqual([0, 0]);
    expect(await orders()).toEqual([]);

    const other = second.page;
    await other.getByText('Chờ xác nhận:').waitFor();
    await other.getByLabel('Hai chữ số trên màn hình người ra lệnh').fill(digits === '10' ? '11' : '10');
    await other.getByLabel('Mã PIN của người xác nhận').fill(pin);
    const confirm = other.getByRole('button', { name: 'Giữ 2 giây để XÁC NHẬN' });
    await hold(other, confirm, () => other.getByText('hai chữ số chưa đúng').waitFor());
    expect(await orders()).toEqual([]);
    expect(await second.photograph('second-officer')).toEqual([0, 0]);
    await other.getByLabel('Hai chữ số trên màn hình người ra lệnh').fill(digits);
    await hold(other, confirm, () => other.getByText('Hộp loa-1: đang phát').waitFor());
    expect(await second.photograph('sounding')).toEqual([0, 0]);
    const [given] = await orders();
    expect(given).toMatchObject({ class: 'actual', state: 'active', progress: [{ box: 'loa-1', state: 'sounding' }] });
  });

  it('is stopped from any page', async () => {
    const { page } = second;
    await page.getByRole('link', { name: 'Hôm nay', exact: true }).click();
    await page.getByText('Đang có 1 lệnh: Lũ quét').waitFor();
    expect(await second.photograph('stop-bar')).toEqual([0, 0]);
    const stop = page.getByRole('button', { name: 'Giữ 2 giây để DỪNG TẤT CẢ' });
    const allEnded = async () => ((await orders()).every(({ state }) => state === 'cleared') ? true : undefined);
    await hold(page, stop, () => until('the order to end', allEnded));
    await until('the box to be silent', async () => ((await orders())[0]?.progress[0]?.state === 'cleared' ? true : undefined));
  });

  it('shows an exercise in another colour and other words before it is sent', async () => {
    const { page } = first;
    const colour = () =>
      page.evaluate(`getComputedStyle(document.querySelector('[aria-labelledby="h-order"] button.hold')).backgroundColor`);
    const real = await colour();
    await openDesk(page);
    await chooseOrder(page, 'exercise');
    await page.getByRole('heading', { name: 'Phát lệnh diễn tập' }).waitFor();
    expect(await colour()).not.toBe(real);
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để phát DIỄN TẬP' }), () =>
      page.getByText('DIỄN TẬP · Lũ quét').waitFor(),
    );
    expect(await first.photograph('drill')).toEqual([0, 0]);
    expect((await orders())[0]).toMatchObject({ class: 'exercise' });
  });

  it('made no browser complain', () => expect([...first.faults, ...second.faults]).toEqual([]));

  const orders = () => district.duty.get<OrderAnswer[]>('/orders');
});

async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).waitFor();
}
