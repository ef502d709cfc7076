// The link on real TLS sockets: what is acknowledged is stored, nothing is replayed, it always comes back.

import { setTimeout as wait } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import { Link, type LinkOptions } from '../../broker/link/link.ts';
import type { Problem } from '../../schemas/problems.ts';
import { makeBed } from './broker-bed.ts';
import { makeAuthority } from './certificates.ts';

const { authority, serverTls, startBroker, tlsOf, keep } = await makeBed(['box:b1']);

const want = 'loa/1/d/b1/dn/want';
const log = 'loa/1/d/b1/up/log';

function makeLink(port: number, options: Partial<LinkOptions> = {}) {
  const changes: boolean[] = [];
  const problems: Problem[] = [];
  const messages: string[] = [];
  const link = new Link({
    url: `mqtts://127.0.0.1:${port}`,
    tls: tlsOf('box:b1'),
    clientId: 'box:b1',
    filters: [want],
    onMessage: async (_topic, payload) => void messages.push(Buffer.from(payload).toString()),
    onChange: (up) => changes.push(up),
    onProblem: (problem) => problems.push(problem),
    backOff: { baseMs: 20, maxMs: 100 },
    ...options,
  });
  keep(link);
  link.start();
  const isUp = () => vi.waitFor(() => expect(link.up).toBe(true), 20_000);
  return { link, changes, problems, messages, isUp };
}

/** A broker that only does what the test says: greets, grants, then hands its packets over. */
async function startPuppet(onPacket: (packet: Packet, send: (packet: Packet) => void, socket: TLSSocket) => void): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...serverTls, requestCert: true, rejectUnauthorized: true }, (socket) => {
    sockets.add(socket);
    const parser = mqttPacket.parser();
    const send = (packet: Packet) => void (socket.destroyed || socket.write(mqttPacket.generate(packet)));
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
      if (packet.cmd === 'subscribe' && packet.messageId !== undefined)
        send({ cmd: 'suback', messageId: packet.messageId, granted: packet.subscriptions.map(() => 1) });
      onPacket(packet, send, socket);
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  keep({
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return (server.address() as { port: number }).port;
}

const message = (payload: string, messageId: number): Packet => ({
  cmd: 'publish',
  topic: want,
  payload,
  qos: 1,
  retain: false,
  dup: false,
  messageId,
});

describe('receiving', () => {
  it('sends PUBACK only after the message was taken', async () => {
    const trace: string[] = [];
    const port = await startPuppet((packet, send) => {
      if (packet.cmd === 'subscribe') send(message('w1', 9));
      if (packet.cmd === 'puback') trace.push(`puback ${packet.messageId}`);
    });
    makeLink(port, {
      onMessage: async () => {
        trace.push('begin');
        await wait(150);
        trace.push('stored');
      },
    });
    await vi.waitFor(() => expect(trace).toEqual(['begin', 'stored', 'puback 9']), 20_000);
  });

  it('sends no PUBACK for a message it could not store, and connects anew to be given it again', async () => {
    const acked: number[] = [];
    let connections = 0;
    const port = await startPuppet((packet, send) => {
      if (packet.cmd === 'connect') connections++;
      if (packet.cmd === 'subscribe') send(message('w1', connections));
      if (packet.cmd === 'puback') acked.push(packet.messageId as number);
    });
    let failures = 2;
    const { problems } = makeLink(port, {
      onMessage: async () => {
        if (failures-- > 0) throw new Error('disk full');
      },
    });
    await vi.waitFor(() => expect(acked).toEqual([3]), 20_000);
    expect(problems.filter((problem) => problem.detail.includes('disk full')).length).toBe(2);
  });

  it('cuts a broker that announces an oversize packet', async () => {
    const ended: boolean[] = [];
    const port = await startPuppet((packet, _send, socket) => {
      if (packet.cmd !== 'subscribe') return;
      socket.on('close', () => ended.push(true));
      socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
    });
    const { problems } = makeLink(port);
    await vi.waitFor(() => expect(ended.length).toBeGreaterThan(0), 20_000);
    expect(problems[0]?.code).toBe('too-large');
  });

  it('says which filters were refused and serves the others', async () => {
    const { broker, port } = await startBroker();
    const { isUp, messages, problems } = makeLink(port, { filters: [want, 'loa/1/d/b2/dn/want'] });
    await isUp();
    await broker.publish(want, 'w1', { qos: 1, retain: true });
    await vi.waitFor(() => expect(messages).toEqual(['w1']), 20_000);
    expect(problems).toMatchObject([{ code: 'not-allowed', detail: 'refused filters: loa/1/d/b2/dn/want' }]);
  });

  it('changes its filters without a new connection', async () => {
    const { broker, port } = await startBroker();
    const { link, isUp, messages, changes } = makeLink(port, { filters: [want] });
    await isUp();
    await broker.publish('loa/1/g/g1/order', 'o1', { qos: 1, retain: true });
    await broker.publish(want, 'w1', { qos: 1, retain: true });
    link.listenTo(['loa/1/g/g1/order']);
    await vi.waitFor(() => expect(messages).toEqual(['w1', 'o1']), 20_000);
    await broker.publish(want, 'w2', { qos: 1, retain: true });
    await broker.publish('loa/1/g/g1/order', 'o2', { qos: 1, retain: true });
    await vi.waitFor(() => expect(messages).toEqual(['w1', 'o1', 'o2']), 20_000);
    expect(changes).toEqual([true]);
  });
});

describe('publishing', () => {
  it('resolves after the broker has stored the message, and says offline when there is no link', async () => {
    const stored: string[] = [];
    const { broker, port } = await startBroker({
      onPublish: async (_identity, topic) => {
        await wait(100);
        stored.push(topic.word);
      },
    });
    const { link, isUp } = makeLink(port);
    expect(await link.publish(log, 'early', { qos: 1, retain: false })).toMatchObject({ ok: false, problem: { code: 'offline' } });
    await isUp();
    expect(await link.publish(log, 'one', { qos: 1, retain: false })).toEqual({ ok: true, value: undefined });
    expect(stored).toEqual(['log']);
    const cut = link.publish(log, 'two', { qos: 1, retain: false });
    broker.disconnect({ kind: 'box', id: 'b1' });
    expect(await cut).toMatchObject({ ok: false, problem: { code: 'offline' } });
  });

  it('gives up waiting for a PUBACK that does not come, and never replays', async () => {
    const seen: string[] = [];
    const port = await startPuppet((packet) => {
      if (packet.cmd === 'publish') seen.push(String(packet.payload));
    });
    const { link, isUp } = makeLink(port, { publishTimeoutMs: 200 });
    await isUp();
    expect(await link.publish(log, 'lost', { qos: 1, retain: false })).toMatchObject({ ok: false, problem: { code: 'offline' } });
    expect(seen).toEqual(['lost']);
  });
});

describe('staying connected', () => {
  it('comes back to a broker that was restarted, with its filters and a fresh will', async () => {
    const first = await startBroker();
    const heard: string[] = [];
    let connections = 0;
    const { isUp, messages, changes } = makeLink(first.port, {
      will: () => ({ topic: 'loa/1/d/b1/up/on', payload: `gone ${++connections}` }),
    });
    await isUp();
    await first.broker.stop();
    await vi.waitFor(() => expect(changes).toEqual([true, false]), 20_000);
    const second = await startBroker({ port: first.port, onPublish: async (_i, _t, payload) => void heard.push(String(payload)) });
    await vi.waitFor(() => expect(changes).toEqual([true, false, true]), 20_000);
    await second.broker.publish(want, 'again', { qos: 1, retain: true });
    await vi.waitFor(() => expect(messages).toEqual(['again']), 20_000);
    second.broker.disconnect({ kind: 'box', id: 'b1' });
    await vi.waitFor(() => expect(heard).toEqual([`gone ${connections - 1}`]), 20_000);
  });

  it('does not trust a broker of another authority', async () => {
    const other = await (await makeAuthority('Another CA')).server();
    const { port } = await startBroker({ tls: { ...other, ca: authority.ca } });
    const { link, problems } = makeLink(port);
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(1), 20_000);
    expect(link.up).toBe(false);
  });

  it('says goodbye when stopped, so that no will is heard', async () => {
    const heard: string[] = [];
    const { broker, port } = await startBroker({ onPublish: async (_i, _t, payload) => void heard.push(String(payload)) });
    const { link, isUp } = makeLink(port, { will: { topic: 'loa/1/d/b1/up/on', payload: 'gone' } });
    await isUp();
    await link.stop();
    await vi.waitFor(() => expect(broker.connected()).toEqual([]), 20_000);
    await wait(100);
    expect(heard).toEqual([]);
  });
});
