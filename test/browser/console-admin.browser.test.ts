// The office pages: two units merged after a look and taken back, the audit that tells of it, settings, help beside a page, the tour.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoxAnswer } from '../../schemas/api.ts';
import type { RetentionSettings } from '../../schemas/retention.ts';
import type { UnitAnswer } from '../../schemas/units.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser, Visitor } from './visitor.ts';

const unsigned = /status of 401 .*\/api\/session$/;
const hamlet = (id: string, name: string) => ({ id, parent: 'xa', kind: 'thon', name, level: 'hamlet', area: `08/02536/${id}` });
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area: '08/02536' },
  hamlet('thon-1', 'Thôn Làng Cả'),
  hamlet('thon-2', 'Thôn Đồng Xe'),
];

describe.skipIf(!programPath('chromium'))('the office pages [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let admin: Visitor;
  let page: Page;

  beforeAll(async () => {
    district = await startDistrict({}, { units });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker', area: '08/02536/thon-2', groups: ['thon-2'] });
    browser = await openBrowser();
    admin = await Visitor.arrive(browser, 'office', [unsigned]);
    page = admin.page;
    await page.goto(`${district.console}/#/don-vi`);
    await page.getByLabel('Tài khoản').fill('lanh-dao-duyet');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await page.getByRole('heading', { name: 'Đơn vị', exact: true }).waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  async function clean(view: string): Promise<void> {
    expect(await admin.photograph(view)).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  }
  async function turnTo(name: string): Promise<void> {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  }
  const unitNames = async () => (await district.approver.get<UnitAnswer[]>('/units')).map(({ name }) => name).sort();
  const boxArea = async () => (await district.approver.get<BoxAnswer>('/boxes/loa-1')).area;

  it('merges two hamlets only after showing what goes along', async () => {
    await page.getByRole('link', { name: 'Thôn Làng Cả' }).waitFor();
    await clean('units');
    await page.getByRole('link', { name: 'Lập một thay đổi' }).click();
    await page.getByRole('checkbox', { name: /Thôn Làng Cả/ }).check();
    await page.getByRole('checkbox', { name: /Thôn Đồng Xe/ }).check();
    await page.getByLabel('Căn cứ').fill('Nghị quyết 12/NQ-HĐND');
    await page.getByRole('button', { name: 'Xem trước' }).click();
    await page.getByText('1 hộp đi theo').waitFor();
    await page.getByText('Hộp loa-1').waitFor();
    await clean('units-preview');
    expect(await unitNames()).toContain('Thôn Đồng Xe');
    await page.getByRole('button', { name: 'Thực hiện thay đổi' }).click();
    await page.getByText('Sáp nhập: ').waitFor();
    expect(await unitNames()).toEqual(['Thôn Làng Cả', 'Xã Sơn Dương']);
    expect(await boxArea()).toBe('08/02536/thon-1');
    await clean('units-merged');
  });

  it('takes it back after a question, and everything is where it was', async () => {
    await page.getByRole('button', { name: 'Hoàn tác' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Hoàn tác' }).click();
    await until('the box where it stood', async () => ((await boxArea()) === '08/02536/thon-2' ? true : undefined));
    expect(await unitNames()).toContain('Thôn Đồng Xe');
    await page.getByText('Đã hoàn tác').waitFor();
    await page.getByRole('link', { name: 'Thôn Đồng Xe' }).click();
    await page.getByRole('heading', { name: 'Các giai đoạn' }).waitFor();
    await clean('unit-history');
  });

  it('tells in the audit who merged and undid, and that the chain holds', async () => {
    await turnTo('Nhật ký kiểm toán');
    await page.getByLabel('Việc gì').selectOption({ label: 'Đơn vị' });
    await page.getByLabel('Ai', { exact: true }).fill('lanh-dao');
    await page.getByRole('button', { name: 'Tìm', exact: true }).click();
    const undone = page.getByRole('row').filter({ hasText: 'unit.undo' });
    await undone.getByText('lanh-dao-duyet').waitFor();
    await until('these two alone', async () => ((await page.locator('tbody tr').count()) === 2 ? true : undefined));
    await page.getByRole('button', { name: 'Kiểm tra toàn bộ' }).click();
    await page.getByText(/Nguyên vẹn tới dòng \d+/).waitFor();
    await clean('audit');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải toàn bộ' }).click()]);
    expect(download.suggestedFilename()).toBe('nhat-ky-kiem-toan-son-duong.jsonl');
  });

  it('shows how the centre stands, and keeps what is set', async () => {
    await turnTo('Cài đặt');
    await page.getByRole('heading', { name: 'Khóa của trung tâm' }).waitFor();
    await page.getByText('1 hộp', { exact: true }).waitFor();
    await page.getByLabel('Biên nhận phát (ngày)').fill('400');
    await page.getByRole('region', { name: 'Lưu giữ' }).getByRole('button', { name: 'Lưu' }).click();
    const kept = () => district.approver.get<RetentionSettings>('/retention');
    await until('the days to be kept', async () => ((await kept()).receiptsDays === 400 ? true : undefined));
    await clean('settings');
  });

  it('opens the help of a page beside it, and by Escape goes back to where one was', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Trợ giúp' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Nhìn ngày hết hạn của khóa.').waitFor();
    await clean('help-beside');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('?');
  });

  it('ends the tour with a virtual box that says itself that it sounded', async () => {
    await turnTo('Trợ giúp');
    await page.getByRole('heading', { name: 'Toàn bộ sổ tay' }).waitFor();
    await clean('help');
    await page.getByRole('link', { name: 'Bắt đầu' }).click();
    for (let step = 1; step < 5; step += 1) await page.getByRole('button', { name: 'Tiếp' }).click();
    await page.getByRole('button', { name: 'Phát thử' }).click();
    await page.getByText('Hộp báo: đã phát tiếng thử.').waitFor();
    await clean('tour');
    const rows = await district.approver.get<{ entry: { fact: { kind: string; state: string } } }[]>('/log?box=loa-1&kind=command');
    expect(rows.map(({ entry }) => entry.fact.state)).toContain('done');
  });

  it('is whole in English, and left no fault', async () => {
    await page.locator('.person summary').click();
    await page.getByRole('button', { name: 'English' }).click();
    for (const name of ['don-vi', 'nhat-ky-kiem-toan', 'cai-dat', 'tro-giup', 'tai-khoan', 'nguoi-dung']) {
      await page.goto(`${district.console}/#/${name}`);
      await page.locator('main h1').waitFor();
      await clean(`english-${name}`);
    }
    expect(admin.faults).toEqual([]);
  });
});
