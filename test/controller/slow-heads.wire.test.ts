// Slow-loris against both HTTP doors of a real centre on real sockets: heads, handshakes and bodies that never end.
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBoxDoor } from '../../controller/box-door.ts';
import { bodyMs, bodyPatience, handshakePatience, headPatience } from '../../controller/http-patience.ts';
import { type BuiltCentre, makeCentre } from './built-centre.ts';

const slowAtOnce = 100;
/** A machine that is busy looks later. */
const slackMs = 15_000;

let built: BuiltCentre;
let door: FastifyInstance;
let ports: { readonly app: number; readonly door: number };

beforeAll(async () => {
  built = await makeCentre();
  const { authority } = built.centre;
  door = await buildBoxDoor(built.centre, { ca: authority.pem, ...(await authority.issueServer(['127.0.0.1'], Date.now())) });
  for (const one of [built.app, door]) await one.listen({ port: 0, host: '127.0.0.1' });
  const portOf = (one: FastifyInstance) => (one.server.address() as AddressInfo).port;
  ports = { app: portOf(built.app), door: portOf(door) };
});
afterAll(async () => {
  await door?.close();
  await built?.stop();
});

/** One byte of `text` each half second for ever; answers after how long the connection was ended. */
function drip(socket: Socket, text: string): Promise<number> {
  const beganMs = performance.now();
  return new Promise((resolve) => {
    let at = 0;
    const dripping = setInterval(() => socket.write(text[at++ % text.length] ?? 'x'), 500);
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('close', () => {
      clearInterval(dripping);
      resolve(performance.now() - beganMs);
    });
  });
}

const many = (make: () => Promise<number>) => Promise.all(Array.from({ length: slowAtOnce }, make));

test('heads that never end are cut, and whoever asks plainly is answered meanwhile', async () => {
  const doors = [
    many(() => drip(connect(ports.app, '127.0.0.1'), 'GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ')),
    many(() => drip(connectTls({ port: ports.door, host: '127.0.0.1', rejectUnauthorized: false }), 'GET / HTTP/1.1\r\nx-a: ')),
  ];
  const answeredMs: number[] = [];
  for (let i = 0; i < 10; i++) {
    const askedMs = performance.now();
    const answer = await fetch(`http://127.0.0.1:${ports.app}/healthz`);
    expect(answer.status).toBe(200);
    answeredMs.push(performance.now() - askedMs);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(Math.max(...answeredMs)).toBeLessThan(5_000);
  for (const cutMs of (await Promise.all(doors)).flat()) {
    expect(cutMs).toBeGreaterThan(headPatience.headersTimeout - 3_000);
    expect(cutMs).toBeLessThan(headPatience.headersTimeout + headPatience.connectionsCheckingInterval + slackMs);
  }
});

test('handshakes that never end are cut', async () => {
  const cutMs = await drip(connect(ports.door, '127.0.0.1'), '\x16\x03\x01\x40\x00');
  expect(cutMs).toBeLessThan(handshakePatience.handshakeTimeout + slackMs);
});

test('a small body that never ends is cut; one of a weak line is taken', async () => {
  const head = 'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ';
  const endless = connect(ports.app, '127.0.0.1');
  endless.write(`${head}2000\r\n\r\n`);
  const weak = connect(ports.app, '127.0.0.1');
  const body = JSON.stringify({ account: 'khong-co', password: 'x', device: 'x'.repeat(30) });
  weak.write(`${head}${body.length}\r\n\r\n`);
  const told = new Promise<string>((resolve) => weak.once('data', (data) => resolve(data.toString('latin1').split('\r\n')[0] ?? '')));
  const cut = drip(endless, ' ');
  for (const letter of body) {
    weak.write(letter);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await told).toMatch(/^HTTP\/1\.1 4\d\d /);
  weak.destroy();
  const cutMs = await cut;
  expect(cutMs).toBeGreaterThan(bodyPatience.leastMs - 3_000);
  expect(cutMs).toBeLessThan(bodyMs(2000, 2000) + slackMs);
});

test('the time of a body grows with it, and not beyond what its door allows', () => {
  expect(bodyMs(0, 1e6)).toBe(bodyPatience.leastMs);
  expect(bodyMs(4096 * 60, 1e6)).toBe(bodyPatience.leastMs + 60_000);
  expect(bodyMs(undefined, 4096)).toBe(bodyMs(4096, 1e9));
  expect(bodyMs(1e9, 4096)).toBe(bodyMs(4096, 4096));
});
