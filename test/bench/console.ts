// What an old office PC meets at the console: the first load, the long list of boxes, a storm of events; Chromium four times slower.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { folderOf } from '../../controller/folder.ts';
import { initialise } from '../../controller/init.ts';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import { openBrowser } from '../browser/visitor.ts';
import { must, password } from '../controller/built-centre.ts';
import { Program } from '../wire/program.ts';
import { until } from '../wire/waiting.ts';
import { atRest } from './parts/at-rest.ts';
import { fillProvince, fullSize, provinceSeed, type Size } from './parts/province.ts';
import { StormDoor } from './parts/storm-door.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    boxes: { type: 'string', default: '10000' },
    loads: { type: 'string', default: '9' },
    slower: { type: 'string', default: '4' },
  },
  allowPositionals: true,
});
const slower = Number(values.slower);
const stormPerSecond = 200;
const stormMs = 10_000;
const tell = (text: string) => !values.json && console.error(text);

/** From the beginning of the page to the first answer of the centre that is shown. */
const watchFirst = `(() => {
  const look = new MutationObserver(() => {
    if (!document.querySelector('main .tiles')) return;
    look.disconnect();
    requestAnimationFrame(() => { window.firstShownMs = performance.now(); });
  });
  look.observe(document, { childList: true, subtree: true });
})();`;
const watchFrames = `window.worstFrameMs = 0; (() => {
  let before = performance.now();
  const look = (now) => { window.worstFrameMs = Math.max(window.worstFrameMs, now - before); before = now; requestAnimationFrame(look); };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(look); });
})();`;
const scrollThrough = `new Promise((resolve) => {
  const list = [...document.querySelectorAll('main *')].find((one) => one.scrollHeight > one.clientHeight + 400 && /auto|scroll/.test(getComputedStyle(one).overflowY));
  const at = list ?? document.scrollingElement;
  let left = 120;
  const step = () => { at.scrollBy(0, 400); if (--left > 0) requestAnimationFrame(step); else resolve(); };
  requestAnimationFrame(step);
})`;

interface Seat {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly tools: CDPSession;
}

/** A window without a cache, at an old PC; signed in as the person who sees the whole province. */
async function sit(browser: Browser, base: string): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  await context.request.post(`${base}/api/session`, { data: { account: 'tat-ca', password } });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  return { context, page, tools };
}

async function load({ page }: Seat, base: string): Promise<number> {
  await page.addInitScript(watchFirst);
  await page.goto(base);
  return until('the first answer shown', async () => Number((await page.evaluate('window.firstShownMs')) ?? 0) || undefined);
}

async function worstFrame(page: Page, during: () => Promise<unknown>): Promise<number> {
  await page.evaluate(watchFrames);
  await during();
  return Math.round(Number(await page.evaluate('window.worstFrameMs')));
}

/** `centre` is asked straight for times; `base` leads through the door that counts and storms. */
async function measure(browser: Browser, door: StormDoor, centre: string, base: string): Promise<object> {
  const usable: number[] = [];
  for (let n = 0; n < Number(values.loads); n++) {
    const seat = await sit(browser, centre);
    usable.push(await load(seat, centre));
    await seat.context.close();
  }
  const seat = await sit(browser, base);
  door.forget();
  await load(seat, base);
  const firstLoadKb = door.sentBytes / 1024;
  tell(`first load ${firstLoadKb.toFixed(1)} KB, usable after ${usable.map(Math.round).join(', ')} ms`);
  door.forget();
  door.storm(stormPerSecond);
  const stormWorstFrameMs = await worstFrame(seat.page, () =>
    seat.page.evaluate(`new Promise((resolve) => setTimeout(resolve, ${stormMs}))`),
  );
  door.calm();
  const stormAskedPerSecond = door.asked / (stormMs / 1000);
  tell(`storm: worst frame ${stormWorstFrameMs} ms, asked ${stormAskedPerSecond} a second`);
  const list = await longList(seat, base);
  await seat.context.close();
  usable.sort((a, b) => a - b);
  return {
    ...{ firstLoadKb: Math.round(firstLoadKb * 10) / 10, usableMs: Math.round(usable[Math.floor(usable.length / 2)] ?? 0) },
    ...{ usableAllMs: usable.map(Math.round), ...list, stormWorstFrameMs, stormAskedPerSecond },
  };
}

/** All boxes of the province in one list, scrolled through. */
async function longList({ page }: Seat, base: string): Promise<object> {
  await page.goto(`${base}/#/thiet-bi`);
  await page.locator('nav a[aria-current=page]').waitFor();
  await page
    .getByText(/10[.,]?000/)
    .first()
    .waitFor();
  const listWorstFrameMs = await worstFrame(page, () => page.evaluate(scrollThrough));
  tell(`list: worst frame ${listWorstFrameMs} ms`);
  return { listWorstFrameMs };
}

const size: Size = { ...fullSize, boxes: Number(values.boxes), receipts: 20_000 };
const dir = await mkdtemp(join(tmpdir(), 'loa-bench-console-'));
const program = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
try {
  must(await initialise(dir, provinceSeed(size), Date.now()));
  const database: Database = must(await openDatabase({ file: folderOf(dir).database, exclusive: false }));
  await fillProvince(database, size, Date.now());
  await database.exec('ANALYZE');
  await database.close();
  const { console: centre } = await program.start(300_000);
  tell('the centre runs, and prepares the sound of orders to come');
  await atRest(program.pid);
  const door = new StormDoor(String(centre));
  const base = await door.open();
  const browser = await openBrowser();
  try {
    const measured = await measure(browser, door, String(centre), base);
    console.log(JSON.stringify({ name: 'console', over: 'Chromium through loopback', slower, boxes: size.boxes, ...measured }));
  } finally {
    await browser.close();
    await door.close();
  }
} finally {
  await program.stop();
  await rm(dir, { recursive: true, force: true });
}
