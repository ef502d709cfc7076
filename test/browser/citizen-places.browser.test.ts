// Every place of the residents' app, and the officials' pages for it: nothing too wide, nothing that axe-core finds, in both languages, large and dark.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceAnswer, FeedbackAnswer, PollAnswer } from '../../schemas/citizen-api.ts';
import { JoinedFolders } from '../controller/joined-centres.ts';
import { row } from '../controller/unit-rig.ts';
import { programPath } from '../tell.ts';
import { type District, freePorts, openDistrict, password, seedOf, startDistrict } from '../wire/district.ts';
import { Operator } from '../wire/operator.ts';
import { seriousFaults } from './axe.ts';
import { signIn } from './night.ts';
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
const hostile = 'Cống bị tắc <img src=x onerror="window.hacked=1">';
const places = [
  'hom-nay',
  'nghe-lai',
  'canh-bao',
  'cua-toi',
  'y-kien',
  'noi-o',
  'ban-tin',
  'tim',
  'danh-gia',
  'danh-ba',
  'thong-bao',
  'cach-hien',
  'rieng-tu',
  'them',
  'phan-anh',
  'phan-anh/gop-y',
];

describe.skipIf(!programPath('chromium'))('the places of the residents’ app [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let leader: Operator;

  /** As the app sends it. */
  async function say<T>(path: string, body: object): Promise<T> {
    const answer = await fetch(`${district.console}/api/public${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  beforeAll(async () => {
    district = await startDistrict({}, { units, accounts });
    leader = await new Operator(district.console).signIn('lanh-dao', password);
    browser = await openBrowser();
    const { device } = await say<DeviceAnswer>('/device', {});
    const once = (at: number) => String(at).padStart(32, '0');
    await say('/feedback', { once: once(1), device, kind: 'petition', category: 'roads', unit: 'thon-1', text: hostile });
    await say('/feedback', {
      once: once(2),
      device,
      kind: 'suggestion',
      unit: 'xa',
      text: 'XEM NGAY https://a.example https://b.example https://c.example',
    });
    const poll = await district.author.post<PollAnswer>('/polls', {
      ...{ kind: 'poll', unit: 'xa', title: 'Giờ phát', voter: 'device', opensMs: Date.now() - 1_000, closesMs: Date.now() + 3_600_000 },
      questions: [{ type: 'one', text: 'Giờ phát buổi sáng?', options: ['5 giờ 30', '6 giờ'] }],
    });
    await leader.post(`/polls/${poll.id}/open`);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('are well drawn on a phone, in both languages, dark, and in very big letters', async () => {
    const resident = await Visitor.arrive(browser, 'citizen-places', [/status of 400 .*\/feedback\/look$/], phone);
    const { page } = resident;
    const looksWell = async (view: string) => {
      expect(Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);
      await resident.snap(view);
    };
    const see = async (before: string) => {
      for (const place of places) {
        // From an empty page: the heading that is waited for is never the one of the place before.
        await page.goto('about:blank');
        await page.goto(`${district.console}/dan/#/${place}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await looksWell(`${before}${place.replace('/', '-')}`);
      }
    };
    await page.goto(`${district.console}/dan/`);
    await page.getByRole('button', { name: 'Thôn Đồng Chùa' }).click();
    await see('');
    await page.goto(`${district.console}/dan/#/cua-toi`);
    await page.getByLabel('Số biên nhận', { exact: true }).fill('PA-AAAAAAAA');
    await page.getByLabel('Mã bí mật').fill('AAAAAAAAAAAA');
    await page.getByRole('button', { name: 'Xem xử lý đến đâu' }).click();
    // In words alone, without the names of fields that programs give.
    await page.getByText('Số biên nhận hoặc mã bí mật chưa đúng.', { exact: true }).waitFor();
    await page.goto(`${district.console}/dan/#/cach-hien`);
    await page.getByRole('button', { name: 'Rất to' }).click();
    await page.getByRole('button', { name: 'Tối' }).click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Size of letters' }).waitFor();
    await see('big-dark-');
    expect(resident.faults).toEqual([]);
    await resident.leave();
  });

  it('lets officials answer, moderate, open polls and see figures, on a phone and on a desk', async () => {
    const office = await Visitor.arrive(browser, 'citizen-office');
    const { page } = office;
    const looksWell = async (view: string) => {
      expect(await office.photograph(view)).toEqual([0, 0]);
      expect(await seriousFaults(page)).toEqual([]);
    };
    await signIn(page, district.console, 'lanh-dao');
    await page.goto(`${district.console}/#/phan-anh/cho-duyet`);
    await page.getByRole('link', { name: /^XEM NGAY/ }).click();
    await page.getByRole('button', { name: 'Nhận phản ánh' }).click();
    await page.getByRole('button', { name: 'Gửi câu trả lời' }).waitFor();
    await page.goto(`${district.console}/#/phan-anh`);
    await page.getByRole('link', { name: hostile }).waitFor();
    await looksWell('inbox');
    await page.getByRole('link', { name: hostile }).click();
    await page.getByLabel('Trả lời', { exact: true }).fill('Đã thông cống.');
    await looksWell('one');
    await page.getByRole('button', { name: 'Gửi câu trả lời' }).click();
    await page.getByRole('heading', { name: 'Đăng cho mọi người' }).waitFor();
    await page.getByLabel('Câu hỏi, bằng lời của cơ quan').fill('Cống thôn Đồng Chùa bị tắc?');
    await page.getByRole('button', { name: 'Đăng', exact: true }).click();
    await page.getByText(/^Đã đăng/).waitFor();
    await looksWell('published');
    const replies = await (await fetch(`${district.console}/api/public/answers?unit=thon-1`)).json();
    expect(replies).toMatchObject([{ question: 'Cống thôn Đồng Chùa bị tắc?', answer: 'Đã thông cống.' }]);
    await page.goto(`${district.console}/#/phan-anh/thong-ke`);
    await page.getByRole('heading', { name: 'Theo đơn vị' }).waitFor();
    await page.locator('.u-wrap').first().waitFor();
    await looksWell('figures');
    await page.goto(`${district.console}/#/binh-chon`);
    await page.getByRole('link', { name: 'Giờ phát' }).click();
    await page.getByRole('button', { name: 'Kết thúc ngay' }).click();
    await page.getByRole('button', { name: 'Đồng ý' }).click();
    await page.getByText('Đã kết thúc').waitFor();
    await looksWell('poll');
    const [answered] = (await leader.get<FeedbackAnswer[]>('/feedback')).filter(({ text }) => text === hostile);
    expect(answered?.state).toBe('answered');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(office.faults).toEqual([]);
    await office.leave();
  });

  it('lets an author write a poll and an administrator set what the app tells', async () => {
    const office = await Visitor.arrive(browser, 'citizen-office');
    const { page } = office;
    await signIn(page, district.console, 'can-bo-van-hoa');
    await page.goto(`${district.console}/#/binh-chon/moi`);
    await page.getByLabel('Tên', { exact: true }).fill('Nghe đài');
    await page.getByLabel('Nội dung câu hỏi').fill('Nghe ở đâu?');
    await page.getByLabel(/^Các lựa chọn/).fill('Ở nhà\nNgoài đồng');
    expect(await office.photograph('poll-editor')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Người duyệt hoặc lãnh đạo mở').waitFor();
    const polls = await district.author.get<PollAnswer[]>('/polls');
    expect(polls.find(({ title }) => title === 'Nghe đài')).toMatchObject({
      state: 'draft',
      questions: [{ options: ['Ở nhà', 'Ngoài đồng'] }],
    });
    expect(office.faults).toEqual([]);
    await office.leave();
    const admin = await Visitor.arrive(browser, 'citizen-office');
    await signIn(admin.page, district.console, 'lanh-dao-duyet');
    await admin.page.goto(`${district.console}/#/phan-anh/ung-dung`);
    await admin.page.getByRole('button', { name: 'Sửa' }).click();
    if ((await admin.page.getByLabel('Điện thoại').count()) === 0)
      await admin.page.getByRole('button', { name: 'Thêm', exact: true }).first().click();
    await admin.page.getByLabel('Tên', { exact: true }).first().fill('Ủy ban nhân dân xã');
    await admin.page.getByLabel('Điện thoại').first().fill('0207 3835 111');
    expect(await admin.photograph('settings')).toEqual([0, 0]);
    // As every other field: not in the small green of what says that the console is online.
    const inkOf = (label: string) => admin.page.getByText(label).first().evaluate('(one) => getComputedStyle(one).color');
    expect(await inkOf('Điện thoại')).toBe(await inkOf('Giữ bao nhiêu ngày sau khi trả lời'));
    expect(await seriousFaults(admin.page)).toEqual([]);
    await admin.page.getByRole('button', { name: 'Lưu' }).click();
    await admin.page.getByText('Đã lưu.').waitFor();
    const place = await (await fetch(`${district.console}/api/public/place`)).json();
    expect(place).toHaveProperty('contacts.0.name', 'Ủy ban nhân dân xã');
    expect(admin.faults).toEqual([]);
    await admin.leave();
  });
});

describe.skipIf(!programPath('chromium'))('figures of the centres below [needs chromium]', () => {
  const long = 'Xã Nguyễn Bỉnh Khiêm, trung tâm điều hành khu vực miền núi phía Bắc';
  const zone = 'Asia/Ho_Chi_Minh';
  const tree = [
    { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' },
    { ...row('a', 'tinh', 'commune', '08/00001', '00001'), name: long },
    { ...row('b', 'tinh', 'commune', '08/00002', '00002'), name: 'Xã B' },
  ];
  const seed = (id: string, level: string, area: string, units: readonly object[]) => ({
    ...{ ...seedOf({}), demo: false, centre: { id, name: id, level, area, zone }, units, groups: [] },
  });
  let folders: JoinedFolders;
  let province: District;
  let commune: District;
  let browser: Browser;

  beforeAll(async () => {
    const ports = { tinh: await freePorts(3), 'xa-a': await freePorts(3), 'xa-b': await freePorts(3) };
    const url = (name: keyof typeof ports) => `mqtts://127.0.0.1:${ports[name][2]}`;
    const of = (name: 'xa-a' | 'xa-b', area: string) => {
      const unit = { ...row('xa', null, 'commune', area, area.slice(3)), name };
      return { name, seed: seed(name, 'commune', area, [unit]), above: 'tinh', url: url(name) };
    };
    const top = { name: 'tinh', seed: seed('tinh-08', 'province', '08', tree), above: null, url: url('tinh') };
    // The centre of the second commune is never started: it has told nothing.
    folders = await JoinedFolders.make([top, of('xa-a', '08/00001'), of('xa-b', '08/00002')], Date.now());
    province = await openDistrict(`${folders.dir}/tinh`, ports.tinh);
    commune = await openDistrict(`${folders.dir}/xa-a`, ports['xa-a']);
    browser = await openBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    for (const district of [commune, province]) await district?.stop();
    await folders?.remove();
  });

  it('read well on a phone: each value with its name, a long name in its lines, and a silent centre told as silent', async () => {
    const office = await Visitor.arrive(browser, 'citizen-below');
    const { page } = office;
    await signIn(page, province.console, 'lanh-dao-duyet');
    await page.goto(`${province.console}/#/phan-anh/thong-ke`);
    const card = page.getByRole('region', { name: 'Trung tâm cấp dưới' });
    const told = card.getByRole('row').filter({ hasText: long });
    await told.getByText('100 %').or(told.getByText('chưa đo được')).first().waitFor({ timeout: 120_000 });
    await card.getByRole('row').filter({ hasText: 'Xã B' }).getByText('Chưa báo số liệu tháng này.').waitFor();
    await page.locator('.u-wrap').first().waitFor();
    expect(await office.photograph('below')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize(phone.viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
      await office.snap(`below-${colorScheme}`);
    }
    // Noughts of a centre that told are told.
    await told.getByText(/^Đang liên lạc\s·\sđủ đến \d\d:\d\d/).waitFor();
    await card.getByText('Chưa nghe được').waitFor();
    expect((await told.innerText()).replaceAll('\u00a0', ' ')).toMatch(/\nTiếp nhận: 0\nTrả lời: 0\nĐúng hạn: chưa đo được\n/);
    expect(office.faults).toEqual([]);
    await office.leave();
  });
});
