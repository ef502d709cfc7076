// Part two of the board bench: a kiosk on a screen without a monitor; how fast it paints, swaps and is taken over, and what it costs.
import { setTimeout as wait } from 'node:timers/promises';
import { orderPage } from '../../../hardware/display/board-page.ts';
import { type BrowserOptions, ChromiumBrowser } from '../../../hardware/display/chromium-browser.ts';
import { ChromiumDisplay } from '../../../hardware/display/chromium-display.ts';
import type { Frame } from '../../../hardware/display.ts';
import type { Order } from '../../../schemas/order.ts';
import { between, patchBulletin, patchColumns, patchesOf, patchRows } from './patch-bulletin.ts';
import { percentile } from './percentiles.ts';
import { descendants, pssMb } from './process-tree.ts';
import { type Colour, XScreen } from './x-screen.ts';

export interface KioskWish {
  readonly executable: string | undefined;
  readonly swaps: number;
  readonly takeovers: number;
  readonly fpsSeconds: number;
  readonly say: (line: string) => void;
}

export interface KioskFound {
  readonly fps: number;
  readonly grabbedFps: number;
  readonly swapP50Ms: number;
  readonly swapP95Ms: number;
  readonly takeoverP50Ms: number;
  readonly takeoverP99Ms: number;
  readonly grabs: number;
  readonly foreignGrabs: number;
  readonly browserPssMb: number;
}

const [widthPx, heightPx] = [1280, 720];
const grabEveryMs = 4;
const places = Array.from({ length: patchColumns * patchRows }, (_, patch) => ({
  patch,
  x: Math.floor((((patch % patchColumns) + 0.5) / patchColumns) * widthPx),
  y: Math.floor(((Math.floor(patch / patchColumns) + 0.6) / patchRows) * heightPx),
}));

const order: Order = {
  class: 'actual',
  level: 'commune',
  area: 'tq/son-duong',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 0,
  times: 1,
  pauseMs: 0,
  speech: [{ language: 'vi', speak: 'Lũ quét' }],
  screen: { title: 'LŨ QUÉT – RỜI KHỎI VEN SUỐI NGAY', text: '→ NHÀ VĂN HÓA THÔN · 112' },
};
const orderGround: Colour = [0xa4, 0x00, 0x1d];
const orderFrame = (index: number): Frame => ({ id: `o${index}`, kind: 'order', html: orderPage(order), text: [] });

export async function runKiosk(wish: KioskWish): Promise<KioskFound> {
  const screen = await XScreen.start(widthPx, heightPx);
  let browser: ChromiumBrowser | undefined;
  const startBrowser = async (options: BrowserOptions) => {
    const started = await ChromiumBrowser.start(options);
    if (started.ok) browser = started.value;
    return started;
  };
  const executable = wish.executable === undefined ? {} : { executable: wish.executable };
  process.env['DISPLAY'] = `:${screen.number}`;
  const display = new ChromiumDisplay({ ...executable, kiosk: true, widthPx, heightPx, startBrowser });
  try {
    await display.start();
    const pace = await paceOf(display, screen, () => browser, wish.fpsSeconds);
    wish.say(`painted ${pace.fps} a second, grabbed ${pace.grabbedFps}`);
    const swaps = await swap(display, screen, wish.swaps);
    wish.say(`${wish.swaps} swaps`);
    const takeovers = await takeOver(display, screen, wish.takeovers);
    return {
      ...pace,
      ...swaps,
      ...takeovers,
      browserPssMb: pssMb(descendants(process.pid).filter((pid) => pid !== screen.pid)),
    };
  } finally {
    await display.stop();
    screen.stop();
  }
}

/** A bar that moves all the time: frames the page paints, and pictures of it that differ in the frame buffer. */
async function paceOf(display: ChromiumDisplay, screen: XScreen, browser: () => ChromiumBrowser | undefined, seconds: number) {
  const moving = `<!doctype html><style>body{margin:0;background:rgb(60,90,120);overflow:hidden}i{position:absolute;top:40vh;left:0;width:100vw;height:20vh;
    background:linear-gradient(90deg,rgb(80,80,80),rgb(200,120,80));animation:m 2s linear infinite}@keyframes m{to{transform:translateX(100vw)}}</style><i></i>`;
  await display.show({ id: 'moving', kind: 'bulletin', html: moving, text: [] });
  await wait(500);
  const counting = `(async () => { const from = performance.now(); let frames = 0;
    while (performance.now() - from < ${seconds * 1000}) { await new Promise((done) => requestAnimationFrame(done)); frames++; }
    return frames / ((performance.now() - from) / 1000); })()`;
  let [last, changes] = ['', 0];
  const grabber = setInterval(() => {
    const now = JSON.stringify([300, 640, 980, 1200].map((x) => screen.colour(x, 360)));
    if (now !== last) changes++;
    last = now;
  }, grabEveryMs);
  const painted = await browser()?.evaluate(counting, seconds * 1000 + 5_000);
  clearInterval(grabber);
  return { fps: Math.round(painted?.ok ? Number(painted.value) : 0), grabbedFps: Math.round(changes / seconds) };
}

/** Prepared bulletins, each from its `show` to the first grab in which the screen has begun to be it. */
async function swap(display: ChromiumDisplay, screen: XScreen, swaps: number) {
  const tookMs: number[] = [];
  let [grabs, foreignGrabs] = [0, 0];
  await display.show(patchBulletin(0));
  await wait(300);
  for (let i = 1; i <= swaps; i++) {
    const [before, after] = [patchesOf(i - 1), patchesOf(i)];
    await display.prepare(patchBulletin(i));
    await wait(30);
    const began = performance.now();
    let changedMs: number | undefined;
    const grab = () => {
      grabs++;
      const seen = places.map(({ patch, x, y }) => [patch, screen.colour(x, y)] as const);
      if (seen.some(([patch, colour]) => !between(colour, before[patch] ?? colour, after[patch] ?? colour))) foreignGrabs++;
      if (changedMs === undefined && seen.some(([patch, colour]) => differs(colour, before[patch] ?? colour)))
        changedMs = performance.now() - began;
    };
    const grabber = setInterval(grab, grabEveryMs);
    await display.show(patchBulletin(i));
    await wait(20);
    grab();
    clearInterval(grabber);
    tookMs.push(changedMs ?? Number.POSITIVE_INFINITY);
  }
  return { grabs, foreignGrabs, swapP50Ms: percentile(tookMs, 0.5), swapP95Ms: percentile(tookMs, 0.95) };
}

/** A prepared order, from its `show` to the grab in which all corners are its own. */
async function takeOver(display: ChromiumDisplay, screen: XScreen, takeovers: number) {
  const tookMs: number[] = [];
  for (let i = 0; i < takeovers; i++) {
    await display.show(patchBulletin(i));
    await display.prepare(orderFrame(i));
    await wait(50);
    const began = performance.now();
    let took: number | undefined;
    const corners = [
      [3, 3],
      [widthPx - 4, 3],
      [3, heightPx - 4],
      [widthPx - 4, heightPx - 4],
    ] as const;
    const grabber = setInterval(() => {
      if (took === undefined && corners.every(([x, y]) => !differs(screen.colour(x, y), orderGround))) took = performance.now() - began;
    }, grabEveryMs);
    await display.show(orderFrame(i));
    for (let tries = 0; took === undefined && tries < 200; tries++) await wait(5);
    clearInterval(grabber);

    tookMs.push(took ?? Number.POSITIVE_INFINITY);
  }
  return { takeoverP50Ms: percentile(tookMs, 0.5), takeoverP99Ms: percentile(tookMs, 0.99) };
}

function differs(seen: Colour, from: Colour): boolean {
  return seen.some((p, c) => Math.abs(p - (from[c] ?? 0)) > 8);
}
