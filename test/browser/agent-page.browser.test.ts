// The box's page as field staff see it on a phone: readable, touchable, silent in the console.
import { mkdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import type { PageState } from '../../agent/page/view.ts';
import { findChromium } from '../../hardware/display/chromium-browser.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { until } from '../wire/waiting.ts';

const centre = new SmallCentre();
let browser: Browser;
let box: Box;
let address = '';

beforeAll(async () => {
  await centre.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-page-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  await enrol(dataDir, join(dataDir, 'claim.json'));
  box = new Box(dataDir, v.parse(AgentConfig, { page: { port: 0 }, log: { level: 'silent' }, display: { kind: 'simulated' } }));
  const ready = await box.start();
  if (!ready.ok) throw new Error(ready.problem.detail);
  address = ready.value.page;
  const outputs = [
    { id: 'main', kind: 'loudspeaker' },
    { id: 'screen', kind: 'board' },
  ];
  const nowMs = Date.now();
  const programmes = [programme({ title: 'Bản tin xã buổi chiều' }), programme({ id: 'p2', title: 'Phòng cháy, chữa cháy rừng' })];
  const schedules = [
    schedule({ start: '20261101T170000', rrule: 'FREQ=DAILY', zone: 'Asia/Ho_Chi_Minh' }),
    schedule({ id: 's2', programme: 'p2', start: '20261101T060000', rrule: 'FREQ=DAILY' }),
  ];
  const permits = [{ fromMs: nowMs, untilMs: nowMs + 3600_000, reason: 'thử' }];
  await centre.want({
    settings: { outputs },
    policy: policy({ permits, quiet: [] }),
    schedules: { programmes, schedules, holidays: [], localOrder: [] },
  });
  await until('the plan', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no chromium');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
  mkdirSync('artifacts', { recursive: true });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await box?.stop();
  await centre.stop();
});

describe('the page of a box on a phone', () => {
  test('shows identity, reason of silence and next plays; buttons are large; nothing is wrong in the console', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 });
    const wrong: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    await page.goto(address);
    await until('the state', async () => ((await page.textContent('#dev')) === 'loa-1' ? true : undefined));
    expect(await page.textContent('#say')).toContain('Chưa đến giờ');
    expect(await page.locator('#next li').count()).toBe(3);
    for (const button of await page.locator('button:visible').all()) {
      const size = await button.boundingBox();
      expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(48);
    }
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(360);
    await page.waitForTimeout(2_500);
    await page.screenshot({ path: 'artifacts/box-page.png', fullPage: true });
    await page.click('#listen');
    await page.locator('#listen[aria-pressed=true]').waitFor();
    await page.waitForTimeout(1_000);
    expect(await page.textContent('#lost')).toBe('');
    await page.click('#listen');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: 'artifacts/box-page-dark.png', fullPage: true });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('the tone sounds through the amplifier after three counted seconds, with the PIN', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 780 } });
    await page.goto(address);
    await page.locator('#tone').waitFor({ state: 'visible' });
    await page.click('#tone');
    await page.locator('#told', { hasText: 'Phát sau 3' }).waitFor();
    await page.locator('#told', { hasText: 'Nhập mã PIN' }).waitFor();
    await page.waitForTimeout(2_600);
    await page.fill('#pin', centre.pin);
    await page.click('#tone');
    await until('the tone', () => sounds('tone'));
    await page.close();
  });

  test('a tone that is held stops when the finger leaves', async () => {
    await until('quiet', async () => ((await sounds('tone')) ? undefined : true));
    const page = await browser.newPage({ viewport: { width: 360, height: 780 } });
    await page.goto(address);
    await page.locator('#hold').waitFor({ state: 'visible' });
    await page.fill('#pin', centre.pin);
    await page.hover('#hold');
    await page.mouse.down();
    await until('the tone', () => sounds('tone'));
    await page.mouse.up();
    const leftMs = Date.now();
    await until('quiet', async () => ((await sounds('tone')) ? undefined : true));
    expect(Date.now() - leftMs).toBeLessThan(3_000);
    await page.close();
  });

  test('mute, mains and service are said in Vietnamese, done with the PIN, and service needs the button of the box', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 });
    await page.goto(address);
    await page.locator('#mute').waitFor({ state: 'visible' });
    await page.click('#mute');
    await page.locator('#told', { hasText: 'Nhập mã PIN' }).waitFor();
    await page.fill('#pin', '000001');
    await page.click('#mute');
    await page.locator('#told', { hasText: 'Sai mã PIN' }).waitFor();
    await page.fill('#pin', centre.pin);
    await page.click('#mute');
    await page.locator('#say', { hasText: 'tắt tiếng tại chỗ' }).waitFor();
    await page.click('#mute');
    await page.locator('#mute[aria-pressed=false]').waitFor();
    await page.click('#mains');
    await page.locator('#power', { hasText: 'Ắc quy' }).waitFor();
    await page.click('#mains');
    await page.locator('#power', { hasText: 'Điện lưới' }).waitFor();
    await page.click('#service');
    await page.locator('#service', { hasText: 'Bấm nút trên hộp' }).waitFor();
    await page.click('#button');
    await page.locator('#say', { hasText: 'có người ở loa' }).waitFor();
    await page.locator('#service', { hasText: 'còn 120 phút' }).waitFor();
    await page.screenshot({ path: 'artifacts/box-page-service.png', fullPage: true });
    const wide = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await wide.goto(address);
    await wide.locator('#say', { hasText: 'có người ở loa' }).waitFor();
    await wide.screenshot({ path: 'artifacts/box-page-service-wide.png', fullPage: true });
    await wide.close();
    await page.click('#service');
    await until('the countdown', () => sounds('tone'));
    await page.locator('#service[aria-pressed=false]').waitFor({ timeout: 20_000 });
    await page.close();
  }, 60_000);
});

async function sounds(kind: string): Promise<true | undefined> {
  const state = (await (await fetch(`${address}/state.json`)).json()) as PageState;
  return state.outputs.some(({ sounding }) => sounding?.kind === kind) || undefined;
}
