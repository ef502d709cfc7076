// The box's page over real HTTP: what it shows, streams, refuses.
import { get, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankKept, blankLive, quietOutput } from '../../agent/core/start-state.ts';
import { pinnedPost } from '../../agent/page/post.ts';
import { script } from '../../agent/page/script.ts';
import { style } from '../../agent/page/style.ts';
import { viewOf } from '../../agent/page/view.ts';
import { Page } from '../../agent/page.ts';
import { hashPin, PinGate } from '../../agent/pin.ts';
import type { Heard } from '../../hardware/audio-out.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import { tokenOf } from './at-the-box.ts';

type Listener = Parameters<Heard['onHeard']>[0];

const listeners = new Set<Listener>();
const heard: Heard = {
  onHeard(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const acts: string[] = [];
let monoMs = 0;
let address = '';
let token = '';
let page: Page;

beforeAll(async () => {
  const kind: BoxSettings['outputs'][number]['kind'] = 'loudspeaker';
  const live = { ...blankLive(), outputs: { main: quietOutput('main', kind, 0) } };
  page = new Page({
    host: '127.0.0.1',
    port: 0,
    state: async (mayAct) =>
      viewOf(
        { kept: blankKept(), live },
        { wallMs: 1_800_000_000_000, monoMs: 5, quality: 'signed' },
        {
          dev: 'loa-1',
          demo: true,
          centre: 'xa-1',
          area: '08/02536',
          version: '0.1.0',
          link: { up: true, heartbeatAgeMs: 3, waitingRows: 0, problem: null },
          upper: null,
          receipts: [],
          levels: { main: -20 },
          relays: { main: { relay1: false, relay2: false } },
          boardFrame: 'f1',
          mayAct,
          pinSet: true,
          simulatedBoard: true,
          enrolled: true,
          rtc: false,
          measured: { tone: { heard: null, atMs: null, proved: false }, position: null, photo: false },
          network: null,
        },
      ),
    heard: (output) => (output === undefined || output === 'main' ? heard : undefined),
    boardHtml: () => '<p onclick="x()">Lịch</p><script>alert(1)</script>',
    boardPng: async () => new Uint8Array([0x89, 0x50]),
    act: (act, output, reason) => {
      acts.push(reason === '' ? act : `${act}: ${reason}`);
      return output === undefined || output === 'main';
    },
    pin: new PinGate(await hashPin('024680'), () => monoMs),
    posts: [
      pinnedPost('/shout', { words: v.pipe(v.string(), v.maxLength(20)) }, async ({ words }) =>
        words === 'no' ? bad('device-failed', 'why · how') : ok({ said: words.toUpperCase() }),
      ),
      { path: '/open', bytesMax: 100, pinned: false, do: async (body) => ok(typeof body === 'object' ? 'taken' : 'odd') },
    ],
  });
  address = await page.start();
  token = await tokenOf(address);
});
afterAll(() => page.stop());

function chunk(firstFrame: number, atMonoMs: number, frames: Int16Array): void {
  for (const listener of listeners) listener({ firstFrame, atMonoMs, frames });
}

/** The first bytes of a stream that does not end. */
function firstBytes(path: string, wanted: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const call = get(`${address}${path}`, (response) => {
      let bytes = Buffer.alloc(0);
      const beat = setInterval(() => chunk(480, 12.5, Int16Array.of(1, -2, 300)), 10);
      response.on('data', (more: Buffer) => {
        bytes = Buffer.concat([bytes, more]);
        if (bytes.length < wanted) return;
        clearInterval(beat);
        call.destroy();
        resolve(bytes.subarray(0, wanted));
      });
      response.on('error', () => undefined);
    });
    call.on('error', (error) => reject(error));
  });
}

function pin(digits: string): string {
  return JSON.stringify({ pin: digits });
}

function raw(method: string, path: string, headers: Record<string, string>, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${address}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('the page of a box', () => {
  test('is one small document under a strict policy, Vietnamese first, with nothing from outside', async () => {
    const answer = await fetch(address);
    const html = await answer.text();
    expect(Buffer.byteLength(html)).toBeLessThan(60 * 1024);
    expect(html).toContain('lang="vi"');
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('tells its state as JSON, with one sentence on why it is silent', async () => {
    const state = await (await fetch(`${address}/state.json`)).json();
    expect(state).toMatchObject({
      dev: 'loa-1',
      demo: true,
      mayAct: true,
      silence: { code: 'no-plan' },
      outputs: [{ id: 'main', levelDb: -20, sounding: null }],
    });
  });

  test('streams what the loudspeaker gives as an endless WAV', async () => {
    const bytes = await firstBytes('/listen.wav', 44 + 6);
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect([bytes.readUInt32LE(24), bytes.readUInt16LE(22), bytes.readUInt16LE(34)]).toEqual([48_000, 1, 16]);
    expect([bytes.readInt16LE(44), bytes.readInt16LE(46), bytes.readInt16LE(48)]).toEqual([1, -2, 300]);
  });

  test('streams timed chunks to programs', async () => {
    const bytes = await firstBytes('/heard?output=main', 18);
    expect(bytes.readDoubleLE(0)).toBe(12.5);
    expect(bytes.readUInt32LE(8)).toBe(3);
    expect(bytes.readInt16LE(16)).toBe(300);
  });

  test('lets go of listeners that leave, and takes no more than it can serve', async () => {
    const calls = Array.from({ length: 8 }, () => get(`${address}/heard`));
    await Promise.all(calls.map((call) => new Promise((open) => call.once('response', open))));
    expect((await fetch(`${address}/listen.wav`)).status).toBe(503);
    for (const call of calls) {
      call.on('error', () => undefined);
      call.destroy();
    }
    while (listeners.size > 0) await new Promise((go) => setTimeout(go, 10));
    expect((await fetch(`${address}/heard?output=other`)).status).toBe(404);
  });

  test('shows the board as a foreign document that may do nothing', async () => {
    const answer = await fetch(`${address}/board`);
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect((await fetch(`${address}/board.png`)).headers.get('content-type')).toBe('image/png');
  });

  test('acts only for its own page on this machine, and only with the PIN', async () => {
    const own = { 'x-loa-act': token };
    expect(await raw('POST', '/acts/mute', {}, pin('024680'))).toBe(403);
    expect(await raw('POST', '/acts/format', own, pin('024680'))).toBe(404);
    expect(await raw('POST', '/acts/mute', { 'x-loa-act': 'mute' }, pin('024680'))).toBe(403);
    expect(await raw('POST', '/acts/mute', { ...own, origin: 'http://evil.example' }, pin('024680'))).toBe(403);
    expect(await raw('POST', '/acts/mute', { ...own, 'sec-fetch-site': 'cross-site' }, pin('024680'))).toBe(403);
    expect(await raw('POST', '/acts/mute', own)).toBe(401);
    expect(await raw('POST', '/acts/mute', own, pin('024681'))).toBe(401);
    expect(await raw('POST', '/acts/mute', own, '{"pin":"024680","x":1}')).toBe(401);
    expect(acts).toEqual([]);
    expect(await raw('POST', '/acts/tone?output=other', own, pin('024680'))).toBe(404);
    expect(await raw('POST', '/acts/mute', own, pin('024680'))).toBe(202);
    expect(await raw('POST', '/acts/tone-release', own)).toBe(202);
    const why = JSON.stringify({ pin: '024680', reason: 'dân phản ánh' });
    expect(await raw('POST', '/acts/mute', { ...own, origin: address, 'sec-fetch-site': 'same-origin' }, why)).toBe(202);
    expect(acts).toEqual(['tone', 'mute', 'tone-release', 'mute: dân phản ánh']);
    expect(await raw('OPTIONS', '/acts/mute', { origin: 'http://evil.example' })).toBe(405);
  });

  test('makes a guesser wait ever longer, the right PIN included, and forgets it once it was right', async () => {
    const own = { 'x-loa-act': token };
    const many = await Promise.all(Array.from({ length: 8 }, (_, n) => raw('POST', '/acts/mute', own, pin(`11111${n}`))));
    expect(many.filter((status) => status === 401).length).toBe(5);
    expect(await raw('POST', '/acts/mute', own, pin('024680'))).toBe(429);
    monoMs += 30_001;
    expect(await raw('POST', '/acts/mute', own, pin('999999'))).toBe(401);
    monoMs += 30_001;
    expect(await raw('POST', '/acts/mute', own, pin('024680'))).toBe(429);
    monoMs += 30_001;
    expect(await raw('POST', '/acts/mute', own, pin('024680'))).toBe(202);
    expect(await raw('POST', '/acts/mute', own, pin('999999'))).toBe(401);
    expect(await raw('POST', '/acts/mute', own, pin('024680'))).toBe(202);
  });

  test('takes what is more than an act by its shape, under its limit, with the PIN where that is asked', async () => {
    const post = (path: string, body: string) => fetch(`${address}${path}`, { method: 'POST', headers: { 'x-loa-act': token }, body });
    const shout = (more: object, digits = '024680') => post('/shout', JSON.stringify({ pin: digits, ...more }));
    expect(await (await shout({ words: 'a' })).json()).toEqual({ said: 'A' });
    expect((await shout({ words: 'a' }, '024681')).status).toBe(401);
    expect((await shout({ words: 'a', more: 1 })).status).toBe(400);
    expect((await shout({ words: 7 })).status).toBe(400);
    expect((await shout({ words: 'a'.repeat(21) })).status).toBe(400);
    expect((await shout({ words: 'a'.repeat(3_000) })).status).toBe(413);
    const failed = await shout({ words: 'no' });
    expect([failed.status, await failed.text()]).toEqual([503, 'Thiết bị lỗi: why, how · The device failed: why, how\n']);
    expect(await (await post('/open', '{}')).text()).toBe('taken');
    expect(await (await post('/open', 'no json')).text()).toBe('taken');
    expect((await fetch(`${address}/open`, { method: 'POST', body: '{}' })).status).toBe(403);
  });

  test('each of its parts is small, raw and packed; none is newer than browsers of 2017', async () => {
    const html = await (await fetch(address)).text();
    const bytes = (text: string) => ({ raw: Buffer.byteLength(text), packed: gzipSync(text, { level: 9 }).length });
    const sizes = { style: bytes(style), script: bytes(script), page: bytes(html) };
    expect(sizes.style.raw).toBeLessThan(8 * 1024);
    expect(sizes.script.raw).toBeLessThan(20 * 1024);
    expect(sizes.page.raw).toBeLessThan(60 * 1024);
    expect(sizes.page.packed).toBeLessThan(16 * 1024);
    const lowered = (target: string) => transform(script, { target, loader: 'js', charset: 'utf8' });
    expect((await lowered('chrome60')).code).toBe((await lowered('esnext')).code);
    const dressed = (target: string) => transform(style, { target, loader: 'css', charset: 'utf8' });
    expect((await dressed('chrome60')).code).toBe((await dressed('esnext')).code);
  });

  test('reads without its script: reason of silence, the twelve lines, the facts, safely escaped', async () => {
    const html = (await (await fetch(address)).text()).replace(/<script>[\s\S]*<\/script>/, '');
    expect(html).toContain('Chưa nhận được lịch phát nào');
    expect(html.match(/data-line="/g)).toHaveLength(12);
    expect(html).toContain('08/02536');
    expect(html).toContain('http-equiv="refresh"');
  });

  test('a box enrolled without a PIN lets nobody act', async () => {
    expect(await new PinGate(undefined, () => 0).check('000000')).toEqual({ is: 'none' });
  });

  test('refuses foreign names, unknown paths, other methods and large heads', async () => {
    expect(await raw('GET', '/state.json', { host: 'evil.example' })).toBe(421);
    expect(await raw('GET', '/../../etc/passwd', {})).toBe(404);
    expect(await raw('DELETE', '/', {})).toBe(405);
    expect(await raw('GET', '/', { 'x-big': 'a'.repeat(20_000) })).toBe(431);
  });
});
