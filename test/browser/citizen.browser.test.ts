// A resident with a small phone: first visit, hearing again without a line, an alert, feedback sent once, an answer, a vote, all of it erased.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedbackAnswer, PollAnswer } from '../../schemas/citizen-api.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { programPath } from '../tell.ts';
import { type District, group, password, startDistrict } from '../wire/district.ts';
import { Operator } from '../wire/operator.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser, Visitor } from './visitor.ts';

const area = '08/02536';
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn Đồng Chùa', code: null, level: 'hamlet', area: `${area}/thon-1` },
];
const accounts = [
  { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
  { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'] },
  { account: 'truc-ban-1', title: 'Trực ban', roles: ['duty'] },
  { account: 'lanh-dao', title: 'Lãnh đạo xã', roles: ['leader'] },
].map((account) => ({ ...account, password }));
const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };
const firstLoadBytesMax = 120 * 1024;
const hostile = 'Cống bị tắc <img src=x onerror="window.hacked=1">';
/** Without a line a browser says so itself, and a vote that is refused is a refusal. */
const excused = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED .*\/api\/public\//, /status of 409/];
/** `23/11/2026`: the day in which the last minute before an instant lies. */
const dayBefore = (ms: number) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' }).format(ms - 60_000);
/** A picture as a phone takes it, far too large for a thin line. */
const largePhoto = `(async () => {
  const canvas = new OffscreenCanvas(3000, 2000);
  const pen = canvas.getContext('2d');
  for (let i = 0; i < 4000; i++) { pen.fillStyle = 'hsl(' + (i * 37) % 360 + ' 60% 50%)'; pen.fillRect((i * 71) % 3000, (i * 113) % 2000, 90, 60); }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer());
  let text = ''; for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
})()`;

describe.skipIf(!programPath('chromium'))('a resident with a phone [needs chromium]', () => {
  let district: District;
  let leader: Operator;
  let browser: Browser;
  let resident: Visitor;
  let page: Page;
  let tools: CDPSession;
  let app = '';

  beforeAll(async () => {
    district = await startDistrict({}, { units, accounts });
    leader = await new Operator(district.console).signIn('lanh-dao', password);
    const facts = { name: 'Cụm loa nhà văn hóa', unit: 'thon-1', kind: 'cluster', technology: 'ip' };
    await district.approver.put('/register/cum-07', { version: 0, facts: { ...facts, latitude: 21.702, longitude: 105.39 } });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker', area: `${area}/thon-1` });
    browser = await openBrowser();
    resident = await Visitor.arrive(browser, 'citizen', excused, phone);
    page = resident.page;
    tools = await resident.context.newCDPSession(page);
    app = `${district.console}/dan/`;
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  const looksWell = async (view: string) => {
    expect(Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await resident.snap(view);
  };
  const go = (place: string) => page.goto(`${app}#/${place}`);

  it('loads little, may be put on the first screen, and asks where one lives before anything else', async () => {
    let bytes = 0;
    await tools.send('Network.enable');
    tools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(app);
    await page.getByRole('button', { name: 'Cả xã Sơn Dương' }).waitFor();
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(firstLoadBytesMax);
    await looksWell('first');
    await page.getByRole('button', { name: 'Thôn Đồng Chùa' }).click();
    await page.getByText('Hôm nay chưa có chương trình nào.').waitFor();
    await until('the worker', async () => (await page.evaluate('navigator.serviceWorker.controller !== null')) || undefined);
    const { installabilityErrors } = await tools.send('Page.getInstallabilityErrors');
    // All windows of the tests are private ones.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    expect(statSync(resolve(import.meta.dirname, '../../dist/citizen/icons/loa-512.png')).size).toBeGreaterThan(1_000);
    await looksWell('today-empty');
  });

  it('sees a programme come and be heard without touching the page, keeps it, and hears it again without a line', async () => {
    const made = await district.programme('Bản tin sáng', spokenMp3('Xin chào bà con xã Sơn Dương. Đây là bản tin buổi sáng. '.repeat(2)));
    await district.schedule(made.id, Date.now() + 8_000);
    await page.getByText('Sắp phát').waitFor();
    await page.getByText('Đã phát').waitFor({ timeout: 90_000 });
    await page.getByText('Nội dung, lưu về máy').click();
    await page.getByRole('button', { name: 'Lưu về máy' }).click();
    await page.getByRole('button', { name: /^Đã lưu/ }).waitFor();
    await looksWell('today-heard');
    await resident.context.setOffline(true);
    await page.getByText('Không có mạng.').waitFor();
    await page.reload();
    await page.getByText('Bản tin sáng').first().waitFor();
    // A browser that takes itself for connected shows nothing old as if it were new.
    await page.getByText(/^(Không có mạng|Chưa kết nối được tới trung tâm)\. .*đã lưu/).waitFor();
    // Whose app it is and that it is a demo is known without a line too, though the worker came after the first answer.
    await page.getByText(/^TRÌNH DIỄN/).waitFor();
    await page.getByRole('link', { name: 'Nghe lại', exact: true }).click();
    await page.getByRole('heading', { name: 'Đã lưu trên máy' }).waitFor();
    await page.locator('section', { hasText: 'Đã lưu trên máy' }).getByRole('button', { name: 'Nghe Bản tin sáng' }).click();
    await until('it to sound', async () => (await page.evaluate('document.querySelector("audio").currentTime > 0.3')) || undefined);
    expect(await page.evaluate('navigator.mediaSession.metadata.title')).toBe('Bản tin sáng');
    await looksWell('listen-offline');
    // Where it was left is kept; from there it goes on. The worker answers ranges of what is kept.
    await page.getByRole('slider', { name: 'Vị trí đang nghe' }).fill('3');
    await until('the place', async () => (await page.evaluate('document.querySelector("audio").currentTime >= 3')) || undefined);
    await page.getByRole('button', { name: 'Thôi nghe' }).click();
    await page.locator('section', { hasText: 'Đã lưu trên máy' }).getByRole('button', { name: 'Nghe Bản tin sáng' }).click();
    await until('it to go on', async () => (await page.evaluate('document.querySelector("audio").currentTime >= 3')) || undefined);
    await page.getByRole('button', { name: 'Thôi nghe' }).click();
    await resident.context.setOffline(false);
  });

  it('is warned over the whole screen with area and instruction, and by a message while it looks elsewhere', async () => {
    await go('hom-nay');
    const order = await district.duty.post<OrderAnswer>('/orders', {
      ...{ template: 'lu-quet', groups: [group], class: 'exercise', confirm: true, password },
    });
    const alert = page.getByRole('dialog');
    await alert.getByRole('heading', { name: /LŨ QUÉT/ }).waitFor({ timeout: 90_000 });
    await alert.getByText('ĐÂY LÀ DIỄN TẬP').first().waitFor();
    await alert.getByRole('img', { name: /Sơ đồ vùng cảnh báo/ }).waitFor();
    await looksWell('alert');
    await alert.getByRole('button', { name: 'Tôi đã đọc' }).click();
    await page.getByRole('link', { name: /LŨ QUÉT/ }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: /LŨ QUÉT/ }).waitFor();
    expect(await alert.count()).toBe(0);
    await district.duty.post(`/orders/${order.id}/clear`);
    await until('the bar to go', async () => ((await page.getByRole('link', { name: /LŨ QUÉT/ }).count()) === 0 ? true : undefined));
    await go('canh-bao');
    await page.getByText('Cảnh báo đã qua').waitFor();
    await looksWell('alerts');
    await resident.context.grantPermissions(['notifications'], { origin: district.console });
    const found = new Promise<string>((tell) => {
      tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && tell(registrations[0].registrationId));
    });
    await tools.send('ServiceWorker.enable');
    const registrationId = await found;
    const message = {
      message: order.id,
      tag: 'a'.repeat(22),
      topic: 'emergency',
      title: 'LŨ QUÉT',
      text: 'Rời ven suối.',
      at: '#/canh-bao',
      atMs: 1,
    };
    await tools.send('ServiceWorker.deliverPushMessage', {
      origin: district.console,
      registrationId,
      data: JSON.stringify(message),
    });
    const shown = await until('the message', async () => {
      const titles = await page.evaluate(
        'navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title }) => title))',
      );
      return (titles as string[]).length > 0 ? titles : undefined;
    });
    expect(shown).toEqual(['LŨ QUÉT']);
  });

  it('reports a loudspeaker by the code of its pole with a photograph while there is no line; it is sent once, answered, and told', async () => {
    await page.goto(`${district.console}/p/cum-07`);
    await page.getByText('Cụm loa nhà văn hóa').waitFor();
    await page.getByLabel('Quá to, ồn').check();
    await page.getByLabel('Nói thêm').fill(hostile);
    const bytes = Buffer.from(String(await page.evaluate(largePhoto)), 'base64');
    expect(bytes.length).toBeGreaterThan(300_000);
    await page.getByLabel('Thêm ảnh').setInputFiles({ name: 'anh.jpg', mimeType: 'image/jpeg', buffer: bytes });
    await page.getByRole('img', { name: 'Ảnh 1' }).waitFor();
    await looksWell('feedback');
    await resident.context.setOffline(true);
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.getByText('Sẽ tự gửi khi có mạng').waitFor();
    await looksWell('feedback-waiting');
    // Shut and opened again without a line: it is still there.
    await page.reload();
    await page.getByText('Sẽ tự gửi khi có mạng').waitFor();
    expect(await leader.get<FeedbackAnswer[]>('/feedback')).toEqual([]);
    await resident.context.setOffline(false);
    await page.getByText('Trung tâm đã nhận phản ánh.').waitFor({ timeout: 90_000 });
    // Page and worker both tried as the line came back.
    const [one, ...others] = await leader.get<FeedbackAnswer[]>('/feedback');
    expect(others).toEqual([]);
    expect(one).toMatchObject({ kind: 'loudspeaker', trouble: 'noisy', text: hostile, pole: { entry: 'cum-07' } });
    expect(one?.photos).toHaveLength(1);
    // Due at midnight: the day that ends with it is said, not the one that begins.
    await page
      .getByText(`Hạn trả lời: hết ngày ${dayBefore(one?.dueMs ?? 0)}`)
      .first()
      .waitFor();
    await leader.post(`/feedback/${one?.id}/answer`, { seen: one?.steps.length ?? 0, text: 'Đã giảm âm lượng buổi trưa.' });
    await page.getByText('Đã giảm âm lượng buổi trưa.').waitFor({ timeout: 90_000 });
    await page.getByRole('button', { name: '5 trên 5 sao' }).click();
    await page.getByText('Đã chấm 5 trên 5 sao').waitFor();
    await looksWell('feedback-answered');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('votes once, answers a survey, and sees results only when it is closed', async () => {
    const times = { opensMs: Date.now() - 1_000, closesMs: Date.now() + 3_600_000 };
    const question = { type: 'one', text: 'Giờ phát buổi sáng?', options: ['5 giờ 30', '6 giờ'] };
    const wish = { unit: 'xa', text: '', voter: 'device', ...times };
    const poll = await district.author.post<PollAnswer>('/polls', { ...wish, kind: 'poll', title: 'Giờ phát', questions: [question] });
    const survey = await district.author.post<PollAnswer>('/polls', {
      ...{ ...wish, kind: 'survey', title: 'Khảo sát nghe đài' },
      questions: [
        { ...question, type: 'many', text: 'Bà con nghe ở đâu?', options: ['Ở nhà', 'Ngoài đồng'] },
        { type: 'text', text: 'Muốn nghe thêm gì?' },
      ],
    });
    for (const { id } of [poll, survey]) await leader.post(`/polls/${id}/open`);
    await go('y-kien');
    const form = page.locator('form', { hasText: 'Giờ phát buổi sáng?' });
    await form.getByLabel('6 giờ', { exact: true }).check();
    await looksWell('polls');
    await form.getByRole('button', { name: 'Gửi phiếu' }).click();
    await page.getByText('Đã nhận phiếu.').waitFor();
    await page.reload();
    await form.getByLabel('5 giờ 30').check();
    await form.getByRole('button', { name: 'Gửi phiếu' }).click();
    await page.getByText('Đã có một phiếu từ đây.').waitFor();
    const other = page.locator('form', { hasText: 'Khảo sát nghe đài' });
    await other.getByLabel('Ngoài đồng').check();
    await other.getByLabel('Muốn nghe thêm gì?').fill('Giá chè');
    await other.getByRole('button', { name: 'Gửi phiếu' }).click();
    await page.getByText('Đã nhận phiếu.').waitFor();
    expect(await page.getByText('1 phiếu').count()).toBe(0);
    await leader.post(`/polls/${poll.id}/close`);
    await page.getByText('1 · 100 %').waitFor({ timeout: 90_000 });
    await looksWell('polls-closed');
  });

  it('finds what was answered without the marks of Vietnamese, and erases all that is its own', async () => {
    const [one] = await leader.get<FeedbackAnswer[]>('/feedback');
    await leader.post(`/feedback/${one?.id}/publish`, {
      ...{ seen: one?.steps.length ?? 0, question: 'Loa buổi trưa quá to?', answer: 'Đã giảm âm lượng buổi trưa.' },
    });
    await go('tim');
    await page.getByLabel('Cần tìm gì?').fill('am luong buoi trua');
    await page.getByRole('button', { name: 'Tìm', exact: true }).click();
    await page.getByText('Loa buổi trưa quá to?').waitFor();
    await go('rieng-tu');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Lấy bản sao' }).click();
        await page.getByRole('link', { name: 'Lưu tệp' }).click();
      })(),
    ]);
    expect(saved.suggestedFilename()).toBe('loa-cua-toi.json');
    await page.getByLabel(/Tôi hiểu/).check();
    await page.getByRole('button', { name: 'Xóa dữ liệu của tôi' }).click();
    await page.getByText(/Đã xóa: 1 phản ánh/).waitFor();
    await looksWell('erased');
    expect(await leader.get<FeedbackAnswer[]>('/feedback')).toMatchObject([{ erased: true, text: '', photos: [] }]);
    await go('cua-toi');
    await page.getByText('Chưa gửi phản ánh nào từ máy này.').waitFor();
    expect(resident.faults).toEqual([]);
  });
});
