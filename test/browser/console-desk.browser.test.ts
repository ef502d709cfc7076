// The desk's hardest minutes: a false alarm stopped, taken back, and followed by a real one; an exercise that nobody can take for real;
// each ends at the word of a box. Every state of the pages is held to WCAG by axe.
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { pin } from '../controller/officer-device.ts';
import { programPath, tellRun } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { chooseOrder, openDesk } from './desk-ways.ts';
import { hold } from './hold.ts';
import { accounts, ceremony, excused, orders, signIn, turnTo } from './night.ts';
import { setUpCodes, startShift } from './shift.ts';
import { openBrowser, Visitor } from './visitor.ts';

describe.skipIf(!programPath('chromium'))('the emergency desk [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let officer: Visitor;

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false, accounts });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    browser = await openBrowser();
    officer = await Visitor.arrive(browser, 'console-desk', excused);
    const { page } = officer;
    await signIn(page, district.console, 'truc-ban-1');
    await turnTo(page, 'Khẩn cấp');
    await page.getByRole('button', { name: 'Tạo khóa ký trên máy này' }).click();
    await page.getByText('Chờ người giữ khóa gốc').waitFor();
    await startShift(page, password, await setUpCodes(page, password));
    await ceremony(district);
    await page.goto(district.console);
    await turnTo(page, 'Khẩn cấp');
    await page.getByText('Máy này ký được lệnh khẩn cấp.').waitFor();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('opens on two doors, and neither is open: nothing can be held before one is chosen', async () => {
    const { page } = officer;
    await page.getByRole('heading', { name: 'Phát một lệnh' }).waitFor();
    expect(await page.locator('button.hold').count()).toBe(0);
    expect(await seriousOf(page)).toEqual([]);
    expect(await officer.photograph('doors')).toEqual([0, 0]);
    await chooseOrder(page, 'actual', 'Sạt lở đất');
    expect(await looks(page)).toMatchObject({ banners: ['LỆNH THẬT', 'LỆNH THẬT'], kinds: ['actual'], holds: ['Giữ 2 giây để PHÁT LỆNH'] });
    expect(await page.getByText('DIỄN TẬP', { exact: true }).count()).toBe(0);
    expect(await page.frameLocator('.preview iframe').getByText('KHẨN CẤP').count()).toBe(1);
    expect(await seriousOf(page)).toEqual([]);
    expect(await officer.photograph('real')).toEqual([0, 0]);
  });

  it('a false alarm: silent in 3 s, taken back within 60 s, and the real order sounds', async () => {
    const { page } = officer;
    await give(page);
    const [wrong] = await orders(district);
    const stop = page.getByRole('button', { name: 'Giữ 2 giây để DỪNG TẤT CẢ' });
    const cleared = async () => (await orderOf(wrong?.id))?.progress.find(({ state }) => state === 'cleared');
    const asked = page.waitForRequest(/\/orders\/stop-all$/);
    await hold(page, stop, () => until('the box to be silent', cleared));
    // From the end of the hold, as the page knows it, to the box's own word.
    const releasedMs = (await asked).timing().startTime;
    const silentMs = ((await cleared())?.atMs ?? Number.POSITIVE_INFINITY) - releasedMs;
    expect(silentMs).toBeLessThan(3_000);

    const correct = page.getByRole('button', { name: 'Giữ 2 giây để ĐÍNH CHÍNH' });
    await hold(page, correct, () => until('the correction to sound', () => soundingOther([wrong?.id])));
    const correction = await soundingOther([wrong?.id]);
    const correctedMs = (correction?.progress[0]?.atMs ?? Number.POSITIVE_INFINITY) - releasedMs;
    expect(correction?.template).toBe('dinh-chinh');
    expect(correctedMs).toBeLessThan(60_000);
    expect(await seriousOf(page)).toEqual([]);
    expect(await officer.photograph('corrected')).toEqual([0, 0]);

    await page.getByRole('button', { name: 'Đổi mẫu' }).click();
    await page.getByRole('button', { name: 'Xả lũ hồ chứa', exact: true }).click();
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    const known = [wrong?.id, correction?.id];
    const real = () => soundingOther(known);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () => until('the real order to sound', real));
    expect(await real()).toMatchObject({ class: 'actual', template: 'xa-lu' });
    tellRun('console-desk', {
      figures: {
        'false alarm: ms from the end of the hold to silence': silentMs.toFixed(0),
        'false alarm: s from the end of the hold to the correction sounding': (correctedMs / 1000).toFixed(1),
      },
      doors: [],
    });
  });

  it('an order goes on: the new one sounds in the place of the old one', async () => {
    const { page } = officer;
    const card = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Xả lũ hồ chứa', exact: true }) });
    await card.getByRole('link', { name: 'Gia hạn lệnh' }).first().click();
    await page.getByText('Thay cho lệnh đang phát: Xả lũ hồ chứa').waitFor();
    await page.getByLabel('Hiệu lực trong').selectOption({ label: '60 phút' });
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    const before = await orders(district);
    const known = before.map(({ id }) => id);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () =>
      until('the longer order to sound', () => soundingOther(known)),
    );
    const old = before.find(({ template, state }) => template === 'xa-lu' && state === 'active');
    expect((await soundingOther(known))?.exp).toBeGreaterThan((old?.exp ?? 0) + 30 * 60_000);
    await until('the old one to be over', async () => ((await orderOf(old?.id))?.state === 'cleared' ? true : undefined));
  });

  it('an exercise is another page: other words, colour and shape, no way across but out', async () => {
    const { page } = officer;
    const real = await looks(page);
    expect(await page.getByRole('link', { name: /^Diễn tập/ }).count()).toBe(0);
    await openDesk(page);
    await chooseOrder(page, 'exercise', 'Sạt lở đất');
    const drill = await looks(page);
    expect(drill).toMatchObject({ banners: ['DIỄN TẬP', 'DIỄN TẬP'], kinds: ['exercise'], borders: ['dashed'] });
    expect(drill.holds).toContain('Giữ 2 giây để phát DIỄN TẬP');
    expect(drill.holds).not.toContain('Giữ 2 giây để PHÁT LỆNH');
    expect(real.holds).toContain('Giữ 2 giây để PHÁT LỆNH');
    expect(real.borders).toEqual(['solid']);
    expect(drill.grounds).not.toEqual(real.grounds);
    expect(await page.getByText('LỆNH THẬT', { exact: true }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /^Lệnh thật/ }).count()).toBe(0);
    expect(await page.getByLabel('Mã PIN ca trực').count()).toBe(0);
    expect(await seriousOf(page)).toEqual([]);
    expect(await officer.photograph('exercise')).toEqual([0, 0]);
    const known = (await orders(district)).map(({ id }) => id);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để DỪNG TẤT CẢ' }), () =>
      until('all to end', async () => ((await orders(district)).every(({ state }) => state !== 'active') ? true : undefined)),
    );
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để phát DIỄN TẬP' }), () =>
      until('the exercise to sound', () => soundingOther(known)),
    );
    expect(await soundingOther(known)).toMatchObject({ class: 'exercise', authority: null });
    await page.getByRole('heading', { name: 'DIỄN TẬP · Sạt lở đất' }).first().waitFor();
  });

  it('speaks English wholly, and the other pages of the night hold to WCAG as well', async () => {
    const { page } = officer;
    for (const place of ['truc-ban', 'lenh-san', 'nguon-canh-bao']) {
      await page.goto(`${district.console}/#/${place}`);
      await page.locator('main section.card').first().waitFor();
      expect([place, await seriousOf(page)]).toEqual([place, []]);
      expect(await officer.photograph(place)).toEqual([0, 0]);
    }
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Alert sources' }).waitFor();
    await page.goto(`${district.console}/#/khan-cap/that`);
    await page.getByText('REAL ORDER').first().waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousOf(page)).toEqual([]);
    expect(await officer.photograph('dark-english')).toEqual([0, 0]);
  });

  it('made no browser complain', () => expect(officer.faults).toEqual([]));

  const orderOf = async (id: string | undefined) => (await orders(district)).find((one) => one.id === id);

  /** An order besides these that a box has said it sounds. */
  async function soundingOther(known: readonly (string | undefined)[]): Promise<OrderAnswer | undefined> {
    return (await orders(district)).find(({ id, progress }) => !known.includes(id) && progress.some(({ state }) => state === 'sounding'));
  }

  async function give(page: Page): Promise<void> {
    await page.getByLabel('Mã PIN ca trực').fill(pin);
    await hold(page, page.getByRole('button', { name: 'Giữ 2 giây để PHÁT LỆNH' }), () =>
      until('the box to sound', () => soundingOther([])),
    );
  }
});

interface Looks {
  readonly banners: readonly string[];
  readonly kinds: readonly string[];
  readonly holds: readonly string[];
  readonly borders: readonly string[];
  readonly grounds: readonly string[];
}

/** What says which page it is: banners that stand outside the form, its class, its edge, its button. */
async function looks(page: Page): Promise<Looks> {
  return (await page.evaluate(`({
    banners: [...document.querySelectorAll('.kind-banner')].filter((one) => !one.closest('.act')).map((one) => one.querySelector('strong').textContent),
    grounds: [...document.querySelectorAll('.kind-banner')].map((one) => getComputedStyle(one).backgroundImage + getComputedStyle(one).backgroundColor),
    kinds: [...document.querySelectorAll('section.order')].map((one) => one.classList.contains('actual') ? 'actual' : 'exercise'),
    borders: [...document.querySelectorAll('section.order')].map((one) => getComputedStyle(one).borderTopStyle),
    holds: [...document.querySelectorAll('button.hold')].map((one) => one.textContent),
  })`)) as Looks;
}

/** Serious and critical breaches of WCAG 2.2 AA on a desk and on a phone, each with the place. */
async function seriousOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(axe.source);
    found.push(...((await page.evaluate(breaches)) as string[]).map((one) => `${width} ${one}`));
  }
  return found;
}

const breaches = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], iframes: false }).then(({ violations }) =>
  violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`;
