// One person with many pages open in one browser: all of them open, all stay fresh by one stream between them, whoever reads it may go,
// and a stream that the centre refused comes back without a reload.
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** More than a browser has lines to one centre (six). */
const pages = 9;
/** What the centre allows one person. */
const streamsMax = 24;
const refused = [/status of 429 .*\/api\/events$/];
const isStream = (request: Request) => new URL(request.url()).pathname === '/api/events';

describe.skipIf(!programPath('chromium'))('many pages of one person [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitor: Visitor;
  const tabs: Page[] = [];
  const streams: Request[] = [];

  beforeAll(async () => {
    district = await startDistrict();
    browser = await openBrowser();
    visitor = await Visitor.arrive(browser, 'tabs', refused);
    visitor.context.on('request', (request) => isStream(request) && streams.push(request));
    const { page } = visitor;
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').fill('truc-ban-1');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('navigation').waitFor();
    tabs.push(page);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('all open, the emergency desk in the last as in the first', async () => {
    while (tabs.length < pages) {
      const page = await visitor.context.newPage();
      tabs.push(page);
      await page.goto(`${district.console}/#/khan-cap`);
      await page.getByRole('heading', { name: 'Khẩn cấp', exact: true }).waitFor();
    }
    await until('a stream', async () => (streams.length > 0 ? true : undefined));
    expect(streams.length).toBe(1);
  });

  it('what changes is told in each of them', async () => {
    const told = Promise.all(tabs.map(hears));
    await until('each page to listen', async () => {
      const listening = await Promise.all(tabs.map((page) => page.evaluate('window.__listens === true')));
      return listening.every(Boolean) ? true : undefined;
    });
    await district.approver.post('/boxes', {
      ...{ id: 'loa-9', name: 'Hộp loa-9', area: '08/02536', groups: ['xa-son-duong'] },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    expect(await told).toEqual(tabs.map(() => true));
  });

  it('the page that reads goes, and another reads on', async () => {
    const [first, ...others] = tabs;
    await first?.close();
    await until('another stream', async () => (streams.length === 2 ? true : undefined));
    await until('its first word', async () => ((await streams[1]?.response())?.ok() ? true : undefined));
    expect(others.some((page) => page.mainFrame() === streams[1]?.frame())).toBe(true);
    for (const page of others.slice(1)) await page.close();
    await until('one that reads for itself', async () => ((await streams.at(-1)?.response())?.ok() ? true : undefined));
  });

  it('a stream that was refused is opened again without a reload, and one person takes not all streams there are', async () => {
    const [page] = visitor.context.pages();
    const taken = new AbortController();
    const take = () => fetch(`${district.console}/api/events`, { headers: { cookie: district.duty.cookie }, signal: taken.signal });
    await page?.goto('about:blank');
    // Held on to: a response that nobody holds is collected, and its stream closed.
    const answers: Response[] = [];
    await until('no more for this person', async () => {
      answers.push(await take());
      return answers.at(-1)?.status === 429 ? true : undefined;
    });
    expect(answers.filter(({ status }) => status === 200).length).toBe(streamsMax);
    const others = await fetch(`${district.console}/api/events`, {
      headers: { cookie: district.approver.cookie },
      signal: taken.signal,
    });
    expect(others.status).toBe(200);
    await page?.goto(`${district.console}/#/khan-cap`);
    await until('the page’s own stream to be refused', async () =>
      (await streams.at(-1)?.response())?.status() === 429 ? true : undefined,
    );
    taken.abort();
    await until('the stream to be back', async () => ((await streams.at(-1)?.response())?.status() === 200 ? true : undefined), 30_000);
  });

  it('made no browser complain', () => expect(visitor.faults).toEqual([]));
});

function hears(page: Page): Promise<boolean> {
  return page.evaluate(
    'new Promise((done) => { document.addEventListener("loa-box", () => done(true), { once: true }); window.__listens = true; })',
  ) as Promise<boolean>;
}
