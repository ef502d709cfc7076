// The office of a commune in a real browser: the day, the log while it fills, reports beside their files, votes, and an exercise really done.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import type { Report } from '../../schemas/report-tables.ts';
import type { Training } from '../../schemas/training.ts';
import { programPath } from '../tell.ts';
import { type District, group, password, startDistrict } from '../wire/district.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { signIn, turnTo } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

const area = '08/02536';
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn <b>Một</b>', code: null, level: 'hamlet', area: `${area}/thon-1` },
];
const accounts = [
  { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
  { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'] },
  { account: 'truc-ban-1', title: 'Trực ban 1', roles: ['duty'] },
  { account: 'lanh-dao', title: 'Lãnh đạo xã', roles: ['leader'] },
].map((account) => ({ ...account, password }));
const hostile = '<img src=x onerror="window.hacked=1">';
const dayMs = 24 * 3600_000;

describe.skipIf(!programPath('chromium'))('the office [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let leader: Visitor;
  let admin: Visitor;
  let programme = '';

  beforeAll(async () => {
    district = await startDistrict({}, { units, accounts });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker', area: `${area}/thon-1` });
    browser = await openBrowser();
    [leader, admin] = await Promise.all([Visitor.arrive(browser, 'office'), Visitor.arrive(browser, 'office')]);
    const made = await district.programme(
      hostile,
      spokenMp3('Xin chào bà con xã Sơn Dương. Đây là bản tin buổi sáng của đài truyền thanh xã. '.repeat(3)),
    );
    programme = made.id;
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('shows a quiet day, in both languages', async () => {
    const { page } = leader;
    await signIn(page, district.console, 'lanh-dao');
    await page.getByRole('heading', { name: 'Hôm nay' }).waitFor();
    await page.getByText('Chưa có biên nhận phát nào.').waitFor();
    await page.getByText('chưa đo được').first().waitFor();
    expect(await leader.photograph('today-quiet')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'On now and next' }).waitFor();
    expect(await leader.photograph('today-english')).toEqual([0, 0]);
    // The menu has shut itself with the choice.
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
  });

  it('sees a programme come, sound and leave its receipt, without touching the page; its hostile name stays text', async () => {
    const { page } = leader;
    await page.evaluate('window.sinceLoad = true');
    await district.schedule(programme, Date.now() + 8_000);
    await page.getByText(hostile).first().waitFor();
    await page.getByText('1 trên 1 hộp đang phát').waitFor();
    expect(await leader.photograph('today-sounding')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    const [told] = await until('the receipt', async () => {
      const found = await district.receipts('loa-1');
      return found.length > 0 ? found : undefined;
    });
    expect(told?.receipt).toMatchObject({ outcome: 'played', programme });
    await row(page, hostile).getByText('Phát đủ').waitFor();
    expect(await page.evaluate('[window.sinceLoad, window.hacked]')).toEqual([true, undefined]);
  });

  it('keeps the log, filters it by its address, and takes a new receipt in while one looks', async () => {
    const { page } = leader;
    await turnTo(page, 'Nhật ký phát');
    await row(page, hostile).getByText('Phát đủ').waitFor();
    await page.getByLabel('Kết quả').selectOption({ label: 'Bỏ lỡ' });
    await page.getByText('Chưa có biên nhận phát nào trong kỳ này.').waitFor();
    expect(page.url()).toContain('missed');
    await page.reload();
    await page.getByText('Chưa có biên nhận phát nào trong kỳ này.').waitFor();
    await page.getByLabel('Kết quả').selectOption({ label: 'Phát đủ' });
    await row(page, hostile).waitFor();
    await district.schedule(programme, Date.now() + 6_000);
    await until('the second receipt on the page', async () => ((await row(page, hostile).count()) === 2 ? true : undefined));
    expect(await district.receipts('loa-1')).toHaveLength(2);
    await page.getByLabel('Đơn vị').selectOption('thon-1');
    await until('the choice in the address', async () => (page.url().includes('unit') ? true : undefined));
    await until('both receipts of the unit', async () => ((await row(page, hostile).count()) === 2 ? true : undefined));
    expect(await leader.photograph('log')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    const file = await fileOf(page, 'Tải CSV');
    expect(file.split('\r\n').filter((line) => line.includes('onerror'))).toHaveLength(2);
    const paper = await page.getByRole('link', { name: /^In nhật ký tháng/ }).getAttribute('href');
    const printed = await textOf(page, paper);
    expect(printed).toContain('Người lập');
    expect(printed).toContain('&#60;img');
    await page.getByRole('button', { name: 'Bảng tin đã hiện' }).click();
    await page.getByText('Không có bảng tin nào hiện trong kỳ này.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('reports a day as the centre and its files do, drawn, told in a sentence, with what is unmeasured said', async () => {
    const { page } = leader;
    await turnTo(page, 'Báo cáo');
    await page.getByRole('link', { name: 'Báo cáo tuần' }).waitFor();
    expect(await leader.photograph('reports')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.locator('main').getByRole('link', { name: 'Nhật ký phát' }).click();
    await page.getByRole('button', { name: 'Hôm nay' }).click();
    await page.getByRole('img', { name: /Tất cả: 2 / }).waitFor();
    await page.locator('figure canvas').waitFor();
    const fromMs = Date.parse(`${today()}T00:00:00+07:00`);
    const report = await district.duty.get<Report>(`/reports/play-log?fromMs=${fromMs}&toMs=${fromMs + dayMs}`);
    expect(report.rows).toHaveLength(2);
    const shown = await page.locator('table tbody tr').count();
    expect(shown).toBe(report.rows.length);
    const values = await page.locator('.value').allTextContents();
    expect(values).toEqual(report.figures.map(({ value, kind }) => (kind === 'durationMs' ? lengthOf(Number(value)) : String(value))));
    for (const { vi, count } of report.exclusions)
      await page.locator('li', { hasText: vi }).getByText(String(count), { exact: true }).waitFor();
    const file = await fileOf(page, 'Tải CSV');
    expect(file.split('\r\n').filter((line) => line.includes('loa-1'))).toHaveLength(2);
    expect(file).toContain(`Lượt phát,${report.figures[0]?.value},`);
    expect(await leader.photograph('report-log')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`${district.console}#/bao-cao/schedule-kept`);
    await page.locator('.unmeasured').getByText('chưa đo được').waitFor();
    await page.goto(`${district.console}#/bao-cao/week`);
    await page.getByRole('heading', { name: 'Số liệu', exact: true }).waitFor();
    expect(await leader.photograph('report-week')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('measures units, and takes votes of the people put in by hand', async () => {
    const { page } = leader;
    await turnTo(page, 'Đánh giá');
    await page.getByRole('heading', { name: 'Các đơn vị trực thuộc' }).waitFor();
    await page.getByText('Thôn <b>Một</b>').last().waitFor();
    await page.getByLabel('Số phiếu 5 sao').fill('3');
    await page.getByLabel('Số phiếu 4 sao').fill('1');
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page
      .getByRole('row', { name: /phieu-giay/ })
      .getByText('4,75 sao')
      .waitFor();
    const report = await until('the votes in the figures', async () => {
      const told = await district.approver.get<Report>('/evaluations/xa');
      return told.figures.some(({ id, value }) => id === 'rating-commune' && value === 4.75) ? told : undefined;
    });
    expect(report.figures.find(({ id }) => id === 'trained')?.value).toBe(0);
    await page.locator('dl').getByText('4,75').waitFor();
    expect(await leader.photograph('evaluation')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('lets a duty officer practise: what counts is the order that really sounded on a box of the sandbox', async () => {
    const { page } = admin;
    await signIn(page, district.console, 'lanh-dao-duyet');
    await turnTo(page, 'Tập luyện');
    const sandboxes = page.getByRole('region', { name: 'Đơn vị tập luyện' });
    await sandboxes.getByLabel('Đơn vị').selectOption('thon-1');
    await sandboxes.getByRole('button', { name: 'Lập đơn vị tập luyện' }).click();
    await sandboxes.getByRole('button', { name: /^Thôi tập luyện/ }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await turnTo(leader.page, 'Tập luyện');
    await leader.page.getByRole('combobox', { name: 'Người tập', exact: true }).selectOption('truc-ban-1');
    await leader.page.getByRole('combobox', { name: 'Bài tập', exact: true }).selectOption('phat-lenh');
    await leader.page.getByRole('button', { name: 'Bắt đầu bài tập' }).click();
    const running = leader.page.locator('article', { hasText: 'Trực ban 1' });
    await running.getByText('chưa thấy làm').first().waitFor();
    const wish = { template: 'lu-quet', class: 'exercise', groups: [group], confirm: true, password };
    const order = await district.duty.post<OrderAnswer>('/orders', wish);
    await until('the box to sound', async () => {
      const found = await district.duty.get<OrderAnswer>(`/orders/${order.id}`);
      return found.progress.some(({ box, state }) => box === 'loa-1' && (state === 'sounding' || state === 'heard')) ? true : undefined;
    });
    await running
      .getByRole('listitem')
      .filter({ hasText: 'Phát lệnh diễn tập' })
      .getByText(/đã làm lúc/)
      .waitFor();
    await district.duty.post(`/orders/${order.id}/clear`);
    await running
      .getByRole('listitem')
      .filter({ hasText: 'Kết thúc lệnh' })
      .getByText(/đã làm lúc/)
      .waitFor();
    expect(await leader.photograph('training')).toEqual([0, 0]);
    expect(await seriousFaults(leader.page)).toEqual([]);
    await running.getByLabel('Nhận xét').fill('làm đúng');
    await running.getByRole('button', { name: 'Đạt', exact: true }).click();
    await leader.page
      .getByRole('row', { name: /Trực ban 1/ })
      .getByText('Đạt')
      .waitFor();
    const [record] = await district.duty.get<Training[]>('/trainings');
    expect(record).toMatchObject({ person: 'truc-ban-1', exercise: 'phat-lenh', result: 'passed', completedBy: 'lanh-dao' });
    const trained = await district.approver.get<Report>('/evaluations/xa');
    expect(trained.figures.find(({ id }) => id === 'trained')?.value).toBe(1 / accounts.length);
  });

  it('made no browser complain', () => {
    expect([...leader.faults, ...admin.faults]).toEqual([]);
  });
});

function row(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text });
}

function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: 'Asia/Ho_Chi_Minh' }).format(Date.now());
}

function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

async function fileOf(page: Page, link: string): Promise<string> {
  return textOf(page, await page.getByRole('link', { name: link }).getAttribute('href'));
}

async function textOf(page: Page, path: string | null): Promise<string> {
  return (await page.evaluate(`fetch(${JSON.stringify(path)}).then((answer) => answer.text())`)) as string;
}
