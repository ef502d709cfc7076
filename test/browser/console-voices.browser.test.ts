// Voices of orders in the console: who would understand which, and a recording made there that a box then holds and says in its language.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoverageRow } from '../../schemas/coverage.ts';
import type { TemplateAnswer } from '../../schemas/order-api.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { until } from '../wire/waiting.ts';
import { Visitor } from './visitor.ts';

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--autoplay-policy=no-user-gesture-required', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const words = 'Nậm noòng mà! Bạn con ỏn khửn slung.';

describe.skipIf(!programPath('chromium'))('voices of orders in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let duty: Visitor;

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await district.approver.put('/boxes/loa-1/settings', { outputs: [{ id: 'main', kind: 'loudspeaker' }], languages: ['tyz', 'vi'] });
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    duty = await Visitor.arrive(browser, 'voices');
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('shows by shape and word which order nobody says in Tày', async () => {
    const { page } = duty;
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').fill('truc-ban-1');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('link', { name: 'Ngôn ngữ', exact: true }).click();
    await page.getByRole('link', { name: /^Lũ quét, Tiếng Tày:\s*chưa có$/ }).waitFor();
    await page.getByRole('link', { name: /^Lũ quét, Tiếng Việt:\s*máy đọc$/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await duty.photograph('matrix')).toEqual([0, 0]);
  });

  it('records what is missing; the centre counts it and the box lays it by', async () => {
    const { page } = duty;
    const before = await district.approver.get<{ report: { cache: { bytes: number } } | null }>('/boxes/loa-1');
    await page.getByRole('link', { name: /^Lũ quét, Tiếng Tày/ }).click();
    await page.getByRole('heading', { name: 'Lũ quét – Tiếng Tày' }).waitFor();
    await page.getByText('Lũ quét đang về trên suối').first().waitFor();
    await page.getByLabel('Lời để đọc').fill(words);
    await page.getByRole('button', { name: 'Bắt đầu ghi âm' }).click();
    await page.getByRole('meter').or(page.getByLabel('Mức âm thanh')).first().waitFor();
    await until('three seconds', async () => ((await page.getByText(/Đang ghi 0:(0[3-9]|[1-3]\d)/).count()) > 0 ? true : undefined));
    await page.getByRole('button', { name: 'Dừng ghi' }).click();
    await page.getByLabel('Nghe lại phần giữ lại').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await duty.photograph('kit')).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Lưu lời và bản ghi' }).click();
    await page.getByText('Đã lưu lời và bản ghi.').waitFor();
    await page.getByRole('link', { name: /^Lũ quét, Tiếng Tày:\s*đã ghi âm$/ }).waitFor();
    const template = (await district.duty.get<TemplateAnswer[]>('/templates')).find(({ id }) => id === 'lu-quet');
    expect(template?.speech.find(({ language }) => language === 'tyz')).toEqual({ language: 'tyz', speak: words, recorded: true });
    const row = (await district.duty.get<CoverageRow[]>('/coverage')).find((one) => one.template === 'lu-quet');
    expect(row?.cells.find(({ language }) => language === 'tyz')).toMatchObject({ state: 'recorded', clusters: ['loa-1'] });
    await until('the box to hold it', async () => {
      const { report } = await district.approver.get<{ report: { cache: { bytes: number; missing: number } } | null }>('/boxes/loa-1');
      return report && report.cache.missing === 0 && report.cache.bytes > (before.report?.cache.bytes ?? 0) ? true : undefined;
    });
    expect(duty.faults).toEqual([]);
  });
});

/** Serious and critical ones, by rule and place. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { iframes: false }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`) as Promise<string[]>;
}
