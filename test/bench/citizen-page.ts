// What a resident's cheap phone meets at the app: bytes of the first load, and when the first answer of the centre stands; Chromium four
// times slower, nothing kept from before.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { initialise } from '../../controller/init.ts';
import { openBrowser } from '../browser/visitor.ts';
import { must, seedOf } from '../controller/built-centre.ts';
import { communeUnits } from '../controller/register-rig.ts';
import { Program } from '../wire/program.ts';
import { until } from '../wire/waiting.ts';
import { atRest } from './parts/at-rest.ts';
import { StormDoor } from './parts/storm-door.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    loads: { type: 'string', default: '9' },
    slower: { type: 'string', default: '4' },
  },
  allowPositionals: true,
});
const slower = Number(values.slower);
const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' };

/** Usable: places to choose stand there, or the day of the place that was chosen; both come from the centre. */
const watchFirst = (shows: string) => `(() => {
  const look = new MutationObserver(() => {
    if (!document.querySelector(${JSON.stringify(shows)})) return;
    look.disconnect();
    requestAnimationFrame(() => { window.firstShownMs = performance.now(); });
  });
  look.observe(document, { childList: true, subtree: true });
})();`;

/** A phone that was never here before; `unit`: it is known where its owner lives. */
async function load(browser: Browser, base: string, unit?: string): Promise<number> {
  const context = await browser.newContext(phone);
  try {
    const page = await context.newPage();
    const tools = await context.newCDPSession(page);
    await tools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    if (unit !== undefined) await page.addInitScript(`localStorage.setItem('loa-dan-unit', ${JSON.stringify(unit)})`);
    await page.addInitScript(watchFirst(unit === undefined ? 'main .card button' : 'main section[aria-labelledby=plays] .card'));
    await page.goto(`${base}/dan/`);
    return await until('the first answer shown', async () => Number((await page.evaluate('window.firstShownMs')) ?? 0) || undefined);
  } finally {
    await context.close();
  }
}

async function median(count: number, once: () => Promise<number>): Promise<{ readonly ms: number; readonly all: number[] }> {
  const all: number[] = [];
  for (let n = 0; n < count; n++) all.push(Math.round(await once()));
  const sorted = [...all].sort((a, b) => a - b);
  return { ms: sorted[Math.floor(sorted.length / 2)] ?? 0, all };
}

const dir = await mkdtemp(join(tmpdir(), 'loa-bench-citizen-page-'));
const program = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
try {
  must(await initialise(dir, seedOf({ units: communeUnits }), Date.now()));
  const centre = String((await program.start(300_000))['console']);
  await atRest(program.pid);
  const browser = await openBrowser();
  const door = new StormDoor(centre);
  try {
    const base = await door.open();
    door.forget();
    await load(browser, base);
    // Without the worker, which comes after the first sight.
    const firstLoadKb = Math.round((door.sentBytes / 1024) * 10) / 10;
    const loads = Number(values.loads);
    const [first, today] = [await median(loads, () => load(browser, centre)), await median(loads, () => load(browser, centre, 'thon-1'))];
    console.log(
      JSON.stringify({
        ...{ name: 'citizen-page', over: 'Chromium through loopback', slower, firstLoadKb },
        ...{ usableMs: first.ms, usableAllMs: first.all, todayMs: today.ms, todayAllMs: today.all },
      }),
    );
  } finally {
    await browser.close();
    await door.close();
  }
} finally {
  await program.stop();
  await rm(dir, { recursive: true, force: true });
}
