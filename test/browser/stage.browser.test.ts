// The first five minutes as a visitor has them: the real `npm start`, the real stage page in Chromium, every button at its fact.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { artifactFolder, programPath, tellRun } from '../tell.ts';

const chromiumPath = programPath('chromium');
const root = resolve(import.meta.dirname, '../..');
const shots = artifactFolder('stage');

interface Demo {
  readonly process: ChildProcess;
  readonly link: string;
  readonly words: () => string;
}

function startDemo(dataDir: string): Promise<Demo> {
  const child = spawn(process.execPath, ['dist/demo.js', '--data', dataDir, '--port', '0'], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no link within 150 s: ${words}`)), 150_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        words += text;
        const link = /http:\/\/127\.0\.0\.1:\d+\/vao\/\S+/.exec(words)?.[0];
        if (!link) return;
        clearTimeout(late);
        resolve({ process: child, link, words: () => words });
      });
    }
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${words}`)));
  });
}

/** Ctrl-C; answers how long it took. */
function interrupt({ process: child }: Demo): Promise<number> {
  const started = performance.now();
  return new Promise((resolve) => {
    child.once('exit', () => resolve(performance.now() - started));
    child.kill('SIGINT');
  });
}

/** Everything that a process started, and what that started: programs, decoders, the board's browser. */
function descendants(pid: number): number[] {
  const parentOf = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parentOf.set(Number(name), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const below = (parent: number): number[] =>
    [...parentOf].filter(([, its]) => its === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe.skipIf(!chromiumPath)('the stage [needs chromium]', () => {
  const open: { demo?: Demo; browser?: Browser; context?: BrowserContext; page?: Page; dataDir?: string } = {};
  const complaints: string[] = [];
  const page = () => {
    if (!open.page) throw new Error('the stage is not open');
    return open.page;
  };
  const said = (text: string) => page().locator('#said', { hasText: text }).waitFor({ timeout: 60_000 });
  const line = (text: string | RegExp, timeout = 60_000) => page().locator('#lines li', { hasText: text }).first().waitFor({ timeout });
  const count = (selector: string, wanted: number, timeout: number) =>
    expect.poll(() => page().locator(selector).count(), { timeout, interval: 100 }).toBe(wanted);
  const receipts = async (): Promise<ReceiptAnswer[]> => {
    const answer = await page()
      .context()
      .request.get(`${await consoleAddress()}/api/receipts?limit=100`);
    return (await answer.json()) as ReceiptAnswer[];
  };
  const consoleAddress = async () => /console":"([^"]+)"/.exec(await firstState())?.[1] ?? '';
  const firstState = () =>
    page().evaluate(
      () =>
        new Promise<string>((resolve) => {
          const events = new EventSource('/stage/events');
          events.addEventListener('state', (event) => {
            events.close();
            resolve((event as unknown as { readonly data: string }).data);
          });
        }),
    );

  beforeAll(async () => {
    open.dataDir = await mkdtemp(join(tmpdir(), 'loa-stage-'));
    open.demo = await startDemo(open.dataDir);
    open.browser = await chromium.launch({
      ...(chromiumPath && { executablePath: chromiumPath }),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    open.context = await open.browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'vi-VN' });
    open.page = await open.context.newPage();
    open.page.on('console', (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
    open.page.on('pageerror', (error) => complaints.push(error.message));
    await open.page.goto(open.demo.link);
    await open.page.waitForURL('**/stage');
  }, 180_000);

  afterAll(async () => {
    await open.browser?.close();
    if (open.demo?.process.exitCode === null) await interrupt(open.demo);
    if (open.dataDir) await rm(open.dataDir, { recursive: true, force: true });
  }, 60_000);

  test('opens once by its link and never without', async () => {
    const again = await fetch(open.demo?.link ?? '');
    expect(again.status).toBe(410);
    const bare = await fetch(new URL('/stage', page().url()));
    expect(bare.status).toBe(403);
  });

  test('within a minute both loudspeakers sound in step, with their relays closed and the bulletin on the board', async () => {
    await count('.speaker.on', 2, 60_000);
    await expect.poll(() => page().textContent('#skew'), { timeout: 60_000 }).toMatch(/\d ms/);
    const skewMs = Number((await page().textContent('#skew'))?.replace(',', '.').replace(' ms', ''));
    expect(skewMs).toBeLessThanOrEqual(1);
    expect(await page().locator('.speaker .lamps .lamp.lit').count()).toBe(6);
    await page().frameLocator('#board').getByText('kính chào bà con').waitFor({ timeout: 60_000 });
    expect(await page().textContent('.demo-strip')).toContain('TRÌNH DIỄN');
    await page().screenshot({ path: join(shots, 'stage-1440.png'), fullPage: true });
    tellRun('stage', {
      figures: { 'skew of the two loudspeakers on the stage': `${skewMs} ms` },
      doors: [{ door: 'browser', how: 'real' }],
    });
  });

  test('the levels of both loudspeakers move, and the countdown to the next programme runs', async () => {
    const levels = [new Set<string>(), new Set<string>()];
    await expect
      .poll(
        async () => {
          for (const [i, meter] of (await page().locator('.speaker .meter').all()).entries())
            levels[i]?.add((await meter.getAttribute('aria-valuenow')) ?? '');
          return levels.every((seen) => seen.size >= 4 && [...seen].some((db) => Number(db) > -40));
        },
        { timeout: 60_000, interval: 100 },
      )
      .toBe(true);
    await expect.poll(() => page().textContent('#next-in'), { timeout: 60_000 }).toMatch(/^\d\d:\d\d$/);
    const before = await page().textContent('#next-in');
    await expect.poll(() => page().textContent('#next-in'), { timeout: 60_000 }).not.toBe(before);
  });

  test('Nghe plays box 1 in the left ear and box 2 in the right, one and the same sound', async () => {
    await page().click('#listen');
    expect(await page().getAttribute('#listen', 'aria-pressed')).toBe('true');
    const loud = await page().evaluate(async () => {
      const reader = (await fetch('/stage/sound')).body?.getReader();
      const sums = { left: 0, right: 0, both: 0, frames: 0 };
      let rest = new Uint8Array(0);
      while (reader && sums.frames < 96_000) {
        const { value = new Uint8Array(0), done } = await reader.read();
        if (done) break;
        const all = new Uint8Array([...rest, ...value]);
        const frames = Math.floor(all.length / 4);
        const view = new DataView(all.buffer);
        for (let i = 0; i < frames; i++) {
          const [l, r] = [view.getInt16(i * 4, true), view.getInt16(i * 4 + 2, true)];
          sums.left += l * l;
          sums.right += r * r;
          sums.both += l * r;
        }
        sums.frames += frames;
        rest = all.slice(frames * 4);
      }
      await reader?.cancel();
      return { level: Math.sqrt(sums.left / sums.frames), likeness: sums.both / Math.sqrt(sums.left * sums.right) };
    });
    expect(loud.level).toBeGreaterThan(100);
    expect(loud.likeness).toBeGreaterThan(0.9);
    await page().click('#listen');
    expect(await page().getAttribute('#listen', 'aria-pressed')).toBe('false');
  });

  test('one click signs in to the console as a duty officer', async () => {
    const [opened] = await Promise.all([page().context().waitForEvent('page'), page().click('[data-account="truc-ban-2"]')]);
    await opened.waitForURL(/127\.0\.0\.1/, { timeout: 60_000 });
    await opened.getByText('TRÌNH DIỄN').first().waitFor({ timeout: 60_000 });
    await opened.getByText('Trực ban 2').first().waitFor({ timeout: 60_000 });
    await opened.getByRole('heading', { name: 'Đang và sắp phát' }).waitFor({ timeout: 60_000 });
    await opened.screenshot({ path: join(shots, 'console-1440.png'), fullPage: true });
    await opened.setViewportSize({ width: 360, height: 740 });
    await opened.waitForTimeout(300);
    expect(await opened.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await opened.screenshot({ path: join(shots, 'console-360.png'), fullPage: true });
    await opened.close();
  });

  test('a killed box comes back by itself and what it was playing is told as partial', async () => {
    const pids = JSON.parse(await firstState()) as { boxes: { id: string; pid: number }[] };
    const before = pids.boxes.find(({ id }) => id === 'loa-1')?.pid;
    await page().click('.speaker[data-box="loa-1"] button[data-act="kill"]');
    await line('hộp tắt đột ngột', 60_000);
    await line(/◐.*Thôn 1.*” [1-9]\d*,\d s, mất điện giữa chừng/, 90_000);
    const after = JSON.parse(await firstState()) as typeof pids;
    const now = after.boxes.find(({ id }) => id === 'loa-1')?.pid;
    expect(now).toBeTypeOf('number');
    expect(now).not.toBe(before);
  });

  test('a forged order by a stolen broker is refused by every box, with the reason, and nothing of it sounds', async () => {
    await page().click('#forge');
    await said('lệnh giả');
    for (const name of ['Thôn 1', 'Thôn 2', 'Bảng tin']) await line(new RegExp(`${name}.*từ chối lệnh gia-mao`));
    expect(await page().locator('.speaker.emergency').count()).toBe(0);
  });

  test('with the network cut the programme plays on, and its receipts arrive afterwards exactly once', async () => {
    await line('Đã lên lịch', 120_000);
    await page().click('#cut');
    await said('cắt mạng');
    await count('.speaker .lamp.bad', 2, 60_000);
    expect(await page().locator('.speaker[data-box="loa-2"].on').count()).toBe(1);
    await count('.speaker .lamp.bad', 0, 90_000);
    await line(/✔.*Thôn 2.*“Chào bà con/, 90_000);
    const all = (await receipts()).filter(({ title }) => title?.startsWith('Chào bà con'));
    expect(all.map(({ box, receipt }) => `${box} ${receipt.outcome}`).sort()).toEqual(['loa-1 partial', 'loa-2 played']);
  }, 240_000);

  test('a drill pre-empts the programme on both loudspeakers and the board, says so, and the programme returns', async () => {
    await count('.speaker.on', 2, 60_000);
    const titles = () => page().locator('.speaker .title').allTextContents();
    const programme = await titles();
    await page().click('#drill');
    await count('.speaker.emergency', 2, 60_000);
    await page().frameLocator('#board').getByText('DIỄN TẬP').first().waitFor({ timeout: 60_000 });
    await page().screenshot({ path: join(shots, 'drill-1440.png'), fullPage: true });
    expect(await titles()).toEqual(['DIỄN TẬP – SƠ TÁN', 'DIỄN TẬP – SƠ TÁN']);
    await expect.poll(titles, { timeout: 90_000 }).toEqual(programme);
    for (const name of ['Thôn 1', 'Thôn 2', 'Bảng tin']) await line(new RegExp(`✔.*${name}.*DIỄN TẬP`), 60_000);
  }, 180_000);

  test('fits a phone of 360 px and made no browser complain', async () => {
    await page().setViewportSize({ width: 360, height: 740 });
    expect(await page().evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page().locator('.board').scrollIntoViewIfNeeded();
    await page().waitForTimeout(500);
    await page().screenshot({ path: join(shots, 'stage-360.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test('Ctrl-C stops everything within three seconds, and a second start goes on with what was there', async () => {
    const before = await receipts();
    if (!open.demo || !open.dataDir) throw new Error('not started');
    const started = descendants(open.demo.process.pid ?? 0);
    expect(started.length).toBeGreaterThan(4);
    expect(await interrupt(open.demo)).toBeLessThan(3_500);
    await expect.poll(() => started.filter(isRunning), { timeout: 3_000 }).toEqual([]);
    open.demo = await startDemo(open.dataDir);
    await page().goto(open.demo.link);
    await page().waitForURL('**/stage');
    await count('.speaker', 2, 60_000);
    await page().evaluate(() =>
      fetch('/stage/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-loa-stage': '1' },
        body: JSON.stringify({ account: 'truc-ban-2' }),
      }),
    );
    const keys = new Set((await receipts()).map(({ box, receipt }) => `${box} ${receipt.occurrence}`));
    for (const { box, receipt } of before) expect(keys.has(`${box} ${receipt.occurrence}`)).toBe(true);
  });
});
