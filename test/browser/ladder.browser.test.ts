// An order beyond a commune while the second officer sleeps, in real browsers: the ladder rings, counts, and ends in broken glass.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pin } from '../controller/officer-device.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { chooseOrder } from './desk-ways.ts';
import { accounts, ceremony, counter, excused, orders, signIn, turnTo } from './night.ts';
import { setUpCodes, startShift } from './shift.ts';
import { openBrowser, Visitor } from './visitor.ts';

const zone = 'Asia/Ho_Chi_Minh';

describe.skipIf(!programPath('chromium'))('the second officer is asleep [needs chromium]', () => {
  const province = { id: 'tinh', name: 'Tỉnh Tuyên Quang', level: 'province', area: '08', zone };
  let district: District;
  let browser: Browser;
  let first: Visitor;
  let second: Visitor;

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, centre: province, accounts, duty: { rungMs: 10_000 } });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    [first, second] = await Promise.all([Visitor.arrive(browser, 'ladder', excused), Visitor.arrive(browser, 'ladder', excused)]);
    for (const [{ page }, account] of [
      [first, 'truc-ban-1'],
      [second, 'truc-ban-2'],
    ] as const) {
      await signIn(page, district.console, account);
      await turnTo(page, 'Khẩn cấp');
      await page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
      await page.getByText('Chờ người giữ khóa gốc').waitFor();
    }
    await startShift(first.page, password, await setUpCodes(first.page, password));
    await ceremony(district);
    for (const { page } of [first, second]) await page.goto(district.console);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('the ladder rings the other’s page, counts the seconds, and offers the glass in its own colour', async () => {
    const { page } = first;
    await turnTo(page, 'Khẩn cấp');
    await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
    await chooseOrder(page, 'actual');
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    const touch = counter(page);
    await touch(page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () =>
      page.getByText(/Đang gọi Trực ban 2, còn \d+ giây/).waitFor(),
    );
    const glass = page.getByRole('button', { name: 'Giữ 2 giây để PHÁ KÍNH' });
    expect(await glass.count()).toBe(0);
    await second.page.getByRole('alert').getByText('Cần người xác nhận thứ hai: LŨ QUÉT').first().waitFor();
    await until('the title to blink', async () => ((await second.page.title()).startsWith('🔔') ? true : undefined));
    expect(await second.photograph('rung')).toEqual([0, 0]);
    await page.getByText('Trực ban 2: đã xem lúc').first().waitFor();
    expect(await first.photograph('calling')).toEqual([0, 0]);
    await glass.waitFor({ timeout: 90_000 });
    const colours = await page.evaluate(
      `[...document.querySelectorAll('button.hold')].filter((one) => !one.hidden).map((one) => getComputedStyle(one).backgroundColor)`,
    );
    expect(new Set(colours as string[]).size).toBeGreaterThan(1);
    expect(await first.photograph('offered')).toEqual([0, 0]);
  });

  it('one officer breaks it with a reason and the PIN; the box sounds, everything says so', async () => {
    const { page } = first;
    const panel = page.getByRole('region', { name: 'Phá kính' });
    await panel.getByLabel('Mã PIN ca trực').fill(pin);
    const touch = counter(page);
    await touch(panel.getByRole('button'), () => panel.getByText('ghi rõ vì sao phải ra lệnh một mình').waitFor());
    await panel.getByLabel('Lý do').fill('Người thứ hai không nghe máy, nước đang lên');
    await panel.getByLabel('Mã PIN ca trực').fill(pin);
    await touch(panel.getByRole('button'), () => page.getByText('Hộp loa-1: đang phát').waitFor());
    await page.getByText('PHÁ KÍNH: Người thứ hai không nghe máy').waitFor();
    expect(await first.photograph('broken')).toEqual([0, 0]);
    expect(await page.getByText('Chờ xác nhận:').count()).toBe(0);
    await until('the siren to end', async () =>
      (await second.page.getByText('Cần người xác nhận thứ hai').count()) === 0 ? true : undefined,
    );
    expect((await orders(district))[0]).toMatchObject({ authority: 'breakGlass', state: 'active' });
    const acts = (await district.approver.get<{ act: string }[]>('/audit?limit=1000')).map(({ act }) => act);
    for (const act of [
      'duty.shift-start',
      'duty.ring',
      'duty.ring-seen',
      'duty.offer-break-glass',
      'order.break-glass',
      'order.give',
      'duty.told',
    ])
      expect(acts).toContain(act);
  });

  it('made no browser complain', () => expect([...first.faults, ...second.faults]).toEqual([]));
});
