// A repair in the console, with a real box: it goes away and is a fault, is laid aside, given away, worked on without a line, and tested.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultAnswer } from '../../schemas/faults.ts';
import type { EquipmentAnswer } from '../../schemas/register.ts';
import type { TicketAnswer } from '../../schemas/tickets.ts';
import { programPath } from '../tell.ts';
import { type District, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { signIn } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** A browser says itself that there was no line, and that an entry was looked for that is not there. */
const excused = [/ERR_INTERNET_DISCONNECTED/, /status of 404 .*api\/register/];
/** A fault comes after a minute, and is over two minutes after its trouble. */
const slowFactMs = 420_000;
const table = [
  'Mã thiết bị,Tên,Đơn vị,Loại,Công nghệ,Số loa',
  'cum-2,Cụm chợ,thon-1,cụm loa,IP,4',
  'cum-3,<img src=x onerror=alert(1)>,thon-1,cụm loa,FM,2',
  'cum-4,Cụm lạ,khong-co,cụm loa,IP,2',
].join('\r\n');

describe.skipIf(!programPath('chromium'))('a repair and the register in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let technician: Visitor;
  let page: Page;
  let picture: Buffer;

  beforeAll(async () => {
    const top = { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area: '08/02536' };
    const hamlet = { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn Đình', code: null, level: 'hamlet', area: '08/02536/thon-1' };
    district = await startDistrict({}, { units: [top, hamlet] });
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker', area: '08/02536/thon-1' });
    await box.program.kill();
    browser = await openBrowser();
    technician = await Visitor.arrive(browser, 'console-repairs', excused);
    page = technician.page;
    picture = await page.screenshot();
    await signIn(page, district.console, 'lanh-dao-duyet');
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  const open = (place: string) => page.goto(`${district.console}/#/${place}`);
  const tickets = () => district.approver.get<TicketAnswer[]>('/tickets?state=all');
  const faults = () => district.approver.get<FaultAnswer[]>('/faults');

  it('enters what stands where, with a photograph, and changes it as a new state', async () => {
    await open('so-thiet-bi/+moi');
    await page.getByLabel('Tên', { exact: true }).fill('Cụm nhà văn hóa');
    expect(await page.getByLabel('Mã thiết bị').inputValue()).toBe('cum-nha-van-hoa');
    await page.getByLabel('Đơn vị').selectOption({ label: 'Thôn Đình' });
    await page.getByLabel('Hộp điều khiển').fill('loa-1');
    await page.getByLabel('Vĩ độ').fill('21.7');
    await page.getByLabel('Kinh độ').fill('105.4');
    await page.getByLabel('Thêm ảnh').setInputFiles({ name: 'cot.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('img', { name: 'Ảnh 1 của Cụm nhà văn hóa' }).waitFor();
    expect(await technician.photograph('entry-form')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByRole('heading', { name: 'Cụm nhà văn hóa' }).waitFor();
    await page.getByRole('button', { name: 'Sửa' }).click();
    await page.getByLabel('Số loa').fill('4');
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Số loa' }).waitFor();
    const entry = await district.approver.get<EquipmentAnswer>('/register/cum-nha-van-hoa');
    expect([entry.version, entry.loudspeakers, entry.photos.length, entry.latitude]).toEqual([2, 4, 1, 21.7]);
    expect(await technician.photograph('entry')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('looks at a table before it is brought in, leaves the refused row out, and takes the whole of it back', async () => {
    await open('so-thiet-bi/+nhap');
    await page.getByLabel('Chọn tệp').setInputFiles({ name: 'so.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await page.getByRole('button', { name: '1 bị từ chối' }).waitFor();
    expect(await technician.photograph('import')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.getByRole('button', { name: 'Nhập 2 dòng' }).isDisabled()).toBe(true);
    await page.getByLabel('Bỏ qua 1 dòng bị từ chối').check();
    await page.getByRole('button', { name: 'Nhập 2 dòng' }).click();
    await page.getByRole('status').getByText('Thêm 2, thay đổi 0, bỏ qua 1').waitFor();
    expect((await district.approver.get<EquipmentAnswer[]>('/register')).map(({ id }) => id)).toEqual([
      'cum-2',
      'cum-3',
      'cum-nha-van-hoa',
    ]);
    await open('so-thiet-bi');
    await page.getByRole('row').filter({ hasText: '<img src=x onerror=alert(1)>' }).waitFor();
    expect(await technician.photograph('register')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByPlaceholder('Tên, mã').fill('cum nha');
    await until('only one', async () => ((await page.getByRole('row').count()) === 1 ? true : undefined));
    await open('so-thiet-bi/+nhap');
    await page.getByRole('button', { name: 'Hoàn tác lần nhập này' }).click();
    await page.getByText('đã hoàn tác').waitFor();
    expect((await district.approver.get<EquipmentAnswer[]>('/register')).map(({ id }) => id)).toEqual(['cum-nha-van-hoa']);
    await open('so-thiet-bi/+thong-ke');
    await page.getByRole('table').first().waitFor();
    expect(await technician.photograph('statistics')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('shows the box on the map where the register says it stands, and opens it', async () => {
    await open('thiet-bi/+ban-do');
    const sign = page.getByRole('button', { name: 'Hộp loa-1' });
    await sign.waitFor();
    expect(await technician.photograph('map')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await sign.click();
    await page.getByRole('heading', { name: 'Hộp loa-1' }).waitFor();
  });

  it(
    'lays a fault of a box that went away aside and takes it back, then gives it to somebody',
    async () => {
      await open('su-co');
      const fault = page.getByRole('listitem').filter({ hasText: 'Mất liên lạc' });
      await until('the fault', async () => ((await fault.count()) > 0 ? true : undefined), slowFactMs);
      expect(await technician.photograph('faults')).toEqual([0, 0]);
      expect(await seriousFaults(page)).toEqual([]);
      await fault.getByRole('button', { name: 'Tạm gác' }).click();
      await page.getByLabel('Lý do').fill('cắt điện theo lịch');
      await page.getByRole('button', { name: 'Gác lại' }).click();
      await page.getByText('Không có sự cố nào cần xử lý.').waitFor();
      expect((await faults())[0]?.shelved).toMatchObject({ by: 'lanh-dao-duyet', why: 'cắt điện theo lịch' });
      await page.getByRole('button', { name: 'Tạm gác (1)' }).click();
      await page.getByRole('button', { name: 'Thôi gác' }).click();
      await page.getByRole('button', { name: 'Cần xử lý (1)' }).click();
      await fault.getByRole('button', { name: 'Giao việc' }).click();
      await page.getByLabel('Giao cho').selectOption({ label: 'Lãnh đạo duyệt' });
      expect(await seriousFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Giao', exact: true }).click();
      await page.getByText('đã giao', { exact: true }).waitFor();
      const [ticket] = await tickets();
      expect([ticket?.state, ticket?.assignee, ticket?.entry]).toEqual(['assigned', 'lanh-dao-duyet', 'cum-nha-van-hoa']);
    },
    slowFactMs + 60_000,
  );

  it('works at the pole without a line: what is done waits in the phone and is sent once', async () => {
    await district.restartBox('loa-1');
    await technician.context.grantPermissions(['geolocation'], { origin: district.console });
    await technician.context.setGeolocation({ latitude: 21.701, longitude: 105.4 });
    await open('viec-cua-toi');
    await page.getByRole('heading', { name: 'Mất liên lạc: Hộp loa-1' }).waitFor();
    await page.getByRole('button', { name: 'Sắp theo nơi gần nhất' }).click();
    await page.getByText('111 m').waitFor();
    await technician.context.setOffline(true);
    await page.getByRole('button', { name: 'Nhận việc' }).click();
    await page.getByText('1 việc đang chờ gửi').waitFor();
    expect(await technician.photograph('work-offline')).toEqual([0, 0]);
    expect((await tickets())[0]?.state).toBe('assigned');
    await technician.context.setOffline(false);
    await page.getByRole('button', { name: 'Tự kiểm tra và đóng' }).waitFor();
    await page.getByLabel('Chụp trước khi sửa').setInputFiles({ name: 'truoc.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('img', { name: 'Trước khi sửa' }).waitFor();
    await page.getByLabel('Chụp sau khi sửa').setInputFiles({ name: 'sau.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('img', { name: 'Sau khi sửa' }).waitFor();
    expect(await technician.photograph('work')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    const [ticket] = await tickets();
    expect(ticket?.photos.map(({ when }) => when)).toEqual(['before', 'after']);
    expect(ticket?.steps.filter(({ act }) => act === 'accept')).toHaveLength(1);
  });

  it(
    'is closed by the box’s own self-test and by nothing else',
    async () => {
      await page.getByRole('button', { name: 'Tự kiểm tra và đóng' }).click();
      await page.getByText('Hộp đang tự kiểm tra').waitFor();
      const closed = await until(
        'the box to have shown that it works',
        async () => (await tickets()).find(({ state }) => state === 'closed'),
        slowFactMs,
      );
      expect([closed.closed?.how, closed.closed?.by]).toEqual(['self-test', 'centre']);
      await page.getByText('Hiện không có việc nào giao cho bạn.').waitFor();
      await open('su-co');
      await page.getByText('Không có sự cố nào cần xử lý.').waitFor();
      await page.getByRole('button', { name: 'Lịch sử' }).click();
      await page.getByText('đã xác nhận khắc phục').waitFor();
      expect(await technician.photograph('faults-over')).toEqual([0, 0]);
      expect(await seriousFaults(page)).toEqual([]);
    },
    slowFactMs + 60_000,
  );

  it('made no browser complain', () => {
    expect(technician.faults).toEqual([]);
  });
});
