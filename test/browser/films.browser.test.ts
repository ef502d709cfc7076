// Films on a board in real Chromium: served by the box itself, begun where the schedule has them, refused where they cannot be played.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Cache } from '../../agent/cache.ts';
import { Films } from '../../agent/films.ts';
import { ChromiumBrowser } from '../../hardware/display/chromium-browser.ts';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import { orderTwins } from '../../hardware/display/page-text.ts';
import type { Display, Film, Frame } from '../../hardware/display.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { runTool } from '../../hardware/host/processes.ts';
import type { Order } from '../../schemas/order.ts';
import { page } from '../contract/display.ts';
import { until } from '../wire/waiting.ts';
import { browserProcesses } from './browser-processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-films-'));
afterAll(() => rmSync(folder, { recursive: true }));
const size = { widthPx: 640, heightPx: 360 };
const cache: Pick<Cache, 'pathOf' | 'throwAway' | 'foundWhole'> = {
  pathOf: (name) => join(folder, name),
  throwAway: async () => undefined,
  foundWhole: () => false,
};

const keep = (bytes: Uint8Array) => {
  const name = sha256(bytes);
  writeFileSync(join(folder, name), bytes);
  return name;
};

/** Two seconds of blue, then red. */
async function blueThenRed(seconds = 6): Promise<string> {
  const target = join(folder, 'made.mp4');
  const colours = `-f lavfi -i color=c=0x2040a0:s=128x72:r=25:d=2,format=yuv420p -f lavfi -i color=c=0xa04020:s=128x72:r=25:d=${seconds - 2},format=yuv420p`;
  const made = await runTool(
    'ffmpeg',
    `-y -v error ${colours} -filter_complex [0][1]concat=n=2 -c:v libx264 -pix_fmt yuv420p -movflags +faststart ${target}`.split(' '),
    { timeoutMs: 20_000 },
  );
  if (!made.ok) throw new Error(made.problem.detail);
  const read = await runTool('cat', [target], { timeoutMs: 5_000 });
  if (!read.ok) throw new Error(read.problem.detail);
  return keep(read.value.stdout);
}

async function addressOf(films: Films, name: string): Promise<string> {
  const address = await films.address(name);
  if (!address.ok) throw new Error(address.problem.detail);
  return address.value;
}

/** Mean colour of a spot, 20 by 20, around a point given in shares of the screen. */
async function colourAt(display: Display, x: number, y: number): Promise<number[]> {
  const shot = await display.screenshot();
  const crop = `crop=20:20:${Math.round(x * size.widthPx) - 10}:${Math.round(y * size.heightPx) - 10},scale=1:1:flags=area`;
  const ran = await runTool('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-vf', crop, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], {
    timeoutMs: 10_000,
    ...(shot ? { input: shot } : {}),
  });
  if (!ran.ok) throw new Error(ran.problem.detail);
  return [...ran.value.stdout];
}

const isBlue = ([r = 0, , b = 0]: number[]) => b > 110 && r < 90;
const isRed = ([r = 0, , b = 0]: number[]) => r > 110 && b < 90;
const withFilm = (id: string, film: Film): Frame => ({ ...page(id, 'rgb(0,120,0)'), film });

async function board(work: (display: ChromiumDisplay, films: Films) => Promise<void>) {
  const films = new Films(cache);
  const display = new ChromiumDisplay({ ...size, filmsFrom: await films.start() });
  await display.start();
  try {
    await work(display, films);
  } finally {
    await display.stop();
    await films.stop();
  }
}

test('a film plays over its page from its beginning, and the screen says that it goes on', () =>
  board(async (display, films) => {
    const url = await addressOf(films, await blueThenRed());
    const frame = withFilm('film', { url, place: 'whole', fromMs: Date.now() });
    await display.prepare(frame);
    expect(await display.show(frame)).toHaveProperty('paintedMs');
    expect(isBlue(await colourAt(display, 0.5, 0.5))).toBe(true);
    await display.sample();
    await until('red', async () => isRed(await colourAt(display, 0.5, 0.5)) || undefined, 6_000);
    expect(await display.sample()).not.toHaveProperty('filmStands');
  }));

test('a page that comes late begins where its film is by then, as the boards beside it', () =>
  board(async (display, films) => {
    const url = await addressOf(films, await blueThenRed());
    await display.show(withFilm('film', { url, place: 'whole', fromMs: Date.now() - 3_000 }));
    await until('red', async () => isRed(await colourAt(display, 0.5, 0.5)) || undefined, 1_200);
  }));

test('what is no film is refused, what was seen stays, and the same page without it is shown', () =>
  board(async (display, films) => {
    await display.show(page('before', 'rgb(0,0,200)'));
    const url = await addressOf(films, keep(Buffer.from('this is not a film'.repeat(1_000))));
    expect(await display.show(withFilm('bad', { url, place: 'whole' }))).toMatchObject({ problem: { code: 'page-refused' } });
    expect(isBlue(await colourAt(display, 0.5, 0.7))).toBe(true);
    expect(await display.show(page('bad', 'rgb(200,0,0)'))).toHaveProperty('paintedMs');
    expect(isRed(await colourAt(display, 0.5, 0.7))).toBe(true);
  }));

test('a film that is gone when the browser comes back gives way to the safe page, and the browser begins once', async () => {
  const films = new Films(cache);
  const filmsFrom = await films.start();
  let begun = 0;
  const startBrowser: typeof ChromiumBrowser.start = (told) => {
    begun++;
    return ChromiumBrowser.start(told);
  };
  const display = new ChromiumDisplay({ ...size, filmsFrom, startBrowser });
  await display.start();
  const url = await addressOf(films, await blueThenRed());
  expect(await display.show(withFilm('film', { url, place: 'whole', fromMs: Date.now() }))).toHaveProperty('paintedMs');
  await films.stop();
  for (const pid of browserProcesses('browser')) process.kill(pid, 'SIGKILL');
  await until('the safe page', async () => display.shown() === 'safe' || undefined, 20_000);
  expect(begun).toBe(2);
  await display.stop();
});

test('only a page that was given a film may ask this machine for one', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const display = new ChromiumDisplay({ ...size, filmsFrom: origin });
  await display.start();
  const wishes = `<video autoplay muted src="${origin}/a"></video><video><source src="${origin}/b"></video><img src="${origin}/c">`;
  const { html, ...rest } = page('wishes', 'rgb(0,0,200)');
  expect(await display.show({ ...rest, html: html.replace('</body>', `${wishes}</body>`) })).toHaveProperty('paintedMs');
  await display.show(withFilm('film', { url: `${origin}/film`, place: 'corner' }));
  expect(asked).toEqual(['/film']);
  await display.stop();
  server.close();
});

test('an order shows its interpreter in the corner, again and again, and its words without waiting', () =>
  board(async (display, films) => {
    const order: Order = {
      class: 'actual',
      level: 'commune',
      area: 'tq/sd',
      hazard: 'flash-flood',
      severity: 'Extreme',
      urgency: 'Immediate',
      certainty: 'Observed',
      sirenMs: 0,
      times: 1,
      pauseMs: 0,
      speech: [{ language: 'vi', speak: 'Lũ quét' }],
      screen: { title: 'LŨ QUÉT: RỜI BỜ SUỐI NGAY', text: '→ Nhà văn hóa Lũng Tẩu' },
    };
    const url = await addressOf(films, await blueThenRed(3));
    const frame: Frame = { ...orderTwins(order, { interpreted: true }), id: 'order.1', kind: 'order', film: { url, place: 'corner' } };
    await display.prepare(frame);
    expect(await display.show(frame)).toHaveProperty('paintedMs');
    await until('blue', async () => isBlue(await colourAt(display, 0.84, 0.83)) || undefined, 3_000);
    await until('red', async () => isRed(await colourAt(display, 0.84, 0.83)) || undefined, 4_000);
    await until('blue', async () => isBlue(await colourAt(display, 0.84, 0.83)) || undefined, 4_000);
    if (process.env['LOA_PICTURES'])
      writeFileSync(join(process.env['LOA_PICTURES'], 'interpreted.png'), (await display.screenshot()) ?? '');
  }));
