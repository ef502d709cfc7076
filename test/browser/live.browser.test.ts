// Live in a real browser: the duty officer holds the button, a real box sounds what the (pretended) microphone hears, and stops when let go.
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { Ear, monoNowMs } from '../wire/ear.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { Visitor } from './visitor.ts';

const pretended = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
];

describe.skipIf(!programPath('chromium'))('live in the console [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let duty: Visitor;
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict();
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await ear.listen(box.page);
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...flags, ...pretended] });
    duty = await Visitor.arrive(browser, 'live');
  }, 90_000);
  afterAll(async () => {
    ear.stop();
    await browser?.close();
    await district?.stop();
  });

  it('opens a session, talks while the button or the space bar is held, shows who hears, ends', async () => {
    const { page } = duty;
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').fill('truc-ban-1');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Phát trực tiếp' }).click();
    await page.getByLabel('Tên phiên').fill('Thử micrô');
    await page.getByText('1 hộp sẽ nghe, 0 đang ngoại tuyến.').waitFor();
    expect(await duty.photograph('live-form')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Mạng nội bộ: trễ 0,3 giây').check();
    await page.getByRole('button', { name: 'Mở micrô và phát' }).click();
    const talk = page.getByRole('button', { name: 'Giữ để nói' });
    await talk.waitFor();
    await until('the chime to be over', async () => ((await talk.isEnabled()) ? true : undefined));
    await page.getByText('Hộp loa-1: đang phát').waitFor();
    const size = await talk.boundingBox();
    expect(Math.min(size?.height ?? 0, size?.width ?? 0)).toBeGreaterThanOrEqual(48);
    await until('silence', () => (loudest(monoNowMs() - 700, monoNowMs() - 100) < 100 ? true : undefined));

    await hold(page);
    expect(await duty.photograph('live-talking')).toEqual([0, 0]);
    await until('the microphone to be heard', () => (loudest(monoNowMs() - 1_500, monoNowMs() - 200) > 800 ? true : undefined));
    await page.mouse.up();
    await page.getByRole('button', { name: 'Giữ để nói' }).waitFor();
    await until('silence', () => (loudest(monoNowMs() - 700, monoNowMs() - 100) < 100 ? true : undefined));

    await page.getByRole('heading', { name: 'Phát trực tiếp' }).click();
    await page.keyboard.down('Space');
    await page.getByRole('button', { name: 'ĐANG NÓI – thả để dừng' }).waitFor();
    await until('the microphone to be heard', () => (loudest(monoNowMs() - 1_500, monoNowMs() - 200) > 800 ? true : undefined));
    await page.keyboard.up('Space');
    await page.getByRole('button', { name: 'Giữ để nói' }).waitFor();

    await page.getByRole('button', { name: 'Kết thúc' }).click();
    await page.getByText('người nói kết thúc').waitFor();
    const [live] = await district.duty.get<LiveAnswer[]>('/live');
    expect(live).toMatchObject({ title: 'Thử micrô', state: 'closed', by: 'truc-ban-1', closedWhy: 'closed', delayMs: 300 });
    const kept = await until('the recording', async () =>
      (await district.duty.get<LiveAnswer[]>('/live')).find((one) => one.recording ?? one.recordingNote),
    );
    expect(kept).toMatchObject({ recordingNote: null });
    await page.locator('audio').first().waitFor();
    expect(await duty.photograph('live-past')).toEqual([0, 0]);
    expect(await seriousFaults(page)).toEqual([]);
    expect(duty.faults).toEqual([]);
  });

  it('says clearly that no microphone may be used, and leaves the session to be ended', async () => {
    const deaf = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    const visitor = await Visitor.arrive(deaf, 'live-deaf');
    const { page } = visitor;
    await page.goto(district.console);
    await page.getByLabel('Tài khoản').fill('truc-ban-1');
    await page.getByLabel('Mật khẩu').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Phát trực tiếp' }).click();
    await page.getByRole('button', { name: 'Mở micrô và phát' }).click();
    await page.getByRole('alert').getByText('micrô').waitFor();
    await page.getByRole('button', { name: 'Kết thúc' }).first().click();
    await page.getByText('người nói kết thúc').first().waitFor();
    await deaf.close();
  });

  function loudest(fromMonoMs: number, toMonoMs: number): number {
    return ear.between(fromMonoMs, toMonoMs).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
});

async function hold(page: Page): Promise<void> {
  const box = await page.getByRole('button', { name: 'Giữ để nói' }).boundingBox();
  await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 30);
  await page.mouse.down();
  await page.getByRole('button', { name: 'ĐANG NÓI – thả để dừng' }).waitFor();
}
