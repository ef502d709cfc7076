// Policies in the console: everybody reads them, an administrator changes one after a look at what it would refuse, and the box refuses it.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, startDistrict } from '../wire/district.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { signIn, turnTo } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

describe.skipIf(!programPath('chromium'))('policies in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  const title = 'Bản tin <img src=x onerror=alert(1)>';

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('are read by an author, who is offered no change', async () => {
    const reader = await Visitor.arrive(browser, 'policy');
    await signIn(reader.page, district.console, 'can-bo-van-hoa');
    await turnTo(reader.page, 'Quy định phát');
    await reader.page.getByText('Hằng ngày 00:00–24:00').waitFor();
    await reader.page.getByText('Giỗ Tổ Hùng Vương').first().waitFor();
    expect(await reader.photograph('read')).toEqual([0, 0]);
    expect(await seriousFaults(reader.page)).toEqual([]);
    expect(await reader.page.getByRole('button', { name: /^Sửa/ }).count()).toBe(0);
    expect(reader.faults).toEqual([]);
    await reader.leave();
  });

  it('are changed after a look at what they would refuse; the box refuses it', { timeout: 500_000 }, async () => {
    const programme = await district.programme(title, spokenMp3('Xin chào bà con. Đây là bản tin của xã.'));
    const { startMs } = await district.schedule(programme.id, Date.now() + 150_000);
    const admin = await Visitor.arrive(browser, 'policy');
    const { page } = admin;
    await signIn(page, district.console, 'lanh-dao-duyet');
    await turnTo(page, 'Quy định phát');
    await page.getByRole('button', { name: /^Sửa quy định/ }).click();
    await page.getByText('Không buổi nào đang được phát bị từ chối thêm trong 14 ngày tới.').waitFor();
    await page.getByRole('button', { name: 'Thêm giờ yên tĩnh' }).click();
    const quiet = page.getByRole('group', { name: 'Giờ yên tĩnh' });
    await quiet.getByLabel('Từ').fill('00:00');
    await quiet.getByLabel('Đến').fill('24:00');
    await page.getByText('1 buổi trong 14 ngày tới sẽ bị từ chối.').waitFor();
    await page.locator('.plays').getByText(title).waitFor();
    expect(await admin.photograph('look')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Áp dụng quy định' }).click();
    await page.getByText('Đã lưu. Các hộp sẽ nhận quy định trong vài giây.').waitFor();
    const told = await until(
      'the box to refuse it',
      async () => (await district.approver.get<ReceiptAnswer[]>('/receipts?box=loa-1&limit=100')).find((one) => one.title === title),
      300_000,
    );
    expect(told.receipt).toMatchObject({ outcome: 'refused-by-policy', reason: 'quiet-hours', plannedStartMs: startMs });
    expect(admin.faults).toEqual([]);
  });
});
