// Alerts at the desk: two officers sign a mandate in two browsers; one alert then sounds by itself, the next waits, rings, and becomes an
// order that an officer signs with what the alert proposed; another is put aside with a reason.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertAnswer } from '../../schemas/alerts.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { capBytes, capSender } from '../controller/alert-messages.ts';
import { gatewayKeyOf, installOfficers, OfficerDevice, pin } from '../controller/officer-device.ts';
import { programPath } from '../tell.ts';
import { type District, group, password, startDistrict } from '../wire/district.ts';
import { askerOf, Operator } from '../wire/operator.ts';
import { until } from '../wire/waiting.ts';
import { hold } from './hold.ts';
import { openBrowser, Visitor } from './visitor.ts';

const people = ['truc-ban-1', 'truc-ban-2'] as const;
const away = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/];

describe.skipIf(!programPath('chromium'))('alerts at the desk [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitors: readonly Visitor[];

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    visitors = await Promise.all(people.map(() => Visitor.arrive(browser, 'alerts', away)));
    for (const [at, visitor] of visitors.entries()) {
      await signIn(visitor.page, district.console, people[at] ?? '');
      await visitor.page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
      await visitor.page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
      await visitor.page.getByText('Chờ người giữ khóa gốc ký xác nhận khóa này.').waitFor();
    }
    await district.centre.kill();
    const gateway = await gatewayKeyOf(district.centreDir);
    expect((await installOfficers(district.centreDir, [], Date.now(), { gateway })).ok).toBe(true);
    await district.restartCentre();
    await district.approver.put('/alert-sources/tinh', {
      id: 'tinh',
      title: 'Đài khí tượng tỉnh',
      kind: 'folder',
      trust: 'auto',
      senders: [capSender],
      events: [{ event: 'Lũ quét', template: 'lu-quet' }],
      places: [{ area: '08/02536', groups: [group], codes: ['VN-xa=02536'] }],
    });
    for (const { page } of visitors) {
      await page.goto(`${district.console}/#/nguon-canh-bao`);
      await page.reload();
      await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
    }
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('lets two officers on shift sign a mandate, each in the own browser with the PIN', async () => {
    const [first, second] = visitors as [Visitor, Visitor];
    for (const person of people) {
      const known = await new Operator(district.console).signIn(person, password);
      // By REST: the duty page has a test of its own.
      await new OfficerDevice(person).beginShift(askerOf(known), password);
    }
    await first.page.getByText('Soạn ủy quyền mới').click();
    await first.page.getByLabel('Nguồn tin').selectOption('tinh');
    await first.page.getByLabel('Loại lệnh').selectOption('actual');
    await first.page.getByRole('group', { name: 'Mẫu lệnh được tự phát' }).getByLabel('Lũ quét').check();
    await first.page.getByLabel('Lần mỗi giờ').fill('1');
    await first.page.getByRole('button', { name: 'Soạn để hai người ký' }).click();
    for (const { page } of [first, second]) {
      const card = page.locator('article', { has: page.getByRole('button', { name: 'Giữ 2 giây để KÝ ỦY QUYỀN' }) });
      await card.getByLabel('Mã PIN của người ký').fill(pin);
      await hold(page, card.getByRole('button', { name: 'Giữ 2 giây để KÝ ỦY QUYỀN' }), () => card.waitFor({ state: 'detached' }));
    }
    await first.page.getByText('đã ký: Trực ban, Trực ban 2').waitFor();
    expect(await first.photograph('mandate')).toEqual([0, 0]);
  });

  it('lets the first alert sound and makes an order of the second with what it proposes', async () => {
    const { page } = visitors[0] as Visitor;
    await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
    await drop('1.xml', 'a-1', 'Lũ quét');
    await page.getByText('Hộp loa-1: đang phát').waitFor();
    await drop('2.xml', 'a-2', 'Lũ quét');
    await page.getByText('Đã đủ số lệnh tự động trong một giờ.').waitFor();
    expect(await (visitors[0] as Visitor).photograph('waiting')).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Ra LỆNH THẬT theo tin này' }).click();
    await page.getByText('Theo cảnh báo: Lũ quét tại xã').waitFor();
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () => page.getByText('Đã ký và gửi lệnh.').waitFor());
    const taken = await until('the answer', async () => (await alerts()).find(({ state }) => state === 'taken'));
    const orders = await district.duty.get<OrderAnswer[]>('/orders');
    expect(orders.find(({ id }) => taken.orders.includes(id))).toMatchObject({ class: 'actual', issuedBy: 'truc-ban-1' });
    expect(orders).toHaveLength(2);
  });

  it('puts one aside with a reason', async () => {
    const { page } = visitors[1] as Visitor;
    await drop('3.xml', 'a-3', 'Sương mù');
    await page.getByText('Loại sự kiện chưa có mẫu lệnh tương ứng.').waitFor();
    const card = page.getByRole('article').filter({ hasText: 'Sương mù' });
    await card.getByText('Bỏ qua tin này').click();
    await card.getByLabel('Lý do bỏ qua').fill('Không ảnh hưởng tới xã');
    await card.getByLabel('Mã PIN của người bỏ qua').fill(pin);
    await card.getByRole('button', { name: 'Bỏ qua', exact: true }).click();
    await until('the answer', async () => (await alerts()).find(({ state, note }) => state === 'aside' && note !== ''));
    await page.getByRole('region', { name: 'Các tin cảnh báo đã qua' }).waitFor();
    await page.getByText('Đã bỏ qua (Trực ban 2): Không ảnh hưởng tới xã').waitFor();
    expect(await (visitors[1] as Visitor).photograph('past')).toEqual([0, 0]);
  });

  it('made no browser complain', () => expect(visitors.flatMap(({ faults }) => faults)).toEqual([]));

  const alerts = () => district.duty.get<AlertAnswer[]>('/alerts');

  async function drop(name: string, identifier: string, event: string): Promise<void> {
    const path = join(district.centreDir, 'alerts', 'tinh', name);
    await writeFile(`${path}.part`, capBytes({ identifier, sentMs: Date.now(), event }));
    await rename(`${path}.part`, path);
  }
});

async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).waitFor();
}
