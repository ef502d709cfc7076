// Source information in the console: an essential item that one commune forgets, and two priority programmes that the people put in order.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import type { HandlingAnswer, InboxAnswerLine } from '../../schemas/source-issue.ts';
import { programPath } from '../tell.ts';
import type { District } from '../wire/district.ts';
import { toneMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { hostile, operator, person, startProvince, wall } from './commune-source.ts';
import { turnTo } from './night.ts';
import { openBrowser, type Visitor } from './visitor.ts';

const room = 'source';
const title = `Lịch tiêm chủng mở rộng ${hostile}`;
const overdueWithinMs = 300_000;

describe.skipIf(!programPath('chromium'))('source information in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let author: Visitor;
  let approver: Visitor;
  let forgetful: Visitor;
  let id: string;

  beforeAll(async () => {
    district = await startProvince();
    await district.addBox({ id: 'loa-son-duong', kind: 'loudspeaker', area: '08/02536', groups: ['son-duong'] });
    await district.addBox({ id: 'loa-tan-trao', kind: 'loudspeaker', area: '08/02545', groups: ['tan-trao'] });
    browser = await openBrowser();
    [author, approver, forgetful] = await Promise.all([
      person(browser, district, 'can-bo-van-hoa', { room }),
      person(browser, district, 'lanh-dao-duyet', { room }),
      person(browser, district, 'xa-tan-trao', { room }),
    ]);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('is written with its sound and handed in; its text stays text', async () => {
    const { page } = author;
    await turnTo(page, 'Tin nguồn');
    await page.getByText('Không có tin nguồn nào chờ xử lý.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await author.photograph('inbox-empty')).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Tin của trung tâm' }).click();
    await page.getByText('Chưa có tin nguồn nào.').waitFor();
    await page.getByRole('link', { name: 'Soạn tin nguồn' }).click();
    await page.getByLabel('Tiêu đề').fill(title);
    await page.getByLabel('Loại').selectOption('audio');
    await page.getByLabel('Của đơn vị').selectOption('tinh');
    await page.getByLabel('Thông tin thiết yếu').check();
    await page.getByLabel(/^Nội dung/).fill('Sáng thứ Bảy, 7 giờ 30, tiêm chủng tại trạm y tế xã.\nMang theo sổ tiêm.');
    await page.getByLabel('Hoặc tải tệp âm thanh lên').setInputFiles({ name: 'tiem.mp3', mimeType: 'audio/mpeg', buffer: toneMp3(6) });
    await page.getByLabel(/^Nghe Lịch tiêm/).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await author.photograph('editor')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await page.getByText('Tin của chính mình phải do người khác duyệt.').waitFor();
    expect(await page.getByRole('button', { name: 'Duyệt', exact: true }).count()).toBe(0);
    const [item] = await district.author.get<SourceItemAnswer[]>('/source-items?q=tiem%20chung');
    expect(item).toMatchObject({ state: 'submitted', content: { title, essential: true }, author: 'can-bo-van-hoa' });
    id = item?.id ?? '';
  });

  it('is found without marks, approved by somebody else, put in force and issued with a day', async () => {
    const { page } = approver;
    await turnTo(page, 'Tin nguồn');
    await page.getByRole('link', { name: 'Tin của trung tâm' }).click();
    await page.getByLabel('Tìm tin nguồn').fill('tiem chung mo rong');
    await page.getByRole('link', { name: title }).click();
    await page.getByRole('button', { name: 'Duyệt', exact: true }).click();
    await page.getByRole('button', { name: 'Ban hành' }).click();
    await page.getByRole('heading', { name: 'Phát xuống lần mới' }).waitFor();
    await page.getByLabel('Gửi tới cấp').selectOption('commune');
    await page.getByLabel('Hạn phổ biến').fill(wall(Date.now() + 120_000));
    await page.getByRole('button', { name: 'Phát xuống', exact: true }).click();
    await page.getByRole('row', { name: /Xã Tân Trào/ }).waitFor();
    await page.getByRole('row', { name: /Xã Sơn Dương/ }).waitFor();
    const { figures } = await district.author.get<HandlingAnswer>(`/source-items/${id}/handling`);
    expect(figures).toMatchObject({ communes: 2, communesPlayed: 0, communesShare: 0, householdsShare: null });
    const households = page.getByRole('group', { name: 'hộ nghe được ở các cụm loa đã phát' });
    await households.getByText('chưa đo được').waitFor();
    expect(await page.getByRole('group', { name: 'xã đã phát trọn ít nhất một lần' }).textContent()).toContain('0 %');
  });

  it('lies in the inbox of each commune; one of them plays it, and the receipt counts', async () => {
    const commune = await operator(district, 'xa-son-duong');
    const { page } = forgetful;
    await turnTo(page, 'Tin nguồn');
    const article = page.getByRole('article', { name: `${title} – Xã Tân Trào` });
    await article.waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 780 });
    await article.waitFor();
    expect(await forgetful.photograph('inbox')).toEqual([0, 0]);
    await district.approver.put('/boxes/loa-son-duong/households', { households: 300 });
    await district.approver.put('/boxes/loa-tan-trao/households', { households: 100 });
    const programme = await commune.post<{ id: string }>('/programmes', {
      ...{ title: 'Tiêm chủng', form: 'audio', tier: 'normal', items: [{ source: id }] },
    });
    await commune.post(`/programmes/${programme.id}/submit`);
    await district.approver.post(`/programmes/${programme.id}/approve`);
    await district.schedule(programme.id, Date.now() + 8_000, { groups: ['son-duong'] });
    const [entry] = await commune.get<InboxAnswerLine[]>('/inbox?answer=waiting');
    await commune.post(`/inbox/${entry?.issue}/${entry?.unit.id}/take`, { programme: programme.id });
    await until('the receipt of the box', async () =>
      (await district.receipts('loa-son-duong')).some(({ receipt }) => receipt.outcome === 'played') ? true : undefined,
    );
    const board = approver.page;
    await board.getByRole('row', { name: /Xã Sơn Dương.*Đã phát/ }).waitFor();
    await board.getByRole('group', { name: 'xã đã phát trọn ít nhất một lần' }).getByText('50 %').waitFor();
    await board.getByRole('group', { name: 'hộ nghe được ở các cụm loa đã phát' }).getByText('75 %').waitFor();
  });

  it('reminds the commune that forgot, tells its silence upward, and both percentages stay right', { timeout: 400_000 }, async () => {
    const silent = async () =>
      (await district.approver.get<HandlingAnswer>(`/source-items/${id}/handling`)).lines.find(({ unit }) => unit.id === 'tan-trao');
    const { page } = forgetful;
    // The watch looks once a minute; an issue is due on a whole minute.
    await page.getByText('Đã hết thời hạn, chưa có biên nhận phát').waitFor({ timeout: overdueWithinMs });
    const line = await silent();
    expect(line).toMatchObject({ state: 'overdue', plays: 0, answer: 'waiting' });
    expect(line?.remindedAtMs).not.toBeNull();
    expect(line?.escalatedAtMs).not.toBeNull();
    expect(await forgetful.photograph('reminded')).toEqual([0, 0]);
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Đã hết thời hạn' })
      .getByRole('button', { name: `Đã đọc: ${title}` })
      .click();
    await page.getByRole('heading', { name: 'Tình trạng xử lý ở các đơn vị' }).waitFor();
    expect((await silent())?.readAtMs).not.toBeNull();
    const board = approver.page;
    const row = board.getByRole('row', { name: /Xã Tân Trào/ });
    await row.getByText('Quá hạn').waitFor();
    await row.getByText(/đã báo cấp trên/).waitFor();
    await board.getByRole('group', { name: 'xã đã phát trọn ít nhất một lần' }).getByText('50 %').waitFor();
    await board.getByRole('group', { name: 'hộ nghe được ở các cụm loa đã phát' }).getByText('75 %').waitFor();
    expect(await seriousFaults(board)).toEqual([]);
    expect(await approver.photograph('item-board')).toEqual([0, 0]);
    await board.getByRole('link', { name: 'Chờ xử lý' }).click();
    await board.getByText('Đơn vị cấp dưới quá hạn').waitFor();
  });

  it('is told by hand with a photograph, which is in neither share', async () => {
    const { page } = author;
    await page.getByRole('button', { name: 'Thêm một dòng' }).click();
    await page.getByLabel(/^Hình thức/).selectOption('communicator');
    await page
      .locator('form')
      .getByLabel(/^Đơn vị/)
      .selectOption('tan-trao');
    await page.getByLabel('Nơi').fill('Nhà văn hóa thôn 3');
    const picture = await page.screenshot();
    await page.getByLabel('Ảnh').setInputFiles({ name: 'anh.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await page.getByRole('img', { name: 'Ảnh tại Nhà văn hóa thôn 3' }).waitFor();
    const { figures } = await district.author.get<HandlingAnswer>(`/source-items/${id}/handling`);
    expect(figures).toMatchObject({ communesShare: 0.5, householdsShare: 0.75, unitsByHand: 1 });
    expect(await author.photograph('by-hand')).toEqual([0, 0]);
  });

  it('is corrected as a new version that is compared with the one in force', async () => {
    const { page } = author;
    await page.getByRole('link', { name: 'Đính chính' }).click();
    await until('the words in the form', async () =>
      (await page.getByLabel(/^Nội dung/).inputValue()).includes('7 giờ 30') ? true : undefined,
    );
    await page.getByLabel(/^Nội dung/).fill('Sáng Chủ nhật, 8 giờ, tại trạm y tế xã.');
    await page.getByRole('button', { name: 'Lưu bản nháp' }).click();
    await page.locator('del', { hasText: '7 giờ 30' }).waitFor();
    await page.locator('ins', { hasText: '8 giờ' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await author.photograph('compared')).toEqual([0, 0]);
  });

  it('lets the people decide which of two priority programmes is first, by keyboard; the box plays so', { timeout: 500_000 }, async () => {
    const startMs = Math.ceil((Date.now() + 120_000) / 1000) * 1000;
    const upper = await district.programme('Công điện của tỉnh', toneMp3(20), 'priority');
    const own = await communeProgramme(district);
    const more = { groups: ['son-duong'], class: 'priority', interrupted: 'restart' };
    await district.schedule(upper.id, startMs, more);
    await district.schedule(own, startMs + 8_000, more);
    const { page } = approver;
    await page.getByRole('link', { name: 'Thứ tự ưu tiên' }).click();
    const card = page.getByRole('region', { name: 'Cần quyết định thứ tự' });
    await card.getByText('Khi chưa quyết định: “Công điện của tỉnh” phát trước').waitFor();
    await card.getByRole('button', { name: 'Đưa Họp thôn khẩn lên trước' }).focus();
    await page.keyboard.press('Enter');
    const after = card.getByRole('region', { name: 'Theo thứ tự này' });
    // What sounded earlier may stand there too.
    const named = { hasText: /Công điện của tỉnh|Họp thôn khẩn/ };
    await until('the timeline to turn', async () => ((await after.getByRole('listitem').filter(named).count()) === 3 ? true : undefined));
    expect(await card.getByRole('region', { name: 'Hiện nay' }).getByRole('listitem').filter(named).count()).toBe(2);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await approver.photograph('clash')).toEqual([0, 0]);
    await card.getByRole('button', { name: 'Quyết định: “Họp thôn khẩn” phát trước' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Đã quyết định.').waitFor();
    expect(await district.approver.get('/local-order')).toEqual({ programmes: [own, upper.id] });
    expect(await approver.photograph('decided')).toEqual([0, 0]);
    const found = await until('both receipts of the box', () => receiptsOf(district, [own, upper.id]), 300_000);
    expect(found[0]?.receipt).toMatchObject({ outcome: 'played' });
    const late = (found[0]?.receipt.startedMs ?? 0) - (startMs + 8_000);
    expect(late, 'the commune’s starts at its instant, although the upper one sounds').toBeLessThan(2_000);
  });

  it('made no browser complain', () => {
    expect([...author.faults, ...approver.faults, ...forgetful.faults]).toEqual([]);
  });
});

/** A priority item of the commune, issued to its hamlet: the programme of it is of the commune's level. */
async function communeProgramme(district: District): Promise<string> {
  await district.addBox({ id: 'loa-thon-1', kind: 'loudspeaker', area: '08/02536/thon-1', groups: ['thon-1', 'son-duong'] });
  const { sha256 } = await district.author.upload<{ sha256: string }>('/media?title=Hop&language=vi', toneMp3(20, 330));
  const content = { kind: 'audio', title: 'Họp thôn khẩn', tier: 'priority', media: sha256 };
  const { id } = await district.author.post<{ id: string }>('/source-items', { unit: 'son-duong', content });
  const version = 1;
  await district.author.post(`/source-items/${id}/submit`, { version });
  for (const step of ['approve', 'publish']) await district.approver.post(`/source-items/${id}/${step}`, { version });
  await district.approver.post(`/source-items/${id}/issue`, { version, to: ['thon-1'], levels: ['hamlet'] });
  const entry = (await district.approver.get<InboxAnswerLine[]>('/inbox?answer=inserted')).find(({ item }) => item.id === id);
  if (!entry?.programme) throw new Error('it was not put into the day of the hamlet');
  return entry.programme;
}

async function receiptsOf(district: District, programmes: readonly string[]): Promise<ReceiptAnswer[] | undefined> {
  const all = await district.receipts('loa-son-duong');
  const found = programmes.flatMap((programme) => all.find(({ receipt }) => receipt.programme === programme) ?? []);
  return found.length === programmes.length ? found : undefined;
}
