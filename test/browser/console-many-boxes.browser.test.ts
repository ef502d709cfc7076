// Ten thousand boxes in the console's list: shown, scrolled through and filtered without a page that stands still.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf } from '../../controller/folder.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { boxId, fillBoxes, fullSize, provinceSeed } from '../bench/parts/province.ts';
import { must, password } from '../controller/built-centre.ts';
import { programPath, tellRun } from '../tell.ts';
import { run } from '../wire/district.ts';
import { Program } from '../wire/program.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { longestFrame, scrollThrough } from './frame-watch.ts';
import { openBrowser, Visitor } from './visitor.ts';

const boxes = 10_000;
/** Whose name and id have these digits together. */
const found = Array.from({ length: boxes }, (_, box) => boxId(box)).filter((id) => id.includes('999')).length;
/** Generous: the machine does other things meanwhile. The figure itself is told. */
const frameMaxMs = 2_000;

describe.skipIf(!programPath('chromium'))('ten thousand boxes in the console [needs chromium]', () => {
  let dir: string;
  let centre: Program;
  let browser: Browser;
  let technician: Visitor;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'loa-many-boxes-'));
    run('controller', ['init', '--data', dir], JSON.stringify(provinceSeed({ ...fullSize, boxes })));
    const database = must(await openDatabase({ file: folderOf(dir).database, exclusive: false }));
    await fillBoxes(database, boxes, Date.now());
    await database.close();
    centre = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
    const { console } = await centre.start(120_000);
    browser = await openBrowser();
    technician = await Visitor.arrive(browser, 'console-many-boxes');
    const { page } = technician;
    await page.goto(String(console));
    await page.getByLabel('Tài khoản').fill('tat-ca');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('navigation').waitFor();
    await page.goto(`${console}/#/thiet-bi`);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await centre?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  it('are all counted, and only those in sight are in the page', async () => {
    const { page } = technician;
    const grid = page.getByRole('grid');
    await until('all of them', async () => ((await grid.getAttribute('aria-rowcount')) === String(boxes) ? true : undefined));
    await page.getByText(`${boxes} trên ${boxes} hộp`).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(await technician.photograph('list')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('scroll from the first to the last and are filtered by words, no frame over the bound', async () => {
    const { page } = technician;
    const scrolled = await longestFrame(page, () => scrollThrough(page, '[role=grid]', 120));
    await page.getByText(boxId(boxes - 1)).waitFor();
    const find = page.getByPlaceholder('Tìm theo tên');
    const filtered = await longestFrame(page, () => find.pressSequentially('cum loa 999'));
    await page.getByText(`${found} trên ${boxes} hộp`, { exact: true }).waitFor();
    tellRun('console-many-boxes', {
      figures: {
        'longest frame, scrolling through 10,000 boxes': `${scrolled.longestMs.toFixed(0)} ms in ${scrolled.frames} frames`,
        'longest frame, filtering 10,000 boxes by words': `${filtered.longestMs.toFixed(0)} ms in ${filtered.frames} frames`,
      },
      doors: [],
    });
    expect(scrolled.frames).toBeGreaterThan(100);
    expect(scrolled.longestMs).toBeLessThan(frameMaxMs);
    expect(filtered.longestMs).toBeLessThan(frameMaxMs);
  });

  it('are walked by keyboard: the end, and back to the first', async () => {
    const { page } = technician;
    await page.getByRole('button', { name: 'Bỏ lọc' }).click();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByText(boxId(boxes - 1)).waitFor();
    await page.keyboard.press('Home');
    await page.getByText(boxId(0)).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Cụm loa 1', exact: true }).waitFor();
    expect(technician.faults).toEqual([]);
  });
});
