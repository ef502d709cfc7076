// The centre's console as its people use it: one uploads and writes, another approves and schedules, the duty officer orders and stops.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { programPath, tellRun } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { chooseTemplate } from './desk-ways.ts';
import { hold } from './hold.ts';
import { openBrowser, Visitor } from './visitor.ts';

const firstLoadBytesMax = 200 * 1024;
const holdMs = 2_000;
/** Long enough for a slow machine to see the preview and save before it begins. */
const aheadMs = 15_000;
/** A browser says itself that a wrong password was answered 401, as it must be. */
const wrongPassword = /status of 401 .*\/api\/session$/;
const slowLine = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 };

describe.skipIf(!programPath('chromium'))('the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let author: Visitor;
  let approver: Visitor;
  let duty: Visitor;
  const audio = 'Bản tin sáng Sơn Dương';
  const bulletin = { title: 'Lịch tiêm phòng', text: 'Sáng thứ Bảy, 7 giờ 30, tại nhà văn hóa thôn 2.\nMang theo sổ tiêm.' };

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await district.addBox({ id: 'bang-1', kind: 'board', config: { display: { kind: 'simulated' } } });
    browser = await openBrowser();
    [author, approver, duty] = await Promise.all([person(browser, [wrongPassword]), person(browser), person(browser)]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('loads in 200 KB, and signs in by keyboard alone', async () => {
    const loaded = await bytesLoaded(author.page, () => author.page.goto(district.console));
    const { page } = author;
    await page.getByLabel('Tài khoản').waitFor();
    expect(await author.photograph('sign-in')).toEqual([0, 0]);
    await page.keyboard.type('can-bo-van-hoa');
    await page.keyboard.press('Tab');
    await page.keyboard.type('sai-mat-khau');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(/./).waitFor();
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Đăng nhập');
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Hôm nay' }).waitFor();
    await page.getByText('Chưa có biên nhận phát nào.').waitFor();
    const bytes = await loaded();
    expect(bytes).toBeLessThanOrEqual(firstLoadBytesMax);
    tellRun('console', { figures: { 'first load of the console': `${(bytes / 1024).toFixed(1)} KB` }, doors: [] });
    expect(await author.photograph('today')).toEqual([0, 0]);
  });

  it('can be put on a phone’s first page: Chromium finds nothing that would keep it from that', async () => {
    const tools = await author.page.context().newCDPSession(author.page);
    const manifest = await tools.send('Page.getAppManifest');
    expect([manifest.errors, manifest.url]).toEqual([[], `${district.console}/loa.webmanifest`]);
    const { installabilityErrors } = await tools.send('Page.getInstallabilityErrors');
    // The windows of tests keep nothing.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  });

  it('makes a claim for new hardware of a box and shows its PIN, this once', async () => {
    const technician = await person(browser);
    const { page } = technician;
    await signIn(page, district.console, 'lanh-dao-duyet');
    await turnTo(page, 'Thiết bị');
    await page.getByRole('link', { name: 'Hộp loa-1' }).click();
    await page.getByText('Thay phần cứng, giữ nguyên hộp').click();
    await page.getByRole('button', { name: 'Tạo mã cho máy thay thế' }).click();
    await page.getByText(/^\d{6}$/).waitFor();
    const download = page.getByRole('link', { name: 'Tải tệp kích hoạt' });
    expect(await download.getAttribute('download')).toBe('loa-claim.json');
    expect(await technician.photograph('claim')).toEqual([0, 0]);
    await page.reload();
    await page.getByText('Thay phần cứng, giữ nguyên hộp').click();
    await page.getByRole('button', { name: 'Tạo mã cho máy thay thế' }).waitFor();
    expect(await page.getByText(/^\d{6}$/).count()).toBe(0);
    expect(technician.faults).toEqual([]);
    await page.context().close();
  });

  it('uploads a real MP3 with progress that moves, and writes a bulletin; both wait for approval', async () => {
    const { page } = author;
    await turnTo(page, 'Nội dung');
    await page.getByRole('link', { name: 'Tải tệp lên' }).click();
    const line = await author.context.newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', slowLine);
    const mp3 = spokenMp3('Xin chào bà con. Đây là đài truyền thanh xã Sơn Dương. Sau đây là bản tin buổi sáng. Hôm nay trời nắng.');
    await page.getByLabel('Tệp', { exact: true }).setInputFiles({ name: 'ban-tin-sang.mp3', mimeType: 'audio/mpeg', buffer: mp3 });
    expect(await page.getByLabel('Tên chương trình').inputValue()).toBe('ban-tin-sang');
    await page.getByLabel('Tên chương trình').fill(audio);
    await page.getByRole('button', { name: 'Tải lên và trình duyệt' }).click();
    await until('progress on its way', async () => ((await page.evaluate(partUploaded)) ? true : undefined));
    await page.getByText('Đã tải lên và trình duyệt.').waitFor();
    await line.send('Network.emulateNetworkConditions', { ...slowLine, uploadThroughput: -1 });
    await page.getByRole('link', { name: 'Viết bản tin' }).click();
    await page.getByLabel('Tiêu đề').fill(bulletin.title);
    await page.getByRole('textbox', { name: 'Nội dung bản tin' }).click();
    await page.keyboard.type(bulletin.text);
    await page.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await page.getByText('Đã lưu và trình duyệt.').waitFor();
    for (const title of [audio, bulletin.title]) await row(page, title).getByText('Chờ duyệt').waitFor();
    expect(await page.getByRole('button', { name: 'Duyệt', exact: true }).count()).toBe(0);
    expect(await author.photograph('content-author')).toEqual([0, 0]);
  });

  it('lets another person hear and approve it, schedule it seconds ahead after a preview, and see its receipt arrive', async () => {
    const { page } = approver;
    await signIn(page, district.console, 'lanh-dao-duyet');
    await turnTo(page, 'Duyệt nội dung');
    for (const title of [audio, bulletin.title]) {
      await row(page, title).getByRole('button', { name: 'Duyệt', exact: true }).click();
      await page.getByText(`Đã duyệt “${title}”.`).waitFor();
    }
    await turnTo(page, 'Nội dung');
    await page.locator('audio').first().waitFor();
    const lengthS = await page.evaluate(soundLength);
    expect(lengthS).toBeGreaterThan(3);
    expect(await approver.photograph('content-approver')).toEqual([0, 0]);
    await turnTo(page, 'Lịch phát');
    await schedule(page, audio, aheadMs);
    await schedule(page, bulletin.title, aheadMs);
    expect(await page.getByRole('button', { name: /^Bỏ lịch/ }).count()).toBe(2);
    expect(await approver.photograph('schedule')).toEqual([0, 0]);
    await turnTo(page, 'Hôm nay');
    await page.evaluate('window.sinceLoad = true');
    const playing = page.getByText('1 trên 1 hộp đang phát').first();
    await until('a box to say that it plays', async () => ((await playing.isVisible()) ? true : undefined));
    expect(await approver.photograph('today-playing')).toEqual([0, 0]);
    await receiptRow(page, audio).getByText('Phát đủ').waitFor({ timeout: 90_000 });
    expect(await page.evaluate('window.sinceLoad')).toBe(true);
  });

  it('shows the bulletin on the board, exactly as written, and its receipt in the log', async () => {
    const board = await until('the bulletin on the board', async () => {
      const html = await (await fetch(`${district.boxes.get('bang-1')?.page}/board`)).text();
      return html.includes(bulletin.title) ? html : undefined;
    });
    expect(board).toContain('nhà văn hóa thôn 2');
    const { page } = approver;
    await turnTo(page, 'Nhật ký phát');
    await receiptRow(page, audio).getByText('Phát đủ').waitFor();
    await receiptRow(page, bulletin.title).getByText('Phát đủ').waitFor({ timeout: 120_000 });
    expect(await page.locator('tbody tr').count()).toBe(2);
    expect(await approver.photograph('log')).toEqual([0, 0]);
  });

  it('gives an order only after a password and two whole seconds, shows every box sounding, and stops it', async () => {
    const { page } = duty;
    await signIn(page, district.console, 'truc-ban-1');
    await turnTo(page, 'Khẩn cấp');
    expect(await page.getByRole('link', { name: /^Lệnh thật/ }).count()).toBe(0);
    await chooseTemplate(page);
    await page.getByRole('button', { name: 'Giữ 2 giây để phát DIỄN TẬP' }).waitFor();
    await page.getByText('Sẽ phát trên 2 hộp.').waitFor();
    expect(await duty.photograph('emergency')).toEqual([0, 0]);
    await page.getByLabel('Mật khẩu của trực ban').focus();
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('hold');
    await page.keyboard.down('Space');
    await page.waitForTimeout(holdMs / 2);
    await page.keyboard.up('Space');
    await page.waitForTimeout(holdMs);
    expect(await orders()).toEqual([]);

    await page.keyboard.down('Space');
    await page.getByText('Đã ký và gửi lệnh.').waitFor();
    await page.keyboard.up('Space');
    await page.getByText('Hộp loa-1: đang phát').waitFor();
    expect(await duty.photograph('emergency-sounding')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Kết thúc lệnh' }).click();
    await page.getByText('Hộp loa-1: đã dừng').waitFor();
    await page.getByText('Đã kết thúc').waitFor();
    expect((await orders()).map(({ state }) => state)).toEqual(['cleared']);
    expect(await duty.photograph('emergency-stopped')).toEqual([0, 0]);
  });

  it('silences everything by the button that stops all, held by pointer', async () => {
    const { page } = duty;
    await page.getByLabel('Mật khẩu của trực ban').fill(password);
    await press(page, 'Giữ 2 giây để phát DIỄN TẬP', () => page.getByText('Hộp loa-1: đang phát').waitFor());
    await press(page, 'Giữ 2 giây để DỪNG TẤT CẢ', () => until('every order to end', async () => allEnded(await orders())));
    await until('the page to say so', async () => ((await page.getByText('Hộp loa-1: đã dừng').count()) === 2 ? true : undefined));
    expect(await page.getByText('Hộp loa-1: đang phát').count()).toBe(0);
    expect(await page.getByText('Đang có lệnh').isVisible()).toBe(false);
  });

  it('made no browser complain: no error, nothing refused by the page’s policy', () => {
    expect([...author.faults, ...approver.faults, ...duty.faults]).toEqual([]);
  });

  function orders(): Promise<OrderAnswer[]> {
    return district.duty.get<OrderAnswer[]>('/orders');
  }
});

function person(browser: Browser, excused: readonly RegExp[] = []): Promise<Visitor> {
  return Visitor.arrive(browser, 'console', excused);
}

function allEnded(orders: readonly OrderAnswer[]): true | undefined {
  return orders.length > 0 && orders.every(({ state }) => state === 'cleared') ? true : undefined;
}

async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.getByRole('navigation').waitFor();
}

async function turnTo(page: Page, view: string): Promise<void> {
  await page.getByRole('link', { name: view, exact: true }).click();
  await page.locator('a[aria-current=page]', { hasText: view }).waitFor();
}

/** A programme's or a schedule's line in a list. */
function row(page: Page, title: string) {
  return page.locator('article', { has: page.getByRole('heading', { name: title, exact: true }) });
}

function receiptRow(page: Page, title: string) {
  return page.getByRole('row').filter({ hasText: title });
}

/** Once, on every box, `aheadMs` from now; the preview must allow it before it is saved. */
async function schedule(page: Page, title: string, aheadMs: number): Promise<void> {
  await page.getByRole('button', { name: 'Đặt lịch mới' }).click();
  await page.getByLabel('Chương trình').selectOption({ label: title });
  const [date = '', time = ''] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' })
    .format(Date.now() + aheadMs)
    .split(' ');
  await page.getByLabel('Ngày', { exact: true }).fill(date);
  await page.getByLabel('Giờ', { exact: true }).fill(time);
  await page.getByLabel('Giờ', { exact: true }).blur();
  const preview = page.locator('.plays li', { hasText: time });
  await preview.getByText('được phát').waitFor();
  await page.getByRole('button', { name: 'Lưu lịch' }).click();
  await row(page, title)
    .getByRole('button', { name: `Bỏ lịch ${title}` })
    .waitFor();
}

/** Hold a button by pointer until the fact is there, then let go. */
async function press(page: Page, name: string, fact: () => Promise<unknown>): Promise<void> {
  await hold(page, page.getByRole('button', { name }), fact);
}

/** Start counting what comes over the wire; the function answered tells the sum. */
async function bytesLoaded(page: Page, begin: () => Promise<unknown>): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ response }) => {
    bytes += response.encodedDataLength;
  });
  session.on('Network.dataReceived', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await begin();
  return async () => {
    await session.detach();
    return bytes;
  };
}

const partUploaded = '(bar => bar.position > 0 && bar.position < 1)(document.querySelector("progress"))';
const soundLength = `new Promise((resolve, reject) => {
  const sound = document.querySelector('audio');
  sound.onloadedmetadata = () => resolve(sound.duration);
  sound.onerror = () => reject(new Error(sound.error.message));
  sound.preload = 'metadata';
  sound.load();
})`;
