// Planning in the console as an officer does it: the week made, moved by mouse and by keys, a breach met while editing; each ends in a box.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgrammeAnswer, ReceiptAnswer, ScheduleAnswer, TimelineAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, password, seedOf, startDistrict } from '../wire/district.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { signIn, turnTo } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

const zone = 'Asia/Ho_Chi_Minh';
const dayMs = 86_400_000;
const night = { windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '05:30', to: '21:00' }] };
const hostile = '<img src=x onerror=alert(1)> Bản tin';
/** The page shows what the centre refused; the browser says the same of its own accord. */
const refusedSave = /status of (409|422) .*\/api\/schedules/;

describe.skipIf(!programPath('chromium'))('planning in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let officer: Visitor;
  let page: Page;
  const titles = { monday: 'Bản tin thứ Hai', late: 'Nhắc họp thôn', hostile };
  const ids = new Map<string, string>();

  beforeAll(async () => {
    const now = Date.now();
    // Sound at this hour, whichever it is, by a dated permit; all other hours as by day.
    const permits = [{ fromMs: now - 3_600_000, untilMs: now + 3_600_000, reason: 'Thử nghiệm' }];
    const policy = { ...night, permits };
    const seeded = seedOf(policy)['accounts'] as object[];
    const accounts = [...seeded, { account: 'can-bo-lich', title: 'Cán bộ lập lịch', roles: ['scheduler'], password }];
    const commune = { id: '02536', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area: '08/02536' };
    district = await startDistrict(policy, { accounts, units: [commune] });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    const mp3 = spokenMp3('Xin chào bà con. Đây là bản tin của xã.');
    for (const title of Object.values(titles)) ids.set(title, (await district.programme(title, mp3)).id);
    browser = await openBrowser();
    officer = await Visitor.arrive(browser, 'plan', [refusedSave]);
    page = officer.page;
    await signIn(page, district.console, 'can-bo-lich');
    await turnTo(page, 'Lịch phát');
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('meets 03:15 while editing, takes the time that is offered; API and box refuse 03:15 themselves', async () => {
    await page.getByRole('button', { name: 'Đặt lịch mới' }).click();
    await fill(titles.monday, dateIn(2), '03:15');
    await page.getByText('Giờ này nằm ngoài khung giờ được phát của địa bàn.').waitFor();
    expect(await officer.photograph('breach')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await page
      .locator('form')
      .getByRole('alert')
      .getByText(/\/start/)
      .waitFor();
    expect(await page.getByLabel('Giờ', { exact: true }).inputValue()).toBe('03:15');
    expect(await district.approver.get<ScheduleAnswer[]>('/schedules')).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Dời tới 05:30' }).click();
    await page.locator('.plays').getByText('được phát').first().waitFor();
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await page.getByText('Đã lưu. Các hộp sẽ nhận lịch trong vài giây.').waitFor();
    expect(await startsOf(titles.monday)).toEqual([`${dateIn(2)} 05:30:00`]);
    await officer.photograph('set');
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('moves a play by mouse in the calendar, and by an arrow key; the box’s timeline moves with it', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('link', { name: 'Tuần', exact: true }).click();
    await showWeekOf(2);
    const play = page.locator('.ec-event', { hasText: titles.monday });
    await play.waitFor();
    expect(await officer.photograph('week')).toEqual([0, 0]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await play.waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const box = await play.boundingBox();
    const [x, y] = [(box?.x ?? 0) + 30, (box?.y ?? 0) + 6];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 50, { steps: 4 });
    await page.mouse.move(x, y + 88, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('heading', { name: 'Sửa lịch' }).waitFor();
    const time = await page.getByLabel('Giờ', { exact: true }).inputValue();
    expect(time > '06:00' && time < '09:30').toBe(true);
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await page.getByText('Đã lưu.').waitFor();
    await until('the box’s timeline', async () =>
      (await startsOf(titles.monday))[0] === `${dateIn(2)} ${time.padEnd(8, ':00')}` ? true : undefined,
    );

    await page.getByRole('link', { name: 'Tuần', exact: true }).click();
    await showWeekOf(2);
    await play.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Sửa lịch' }).waitFor();
    const later = await page.getByLabel('Giờ', { exact: true }).inputValue();
    expect(later).toBe(plusMinutes(time, 5));
    await page.getByRole('button', { name: 'Lưu lịch' }).press('Enter');
    await page.getByText('Đã lưu.').waitFor();
    await until('the box’s timeline', async () =>
      (await startsOf(titles.monday))[0] === `${dateIn(2)} ${later.padEnd(8, ':00')}` ? true : undefined,
    );
  });

  it('says a weekly rule in words, leaves a day out, and takes a schedule back that was dropped', async () => {
    await page.getByRole('button', { name: 'Đặt lịch mới' }).click();
    await fill(titles.hostile, dateIn(3), '17:00');
    await page.getByLabel('Lặp lại').selectOption({ label: 'Hằng ngày' });
    await page.getByText('Ngày bỏ ra').click();
    await page.getByLabel('Bỏ một ngày').fill(dateIn(4));
    await page.getByRole('button', { name: 'Thêm' }).click();
    await page.getByText('Hằng ngày lúc 17:00, bỏ 1 buổi').waitFor();
    expect(await officer.photograph('recurrence')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await page.getByRole('button', { name: `Bỏ lịch ${hostile}` }).waitFor();
    expect((await startsOf(hostile)).slice(0, 2)).toEqual([`${dateIn(3)} 17:00:00`, `${dateIn(5)} 17:00:00`]);
    await page.getByRole('button', { name: `Bỏ lịch ${hostile}` }).click();
    await until('it to be gone', async () => ((await startsOf(hostile)).length === 0 ? true : undefined));
    await page.getByRole('button', { name: 'Hoàn tác' }).first().click();
    await until('it to be back', async () => ((await startsOf(hostile)).length > 0 ? true : undefined));
  });

  it('explains why a box plays, and why not; shows its next day', async () => {
    await page.getByRole('link', { name: 'Vì sao?' }).click();
    await page.getByLabel('Ngày', { exact: true }).fill(dateIn(3));
    await page.getByLabel('Giờ', { exact: true }).fill('17:00:01');
    await page.getByText(`phát “${hostile}” (thông thường) theo lịch`).waitFor();
    expect(await officer.photograph('why')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('link', { name: '24 giờ tới' }).click();
    await page.getByRole('heading', { name: 'Hộp loa-1' }).waitFor();
    expect(await officer.photograph('strips')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'In tuần' }).click();
    await page.getByRole('heading', { name: 'In lịch phát thanh trong tuần' }).waitFor();
  });

  it('lets an officer make the week while the approver is away: a delegate approves, it is printed, it is played', {
    timeout: 500_000,
  }, async () => {
    const made = await district.author.post<ProgrammeAnswer>('/programmes', {
      ...{ title: 'Bản tin đầu tuần', form: 'audio', tier: 'normal' },
      items: (await district.approver.get<ProgrammeAnswer>(`/programmes/${ids.get(titles.late)}`)).items.map(({ sha256 }) => sha256),
    });
    await district.author.post(`/programmes/${made.id}/submit`);
    const lent = { holder: 'truc-ban-1', area: '08/02536', fromMs: Date.now() - 1_000, untilMs: Date.now() + dayMs };
    await district.approver.post('/delegations', lent);

    await page.getByRole('button', { name: 'Đặt lịch mới' }).click();
    const soon = Date.now() + 90_000;
    await fill('Bản tin đầu tuần (Chờ duyệt)', localOf(soon).slice(0, 10), localOf(soon).slice(11));
    await page.getByText('Chương trình chưa được duyệt.').waitFor();
    await page.getByLabel('Lặp lại').selectOption({ label: 'Những ngày trong tuần…' });
    // The permit is of this hour; at night the weeks after would be refused.
    await page.getByLabel('Đến hết ngày').fill(localOf(soon).slice(0, 10));
    await page.locator('.plays').getByText('được phát').first().waitFor();
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await page.getByText('Đã lưu.').waitFor();
    await page.locator('article', { hasText: 'Bản tin đầu tuần' }).getByText('Chờ duyệt').waitFor();
    await district.duty.post(`/programmes/${made.id}/approve`);
    await page.locator('article', { hasText: 'Bản tin đầu tuần' }).getByText('Chờ duyệt').waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'In tuần' }).click();
    const sheet = await page.getByRole('link', { name: 'In', exact: true }).getAttribute('href');
    const printed = await officer.context.request.get(new URL(sheet ?? '', district.console).href);
    expect([printed.status(), (await printed.text()).includes('Xã Sơn Dương')]).toEqual([200, true]);
    const receipt = await until(
      'the receipt',
      async () => (await district.approver.get<ReceiptAnswer[]>('/receipts?box=loa-1&limit=100')).find((one) => one.title === made.title),
      300_000,
    );
    expect(receipt.receipt.outcome).toBe('played');
    expect(officer.faults).toEqual([]);
  });

  async function fill(title: string, date: string, time: string): Promise<void> {
    await page.getByLabel('Chương trình').selectOption({ label: title });
    await page.getByLabel('Ngày', { exact: true }).fill(date);
    await page.getByLabel('Giờ', { exact: true }).fill(time);
    await page.getByLabel('Giờ', { exact: true }).blur();
  }

  async function showWeekOf(days: number): Promise<void> {
    await page.getByRole('button', { name: 'Tuần', exact: true }).click();
    const weeks = mondayIndex(Date.now() + days * dayMs) - mondayIndex(Date.now());
    if (weeks > 0) await page.getByRole('button', { name: 'Sau đó' }).click();
  }

  /** As the box goes by it. */
  async function startsOf(title: string): Promise<string[]> {
    const now = Date.now();
    const seen = await district.approver.get<TimelineAnswer>(`/timeline?box=loa-1&fromMs=${now}&toMs=${now + 9 * dayMs}`);
    return seen.occurrences.filter((one) => one.title === title).map(({ startMs }) => localOf(startMs));
  }
});

function localOf(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(ms);
}
function dateIn(days: number): string {
  return localOf(Date.now() + days * dayMs).slice(0, 10);
}
function mondayIndex(ms: number): number {
  return Math.floor((Math.floor(Date.parse(localOf(ms).slice(0, 10)) / dayMs) + 3) / 7);
}
function plusMinutes(time: string, minutes: number): string {
  const all = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) + minutes;
  return `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(all % 60).padStart(2, '0')}`;
}
