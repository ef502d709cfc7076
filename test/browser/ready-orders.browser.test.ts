// Orders lying ready at the desk: two officers in two browsers lay one into a box; it is seen to lie there, and is taken back by keyboard.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadyOrderAnswer } from '../../schemas/ready-orders.ts';
import { installOfficers, pin } from '../controller/officer-device.ts';
import { programPath } from '../tell.ts';
import { tokenOf } from '../wire/at-the-box.ts';
import { type District, password, type RunningBox, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { hold } from './hold.ts';
import { setUpCodes, startShift } from './shift.ts';
import { openBrowser, Visitor } from './visitor.ts';

const people = ['truc-ban-1', 'truc-ban-2'] as const;
/** The centre was away for the ceremony, and a wrong PIN was refused. */
const excused = [
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/,
  /status of 403 .*approve$/,
];
const provinceSeat = { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };

describe.skipIf(!programPath('chromium'))('orders lying ready at the desk [needs chromium]', () => {
  let district: District;
  let box: RunningBox;
  let browser: Browser;
  let visitors: readonly Visitor[];

  beforeAll(async () => {
    // A province: its boxes ask for two officers.
    district = await startDistrict({}, { demo: false, centre: provinceSeat });
    box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    visitors = await Promise.all(people.map(() => Visitor.arrive(browser, 'ready', excused)));
    for (const [at, { page }] of visitors.entries()) {
      await signIn(page, district.console, people[at] ?? '');
      const secret = await setUpCodes(page, password);
      await startShift(page, password, secret);
      await openPage(page);
      await page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
      await page.getByText('Chờ người giữ khóa gốc ký xác nhận khóa này.').waitFor();
    }
    await district.centre.kill();
    expect((await installOfficers(district.centreDir, [], Date.now())).ok).toBe(true);
    await district.restartCentre();
    for (const { page } of visitors) {
      await page.reload();
      await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
    }
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('is laid by the first officer’s signature and the second’s, who knows the digits', async () => {
    const [first, second] = visitors as [Visitor, Visitor];
    await first.page.getByLabel('Mẫu lệnh').selectOption('lu-quet');
    await first.page.getByLabel('Loại lệnh').selectOption('actual');
    await first.page.getByRole('group', { name: 'Đặt vào các hộp' }).getByLabel('Hộp loa-1').check();
    await first.page.getByLabel('Có hiệu lực (ngày)').fill('90');
    await first.page.getByLabel('Số lần bật tối đa mỗi giờ').fill('2');
    await first.page.getByLabel('Bật tại hộp bằng').selectOption('key');
    await first.page.getByLabel('Mã PIN ca trực').fill('000000');
    await press(first.page, 'Giữ 2 giây để KÝ LỆNH ĐẶT SẴN', () =>
      first.page
        .getByRole('alert')
        .filter({ hasText: /PIN|mã/i })
        .waitFor(),
    );
    await first.page.getByLabel('Mã PIN ca trực').fill(pin);
    await press(first.page, 'Giữ 2 giây để KÝ LỆNH ĐẶT SẴN', () => first.page.getByText('Đã ký. Chờ người xác nhận thứ hai.').waitFor());
    const digits = (await first.page.locator('.match strong').textContent()) ?? '';
    expect(await first.photograph('waiting')).toEqual([0, 0]);
    const card = second.page.getByRole('article').filter({ hasText: 'Lũ quét' });
    await card.getByLabel('Hai chữ số trên màn hình người soạn').fill(digits);
    await card.getByLabel('Mã PIN của người ký').fill(pin);
    await press(second.page, 'Giữ 2 giây để KÝ', () => second.page.getByText('Nằm sẵn trong hộp').waitFor(), true);
    await first.page.getByText('đã ký: truc-ban-1, truc-ban-2').waitFor();
    expect(await second.photograph('ready')).toEqual([0, 0]);
  });

  it('started at its box it is seen on the desk’s pages, and stopped from there', async () => {
    const { page } = visitors[1] as Visitor;
    const { id } = (await district.duty.get<ReadyOrderAnswer[]>('/ready-orders'))[0] as ReadyOrderAnswer;
    const claim = JSON.parse(await readFile(join(box.dir, 'claim.json'), 'utf8')) as { readonly pin: string };
    const headers = { 'x-loa-act': await tokenOf(box.page) };
    const body = JSON.stringify({ pin: claim.pin });
    expect((await fetch(`${box.page}/acts/local-start?order=${id}`, { method: 'POST', headers, body })).status).toBe(202);
    await page.getByText(/Đang có 1 lệnh: .*\(bật tại Hộp loa-1\)/).waitFor();
    const sounding = async () => {
      const shown = (await (await fetch(`${box.page}/state.json`)).json()) as { readonly local: readonly { readonly on: boolean }[] };
      return shown.local[0]?.on;
    };
    expect(await sounding()).toBe(true);
    await press(page, 'Giữ 2 giây để DỪNG TẤT CẢ', () => page.getByText(/Đang có 1 lệnh/).waitFor({ state: 'hidden' }));
    expect(await sounding()).toBe(false);
  });

  it('is taken back by keyboard, and nothing lies there once the box has heard', async () => {
    const { page } = visitors[1] as Visitor;
    const back = page.getByRole('button', { name: /^Rút lệnh .* khỏi Hộp loa-1$/ });
    await back.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Chưa có lệnh nào nằm sẵn.').waitFor();
    const lying = () => district.duty.get<ReadyOrderAnswer[]>('/ready-orders');
    await until('nothing to lie there', async () => ((await lying()).length === 0 ? true : undefined));
  });

  it('made no browser complain', () => expect(visitors.flatMap(({ faults }) => faults)).toEqual([]));
});

async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).waitFor();
}

async function openPage(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
  await page.getByRole('link', { name: 'Xem và đặt sẵn lệnh' }).click();
  await page.getByRole('heading', { name: 'Lệnh đặt sẵn trong hộp' }).waitFor();
}

/** Hold a button by pointer until what it does is seen. */
async function press(page: Page, name: string, seen: () => Promise<unknown>, exact = false): Promise<void> {
  await hold(page, page.getByRole('button', { name, exact }), seen);
}
