// What is not a hold gives no order: a right press, a key that was down before; and an order whose answer was lost on the way is given
// again once. Ends at the word of a box.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { hold } from './hold.ts';
import { openBrowser, Visitor } from './visitor.ts';

const excused = [/ERR_FAILED .*\/api\/orders$/];

describe.skipIf(!programPath('chromium'))('presses at the emergency desk [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;
  let give: Locator;

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    visitor = await Visitor.arrive(browser, 'press', excused);
    page = visitor.page;
    await page.goto(`${district.console}/#/khan-cap`);
    await page.getByLabel('Tài khoản').fill('truc-ban-1');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('button', { name: 'Lũ quét', exact: true }).click();
    await page.getByText('Sẽ phát trên 1 hộp.').waitFor();
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    give = page.getByRole('button', { name: 'Giữ 2 giây để phát DIỄN TẬP' });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  const orders = () => district.duty.get<OrderAnswer[]>('/orders');
  const held = async () => ((await give.getAttribute('class')) ?? '').split(' ').includes('holding');
  /** As a browser tells a key that stays down, wherever it was pressed first. */
  const keyDown = (repeat: boolean) => give.dispatchEvent('keydown', { key: 'Enter', repeat });

  it('a right or a middle press is none: its menu may take the release', async () => {
    await give.hover();
    for (const button of ['right', 'middle'] as const) {
      await page.mouse.down({ button });
      expect(await held()).toBe(false);
      await page.mouse.up({ button });
    }
    await page.mouse.down();
    expect(await held()).toBe(true);
    await page.mouse.up();
    expect(await held()).toBe(false);
  });

  it('a key that was down already is none', async () => {
    await give.focus();
    await keyDown(true);
    expect(await held()).toBe(false);
    await keyDown(false);
    expect(await held()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await held()).toBe(false);
    expect(await orders()).toEqual([]);
  });

  it('an order whose answer was lost, given again, is one order; the keyboard stays where it was', async () => {
    await page.route(
      '**/api/orders',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await hold(page, give, () => page.getByText('Mất kết nối tới trung tâm').waitFor());
    await until('the order to sound', async () => ((await orders())[0]?.progress[0]?.state === 'sounding' ? true : undefined));
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    await give.focus();
    await page.keyboard.down('Enter');
    await page.getByText('Đã ký và gửi lệnh.').waitFor();
    await until('the keyboard at the button', async () =>
      (await page.evaluate('document.activeElement?.classList.contains("hold")')) ? true : undefined,
    );
    // Still down: the browser says it again, and it is no second order.
    await page.keyboard.down('Enter');
    expect(await held()).toBe(false);
    await page.keyboard.up('Enter');
    expect((await orders()).map(({ state }) => state)).toEqual(['active']);
  });

  it('one that was stopped meanwhile is given anew, though the first answer was lost', async () => {
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    await page.route(
      '**/api/orders',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await hold(page, give, () => page.getByText('Mất kết nối tới trung tâm').waitFor());
    await district.duty.post('/orders/stop-all');
    const known = (await orders()).map(({ id }) => id);
    expect((await orders()).every(({ state }) => state === 'cleared')).toBe(true);
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    const news = async () => (await orders()).find(({ id, progress }) => !known.includes(id) && progress[0]?.state === 'sounding');
    await hold(page, give, () => until('a new order to sound', news));
  });

  it('made no browser complain', () => expect(visitor.faults).toEqual([]));
});
