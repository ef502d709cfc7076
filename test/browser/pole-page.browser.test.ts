// A technician on a pole with an old phone: 360 px, a slow processor, no newer script than 2017, no internet. The box is real, its hardware simulated.
// LONG: one story of one technician at one box, from the claim to the signature.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentConfig } from '../../agent/config.ts';
import { Life } from '../../agent/life.ts';
import { NetworkTrial } from '../../agent/network-trial.ts';
import { Site } from '../../agent/page/site.ts';
import type { PageState } from '../../agent/page/view.ts';
import { Page as PageDoor } from '../../agent/page.ts';
import { cryptography, signerFrom } from '../../hardware/host/crypto.ts';
import { SimulatedNetwork } from '../../hardware/network/simulated-network.ts';
import { AcceptanceRecord } from '../../schemas/acceptance.ts';
import { open as openEnvelope } from '../../schemas/envelope.ts';
import { artifactFolder } from '../tell.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { openBrowser } from './visitor.ts';

const centre = new SmallCentre();
const pictures = artifactFolder('pole-page');
const requests: string[] = [];
const wrong: string[] = [];
let browser: Browser;
let phone: BrowserContext;
let page: Page;
let box: Life;
let dataDir = '';
let address = '';

/** What browsers of 2017 did not have. */
const oldBrowser = `
for (const [of, names] of [[Element.prototype, ['replaceChildren']], [Object, ['fromEntries', 'hasOwn']], [Array.prototype, ['flat', 'flatMap', 'at']],
  [String.prototype, ['replaceAll', 'matchAll', 'at']], [Promise, ['allSettled', 'any']], [window, ['queueMicrotask', 'structuredClone']]])
  for (const name of names) delete of[name];
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  await centre.start(false);
  dataDir = await mkdtemp(join(tmpdir(), 'loa-pole-'));
  const config = v.parse(AgentConfig, {
    page: { port: await freePort() },
    log: { level: 'warn', file: 'box.log' },
    audioOut: { kind: 'virtual', recordWav: 'heard.wav' },
    display: { kind: 'simulated' },
    network: { kind: 'simulated' },
    hotspot: { address: '127.0.0.1', port: 0 },
    outputs: [
      { id: 'main', kind: 'loudspeaker' },
      { id: 'screen', kind: 'board' },
    ],
    whenUnenrolled: 'page',
  });
  box = new Life(dataDir, config);
  const nobody = new Promise<string>((resolve) => {
    box.onNobody = resolve;
  });
  void box.start();
  address = await nobody;
  browser = await openBrowser();
  phone = await browser.newContext({
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'vi-VN',
    acceptDownloads: true,
  });
  await phone.addInitScript(oldBrowser);
  page = await phone.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  const cdp = await phone.newCDPSession(page);
  await cdp.send('Network.enable');
  cdp.on('Network.requestWillBeSent', ({ request: { url } }) => requests.push(url));
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await box?.stop();
  await centre.stop();
  await rm(dataDir, { recursive: true });
});

const look = async () => (await (await fetch(`${address}/state.json`)).json()) as PageState;
const act = (name: string) => centre.facts.filter((fact) => fact.kind === 'act').filter((fact) => fact.act === name);
const line = (id: string) => page.locator(`[data-line="${id}"]`);
const says = (id: string, words: RegExp | string) => page.locator(id, { hasText: words }).waitFor();

describe('a box that belongs to nobody', () => {
  test('asks for its claim first of all, on the Wi-Fi it opened by itself', async () => {
    await page.goto(address);
    await says('#say', 'Hộp chưa được khai báo');
    await page.locator('#claim-text').waitFor();
    expect(await page.locator('[data-line]').count()).toBe(12);
    expect(await line('claim').getAttribute('class')).toBe('is-bad');
    await page.locator('#spot', { hasText: 'Wi-Fi của hộp “Loa-' }).waitFor();
    expect(await page.locator('#hands').isVisible()).toBe(false);
    expect(await seriousFaults(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'unenrolled-360.png'), fullPage: true });
  });

  test('refuses what is no claim, and a claim that is used up, in words', async () => {
    await page.fill('#claim-text', 'not a claim');
    await page.click('#claim-go');
    await says('#claim-told', 'Không phải JSON hợp lệ');
    await page.fill('#claim-text', JSON.stringify({ ...centre.claim(), token: 'another-claim' }));
    await page.click('#claim-go');
    await says('#claim-told', 'Mã kích hoạt đã dùng');
  });

  test('becomes a box of its centre by the code on its label, and the page goes on by itself', async () => {
    const code = Buffer.from(JSON.stringify(centre.claim())).toString('base64url');
    await page.goto('about:blank');
    await page.goto(`${address}/#c=${code}`);
    await until('the claim to be filled in', async () =>
      (await page.inputValue('#claim-text')).includes('claim-0123456789') ? true : undefined,
    );
    expect(page.url()).toBe(`${address}/`);
    await page.click('#claim-go');
    await says('#dev', 'loa-1');
    await page.locator('#hands').waitFor();
    await until('presence', () => centre.heard<{ on: boolean }>('on').find(({ on }) => on));
    await until('what happened before', () => act('hotspot-on')[0]);
    expect(act('hotspot-on')[0]?.detail).toBe('first-boot, before enrolment');
    await until('the Wi-Fi again', () => act('hotspot-on').find(({ detail }) => detail === 'first-boot'));
    expect((await readFile(join(dataDir, 'identity', 'pin'), 'utf8')).startsWith('scrypt:')).toBe(true);
  }, 120_000);
});

describe('a technician at the box', () => {
  test('sees twelve lines with value, reason and remedy; all is large enough for a thumb and nothing is too wide', async () => {
    await until('the centre', async () => ((await line('centre').getAttribute('class')) === 'is-ok' ? true : undefined));
    expect(await page.locator('[data-line]').count()).toBe(12);
    expect(await line('modem').textContent()).toContain('Không lắp');
    expect(await line('tone').textContent()).toContain('Bấm “Âm thử”');
    expect(await page.locator('#tally').textContent()).toContain('tốt');
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '');
    });
    for (const target of await page
      .locator('button:visible, input:visible:not(.sw), select:visible, textarea:visible, summary:visible, .chips label')
      .all()) {
      const size = await target.boundingBox();
      expect(Math.min(size?.width ?? 0, size?.height ?? 0), await target.evaluate((e) => e.outerHTML.slice(0, 60))).toBeGreaterThanOrEqual(
        48,
      );
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await seriousFaults(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'box-360.png'), fullPage: true });
  });

  test('reads it in English and in the sun', async () => {
    await page.locator('.chips label[for=sun]').click();
    await page.locator('.chips label[for=lang]').click();
    expect(await page.locator('#tone .en').isVisible()).toBe(true);
    expect(await page.locator('#tone .vi').isVisible()).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await seriousFaults(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'box-360-sun-en.png'), fullPage: true });
    await page.reload();
    expect(await page.locator('#sun').isChecked()).toBe(true);
    await page.locator('.chips label[for=lang]').click();
    await until('the tally', async () => ((await page.locator('#tally').textContent())?.includes('tốt') ? true : undefined));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.screenshot({ path: join(pictures, 'box-360-sun.png'), fullPage: true });
    await page.locator('.chips label[for=sun]').click();
  });

  test('who guesses waits; the picture of a button on the page opens the Wi-Fi and ends no wait', async () => {
    await page.locator('#hands').waitFor();
    for (let n = 0; n < 5; n += 1) {
      await page.fill('#pin', `11111${n}`);
      const answered = page.waitForResponse((response) => response.url().includes('/acts/mute'));
      await page.click('#mute');
      expect((await answered).status()).toBe(401);
    }
    await page.fill('#pin', centre.pin);
    await page.click('#mute');
    await says('#told', /chờ \d+ giây/);
    expect((await look()).muted).toBe(false);
    await page.click('#button');
    await until('the press', () => act('hotspot-on').find(({ detail }) => detail.startsWith('button')));
    await page.click('#mute');
    await says('#told', /chờ \d+ giây/);
  });

  test('mutes with a reason that the centre hears, and takes it back', async () => {
    await page.selectOption('#reason', 'việc hiếu');
    // Half a minute after the fifth wrong guess.
    await until(
      'the end of the wait',
      async () => {
        const answered = page.waitForResponse((response) => response.url().includes('/acts/mute'));
        await page.click('#mute');
        return (await answered).ok() || undefined;
      },
      60_000,
    );
    await says('#say', 'tắt tiếng tại chỗ');
    expect(await until('the report', () => act('mute')[0])).toMatchObject({ detail: 'page: việc hiếu' });
    await page.click('#mute');
    await page.locator('#mute[aria-pressed=false]').waitFor();
  });

  test('tries the relays without a sound', async () => {
    await until('quiet', async () => ((await look()).outputs[0]?.amplifier === 'off' ? true : undefined));
    await page.click('#relay');
    await says('#p-amp', 'bật');
    await until('the row', () => act('relay-test')[0]);
    await until('the relays to open', async () => ((await look()).outputs[0]?.amplifier === 'off' ? true : undefined));
    expect(Math.max(...(await envelopeDb()))).toBe(Number.NEGATIVE_INFINITY);
  });

  test('counts three, hears a tone that rises from a whisper, and says so', async () => {
    await page.locator('#tone:not([disabled])').waitFor();
    await page.click('#tone');
    await says('#told', 'Phát sau 3');
    await says('#told', 'Phát sau 1');
    expect((await look()).outputs[0]?.amplifier).toBe('off');
    await until('the tone', async () => ((await look()).outputs.some(({ sounding }) => sounding?.kind === 'tone') ? true : undefined));
    await page.locator('#heard-yes').click();
    await until('the line', async () => ((await line('tone').getAttribute('class')) === 'is-ok' ? true : undefined));
    await until('quiet', async () => ((await look()).outputs[0]?.amplifier === 'off' ? true : undefined));
    const heard = (await envelopeDb()).filter((db) => db > -90);
    expect(heard.length).toBeGreaterThan(15);
    expect(Math.max(...heard) - Math.max(...heard.slice(0, 2))).toBeGreaterThan(20);
    const rising = heard.slice(0, 14);
    expect(rising.every((db, n) => n === 0 || db > (rising[n - 1] ?? 0) - 0.5)).toBe(true);
  });

  test('sees the board go dark and come back', async () => {
    const screen = centre.facts.length;
    await page.click('#screen-test');
    expect(
      await until('the row', () => centre.facts.slice(screen).find((fact) => fact.kind === 'act' && fact.act === 'screen-test')),
    ).toBeDefined();
  });

  test('changes the network: on trial, kept once the centre is reached by it', async () => {
    await page.locator('summary', { hasText: 'Wi-Fi' }).click();
    await page.click('#scan');
    await page.selectOption('#ssid', 'UBND xã');
    await page.fill('#wifi-key', 'mat-khau-sai');
    await page.click('#wifi-go');
    await says('#net-told', 'does not let us in');
    await page.fill('#wifi-key', 'mat-khau-thu');
    await page.click('#wifi-go');
    await says('#trial', 'trong 10 phút thì tự trở về như cũ');
    await centre.broker.stop();
    await centre.startBroker();
    await until('the change to be kept', () => act('network-kept')[0]);
    await page.locator('#trial').waitFor({ state: 'detached' });
    expect(JSON.stringify(centre.facts)).not.toContain('mat-khau');
  });

  test('signs the acceptance: twelve lines, what was heard, who looked, a photo; the centre has it as a row', async () => {
    await page.fill('#pin', centre.pin);
    await page.click('#accept-go');
    await says('#accept-told', 'Chọn có nghe thấy không');
    await page.selectOption('#accept-heard', 'yes');
    await page.fill('#accept-by', 'kỹ thuật viên');
    await page.fill('#accept-note', 'Cột 7, thôn 3');
    await page.setInputFiles('#accept-photo', join(pictures, 'unenrolled-360.png'));
    await page.click('#accept-go');
    await says('#accept-told', 'Đã ký');
    const fact = await until('the record', () => centre.facts.find((one) => one.kind === 'acceptance'));
    const publicKey = signerFrom(await readFile(join(dataDir, 'identity', 'signing.pem'), 'utf8')).publicKey;
    const opened = openEnvelope(
      fact.record,
      'acceptance',
      AcceptanceRecord,
      (keyid) => ({ keyid, alg: 'ed25519', publicKey }),
      cryptography,
    );
    if (!opened.ok) throw new Error(opened.problem.detail);
    const { iss, aud, body } = opened.value.statement;
    expect([iss, aud]).toEqual(['loa-1', 'c/xa-1']);
    expect(body.answers).toMatchObject({ toneHeard: true, by: 'kỹ thuật viên', note: 'Cột 7, thôn 3' });
    expect(body.checks.find(({ line: id }) => id === 'modem')).toMatchObject({ result: 'absent' });
    expect(body.checks.find(({ line: id }) => id === 'place')).toMatchObject({ result: 'pass' });
    const photo = await readFile(join(dataDir, 'acceptance', `${body.answers.photo}.jpg`));
    expect([photo[0], photo[1]]).toEqual([0xff, 0xd8]);
    expect(photo.length).toBeLessThan(200 * 1024);
    await until('the line', async () => ((await line('place').getAttribute('class')) === 'is-ok' ? true : undefined));
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#hands').isVisible()).toBe(false);
    expect(await page.locator('#accept-line').isVisible()).toBe(true);
    await page.screenshot({ path: join(pictures, 'print.png'), fullPage: true });
    await page.emulateMedia({ media: 'screen' });
  });

  test('takes the log away without secrets', async () => {
    await writeFile(join(dataDir, 'box.log'), `{"event":"x","passphrase":"mat-khau-thu"}\n`, { flag: 'a' });
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#logs-go')]);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toContain('"passphrase":"[secret]"');
    expect(text).not.toContain('mat-khau');
    await until('the row', () => act('logs-read')[0]);
  });

  test('read without any script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    const plain = await context.newPage();
    await plain.goto(address);
    expect(await plain.locator('[data-line]').count()).toBe(12);
    await plain.locator('.chips label[for=lang]').click();
    expect(await plain.locator('#say .en').isVisible()).toBe(true);
    await context.close();
  });

  test('nothing went anywhere but to the box, and no browser complained', () => {
    expect(requests.length).toBeGreaterThan(10);
    expect(requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|blob:http:\/\/127\.0\.0\.1|data:|about:)/.test(url))).toEqual([]);
    expect(
      wrong.filter(
        (said) => !/status of (400|401|409|429|503)|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET/.test(said),
      ),
    ).toEqual([]);
  });
});

describe('a network that does not lead to the centre', () => {
  test('is told to go back by itself, and does after ten minutes', async () => {
    const clock = { monoMs: 50_000 };
    const network = new SimulatedNetwork();
    const rows: string[] = [];
    const tell = (act: string, detail: string) => void rows.push(`${act} ${detail}`);
    const trial = new NetworkTrial({ network, monoMs: () => clock.monoMs, reachedSince: () => false, tell });
    const none = { hotspot: undefined, centreHost: undefined, certificatePem: undefined, logFile: undefined };
    const times = { nowMs: () => Date.now(), monoMs: () => clock.monoMs };
    const site = new Site({ network, trial, ...none, ...times, usb: [], localName: () => null, tell });
    const state = async (mayAct: boolean) => ({ ...(await look()), mayAct, network: await site.network() });
    const silent = { heard: () => undefined, boardHtml: () => undefined, boardPng: async () => undefined, act: () => false };
    const pin = { check: async () => ({ is: 'right' as const }) };
    const lonely = new PageDoor({ host: '127.0.0.1', port: 0, state, pin, posts: site.posts(), ...silent });
    const tab = await phone.newPage();
    try {
      await tab.goto(await lonely.start());
      await tab.locator('summary', { hasText: 'Mạng dây' }).click();
      await tab.fill('#pin', '000000');
      await tab.fill('#address', '192.168.9.20/24');
      await tab.fill('#gateway', '192.168.8.1');
      await tab.fill('#dns', '192.168.9.1');
      await tab.click('#fixed-go');
      await tab.locator('#net-told', { hasText: 'the gateway must be another address of the same network' }).waitFor();
      await tab.fill('#gateway', '192.168.9.1');
      await tab.click('#fixed-go');
      await tab.locator('#trial', { hasText: 'trong 10 phút' }).waitFor();
      await tab.locator('#p-net', { hasText: '192.168.9.20/24' }).waitFor();
      clock.monoMs += 9 * 60_000;
      await tab.locator('#trial', { hasText: 'trong 1 phút' }).waitFor();
      clock.monoMs += 60_000;
      await tab.locator('#trial').waitFor({ state: 'detached' });
      clock.monoMs += 60_000;
      await tab.locator('#p-net', { hasText: 'Wired connection 1' }).waitFor();
      expect(rows).toEqual(['network-tried eth0 192.168.9.20/24 on eth0', 'network-reverted cable']);
    } finally {
      trial.stop();
      await tab.close();
      await lonely.stop();
    }
  });
});

/** What the loudspeaker gave, in tenths of a second, dB of full scale. */
async function envelopeDb(): Promise<number[]> {
  const bytes = await readFile(join(dataDir, 'heard.wav'));
  const samples = Math.floor((bytes.length - 44) / 2);
  const window = 4_800;
  return Array.from({ length: Math.floor(samples / window) }, (_, n) => {
    let sum = 0;
    for (let i = 0; i < window; i += 1) sum += (bytes.readInt16LE(44 + 2 * (n * window + i)) / 32_768) ** 2;
    return 10 * Math.log10(sum / window);
  });
}
