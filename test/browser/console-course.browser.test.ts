// The course of a box's readings on its page: drawn for a day and a week, told in words and as a table, in the dark and in English.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../controller/app.ts';
import { readingEveryMs } from '../../schemas/reading-series.ts';
import type { Telemetry } from '../../schemas/report.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type BuiltCentre, makeCentre, must, seedOf, startMs } from '../controller/built-centre.ts';
import { programPath } from '../tell.ts';
import { seriousFaults } from './axe.ts';
import { signIn } from './night.ts';
import { openBrowser, Visitor } from './visitor.ts';

const consoleDir = resolve(import.meta.dirname, '../../dist/console');
const dayMs = 86_400_000;
const places = (id: string) => ({
  ...{ id, name: id === 'hop-1' ? 'Cụm loa nhà văn hóa' : 'Cụm loa chợ', area: '08/02536', groups: [], settings: defaultBoxSettings },
  ...{ createdMs: startMs, enrolledMs: startMs, signingKey: 'AA==', certificate: null },
});

/** Warm at noon, an hour without power each night, more current while it plays, and half of the SIM's month used up. */
function sampleAt(atMs: number): Telemetry {
  const hour = ((atMs / 3_600_000 + 7) % 24) | 0;
  const swing = Math.sin(((hour - 8) / 24) * 2 * Math.PI);
  const noise = (atMs / readingEveryMs) % 7;
  return {
    ...{ atMs, clock: 'signed', upMs: 1, rssBytes: 4e7, diskFreeBytes: 4e9, load1: 0.1, health: { state: 'ok', reasons: [] } },
    ...{ temperatureC: 44 + 9 * swing + noise / 3, mainsV: 226 + noise - 4 * swing, currentMa: hour === 5 || hour === 17 ? 1_240 : 85 },
    ...{ signalDbm: Math.round(-94 + noise), diskWornPercent: 20, sim: 'ready', operator: 'Viettel' },
    ...{ dataMonthBytes: Math.round(5e8 + (atMs - startMs) / 4_000), dataBudgetBytes: 1e9 },
  };
}

describe.skipIf(!programPath('chromium'))('how the readings of a box went [needs chromium]', () => {
  let built: BuiltCentre;
  let app: FastifyInstance;
  let browser: Browser;
  let technician: Visitor;
  let page: Page;

  beforeAll(async () => {
    built = await makeCentre(seedOf({}));
    for (const id of ['hop-1', 'hop-2']) {
      const act = { atMs: startMs, actor: 'x', act: 'box.register', subject: id, sha256: '' };
      must(await built.centre.store.estate.addBox(places(id), act));
      built.centre.registry.put(places(id));
    }
    for (let atMs = startMs - 8 * dayMs; atMs <= startMs; atMs += readingEveryMs) {
      if (new Date(atMs + 7 * 3_600_000).getUTCHours() === 2) continue;
      built.clock.nowMs = atMs;
      await built.fromBox('hop-1', 'tm', sampleAt(atMs));
      await built.centre.registry.save();
    }
    app = await buildApp(built.centre, { consoleDir });
    const at = await app.listen({ port: 0, host: '127.0.0.1' });
    browser = await openBrowser();
    technician = await Visitor.arrive(browser, 'console-course');
    page = technician.page;
    await signIn(page, at, 'ky-thuat');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await built?.stop();
  });

  const plots = () => page.getByRole('region', { name: /Diễn biến|How the readings/ }).getByRole('img');
  const look = async (view: string) => {
    expect(await technician.photograph(view)).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
  };

  it('draws what was measured over a day, each line with the sentence that says the same', async () => {
    await page.goto(page.url().replace(/#.*/, '#/thiet-bi/hop-1'));
    await plots().first().waitFor();
    expect(await plots().count()).toBe(6);
    expect(await plots().first().getAttribute('aria-label')).toMatch(
      /^Nhiệt độ hộp\. 3\d(,\d)?–5\d(,\d)? °C; gần nhất \d\d(,\d)? °C lúc 08:00$/,
    );
    // The hour without power cuts the line in two.
    expect((await plots().first().locator('path').getAttribute('d'))?.match(/M/g)).toHaveLength(2);
    await page.getByText('hạn mức tháng').waitFor();
    await look('day');
  });

  it('has the same as a table, an hour a row', async () => {
    await page.getByText('Bảng số liệu').click();
    const table = page.getByRole('table', { name: /từng giờ/ });
    expect(await table.getByRole('row').count()).toBe(1 + 24);
    const row = table.getByRole('row').filter({ hasText: '05:00' });
    expect(await row.textContent()).toContain('1240 mA');
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
    ).toBe(1 + 8);
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('week-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('says it in English, and that a box sent nothing', async () => {
    await page.evaluate("localStorage.setItem('loa-language', 'en')");
    await page.reload();
    await plots().first().waitFor();
    expect(await plots().first().getAttribute('aria-label')).toMatch(/^Temperature of the box\. .*; latest .* at 08:00$/);
    await look('english');
    await page.goto(page.url().replace(/#.*/, '#/thiet-bi/hop-2'));
    await page.getByText('The box sent no readings in this time.').waitFor();
    await look('nothing');
    expect(technician.faults).toEqual([]);
  });

  it('is fetched with the page of a box, never with the first page', () => {
    const files = readdirSync(resolve(consoleDir, 'assets')).filter((file) => file.endsWith('.js'));
    const holding = files.filter((file) => readFileSync(resolve(consoleDir, 'assets', file), 'utf8').includes('/readings?days='));
    expect(holding).toHaveLength(1);
    const first = readFileSync(resolve(consoleDir, 'index.html'), 'utf8');
    expect(holding.filter((file) => first.includes(file))).toEqual([]);
  });
});
