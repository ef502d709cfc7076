// The centre goes away and comes back under an open page: the page says that it is old, then shows what is true, without a reload and
// without a flood of questions.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { ThinDoor } from './thin-door.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** The browser says itself what was refused or broken off. */
const excused = [/status of 502/, /ERR_(INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE|CONNECTION_\w+)/];
/** Two pulses and a little: PRODUCT calls no older page fresh. */
const staleMs = 60_000;

describe.skipIf(!programPath('chromium'))('the centre comes back under an open page [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;
  let door: ThinDoor;

  beforeAll(async () => {
    district = await startDistrict();
    await district.approver.post('/boxes', {
      ...{ id: 'loa-9', name: 'Hộp loa-9', area: '08/02536', groups: ['xa-son-duong'] },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    door = new ThinDoor(district.console);
    browser = await openBrowser();
    visitor = await Visitor.arrive(browser, 'restart', excused);
    page = visitor.page;
    await page.goto(`${await door.open()}/#/thiet-bi`);
    await page.getByLabel('Tài khoản').fill('lanh-dao-duyet');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await page.getByText('Hộp loa-9').waitFor();
    await until('the stream', () => (door.asked.includes('/api/events') ? true : undefined));
    await page.evaluate('window.__begunOnce = true');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    door?.close();
    await district?.stop();
  });

  it('an answer that breaks off in its middle is a lost line, and the page goes on', async () => {
    await page.evaluate(`location.hash = '#/hom-nay'`);
    await until('the day', () => (door.asked.includes('/api/today') ? true : undefined));
    door.cut('/api/today');
    await until('the cut', () => (door.hasCut ? true : undefined));
    await page.getByText('Mất kết nối tới trung tâm').first().waitFor();
    await page.getByText('Mất kết nối tới trung tâm').first().waitFor({ state: 'detached' });
  });

  it('says that it is old, and recovers: the list of boxes too, that could not be read when it was opened', async () => {
    await district.centre.kill();
    await page.evaluate(`location.hash = '#/thiet-bi'`);
    await page.getByText('Lỗi 502').first().waitFor();
    await page.locator('.line.stale').waitFor({ timeout: staleMs });
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'Thoát' }).click();
    await page.getByText('Bạn chưa được đăng xuất.').waitFor();
    await page.locator('.person summary').click();
    await district.restartCentre();
    const from = door.asked.length;
    await page.getByText('Hộp loa-9').waitFor();
    await page.locator('.line.stale').waitFor({ state: 'detached', timeout: staleMs });
    await until('no problem shown', async () => ((await page.getByText('Lỗi 502').count()) === 0 ? true : undefined));
    expect(await page.evaluate('window.__begunOnce')).toBe(true);
    const after = door.asked.slice(from).map((path) => path.split('?')[0] ?? '');
    // Nets of fifteen seconds over a minute, and no path more often than they ask.
    const most = Math.max(...[...new Set(after)].map((path) => after.filter((one) => one === path).length));
    expect(most).toBeLessThanOrEqual(20);
  });

  it('made no browser complain', () => expect(visitor.faults).toEqual([]));
});
