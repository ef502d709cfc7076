// What the centre made of hostile bulletins, in a Chromium that nothing else protects: no script runs, nobody is asked for anything.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCleaner } from '../../controller/media/sanitiser/clean.ts';
import { hostileBulletins } from '../controller/hostile-bulletins.ts';
import { openBrowser } from './visitor.ts';

const asked: string[] = [];
const pages = new Map<string, string>();
let server: Server;
let browser: Browser;
let tab: Page;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    if (page === undefined) asked.push(request.url ?? '');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page ?? '');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await openBrowser();
  tab = await browser.newPage();
  tab.on('dialog', (dialog) => void dialog.dismiss());
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** Shown with scripts allowed and no policy; answers who was asked, and what was said aloud. */
async function show(name: string, html: string): Promise<string[]> {
  const path = `/page/${encodeURIComponent(name)}`;
  pages.set(path, html);
  asked.length = 0;
  const outside: string[] = [];
  const note = (request: Request) => {
    const url = request.url();
    if (url !== base + path && !url.startsWith('data:') && !url.endsWith('/favicon.ico')) outside.push(url);
  };
  tab.on('request', note);
  await tab.goto(base + path, { waitUntil: 'load' }).catch(() => undefined);
  await tab.waitForTimeout(150);
  tab.off('request', note);
  return [...outside, ...asked.filter((one) => one !== '/favicon.ico')];
}

describe('bulletins in a bare browser', () => {
  test('as they came, many reach the listener: this test can fail', async () => {
    const samples = Object.entries(hostileBulletins(`${base}/spy`));
    let reached = 0;
    for (const [name, html] of samples) if ((await show(`raw ${name}`, html)).length > 0) reached += 1;
    expect(reached).toBeGreaterThan(20);
  }, 120_000);

  test('cleaned, none asks for anything and none holds a script', async () => {
    const clean = makeCleaner();
    const viewing = { distanceM: 5, screenHeightM: 0.685 };
    for (const [name, html] of Object.entries(hostileBulletins(`${base}/spy`))) {
      const done = clean(html, viewing);
      expect([name, done.ok]).toEqual([name, true]);
      if (done.ok) expect([name, await show(`clean ${name}`, done.value.html)]).toEqual([name, []]);
    }
  }, 120_000);
});
