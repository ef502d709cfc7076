// Steering in the console: a directive issued and read by name, the right to approve lent and used, systems that are not ours.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DelegationAnswer } from '../../schemas/approval.ts';
import type { DirectiveAnswer, DirectiveHandlingAnswer } from '../../schemas/directive.ts';
import type { ExchangeLinkAnswer } from '../../schemas/exchange.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import { programPath } from '../tell.ts';
import type { District } from '../wire/district.ts';
import { seriousFaults } from './axe.ts';
import { hostile, operator, person, startProvince } from './commune-source.ts';
import { turnTo } from './night.ts';
import { openBrowser, type Visitor } from './visitor.ts';

const room = 'steering';
const subject = `Tăng cường tuyên truyền phòng cháy rừng ${hostile}`;
/** The centre refuses its own introduction, as it must. */
const excused = [/status of 4\d\d .*\/api\/centres\//];

describe.skipIf(!programPath('chromium'))('steering in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let approver: Visitor;
  let chairman: Visitor;
  let deputy: Visitor;

  beforeAll(async () => {
    district = await startProvince();
    browser = await openBrowser();
    [approver, chairman] = await Promise.all([
      person(browser, district, 'lanh-dao-duyet', { room, excused }),
      person(browser, district, 'chu-tich-tan-trao', { room }),
    ]);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('issues a directive to the communes, to be read by their leaders', async () => {
    const { page } = approver;
    await turnTo(page, 'Chỉ đạo');
    await page.getByText('Không có văn bản chỉ đạo nào.').waitFor();
    await page.getByRole('link', { name: 'Ban hành văn bản' }).click();
    await page.getByLabel('Trích yếu').fill(subject);
    await page.getByLabel('Nội dung văn bản').fill('Các xã phát tin cảnh báo cháy rừng mỗi ngày hai lần.\nBáo cáo trước thứ Sáu.');
    await page.getByLabel('Nhân danh đơn vị').selectOption('tinh');
    await page.getByLabel('Gửi tới cấp').selectOption('commune');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await approver.photograph('directive-form')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Ban hành', exact: true }).click();
    await page.getByRole('row', { name: /Xã Tân Trào.*Chưa đọc đủ/ }).waitFor();
    await page.getByText('0 %').waitFor();
  });

  it('is read by name in one commune, which the centre tells and the other page shows', async () => {
    const { page } = chairman;
    await turnTo(page, 'Chỉ đạo');
    await page.getByRole('heading', { name: subject }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await chairman.photograph('directive-inbox')).toEqual([0, 0]);
    await page.getByRole('button', { name: /^Đã đọc: Tăng cường.*Xã Tân Trào$/ }).click();
    await page.getByText(/Chủ tịch xã Tân Trào \(Lãnh đạo\) đã đọc/).waitFor();
    const [directive] = await district.approver.get<DirectiveAnswer[]>('/directives');
    const handled = await district.approver.get<DirectiveHandlingAnswer>(`/directives/${directive?.id}`);
    expect(handled.figures).toMatchObject({ units: 2, read: 1, waiting: 1, readShare: 0.5 });
    expect(handled.lines.find(({ unit }) => unit.id === 'tan-trao')?.readings).toMatchObject([
      { role: 'leader', account: 'chu-tich-tan-trao' },
    ]);
    await approver.page.getByRole('row', { name: /Xã Tân Trào.*Đã đọc.*Chủ tịch xã Tân Trào/ }).waitFor();
    await approver.page.getByText('50 %').waitFor();
    expect(await approver.photograph('directive-read')).toEqual([0, 0]);
  });

  it('lends the right to approve for some days; the delegate approves, and the item says in whose stead', async () => {
    const made = await district.author.post<{ id: string }>('/source-items', {
      content: { kind: 'notice', title: 'Họp dân', body: 'Tối thứ Ba.' },
    });
    await district.author.post(`/source-items/${made.id}/submit`, { version: 1 });
    const { page } = approver;
    await turnTo(page, 'Ủy quyền duyệt');
    await page.getByText('Chưa có ủy quyền nào.').waitFor();
    await page.getByLabel('Người được ủy quyền').selectOption('pho-phong');
    await page.getByLabel('Căn cứ hoặc lý do').fill('Đi công tác');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await approver.photograph('delegation-form')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Ủy quyền', exact: true }).click();
    await page.getByText('Đang có hiệu lực').waitFor();
    deputy = await person(browser, district, 'pho-phong', { room });
    await turnTo(deputy.page, 'Tin nguồn');
    await deputy.page.getByRole('link', { name: 'Tin của trung tâm' }).click();
    await deputy.page.getByRole('link', { name: 'Họp dân' }).click();
    await deputy.page.getByRole('button', { name: 'Duyệt', exact: true }).click();
    await deputy.page.getByText('theo ủy quyền của Lãnh đạo duyệt').waitFor();
    const item = await district.author.get<SourceItemAnswer>(`/source-items/${made.id}`);
    expect(item).toMatchObject({ state: 'approved' });
    expect(item.steps.at(-1)).toMatchObject({ step: 'approve', by: 'pho-phong', delegation: { by: 'lanh-dao-duyet' } });
    expect(await deputy.photograph('approved-by-delegate')).toEqual([0, 0]);
  });

  it('makes a link that is shown once and opens for whoever is away, and takes the delegation back', async () => {
    const made = await district.author.post<{ id: string }>('/source-items', {
      content: { kind: 'notice', title: 'Cắt điện', body: 'Sáng thứ Tư.' },
    });
    await district.author.post(`/source-items/${made.id}/submit`, { version: 1 });
    const { page } = approver;
    await page.getByLabel('Nội dung chờ duyệt').selectOption({ label: 'Cắt điện' });
    await page.getByLabel(/^Người duyệt/).selectOption('pho-phong');
    await page.getByRole('button', { name: 'Tạo liên kết' }).click();
    const link = await page.getByLabel('Liên kết', { exact: true }).inputValue();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await approver.photograph('link')).toEqual([0, 0]);
    const phone = await deputy.context.newPage();
    await phone.goto(link);
    await phone.getByRole('heading', { name: 'Cắt điện' }).waitFor();
    await page.getByRole('button', { name: 'Thu hồi ủy quyền: Phó phòng' }).click();
    await page.getByRole('button', { name: 'Xác nhận thu hồi' }).click();
    await page.getByText('Đã thu hồi').waitFor();
    expect(await district.approver.get<DelegationAnswer[]>('/delegations')).toMatchObject([{ holder: 'pho-phong', state: 'revoked' }]);
    await page.reload();
    await page.getByText('Đã thu hồi').waitFor();
    expect(await page.getByLabel('Liên kết', { exact: true }).count()).toBe(0);
  });

  it('shows who is not connected, declares another system, and hears of it', async () => {
    const { page } = approver;
    await turnTo(page, 'Liên thông');
    await page.getByText('Chưa nối với trung tâm cấp trên.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Xã Tân Trào' }).getByText('Chưa kết nối').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Khai báo hệ thống' }).click();
    await page.getByLabel('Tên hệ thống').fill('Hệ thống cũ của xã');
    await page.getByLabel('Tên ngắn (chữ thường, số)').fill('cu-tan-trao');
    await page
      .locator('form')
      .getByLabel(/^Đơn vị/)
      .selectOption('tan-trao');
    await page.getByLabel('Mã đơn vị của họ').fill('TT-01');
    await page.getByLabel(/^Chuyên mục/).fill('chung = 01');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await approver.photograph('link-form')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await page.getByRole('article').filter({ hasText: 'Hệ thống cũ của xã' }).getByText('Đã khai báo, chưa nhận tin').waitFor();
    const said = { kind: 'rating', unitCode: 'TT-01', atMs: Date.now(), month: '2026-10', score: 4.5, count: 12 };
    await (await operator(district, 'xa-tan-trao')).post('/exchange/cu-tan-trao/heard', { documents: [said] });
    const [link] = await district.approver.get<ExchangeLinkAnswer[]>('/exchange');
    expect(link).toMatchObject({ state: 'connected', owed: 0, categories: [{ ours: 'chung', theirs: '01' }] });
    await page.getByRole('button', { name: 'Đã nhận về: Hệ thống cũ của xã' }).click();
    await page.getByText('đánh giá tháng 2026-10: 4.5 sao, 12 lượt').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Đóng' }).click();
    await page
      .getByLabel('Tệp giới thiệu của trung tâm kia')
      .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await page.getByText('Tệp này không phải tệp giới thiệu.').waitFor();
    expect(await approver.photograph('neighbours')).toEqual([0, 0]);
  });

  it('is the same by night and in English, and made no browser complain', async () => {
    const { page } = approver;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('Lãnh đạo duyệt').click();
    await page.getByRole('button', { name: 'English' }).click();
    for (const [view, heading] of [
      ['Other centres', 'Units and their systems'],
      ['Delegation', 'Approval by link'],
      ['Directives', 'Directives'],
      ['Source information', 'Inbox: items to be handled'],
    ] as const) {
      await turnTo(page, view);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      expect(await approver.photograph(`night-${view.toLowerCase().replaceAll(' ', '-')}`)).toEqual([0, 0]);
    }
    expect([...approver.faults, ...chairman.faults, ...deputy.faults]).toEqual([]);
  });
});
