// The page over the machine's own network card: what a plain LAN may do, what a hotspot may, what TLS may; phones that have just joined.
import { mkdtemp, rm } from 'node:fs/promises';
import { get, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blankKept, blankLive, quietOutput } from '../../agent/core/start-state.ts';
import { viewOf } from '../../agent/page/view.ts';
import type { InterfaceSeen } from '../../agent/page/way.ts';
import { Page, type PageOptions } from '../../agent/page.ts';
import { hashPin, PinGate } from '../../agent/pin.ts';
import { openAuthority } from '../../controller/provision/authority.ts';
import { until } from './waiting.ts';

const [card] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ family, internal }) => family === 'IPv4' && !internal);
const host = card?.address ?? '';
const pinHash = await hashPin('024680');
const acts: string[] = [];
const pages: Page[] = [];
const folder = await mkdtemp(join(tmpdir(), 'loa-ways-'));
afterAll(async () => {
  await Promise.all(pages.map((page) => page.stop()));
  await rm(folder, { recursive: true });
});

async function open(role: InterfaceSeen['role'], more: Partial<PageOptions> = {}): Promise<string> {
  const live = { ...blankLive(), outputs: { main: quietOutput('main', 'loudspeaker', 0) } };
  const page = new Page({
    host,
    port: 0,
    state: async (mayAct) =>
      viewOf(
        { kept: blankKept(), live },
        { wallMs: 1_800_000_000_000, monoMs: 5, quality: 'signed' },
        {
          dev: 'loa-1',
          demo: false,
          centre: 'xa-1',
          area: '08/02536',
          version: '0.1.0',
          link: { up: true, heartbeatAgeMs: 3, waitingRows: 0, problem: null },
          upper: null,
          receipts: [],
          levels: {},
          relays: {},
          boardFrame: null,
          mayAct,
          pinSet: true,
          simulatedBoard: false,
          enrolled: true,
          rtc: false,
          measured: { tone: { heard: null, atMs: null, proved: false }, position: null, photo: false },
          network: null,
        },
      ),
    heard: () => undefined,
    boardHtml: () => undefined,
    boardPng: async () => undefined,
    act: (act) => acts.push(act) > 0,
    pin: new PinGate(pinHash, () => 0),
    interfaces: () => [{ name: 'card', address: host, prefix: 24, role }],
    ...more,
  });
  pages.push(page);
  return page.start();
}

interface Told {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** As a phone asks: under any name, to this address. */
function ask(address: string, path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Told> {
  return new Promise((resolve, reject) => {
    const call = request(`${address}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe.skipIf(!card)('by the card of this machine', () => {
  test('a plain LAN reads and cannot act, whatever it sends', async () => {
    const address = await open('lan');
    const state = JSON.parse((await ask(address, '/state.json')).body) as { readonly token: string | null; readonly mayAct: boolean };
    expect(state).toMatchObject({ token: null, mayAct: false, dev: 'loa-1' });
    expect((await ask(address, '/')).body).toContain('<section id="hands" hidden>');
    const pin = '{"pin":"024680"}';
    for (const token of ['', 'mute', '0'.repeat(32)])
      expect((await ask(address, '/acts/mute', { 'x-loa-act': token }, 'POST', pin)).status).toBe(403);
    expect((await ask(address, '/', { host: 'evil.example' })).status).toBe(421);
    expect(acts).toEqual([]);
  });

  test('the hotspot acts with the PIN; a phone that joins is shown the page and then stays', async () => {
    const address = await open('hotspot');
    const phone = { host: 'connectivitycheck.gstatic.com' };
    const first = await ask(address, '/generate_204', phone);
    expect(first).toMatchObject({ status: 302, location: `${address}/` });
    expect((await ask(address, '/hotspot-detect.html', { host: 'captive.apple.com' })).status).toBe(302);
    expect((await ask(address, '/')).body).toContain('<section id="hands">');
    expect((await ask(address, '/generate_204', phone)).status).toBe(204);
    expect(await ask(address, '/hotspot-detect.html', { host: 'captive.apple.com' })).toMatchObject({
      status: 200,
      body: expect.stringContaining('Success'),
    });
    expect(await ask(address, '/state.json', phone)).toMatchObject({ status: 302, body: '' });
    expect((await ask(address, '/acts/mute', phone, 'POST', '{"pin":"024680"}')).status).toBe(421);
    const { token } = JSON.parse((await ask(address, '/state.json')).body) as { readonly token: string };
    expect((await ask(address, '/acts/mute', { 'x-loa-act': token }, 'POST', '{"pin":"024680"}')).status).toBe(202);
    expect(acts).toEqual(['mute']);
  });

  test('TLS may act from the LAN', async () => {
    const authority = await openAuthority(folder, 'page', Date.now());
    const tls = await authority.issueServer([host], Date.now());
    const address = await open('lan', { tls });
    expect(address).toMatch(/^https:/);
    const call = (path: string, headers: Record<string, string>, method: string, body: string) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const made = requestTls(`${address}${path}`, { method, headers, ca: authority.pem, servername: '' }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        });
        made.on('error', reject);
        made.end(body);
      });
    const { token } = JSON.parse((await call('/state.json', {}, 'GET', '')).body) as { readonly token: string };
    const headers = { 'x-loa-act': token, origin: address };
    expect((await call('/acts/tone', headers, 'POST', '{"pin":"024680"}')).status).toBe(202);
    expect((await call('/acts/tone', { ...headers, origin: address.replace('https', 'http') }, 'POST', '{"pin":"024680"}')).status).toBe(
      403,
    );
  });

  test('one phone cannot take all the places', async () => {
    const address = new URL(await open('lan'));
    const sockets = Array.from({ length: 16 }, () => connect(Number(address.port), host));
    for (const socket of sockets) socket.on('error', () => undefined);
    await until('four to be sent away', () =>
      sockets.filter(({ destroyed, closed }) => destroyed || closed).length === 4 ? true : undefined,
    );
    for (const socket of sockets) socket.destroy();
    const again = () =>
      new Promise<number | undefined>((resolve) => {
        const call = get(address, { agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', () => resolve(undefined));
      });
    expect(await until('room again', again)).toBe(200);
  });
});
