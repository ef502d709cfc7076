// Content as its people make it: uploaded over a line that breaks, recorded and cut, written for a board, spoken by machine; judged by another on a phone. Each ends in a box.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaAnswer, ProgrammeAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { Ear, monoNowMs, monoOf } from '../wire/ear.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { Visitor } from './visitor.ts';

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--autoplay-policy=no-user-gesture-required', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
];
const phone = { width: 360, height: 780 };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A line that is cut while a piece is on its way. */
const cutLine = /Failed to load resource: net::ERR_INTERNET_DISCONNECTED|ERR_NETWORK|ERR_FAILED/;

describe.skipIf(!programPath('chromium'))('content in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let author: Visitor;
  let approver: Visitor;
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await district.addBox({ id: 'bang-1', kind: 'board', config: { display: { kind: 'simulated', width: 1920, height: 1080 } } });
    await ear.listen(district.boxes.get('loa-1')?.page ?? '');
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    author = await Visitor.arrive(browser, 'compose', [cutLine]);
    approver = await Visitor.arrive(browser, 'compose-judge');
    await signIn(author.page, district.console, 'can-bo-van-hoa');
    await approver.page.setViewportSize(phone);
    await signIn(approver.page, district.console, 'lanh-dao-duyet');
  }, 90_000);
  afterAll(async () => {
    ear.stop();
    await browser?.close();
    await district?.stop();
  });

  it('uploads a real MP3 over a line that breaks, and goes on where it was', async () => {
    const { page } = author;
    await page.goto(`${district.console}/#/noi-dung`);
    await page.getByText('Chưa có nội dung.').waitFor();
    expect(await author.photograph('empty')).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Tải tệp lên' }).click();
    const mp3 = spokenMp3('Xin chào bà con. Đây là bản tin buổi sáng của xã Sơn Dương. Hôm nay trời nắng.');
    await page.getByLabel('Tệp', { exact: true }).setInputFiles({ name: 'ban-tin.mp3', mimeType: 'audio/mpeg', buffer: mp3 });
    await page.getByLabel('Tên chương trình').fill('Bản tin sáng');
    await page.getByLabel('Lời của âm thanh').fill('Xin chào bà con. Đây là bản tin buổi sáng.');
    await page.getByLabel('Thông tin thiết yếu').check();
    await author.context.setOffline(true);
    await page.getByRole('button', { name: 'Tải lên và trình duyệt' }).click();
    await page.getByText('Mất mạng. Sẽ tự gửi tiếp').waitFor();
    expect(await author.photograph('line-away')).toEqual([0, 0]);
    await author.context.setOffline(false);
    await told(page, 'Đã tải lên và trình duyệt.');
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('uploaded')).toEqual([0, 0]);
  });

  it('is approved by another with a thumb; a reason is asked for what is given back; it is heard from the box', async () => {
    const { page } = approver;
    await page.goto(`${district.console}/#/duyet`);
    const card = page.locator('article', { has: page.getByRole('heading', { name: 'Bản tin sáng' }) });
    await card.getByText('Xin chào bà con. Đây là bản tin buổi sáng.').waitFor();
    await card.getByRole('button', { name: 'Trả lại' }).click();
    await card.getByText('Hãy ghi lý do').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await approver.photograph('judge')).toEqual([0, 0]);
    await page.setViewportSize(phone);
    const thumb = card.getByRole('button', { name: 'Duyệt', exact: true });
    const size = await thumb.boundingBox();
    expect(Math.min(size?.height ?? 0, size?.width ?? 0)).toBeGreaterThanOrEqual(48);
    await thumb.click();
    await page.getByText('Đã duyệt “Bản tin sáng”.').waitFor();
    await page.getByText('Không có gì chờ duyệt.').waitFor();
    const programme = await programmeOf('Bản tin sáng');
    expect(programme).toMatchObject({ state: 'approved', approver: 'lanh-dao-duyet', essential: true });
    const { startMs } = await district.schedule(programme.id, Date.now() + 15_000);
    await until('the receipt', async () =>
      (await district.receipts('loa-1')).find(({ title, receipt }) => title === 'Bản tin sáng' && receipt.outcome === 'played'),
    );
    expect(ear.firstAbove(800, monoOf(startMs) - 200)).toBeDefined();
  });

  it('records, cuts and hears again what the box then plays, as long as it was cut', async () => {
    const { page } = author;
    await page.goto(`${district.console}/#/noi-dung/ghi-am`);
    await page.getByRole('button', { name: 'Bắt đầu ghi âm' }).click();
    await page.getByText('Mức âm thanh tốt.').or(page.getByText('Quá to')).first().waitFor();
    await until('four seconds', async () => ((await page.getByText(/Đang ghi 0:(0[4-9]|[1-5]\d)/).count()) > 0 ? true : undefined));
    await page.getByRole('button', { name: 'Dừng ghi' }).click();
    await page.getByLabel('Nghe lại phần giữ lại').waitFor();
    await page.getByLabel('Bắt đầu ở').fill('500');
    await page.getByLabel('Kết thúc ở').fill('2500');
    const lengthS = await until('the sound that is kept', async () => {
      const seconds = await page.evaluate("document.querySelector('.recorder audio').duration");
      return Number.isFinite(seconds) ? Number(seconds) : undefined;
    });
    expect(lengthS).toBeCloseTo(2, 1);
    await page.getByLabel('Tên chương trình').fill('Lời trưởng thôn');
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('record')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await told(page, 'Đã lưu bản ghi và trình duyệt.');
    const programme = await programmeOf('Lời trưởng thôn');
    expect(Math.abs((programme.items[0]?.durationMs ?? 0) - 2_000)).toBeLessThan(100);
    await district.approver.post(`/programmes/${programme.id}/approve`);
    const { startMs } = await district.schedule(programme.id, Date.now() + 15_000);
    await until('the receipt', async () =>
      (await district.receipts('loa-1')).find(({ title, receipt }) => title === 'Lời trưởng thôn' && receipt.outcome === 'played'),
    );
    await until('the sound to have been heard', () => (monoNowMs() > monoOf(startMs) + 2_500 ? true : undefined));
    expect(ear.firstAbove(800, monoOf(startMs) - 200)).toBeDefined();
  });

  it('writes a bulletin by keyboard, sees it at the board’s own size, and the board shows just that', async () => {
    const { page } = author;
    await page.goto(`${district.console}/#/noi-dung/viet`);
    await page.getByLabel('Tiêu đề').fill('Lịch tiêm phòng dại');
    const editor = page.getByRole('textbox', { name: 'Nội dung bản tin' });
    await editor.click();
    await page.keyboard.type('Sáng thứ Bảy, 7 giờ 30, tại ');
    await page.keyboard.press('Control+b');
    await page.keyboard.type('nhà văn hóa thôn 2');
    await page.keyboard.press('Control+b');
    await page.keyboard.press('Enter');
    await page.keyboard.type('<img src=x onerror=alert(1)> Mang theo sổ tiêm.');
    await page.getByRole('button', { name: 'Thêm bảng' }).click();
    await page.getByText('(1920 × 1080)').waitFor({ state: 'attached' });
    const shown = await until('the preview', async () => {
      const html = (await page.locator('section iframe').getAttribute('srcdoc')) ?? '';
      return html.includes('Mang theo sổ tiêm') && html.includes('<table>') ? linesIn(html) : undefined;
    });
    expect(shown).toContain('<img src=x onerror=alert(1)> Mang theo sổ tiêm.');
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('write')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await page.getByText('Đã lưu và trình duyệt.').waitFor();
    const programme = await programmeOf('Lịch tiêm phòng dại');
    await district.approver.post(`/programmes/${programme.id}/approve`);
    await district.schedule(programme.id, Date.now() + 4_000);
    const board = await until('the bulletin on the board', async () => {
      const html = await (await fetch(`${district.boxes.get('bang-1')?.page}/board`)).text();
      return html.includes('Lịch tiêm phòng dại') ? html : undefined;
    });
    for (const line of shown) expect(board).toContain(line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  });

  it('shows how a machine reads, lets a word be tried and kept, and says it so', async () => {
    const judge = await Visitor.arrive(browser, 'compose-words');
    await signIn(judge.page, district.console, 'lanh-dao-duyet');
    await judge.page.goto(`${district.console}/#/noi-dung/tu-dien`);
    await judge.page.getByLabel('Chữ viết').fill('Loa');
    await judge.page.getByLabel('Đọc là').fill('lờ oa');
    await judge.page.getByRole('button', { name: 'Lưu vào từ điển' }).click();
    await judge.page.getByText('Đã lưu “Loa”.').waitFor();
    expect(await violations(judge.page)).toEqual([]);
    expect(await judge.photograph('dictionary')).toEqual([0, 0]);
    expect(judge.faults).toEqual([]);
    await judge.leave();

    const { page } = author;
    await page.goto(`${district.console}/#/noi-dung/doc-may`);
    await page.getByLabel('Văn bản cần đọc').fill('UBND xã mở Loa lúc 15h30.');
    await page.getByText('Ủy ban nhân dân xã mở lờ oa lúc mười lăm giờ ba mươi phút', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Nghe thử' }).click();
    await page.getByLabel('Giọng đọc thử').waitFor();
    expect(await district.author.get<MediaAnswer[]>('/media?q=UBND')).toEqual([]);
    await page.getByLabel('Tên chương trình').fill('Giờ mở loa');
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('speech')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await told(page, 'Đã lưu giọng đọc và trình duyệt.');
    const [item] = (await programmeOf('Giờ mở loa')).items;
    expect(item?.speak).toMatch(/lờ oa lúc mười lăm giờ ba mươi phút/);
  });

  it('says plainly that no machine speaks Tày', async () => {
    const { page } = author;
    await page.getByLabel('Ngôn ngữ').selectOption('tyz');
    await page.getByText('Máy chưa có giọng Tiếng Tày. Hãy ghi âm').waitFor();
    expect(await page.getByRole('button', { name: 'Lưu và trình duyệt' }).isDisabled()).toBe(true);
  });

  it('shows an author why work came back, in words that stay words', async () => {
    const { id } = await programmeOf('Giờ mở loa');
    await district.approver.post(`/programmes/${id}/reject`, { note: '<img src=x onerror=alert(1)> Sai giờ' });
    const { page } = author;
    await page.goto(`${district.console}/#/noi-dung`);
    await page.getByText('<img src=x onerror=alert(1)> Sai giờ').waitFor();
    await page.getByLabel('Tìm').fill('gio mo');
    await page.getByRole('heading', { name: 'Giờ mở loa' }).waitFor();
    await until('the others to go', async () => ((await page.locator('article').count()) === 1 ? true : undefined));
    await page.getByLabel('Tìm').fill('');
    await page.getByRole('heading', { name: 'Bản tin sáng' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('list')).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Kho âm thanh và trang' }).click();
    await page.getByRole('button', { name: 'Dùng ở đâu?' }).first().click();
    await page.getByRole('link', { name: 'Giờ mở loa' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await author.photograph('library')).toEqual([0, 0]);
  });

  it('made no browser complain', () => {
    expect([...author.faults, ...approver.faults]).toEqual([]);
  });

  async function programmeOf(title: string): Promise<ProgrammeAnswer> {
    const found = (await district.author.get<ProgrammeAnswer[]>('/programmes')).find((one) => one.title === title);
    if (!found) throw new Error(`no programme ${title}`);
    return found;
  }
});

/** A sound is worked on behind all that is more pressing: it may take longer than a locator waits. */
function told(page: Page, words: string): Promise<true> {
  return until(words, async () => ((await page.getByText(words).isVisible()) ? true : undefined));
}

async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.locator('main').waitFor();
}

/** Serious and critical ones, by rule and place; boards' frames are somebody's page. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { iframes: false }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`) as Promise<string[]>;
}

/** Words of a page, line by line. */
function linesIn(html: string): string[] {
  const body = html.slice(html.indexOf('<body'));
  return body
    .replaceAll(/<[^>]+>/g, '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
