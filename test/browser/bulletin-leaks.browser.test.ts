// Nothing that a bulletin holds reaches the network: each way is tried on a board, and on a browser without our guards.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../hardware/display/chromium-browser.ts';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import { leaksTo } from './leaks.ts';

let contacts: string[] = [];
/** Requests at the place that pages try to reach. */
let asked: string[] = [];
let pages: Readonly<Record<string, { readonly html: string }>> = {};
const listening: Server[] = [];

/** Listens, and writes down each connection and request. */
async function listen(answer: (url: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close').setHeader('content-type', 'text/html; charset=utf-8');
    response.end(answer(request.url ?? ''));
  });
  listening.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let [leakAt, pagesAt] = ['', ''];
beforeAll(async () => {
  leakAt = await listen((url) => String(asked.push(url)));
  listening[0]?.on('connection', () => contacts.push('connection'));
  pagesAt = await listen((url) => pages[decodeURIComponent(url.slice(1))]?.html ?? '');
  pages = leaksTo(leakAt);
});
afterAll(() => {
  for (const server of listening) server.close();
});

/** Where films come from, if anywhere. To the box's own door of films a preconnect opens a line, and asks for nothing. */
const filmOrigins = [
  ['that plays no films', () => undefined, []],
  ['that plays films', () => pagesAt, []],
  ['whose own films lie there', () => leakAt, ['preconnect']],
] as const;

test.each(filmOrigins)('on a board %s no way out leads to a request', async (_of, filmsAt, opened) => {
  contacts = [];
  asked = [];
  const filmsFrom = filmsAt();
  const display = new ChromiumDisplay({ widthPx: 320, heightPx: 180, fadeMs: 0, ...(filmsFrom !== undefined && { filmsFrom }) });
  await display.start();
  const reached: string[] = [];
  for (const [name, { html }] of Object.entries(leaksTo(leakAt))) {
    expect(await display.show({ id: name, kind: 'bulletin', html: `<!doctype html>${html}`, text: [] }), name).toHaveProperty('paintedMs');
    await wait(150);
    if (contacts.length > 0) reached.push(name);
    contacts = [];
  }
  await wait(1_500);
  await display.stop();
  expect([...reached, ...contacts]).toEqual(opened);
  expect(asked).toEqual([]);
});

test('in the side zone neither', async () => {
  contacts = [];
  const display = new ChromiumDisplay({ widthPx: 640, heightPx: 360 });
  await display.start();
  const side = Object.values(leaksTo(leakAt)).map(({ html }) => html);
  await display.surround({ offline: false, ticker: side, side: side.join('') });
  await display.show({ id: 'a', kind: 'bulletin', html: '<p>a', text: [] });
  await wait(1_500);
  await display.stop();
  expect(contacts).toEqual([]);
});

test('without the guards each of these ways gets out, so that the test above can fail', async () => {
  const executablePath = findChromium() ?? '';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
  const held: string[] = [];
  for (const [name, { unseen }] of Object.entries(leaksTo(leakAt))) {
    if (unseen) continue;
    contacts = [];
    const page = await browser.newPage();
    await page.goto(`${pagesAt}/${encodeURIComponent(name)}`, { waitUntil: 'commit' }).catch(() => undefined);
    for (let i = 0; i < 60 && contacts.length === 0; i++) await wait(50);
    if (contacts.length === 0) held.push(name);
    await page.close();
  }
  await browser.close();
  expect(held).toEqual([]);
});
