// Names that are traps, in whatever people and boxes can set: every page of the console shows them as letters and runs nothing.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programPath } from '../tell.ts';
import { type District, group, password, startDistrict } from '../wire/district.ts';
import type { MqttPeer } from '../wire/mqtt-peer.ts';
import { spokenMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { image, plantEmergency, plantReport, plantWords, trap, traps, units } from './hostile-names.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** Pages that come later are met too: names are read where they are written. */
const table = readFileSync(new URL('../../controller/console/places.ts', import.meta.url), 'utf8');
const places = [...table.matchAll(/\bname: '([a-z-]+)'/g)].flatMap(([, name]) => name ?? []);
const unsigned = /status of 401 .*\/api\/session$/;
const phone = { width: 360, height: 780 };
/** Of the things that a page leads to, as many are opened. */
const openedMax = 2;

describe.skipIf(!programPath('chromium'))('hostile names in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;
  let line: MqttPeer | undefined;
  const shown = new Set<string>();

  beforeAll(async () => {
    district = await startDistrict({ title: trap(0) }, { units, groups: [{ id: group, name: trap(0) }] });
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await plantWords(district);
    line = await plantReport(district, 'hop-0');
    await plantEmergency(district);
    const sound = await district.programme(image, spokenMp3('Xin chào bà con.'));
    await district.schedule(sound.id, Date.now() + 8_000);
    browser = await openBrowser();
    visitor = await Visitor.arrive(browser, 'hostile', [unsigned]);
    page = visitor.page;
    await page.setViewportSize(phone);
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').fill('lanh-dao-duyet');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await page.locator('.person').waitFor();
    await until('a receipt with the trap for a title', async () =>
      (await district.receipts('loa-1')).some(({ title }) => title === image) ? true : undefined,
    );
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    line?.socket.destroy();
    await district?.stop();
  });

  /** Shown, quiet, as wide as the phone, and nothing ran. */
  async function look(hash: string): Promise<void> {
    await page.goto(`${district.console}/${hash}`);
    await page.locator('main h1, main h2, main .card, main .empty, main .problem').first().waitFor();
    await until(`${hash} to be there`, async () => ((await page.getByText('Đang mở…').count()) === 0 ? true : undefined));
    const text = String(await page.evaluate('document.querySelector("main").innerText'));
    for (const one of traps) if (text.includes(one)) shown.add(one);
    const found = await page.evaluate(
      '({ ran: window.__x ?? null, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, planted: document.querySelectorAll("main img[src=x], main svg[onload], a[href^=javascript]").length })',
    );
    expect({ hash, found }).toEqual({ hash, found: { ran: null, wide: 0, planted: 0 } });
  }

  it.each(places)('shows them as letters on %s, and on what it leads to', async (name) => {
    await look(`#/${name}`);
    const within = (await page.evaluate(
      `[...new Set([...document.querySelectorAll('main a[href^="#/${name}/"]')].map((link) => link.getAttribute('href')))]`,
    )) as string[];
    for (const hash of within.slice(0, openedMax)) await look(hash);
  });

  it('has shown the traps, whole and as they were written', () => {
    expect(shown).toContain(image);
    expect(shown).toContain(trap(1));
    expect(shown).toContain(trap(3));
    expect(shown.size).toBeGreaterThanOrEqual(traps.length - 2);
  });

  it('ran nothing, and the policy of the page had nothing to refuse', () => {
    expect(visitor.faults).toEqual([]);
  });
});
