// The bell outside the page: signed JSON to a program of the operator's, tried again, its failure a named state.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bell } from '../../controller/duty/bell.ts';
import { checkGateway, gatewayBell } from '../../controller/duty/gateway-bell.ts';
import type { StoredRing } from '../../controller/store/duty-store.ts';
import { hmacSha256, openStrongbox } from '../../hardware/host/strongbox.ts';

const secret = 'bi-mat-cua-cong-tin-nhan';
const ring: StoredRing = {
  ...{ id: 'ring-1', kind: 'second', about: 'order-1', person: 'binh', title: 'Cần người xác nhận thứ hai', text: 'Mở trang', atMs: 5 },
  ...{ seenMs: null, answeredMs: null, quietMs: null },
};

let server: Server;
let heard: { readonly body: string; readonly time: string; readonly signature: string }[];
let answers: number[];
let bell: Bell;
let outcomes: string[];
let outcome: () => Promise<void>;

beforeEach(async () => {
  [heard, answers, outcomes] = [[], [], []];
  server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const { 'x-loa-time': time, 'x-loa-signature': signature } = incoming.headers;
    heard.push({ body, time: String(time), signature: String(signature) });
    response.writeHead(answers.shift() ?? 204, { location: 'http://127.0.0.1:1/' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const waiters: (() => void)[] = [];
  outcome = () => new Promise((resolve) => waiters.push(resolve));
  bell = gatewayBell({
    gateway: () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rung`, secret }),
    nowMs: () => 1_000,
    pausesMs: [1, 1],
    told: (about, what, detail) => {
      outcomes.push([about, what, detail].join(' ').trim());
      waiters.shift()?.();
    },
  });
});
afterEach(async () => {
  await bell.stop();
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
});

test('a ring is signed JSON, sent again when it was not taken', async () => {
  answers = [503];
  bell.ring(ring);
  await outcome();
  expect(outcomes).toEqual(['order-1 delivered']);
  expect(heard).toHaveLength(2);
  const { quietMs: _, seenMs: __, answeredMs: ___, ...said } = ring;
  expect(JSON.parse(heard[1]?.body ?? '')).toEqual({ event: 'ring', ...said });
  expect(heard[1]).toMatchObject({ time: '1000', signature: `sha256=${hmacSha256(secret, `1000.${heard[1]?.body}`)}` });
  bell.quiet('order-1');
  await outcome();
  expect(JSON.parse(heard[2]?.body ?? '')).toEqual({ event: 'quiet', about: 'order-1' });
});

test('what three tries cannot deliver is a failure by name, until the next delivery', async () => {
  answers = [500, 500, 500];
  bell.ring(ring);
  await outcome();
  expect(outcomes).toEqual(['order-1 failed the gateway answered 500']);
  expect(bell.state()).toMatchObject({ name: 'gateway', state: 'failed', detail: 'the gateway answered 500' });
  bell.ring(ring);
  await outcome();
  expect(bell.state()).toMatchObject({ state: 'ready' });
});

test('a gateway that sends elsewhere is not followed', async () => {
  answers = [302, 302, 302];
  bell.ring(ring);
  await outcome();
  expect(outcomes[0]).toContain('failed');
  expect(heard).toHaveLength(3);
});

test('without an address nothing is sent and nothing fails', () => {
  const none = gatewayBell({ gateway: () => undefined, nowMs: () => 0, told: () => expect.unreachable() });
  none.ring(ring);
  expect(none.state()).toMatchObject({ state: 'not-configured' });
});

test.each([
  ['https://modem.example/rung', true],
  ['http://127.0.0.1:8090/rung', true],
  ['http://[::1]:8090/', true],
  ['http://modem.example/', false],
  ['http://127.evil.example/', false],
  ['ftp://modem.example/', false],
  ['https://a:b@modem.example/', false],
  ['not an address', false],
])('an address is HTTPS, or on this machine: %s %s', (url, allowed) => expect(checkGateway(url).ok).toBe(allowed));

test('a strongbox gives a secret back under its own name only, and its key is a file for the owner alone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loa-strongbox-'));
  const box = await openStrongbox(join(dir, 'key'));
  const locked = box.lock('an', 'bí mật');
  expect(locked).not.toContain(Buffer.from('bí mật').toString('base64'));
  expect((await openStrongbox(join(dir, 'key'))).unlock('an', locked)).toBe('bí mật');
  expect(() => box.unlock('binh', locked)).toThrow();
  expect(() => box.unlock('an', Buffer.from(locked, 'base64').fill(0, 30).toString('base64'))).toThrow();
  expect((await stat(join(dir, 'key'))).mode & 0o777).toBe(0o600);
  await rm(dir, { recursive: true });
});
