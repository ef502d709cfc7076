// Technicians at the console's boxes: a claim made there enrols a real box, a command is obeyed by it, a board's picture comes from it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoxAnswer } from '../../schemas/api.ts';
import type { BoardAnswer } from '../../schemas/board-api.ts';
import { programPath } from '../tell.ts';
import { type District, run, startDistrict } from '../wire/district.ts';
import { MqttPeer } from '../wire/mqtt-peer.ts';
import { Program } from '../wire/program.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { signIn } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

const hostile = '<img src=x onerror=alert(1)>';

describe.skipIf(!programPath('chromium'))('the boxes of a centre in its console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let technician: Visitor;
  let page: Page;
  const programs: Program[] = [];

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'bang-1', kind: 'board', config: { display: { kind: 'chromium', width: 1280, height: 720 } } });
    const box = { area: '08/02536', groups: ['xa-son-duong'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    await district.approver.post('/boxes', { ...box, id: 'la-1', name: hostile });
    browser = await openBrowser();
    technician = await Visitor.arrive(browser, 'console-boxes', [/status of (429 .*commands|409 .*settings)$/]);
    page = technician.page;
    await signIn(page, district.console, 'lanh-dao-duyet');
  }, 180_000);
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await browser?.close();
    await district?.stop();
  });

  /** Carry the claim the page gives to a new machine, and start it. */
  async function enrolFromPage(folder: string): Promise<Program> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải tệp kích hoạt' }).click()]);
    const dir = join(district.dir, folder);
    await mkdir(dir, { recursive: true });
    const file = join(dir, 'claim.json');
    await writeFile(file, await readFile(await download.path()), { mode: 0o600 });
    const config = { page: { port: 0 }, outputs: [{ id: 'main', kind: 'loudspeaker' }], reconnectMaxMs: 3_000 };
    await writeFile(join(dir, 'config.json'), JSON.stringify(config));
    run('agent', ['enrol', '--data', dir, '--claim', file]);
    const program = new Program('agent', ['--data', dir]);
    programs.push(program);
    await program.start();
    return program;
  }

  it('registers a box, makes its claim once, and sees the real box that enrols with it come online in the list', async () => {
    await page.goto(`${district.console}/#/thiet-bi`);
    await page.getByRole('row').filter({ hasText: 'Hộp bang-1' }).waitFor();
    expect(await technician.photograph('list')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Thêm hộp' }).click();
    await page.getByLabel('Tên', { exact: false }).first().fill('Loa thôn Đình');
    expect(await page.getByLabel('Mã hộp').inputValue()).toBe('loa-thon-dinh');
    expect(await technician.photograph('add')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Khai báo hộp' }).click();
    await page.getByRole('button', { name: 'Tạo mã kích hoạt' }).click();
    await page.getByText(/^\d{6}$/).waitFor();
    expect(await technician.photograph('claim')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'In nhãn' }).click();
    await page.getByRole('img', { name: 'Mã QR mở trang của hộp loa-thon-dinh' }).waitFor();
    expect(await technician.photograph('label')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await enrolFromPage('may-1');
    await page.getByRole('link', { name: 'Mở trang của hộp' }).click();
    await page.getByRole('link', { name: '‹ Thiết bị' }).click();
    await page.getByPlaceholder('Tìm theo tên').fill('dinh loa');
    await page.getByRole('row').filter({ hasText: 'Loa thôn Đình' }).getByText('Trực tuyến').waitFor();
    expect(await page.getByRole('row').count()).toBe(1);
    expect((await boxOf('loa-thon-dinh')).online).toBe(true);
  });

  it('keeps a filter in the address and under a name, and shows a hostile name as text', async () => {
    await page.reload();
    await page.getByRole('row').filter({ hasText: 'Loa thôn Đình' }).waitFor();
    expect(await page.getByPlaceholder('Tìm theo tên').inputValue()).toBe('dinh loa');
    await page.getByText('Bộ lọc và cách xem đã lưu').click();
    await page.getByLabel('Tên cách xem').fill('Thôn Đình');
    await page.getByRole('button', { name: 'Lưu cách xem này' }).click();
    await page.getByRole('button', { name: 'Bỏ lọc' }).click();
    await page.getByRole('row').filter({ hasText: hostile }).waitFor();
    await page.getByRole('button', { name: 'Thôn Đình', exact: true }).click();
    await until('only one row', async () => ((await page.getByRole('row').count()) === 1 ? true : undefined));
    await page.getByRole('button', { name: 'Bỏ lọc' }).click();
    await page.getByLabel('Loại').selectOption('board');
    await until('only the board', async () =>
      (await page.getByRole('row').allTextContents()).join().includes('Hộp bang-1') && (await page.getByRole('row').count()) === 1
        ? true
        : undefined,
    );
    await page.getByRole('button', { name: 'Bỏ lọc' }).click();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.getByText('Đã chọn 1').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Hộp bang-1' }).waitFor();
  });

  it('takes a picture of the board: asked in the page, painted by the board, signed by the box', async () => {
    const shoot = page.getByRole('button', { name: 'Chụp màn hình' });
    const given = page.getByRole('list', { name: 'Lệnh đã gửi' });
    // The first may come before the board's browser has started, and one is taken in ten seconds.
    await until('a picture of the board', async () => {
      const [last] = (await district.approver.get<BoardAnswer>('/boxes/bang-1/board')).commands;
      if (last?.state === 'done') return true;
      if (last?.state !== 'sent') await shoot.click();
      return undefined;
    });
    await given.getByText('hộp đã làm').first().waitFor();
    await page.getByRole('img', { name: 'Ảnh màn hình Hộp bang-1' }).waitFor();
    const { picture, commands } = await district.approver.get<BoardAnswer>('/boxes/bang-1/board');
    expect(picture?.signed).toBe(true);
    expect(commands[0]?.picture?.sha256).toBe(picture?.sha256);
    await page.getByText('Chụp vừa xong').waitFor();
    expect(await technician.photograph('board')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('asks a loudspeaker how it is, and sets its loudness: the box acknowledges and goes by the new settings', async () => {
    await page.goto(`${district.console}/#/thiet-bi/loa-thon-dinh`);
    await page.getByRole('heading', { name: 'Loa thôn Đình' }).waitFor();
    const before = (await boxOf('loa-thon-dinh')).report?.wantRev ?? 0;
    await page.getByRole('button', { name: 'Hỏi lại tình trạng' }).click();
    await page.getByRole('list', { name: 'Lệnh đã gửi' }).getByText('hộp đã làm').waitFor();
    await page.getByText('Cài đặt của hộp').click();
    await page.getByLabel('Độ to (dB)').fill('-6');
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đã lưu. Hộp sẽ nhận').waitFor();
    await until('the box to go by it', async () => (((await boxOf('loa-thon-dinh')).report?.wantRev ?? 0) > before ? true : undefined));
    const settings = () => district.approver.get<{ gainDb: number }>('/boxes/loa-thon-dinh/settings');
    expect((await settings()).gainDb).toBe(-6);
    await page.getByLabel('Độ to (dB)').fill('-9');
    await district.approver.put('/boxes/loa-thon-dinh/settings', { ...(await settings()), gainDb: -3 });
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Người khác vừa sửa chỗ này').waitFor();
    expect((await settings()).gainDb).toBe(-3);
    expect(await technician.photograph('loudspeaker')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('puts new hardware in place of the old: the same box, another machine', async () => {
    await programs[0]?.kill();
    await page.getByText('Thay phần cứng, giữ nguyên hộp').click();
    await page.getByRole('button', { name: 'Tạo mã cho máy thay thế' }).click();
    await page.getByText(/^\d{6}$/).waitFor();
    const boot = (await boxOf('loa-thon-dinh')).report?.boot;
    await enrolFromPage('may-2');
    await until('the new machine to report as the same box', async () => {
      const box = await boxOf('loa-thon-dinh');
      return box.online && box.report?.boot !== boot ? true : undefined;
    });
    await page.getByText('Trực tuyến ·').first().waitFor();
    const identity = (file: string) => readFile(join(district.dir, 'may-1/identity', file), 'utf8');
    const [ca = '', cert = '', key = ''] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(identity));
    const old = await new MqttPeer(Number(district.ports[2]), { ca, cert, key }).ready('box:loa-thon-dinh');
    expect(old.got('connack')).toMatchObject([{ returnCode: 5 }]);
    old.socket.destroy();
  });

  it('made no browser complain', () => {
    expect(technician.faults).toEqual([]);
  });

  function boxOf(id: string): Promise<BoxAnswer> {
    return district.approver.get<BoxAnswer>(`/boxes/${id}`);
  }
});
