// The display's promises kept by real Chromium, and what it does when pages leak, crash or hang.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import type { Display } from '../../hardware/display.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { page, promiseDisplay } from '../contract/display.ts';

const size = { widthPx: 320, heightPx: 180 };

describe('Chromium display', () => promiseDisplay(() => new ChromiumDisplay(size)));

/** Mean colour of what is seen. */
async function colourOf(display: Display): Promise<number[]> {
  const shot = await display.screenshot();
  const args = [
    '-v',
    'error',
    '-i',
    'pipe:0',
    '-vf',
    'crop=300:60:10:110,scale=1:1:flags=area',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    'pipe:1',
  ];
  const ran = await runTool('ffmpeg', args, { timeoutMs: 10_000, ...(shot ? { input: shot } : {}) });
  if (!ran.ok) throw new Error(ran.problem.detail);
  return [...ran.value.stdout];
}

const near = (seen: number[], r: number, g: number, b: number) => [r, g, b].every((want, i) => Math.abs((seen[i] ?? -99) - want) < 12);

/** Chromium processes started by this test process. */
function browsers(kind: string): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (!/chrom/.test(words) || !words.includes('loa-board-')) continue;
      const isKind = kind === 'browser' ? !words.includes('--type=') : words.includes(`--type=${kind}`);
      if (isKind && descends(Number(entry))) found.push(Number(entry));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

function descends(pid: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === process.pid) return true;
    at = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${at}/stat`, 'utf8'))?.[1] ?? 0);
  }
  return false;
}

test('the colours of the newest page are what is seen', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  await display.show(page('red', 'rgb(200,0,0)'));
  expect(near(await colourOf(display), 200, 0, 0)).toBe(true);
  await display.show(page('blue', 'rgb(0,0,200)'));
  expect(near(await colourOf(display), 0, 0, 200)).toBe(true);
  await display.stop();
});

test('a prepared frame stays unseen until its show, and a blanked screen is black until an order comes', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  await display.show(page('now', 'rgb(0,0,200)'));
  const order = { ...page('order', 'rgb(200,0,0)'), kind: 'order' } as const;
  await display.prepare(order);
  expect(near(await colourOf(display), 0, 0, 200)).toBe(true);
  await display.blank(true);
  expect(near(await colourOf(display), 0, 0, 0)).toBe(true);
  await display.show(order);
  expect(near(await colourOf(display), 200, 0, 0)).toBe(true);
  await display.show(page('after', 'rgb(0,200,0)'));
  expect(near(await colourOf(display), 0, 0, 0)).toBe(true);
  await display.blank(false);
  expect(near(await colourOf(display), 0, 200, 0)).toBe(true);
  await display.stop();
});

test('a blanked screen is black again after its browser was killed', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  await display.show(page('now', 'rgb(0,0,200)'));
  await display.blank(true);
  for (const pid of browsers('browser')) process.kill(pid, 'SIGKILL');
  expect(await display.show(page('next', 'rgb(200,0,0)'))).toMatchObject({ dark: true });
  expect(near(await colourOf(display), 0, 0, 0)).toBe(true);
  await display.stop();
});

test('nothing that a page holds reaches the network or runs', async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const html = `<!doctype html><html><head><meta http-equiv="refresh" content="0;url=${at}/refresh"><link rel="stylesheet" href="${at}/css">
    <link rel="prefetch" href="${at}/prefetch"><base href="${at}/"><style>@import '${at}/import'; iframe, object, embed, video { width: 9px; height: 9px; border: 0 }
    body { background: rgb(0,120,0) url(${at}/bg) }
    @font-face { font-family: x; src: url(${at}/font) } p { font-family: x }</style></head>
    <body onload="fetch('${at}/onload')"><p>chữ</p><img src="${at}/img" onerror="location='${at}/error'"><iframe src="${at}/frame"></iframe>
    <object data="${at}/object"></object><embed src="${at}/embed"><video src="${at}/video" autoplay></video>
    <script>fetch('${at}/script'); new WebSocket('ws${at.slice(4)}/socket'); top.location='${at}/top'</script>
    <form action="${at}/form"><button autofocus>x</button></form></body></html>`;
  const display = new ChromiumDisplay(size);
  await display.start();
  expect(await display.show({ ...page('leak', ''), html })).toHaveProperty('paintedMs');
  await wait(1500);
  expect(requests).toEqual([]);
  expect(near(await colourOf(display), 0, 120, 0)).toBe(true);
  await display.stop();
  server.close();
});

test('a killed browser comes back with what it showed, and the failure is told', async () => {
  const problems: string[] = [];
  const display = new ChromiumDisplay(size);
  display.onFailure(({ code }) => problems.push(code));
  await display.start();
  await display.show(page('kept', 'rgb(0,150,150)'));
  for (const pid of browsers('browser')) process.kill(pid, 'SIGKILL');
  for (let i = 0; i < 100 && problems.length === 0; i++) await wait(50);
  expect(problems).toEqual(['device-failed']);
  for (let i = 0; i < 60 && !(await display.screenshot()); i++) await wait(100);
  for (let i = 0; i < 20 && !near(await colourOf(display), 0, 150, 150); i++) await wait(100);
  expect(near(await colourOf(display), 0, 150, 150)).toBe(true);
  expect(display.shown()).toBe('kept');
  await display.stop();
});

test('a crashed page is replaced, and an order asked meanwhile is painted', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  await display.show(page('before', 'rgb(0,0,99)'));
  for (const pid of browsers('renderer')) process.kill(pid, 'SIGKILL');
  expect(await display.show({ ...page('order', 'rgb(180,0,0)'), kind: 'order' })).toHaveProperty('paintedMs');
  expect(near(await colourOf(display), 180, 0, 0)).toBe(true);
  await display.stop();
});

test('a hung page is left for a fresh one within seconds, and an order does not wait longer than that', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  await display.show(page('before', 'rgb(0,0,99)'));
  const hung = browsers('renderer');
  for (const pid of hung) process.kill(pid, 'SIGSTOP');
  const began = performance.now();
  expect(await display.show({ ...page('order', 'rgb(180,0,0)'), kind: 'order' })).toHaveProperty('paintedMs');
  expect(performance.now() - began).toBeLessThan(12_000);
  expect(near(await colourOf(display), 180, 0, 0)).toBe(true);
  await display.stop();
});

test('through thirty switches the newest is seen each time, by its colour', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  for (let i = 0; i < 30; i++) {
    const [r, g] = [(i * 67) % 250, (i * 31) % 250];
    expect(await display.show(page(String(i), `rgb(${r},${g},90)`))).toHaveProperty('paintedMs');
    if (i % 5 === 0) expect(near(await colourOf(display), r, g, 90)).toBe(true);
  }
  expect(display.shown()).toBe('29');
  await display.stop();
});

test('a stopped display leaves no process behind', async () => {
  const display = new ChromiumDisplay(size);
  await display.start();
  expect(browsers('browser').length).toBeGreaterThan(0);
  await display.stop();
  for (let i = 0; i < 40 && browsers('browser').length > 0; i++) await wait(50);
  expect(browsers('browser')).toEqual([]);
});

test('without a browser a frame is answered with the missing tool', async () => {
  const display = new ChromiumDisplay({ executable: '/nowhere/chromium' });
  const problems: string[] = [];
  display.onFailure(({ code }) => problems.push(code));
  await display.start();
  expect(await display.show(page('one', 'navy'))).toMatchObject({ problem: { code: 'device-failed' } });
  expect(problems[0]).toBe('tool-missing');
  await display.stop();
});
