// The course of a box's readings on its page: drawn for a day and a week, told in words and as a table, in the dark and in English.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../controller/app.ts';
import { minuteOf } from '../../controller/console/words/when.ts';
import { readingOf } from '../../controller/core/reading-series.ts';
import { readingEveryMs } from '../../schemas/reading-series.ts';
import type { Telemetry } from '../../schemas/report.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type BuiltCentre, makeCentre, must, seedOf } from '../controller/built-centre.ts';
import { programPath } from '../tell.ts';
import { seriousFaults } from './axe.ts';
import { accounts, signIn } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

const consoleDir = resolve(import.meta.dirname, '../../dist/console');
/** The browser lets no cookie live that is older than its own clock. */
const endMs = Math.floor(Date.now() / readingEveryMs) * readingEveryMs + 60_000;
const placed = (id: string) => ({
  ...{ id, name: id === 'hop-1' ? 'Cụm loa nhà văn hóa' : 'Cụm loa chợ', area: '08/02536', groups: [], settings: defaultBoxSettings },
  ...{ createdMs: 1, enrolledMs: 1, signingKey: 'AA==', certificate: null },
});

/** Longer than an hour and no whole number of them: whatever the clock says, some hour has both. */
const playingQuarters = 6;

/** Warmer and cooler once a day, an hour without power in each, more current while it plays, and half of the SIM's month used up. */
function sampleAt(ago: number): Telemetry | undefined {
  const ofDay = ago % 96;
  if (ofDay >= 20 && ofDay < 24) return undefined;
  const swing = Math.sin((ofDay / 96) * 2 * Math.PI);
  const noise = ago % 7;
  const atMs = endMs - ago * readingEveryMs;
  return {
    ...{ atMs, clock: 'signed', upMs: 1, rssBytes: 4e7, diskFreeBytes: 4e9, load1: 0.1, health: { state: 'ok', reasons: [] } },
    ...{ temperatureC: 44 + 9 * swing + noise / 3, mainsV: 226 + noise - 4 * swing, currentMa: ofDay % 48 < playingQuarters ? 1_240 : 85 },
    ...{ signalDbm: -94 + noise, diskWornPercent: 20, sim: 'ready', operator: 'Viettel' },
    ...{ dataMonthBytes: Math.round(5e8 - ago * 2e5), dataBudgetBytes: 1e9 },
  };
}

describe.skipIf(!programPath('chromium'))('how the readings of a box went [needs chromium]', () => {
  let built: BuiltCentre;
  let app: FastifyInstance;
  let browser: Browser;
  let technician: Visitor;
  let page: Page;
  let home: string;

  beforeAll(async () => {
    built = await makeCentre(seedOf({ accounts }), undefined, {}, endMs);
    for (const id of ['hop-1', 'hop-2']) {
      const act = { atMs: 1, actor: 'x', act: 'box.register', subject: id, sha256: '' };
      must(await built.centre.store.estate.addBox(placed(id), act));
      built.centre.registry.put(placed(id));
    }
    const told = Array.from({ length: 8 * 96 }, (_, ago) => sampleAt(ago) ?? []).flat();
    await built.centre.store.readings.save(told.flatMap((one) => readingOf('hop-1', one, one.atMs) ?? []));
    await built.fromBox('hop-1', 'tm', told[0]);
    app = await buildApp(built.centre, { consoleDir });
    home = await app.listen({ port: 0, host: '127.0.0.1' });
    browser = await openBrowser();
    technician = await Visitor.arrive(browser, 'console-course');
    page = technician.page;
    page.setDefaultTimeout(10_000);
    await signIn(page, home, 'lanh-dao-duyet');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await built?.stop();
  });

  const lastAt = minuteOf(endMs - 60_000);
  const plots = () => page.getByRole('region', { name: /Diễn biến|How the readings/ }).getByRole('img');
  const look = async (view: string) => {
    expect(await technician.photograph(view)).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  };

  it('draws what was measured over a day, each line with the sentence that says the same', async () => {
    await page.goto(`${home}/#/thiet-bi/hop-1`);
    await plots().first().waitFor();
    expect(await plots().count()).toBe(6);
    expect(await plots().first().getAttribute('aria-label')).toBe(`Nhiệt độ hộp. 35,1–54,8 °C; gần nhất 44 °C lúc ${lastAt}`);
    // The hour without power cuts the line in two.
    expect((await plots().first().locator('path').getAttribute('d'))?.match(/M/g)).toHaveLength(2);
    await page.getByText('hạn mức tháng').waitFor();
    await look('day');
  });

  it('has the same as a table, an hour a row', async () => {
    await page.getByText('Bảng số liệu').click();
    const table = page.getByRole('table', { name: /từng giờ/ });
    expect(await table.getByRole('row').count()).toBeGreaterThan(23);
    await table.getByRole('row').filter({ hasText: '85–1240 mA' }).first().waitFor();
    await table.getByRole('row').filter({ hasText: '500 MB' }).first().waitFor();
    await look('day-table');
  });

  it('draws a week by days, in the dark', async () => {
    await page.getByRole('button', { name: '7 ngày' }).click();
    await page.getByRole('table', { name: /từng ngày/ }).waitFor();
    expect(await page.getByRole('button', { name: '7 ngày' }).getAttribute('aria-pressed')).toBe('true');
    expect((await plots().first().locator('path').getAttribute('d'))?.match(/M/g)).toHaveLength(8);
    expect(
      await page
        .getByRole('table', { name: /từng ngày/ })
        .getByRole('row')
        .count(),
    ).toBeGreaterThan(7);
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('week-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('says it in English, and that a box sent nothing', async () => {
    await page.evaluate("localStorage.setItem('loa-language', 'en')");
    await page.reload();
    await plots().first().waitFor();
    expect(await plots().first().getAttribute('aria-label')).toMatch(
      new RegExp(`^Temperature of the box\\. .*; latest 44 °C at ${lastAt}$`),
    );
    await look('english');
    await page.goto(`${home}/#/thiet-bi/hop-2`);
    await page.getByText('The box sent no readings in this time.').waitFor();
    await look('nothing');
    expect(technician.faults).toEqual([]);
  });

  it('is fetched with the page of a box, never with the first page', () => {
    const files = readdirSync(resolve(consoleDir, 'assets')).filter((file) => file.endsWith('.js'));
    const holding = files.filter((file) => readFileSync(resolve(consoleDir, 'assets', file), 'utf8').includes('/readings?days='));
    // Files of the build before may still lie there.
    expect(holding).not.toEqual([]);
    const first = readFileSync(resolve(consoleDir, 'index.html'), 'utf8');
    expect(holding.filter((file) => first.includes(file))).toEqual([]);
  });
});
