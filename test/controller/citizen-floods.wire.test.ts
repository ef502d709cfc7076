// Floods by strangers, against a real centre on a real socket: many at once, readers who do not read, bodies that never end.

import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bodyBytesOf, LargeBodies, largeAtOnce, largeFrom, largeOfOne } from '../../controller/api/large-bodies.ts';
import { freePerDay } from '../../controller/core/feedback-hold.ts';
import { citizenLimits } from '../../schemas/citizen.ts';
import { type Asker, type BuiltCentre, makeCentre, seedOf } from './built-centre.ts';
import { communeUnits } from './register-rig.ts';

let built: BuiltCentre;
let port: number;
let count = 0;

const from = async (address: string): Promise<Asker> => (await built.enter('khong-co', 'x', { address, device: 'x' })).ask;
const newDevice = async () => (await built.stranger('POST', '/public/device', {})).body.device as string;
const once = () => (++count).toString(16).padStart(32, '0');

beforeAll(async () => {
  built = await makeCentre(seedOf({ units: communeUnits }));
  await built.app.listen({ port: 0, host: '127.0.0.1' });
  port = (built.app.server.address() as AddressInfo).port;
});
afterAll(() => built?.stop());

/** A connection that has said this and is not read from. */
async function open(text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  await new Promise((resolve) => socket.write(text, resolve));
  return socket;
}

const connections = () =>
  new Promise<number>((resolve, reject) => built.app.server.getConnections((error, open) => (error ? reject(error) : resolve(open))));

const firstLine = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString('latin1').split('\r\n')[0] ?? '')));

test('what one device sends all at once counts as if it came in a row: ten a day, and a person looks at what is repeated', async () => {
  const device = await newDevice();
  const asks = await Promise.all(Array.from({ length: 16 }, (_, n) => from(`10.2.0.${n}`)));
  const wish = { device, kind: 'suggestion', unit: 'thon-1', text: 'Cùng một lời' };
  const answers = await Promise.all(asks.map((ask) => ask('POST', '/public/feedback', { ...wish, once: once() })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(citizenLimits.feedbackPerDay);
  expect(answers.filter(({ body }) => body.state === 'received')).toHaveLength(1);
  expect(freePerDay).toBeLessThan(citizenLimits.feedbackPerDay);
});

test('made-up names of sounds and pages make nobody go through the tables', async () => {
  const reads = vi.spyOn(built.centre.store.sources, 'items');
  for (const path of ['sounds/NAME', 'sounds/NAME/mp3', 'pages/NAME', 'sounds/..%2f..%2fcentre.sqlite'])
    expect((await built.stranger('GET', `/public/${path.replace('NAME', 'a'.repeat(64))}`)).status).toBe(404);
  expect(reads).not.toHaveBeenCalled();
  reads.mockRestore();
});

test('who watches and does not read is cut off; nothing is written to it again', async () => {
  const socket = await open('GET /api/public/events HTTP/1.1\r\nhost: x\r\n\r\n');
  await firstLine(socket);
  socket.pause();
  const told = 'x'.repeat(256 * 1024);
  for (let n = 0; n < 40; n++) {
    built.centre.feed.tell('alert', `${n}${told}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // Still unread: a stream that was only ended would wait for its reader, and the next word to it would be an error of the process.
  await expect.poll(connections).toBe(0);
  socket.destroy();
  const next = await open('GET /api/public/events HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await firstLine(next)).toContain('200');
  next.destroy();
});

test('bodies that come slowly are few at once; words alone are taken meanwhile, and who leaves makes room', async () => {
  const head = `POST /api/public/feedback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${largeFrom}\r\n\r\n{`;
  const slow = await Promise.all(Array.from({ length: largeOfOne }, () => open(head)));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const refused = await open(head);
  expect(await firstLine(refused)).toContain('429');
  const ask = await from('127.0.0.1');
  const wish = { device: await newDevice(), kind: 'suggestion', unit: 'thon-1', text: 'Lời ngắn' };
  expect((await ask('POST', '/public/feedback', { ...wish, once: once() })).status).toBe(201);
  for (const socket of [...slow, refused]) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const later = await open(`${head.slice(0, -1)}${'x'.repeat(largeFrom)}`);
  expect(await firstLine(later), 'it was read, and is no JSON').toContain('400');
  later.destroy();
  expect(largeOfOne).toBeLessThan(largeAtOnce);
});

test('whoever only reads is never held back; who does not say how much comes may send much', () => {
  const large = new LargeBodies();
  const enter = (headers: Parameters<typeof bodyBytesOf>[0]) => large.enter('a', bodyBytesOf(headers)) !== undefined;
  const readers = Array.from({ length: 3 * largeAtOnce }, () => enter({}));
  expect(readers).not.toContain(false);
  const unsaid = Array.from({ length: largeOfOne + 1 }, () => enter({ 'transfer-encoding': 'chunked' }));
  expect(unsaid).toEqual([...new Array(largeOfOne).fill(true), false]);
  expect(enter({ 'content-length': String(largeFrom) })).toBe(false);
  expect(enter({ 'content-length': '12' })).toBe(true);
});
