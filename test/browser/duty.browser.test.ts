// A night on duty in real browsers: a roster, proof of the person, one officer at 02:10 with a phone, a handover.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pin } from '../controller/officer-device.ts';
import { artifactFolder, programPath, tellRun } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { accounts, ceremony, counter, excused, orders, signIn, turnTo } from './night.ts';
import { setUpCodes, startShift } from './shift.ts';
import { openBrowser, Visitor } from './visitor.ts';

const phone = { width: 360, height: 740 };
const zone = 'Asia/Ho_Chi_Minh';
describe.skipIf(!programPath('chromium'))('a night on duty [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let officer: Visitor;
  let leader: Visitor;

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, accounts });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    [officer, leader] = await Promise.all([Visitor.arrive(browser, 'duty', excused), Visitor.arrive(browser, 'duty', excused)]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('is red on every page while nobody is on duty', async () => {
    for (const [{ page }, account] of [
      [officer, 'truc-ban-1'],
      [leader, 'lanh-dao'],
    ] as const) {
      await signIn(page, district.console, account);
      for (const view of ['Hôm nay', 'Nhật ký phát', 'Khẩn cấp', 'Trực ban']) {
        await turnTo(page, view);
        await page.locator('.duty-bar', { hasText: 'CHƯA CÓ AI TRỰC BAN' }).waitFor();
      }
    }
    await leader.page.getByText('Trống trực chính').waitFor();
    expect(await leader.photograph('nobody')).toEqual([0, 0]);
    expect(await (await fetch(`${district.console}/readyz`)).json()).toMatchObject({ ready: true, duty: 'nobody' });
  });

  it('has a roster that a leader writes, line by line and by the week', async () => {
    const { page } = leader;
    await page.getByText('Nhập cả tuần').click();
    const [today, tomorrow] = [localDate(0), localDate(1)];
    const lines = [`${today};00:00;24:00;truc-ban-1;chính`, `${today};00:00;24:00;lanh-dao;lãnh đạo`];
    await page.getByLabel('Mỗi dòng một buổi').fill(`${today};00:00;24:00;truc-ban-1;bếp`);
    await page.getByRole('button', { name: 'Lưu thay cho tuần đang xem' }).click();
    await page.getByText('line 1').waitFor();
    await page.getByLabel('Mỗi dòng một buổi').fill(lines.join('\n'));
    await page.getByRole('button', { name: 'Lưu thay cho tuần đang xem' }).click();
    await page.getByText('Đã lưu cả tuần.').waitFor();
    await page.locator('.duty-bar', { hasText: 'NGƯỜI TRỰC CHƯA NHẬN CA' }).waitFor();
    await page.getByText('Thêm một buổi trực').click();
    await page.locator('select[name=person]').selectOption('truc-ban-2');
    await page.getByLabel('Từ', { exact: true }).fill(`${tomorrow}T00:00`);
    await page.getByLabel('Đến', { exact: true }).fill(`${tomorrow}T12:00`);
    await page.getByRole('button', { name: 'Thêm vào lịch' }).click();
    await page.getByText('Trực ban 2 · Trực chính').waitFor();
    expect(await leader.photograph('roster')).toEqual([0, 0]);
  });

  it('begins with a code app that shows its secret once, and a shift that takes the red away', async () => {
    const { page } = officer;
    await page.setViewportSize(phone);
    const secret = await setUpCodes(page, password, async () => expect(await officer.photograph('codes')).toEqual([0, 0]));
    expect(await page.getByText(secret.slice(0, 4)).count()).toBe(0);
    expect(await officer.photograph('start-shift')).toEqual([0, 0]);
    await startShift(page, password, secret);
    await page.getByText('đang trong ca', { exact: true }).waitFor();
    await until('the red bar to go', async () => ((await page.locator('.duty-bar').count()) === 0 ? true : undefined));
    expect(await officer.photograph('on-shift')).toEqual([0, 0]);
    await until('the leader’s red bar to go', async () => ((await leader.page.locator('.duty-bar').count()) === 0 ? true : undefined));
  });

  it('02:10, one officer, a phone: from the template to the sounding commune in at most 5 touches and 60 s', async () => {
    const { page } = officer;
    await turnTo(page, 'Khẩn cấp');
    await page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
    await page.getByText('Chờ người giữ khóa gốc ký xác nhận khóa này.').waitFor();
    await ceremony(district);
    await page.setViewportSize(phone);
    await page.goto(district.console);
    await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).waitFor();

    const touch = counter(page);
    const startedMs = performance.now();
    await touch(page.getByRole('link', { name: 'Khẩn cấp', exact: true }));
    await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
    await touch(page.getByRole('link', { name: /^Lệnh thật/ }));
    await touch(page.getByRole('button', { name: 'Sạt lở đất', exact: true }));
    await page.getByText('Bà con ở chân đồi').waitFor();
    expect(await smallTargets(page)).toEqual([]);
    await page.screenshot({ path: join(artifactFolder('duty'), 'story-1-chosen.png') });
    await touch(page.getByLabel('Mã PIN ca trực'));
    await page.keyboard.type(pin);
    const hold = page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' });
    await touch(hold, () => page.getByText('Hộp loa-1: đang phát').waitFor());
    const seconds = (performance.now() - startedMs) / 1000;
    expect(touch.count()).toBeLessThanOrEqual(5);
    expect(seconds).toBeLessThanOrEqual(60);
    tellRun('duty', {
      figures: { 'one officer, 360 px: touches': String(touch.count()), 'one officer: seconds to sounding': seconds.toFixed(1) },
      doors: [],
    });
    expect((await orders(district))[0]).toMatchObject({ class: 'actual', authority: 'officers', progress: [{ state: 'sounding' }] });
    expect(await officer.photograph('story-1')).toEqual([0, 0]);
  });

  it('tells the leader, who reads it on any page', async () => {
    const { page } = leader;
    await turnTo(page, 'Hôm nay');
    await page.getByText('Đã phát lệnh khẩn cấp: SẠT LỞ ĐẤT').waitFor();
    expect(await leader.photograph('told')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Đã biết' }).click();
    await until('the line to go', async () => ((await page.getByText('Đã phát lệnh khẩn cấp').count()) === 0 ? true : undefined));
  });

  it('can be stopped from every page by whoever may', async () => {
    const { page } = officer;
    await page.setViewportSize(phone);
    for (const view of ['Hôm nay', 'Nội dung', 'Lịch phát', 'Nhật ký phát', 'Phát trực tiếp', 'Trực ban']) {
      await turnTo(page, view);
      await page.getByRole('button', { name: 'Giữ 2 giây để DỪNG TẤT CẢ' }).waitFor();
    }
    const touch = counter(page);
    const cleared = async () => (await orders(district))[0]?.progress.find(({ state }) => state === 'cleared');
    await touch(page.getByRole('button', { name: 'Giữ 2 giây để DỪNG TẤT CẢ' }), () => until('the box to be silent', cleared));
    // By the box's own word; two seconds are the hold itself.
    const silentMs = ((await cleared())?.atMs ?? Number.POSITIVE_INFINITY) - touch.heldFromMs() - 2_000;
    tellRun('duty-stop', { figures: { 'stop-all from a page: ms from the end of the hold to silence': silentMs.toFixed(0) }, doors: [] });
    expect(silentMs).toBeLessThan(3_000);
  });

  it('is handed over to who has begun a shift, with a note in the book', async () => {
    const next = await Visitor.arrive(browser, 'duty');
    await signIn(next.page, district.console, 'truc-ban-2');
    await startShift(next.page, password, await setUpCodes(next.page, password));
    const { page } = officer;
    await turnTo(page, 'Trực ban');
    await page.getByLabel('Ghi vào sổ giao ca').fill('Đã báo sạt lở ở thôn 1, đường liên xã đóng.');
    await page.getByLabel('Mã PIN của tôi').fill(pin);
    expect(await officer.photograph('hand-over')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Giao ca', exact: true }).click();
    await page.getByText('giao ca cho truc-ban-2').waitFor();
    await next.page.getByText('đường liên xã đóng').waitFor();
    expect(await next.photograph('book')).toEqual([0, 0]);
    expect(next.faults).toEqual([]);
  });

  it('made no browser complain', () => expect([...officer.faults, ...leader.faults]).toEqual([]));
});

/** Things to touch in the emergency card that are lower than 48 px, by their words. */
async function smallTargets(page: Page): Promise<string[]> {
  return (await page.evaluate(`[...document.querySelectorAll('.emergency .door, .emergency .template, .emergency label.check, .emergency button, .emergency .field input')]
    .filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < 48)
    .map((one) => one.tagName + ' ' + (one.textContent || one.name) + ' ' + one.getBoundingClientRect().height)`)) as string[];
}

/** A local date, so many days from now. */
function localDate(days: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(Date.now() + days * 86_400_000);
}
