// An administrator takes a release and rolls it out; a box under its launcher changes to it and says so, and the page tells.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey } from '../../hardware/host/crypto.ts';
import type { RolloutAnswer } from '../../schemas/release-api.ts';
import { installOfficers } from '../controller/officer-device.ts';
import { programPath } from '../tell.ts';
import { type District, password, run, startDistrict } from '../wire/district.ts';
import { Program } from '../wire/program.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser, Visitor } from './visitor.ts';

const unsigned = /status of 401 .*\/api\/session$/;
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const programs = ['guard.js', 'agent.js'];

describe.skipIf(!programPath('chromium'))('releases [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let admin: Visitor;
  let page: Page;
  let folder: string;
  let launcher: Program;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loa-release-page-'));
    district = await startDistrict();
    await district.centre.stop();
    const key = generateSigningKey();
    await writeFile(join(folder, 'release.pem'), key.privateKeyPem);
    expect((await installOfficers(district.centreDir, [], Date.now(), { release: key.publicKey })).ok).toBe(true);
    await district.restartCentre();
    await district.approver.signIn('lanh-dao-duyet', password);
    launcher = await boxUnderLauncher();
    for (const [version, counter] of [
      ['0.2.0', 2],
      ['0.3.0', 3],
    ] as const)
      await makeRelease(version, counter);
    browser = await openBrowser();
    admin = await Visitor.arrive(browser, 'releases', [unsigned]);
    page = admin.page;
    await page.goto(`${district.console}/#/ban-phan-mem`);
    await page.getByLabel('Tài khoản').fill('lanh-dao-duyet');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await page.getByRole('heading', { name: 'Bản phần mềm', exact: true }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await launcher?.stop();
    await district?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The first release lies where a package would put it; what it needs beside itself as well. */
  async function boxUnderLauncher(): Promise<Program> {
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await box.program.stop();
    const root = join(folder, 'root');
    await mkdir(join(root, 'releases', '0.1.0'), { recursive: true });
    for (const name of programs) await cp(join(dist, name), join(root, 'releases', '0.1.0', name));
    // Bundles are modules, and find their packages in a folder around them.
    await writeFile(join(root, 'package.json'), '{"type":"module"}');
    await symlink(modules, join(root, 'node_modules'));
    await symlink('releases/0.1.0', join(root, 'current'));
    const started = new Program('launcher', ['--root', root, '--', '--data', box.dir]);
    await started.start(60_000);
    return started;
  }

  async function makeRelease(version: string, counter: number): Promise<void> {
    const from = join(folder, `programs-${version}`);
    await mkdir(from);
    for (const name of programs) await cp(join(dist, name), join(from, name));
    // The second one cannot even begin.
    if (version === '0.3.0') await writeFile(join(from, 'agent.js'), 'throw new Error("no such sound card");\n');
    const words = ['--folder', from, '--out', join(folder, version), '--key', join(folder, 'release.pem'), '--version', version];
    const more = ['--counter', String(counter), '--centre', 'son-duong', '--epoch', 'e1', '--notes-vi', `Bản thử ${version}`];
    run('controller', ['release', 'make', ...words, ...more]);
  }

  async function clean(view: string): Promise<void> {
    expect(await admin.photograph(view)).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  }

  async function take(version: string): Promise<void> {
    const names = (await readdir(join(folder, version))).filter((name) => name !== 'manifest.json');
    await page.getByLabel('Tệp mô tả đã ký').setInputFiles(join(folder, version, 'manifest.json'));
    await page.getByLabel('Các tệp kèm theo').setInputFiles(names.map((name) => join(folder, version, name)));
    await page.getByRole('button', { name: 'Nhận một bản' }).click();
    await page.getByText(`Đã nhận bản ${version}.`).waitFor();
  }

  async function begin(version: string): Promise<void> {
    await page.getByRole('button', { name: `Đưa xuống: ${version}` }).click();
    await page.getByLabel('Chờ giữa hai chặng (phút)').fill('0');
    await clean(`begin-${version}`);
    await page.getByRole('button', { name: 'Bắt đầu', exact: true }).click();
    await page.getByRole('heading', { name: 'Từng hộp' }).waitFor();
  }

  const runs = async () => JSON.parse(await readFile(join(folder, 'root/current/release.json'), 'utf8')).version as string;
  const reported = async () => JSON.stringify(await district.approver.get('/boxes/loa-1'));
  const rollouts = () => district.approver.get<RolloutAnswer[]>('/rollouts');

  it('takes a signed release with its files', async () => {
    await page.getByText('Chưa nhận bản nào.').waitFor();
    await clean('empty');
    await take('0.2.0');
    await page.getByText('Bản thử 0.2.0').waitFor();
    await clean('taken');
  });

  it('rolls it out: the box changes to it, confirms it and reports its version', async () => {
    await begin('0.2.0');
    await page.getByRole('cell', { name: 'Chạy tốt' }).waitFor({ timeout: 120_000 });
    await page.getByText('Xong', { exact: true }).waitFor({ timeout: 30_000 });
    await until('the box itself to report 0.2.0', async () => ((await reported()).includes('"0.2.0"') ? true : undefined));
    expect(await runs()).toBe('0.2.0');
    await clean('done');
  }, 180_000);

  it('shows why a box went back, and calls the roll-out off', async () => {
    await page.getByRole('link', { name: 'Tất cả bản phần mềm' }).click();
    await take('0.3.0');
    await begin('0.3.0');
    await page.getByText('Đã quay lại bản cũ').waitFor({ timeout: 120_000 });
    await page.getByText('khởi động ba lần không xong').waitFor();
    await page.getByText('Tự dừng vì hỏng nhiều').waitFor({ timeout: 30_000 });
    await page.getByText(/dòng nhật ký cuối/).click();
    await page.getByText('no such sound card').first().waitFor();
    expect(await runs()).toBe('0.2.0');
    expect((await rollouts()).map(({ state }) => state)).toEqual(['called-off', 'done']);
    await clean('called-off');
    expect(admin.faults).toEqual([]);
  }, 180_000);
});
