// What hostile clients with a valid certificate try on real TLS sockets: each is cut or slowed, and nobody else feels it.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerLimits } from '../../broker/limits.ts';
import type { BrokerServer } from '../../broker/server.ts';
import { makeBed, up } from './broker-bed.ts';
import { Bystander, heapBytes } from './bystander.ts';
import type { MqttPeer } from './mqtt-peer.ts';

const { startBroker, peer } = await makeBed(['box:b1', 'box:by', 'centre:xa-1', 'centre:thon-9']);

let broker: BrokerServer;
let port: number;
let bystander: Bystander;
const loops: string[] = [];

async function start(limits: NonNullable<Parameters<typeof startBroker>[0]>['limits'] = {}): Promise<void> {
  ({ broker, port } = await startBroker({ limits: limits ?? {}, onTakeOverLoop: ({ kind, id }) => loops.push(`${kind}:${id}`) }));
  bystander = new Bystander(broker, await peer(port, 'box:by').ready('box:by', ['loa/1/g/g1/order']));
}

beforeEach(() => void loops.splice(0));
afterEach(() => bystander.stop());

const bytes = (packet: object) => mqttPacket.generate(packet as Packet);
const publish = (topic: string | Buffer, qos = 1, id = 1, payload = Buffer.from('x')) => {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 255]),
    name,
    Buffer.from(qos ? [id >> 8, id & 255] : []),
    payload,
  ]);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1)]), lengthOf(body.length), body]);
};
const lengthOf = (length: number) =>
  Buffer.from(
    length < 128
      ? [length]
      : length < 16_384
        ? [(length & 127) | 128, length >> 7]
        : [(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14],
  );
const subscribe = (filters: readonly (string | Buffer)[]) => {
  const body = Buffer.concat([
    Buffer.from([0, 7]),
    ...filters.flatMap((one) => [Buffer.from([0, Buffer.byteLength(one)]), Buffer.from(one), Buffer.from([1])]),
  ]);
  return Buffer.concat([Buffer.from([0x82]), lengthOf(body.length), body]);
};
const surrogates = Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]);
const hugeLength = (type: number) => Buffer.from([type, 0xff, 0xff, 0xff, 0x7f]);
const connect = (fields: object = {}) =>
  bytes({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'box:b1', keepalive: 60, ...fields });

describe('a hostile client', () => {
  /** Sent instead of a CONNECT, or after one was welcomed; and why it ends. */
  const before: readonly [string, string, Buffer][] = [
    ['a CONNECT of 256 MB', 'too-large', Buffer.concat([hugeLength(0x10), Buffer.alloc(100_000)])],
    ['no MQTT at all', 'not-connect', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a PUBLISH before CONNECT', 'not-connect', publish(up('b1', 'on'))],
    ['a client id with U+0000', 'bad-text', connect({ clientId: 'a\0b' })],
    [
      'a will topic of surrogates',
      'bad-text',
      Buffer.concat([
        Buffer.from([0x10, 24, 0, 4]),
        Buffer.from('MQTT'),
        Buffer.from([4, 6, 0, 60, 0, 1, 97, 0, 6]),
        surrogates,
        Buffer.from([0, 1, 120]),
      ]),
    ],
    ['a will on a topic of another', 'will', connect({ will: { topic: up('by', 'on'), payload: Buffer.from('x'), qos: 1, retain: true } })],
    ['a will on $SYS', 'will', connect({ will: { topic: '$SYS/x', payload: Buffer.from('x'), qos: 0, retain: false } })],
    ['MQTT 5', 'protocol', connect({ protocolVersion: 5 })],
  ];
  const after: readonly [string, string, Buffer][] = [
    ['a PUBLISH of 256 MB', 'too-large', Buffer.concat([hugeLength(0x32), Buffer.alloc(1024 * 1024)])],
    ['a length of five digits', 'malformed', Buffer.from([0x32, 0x80, 0x80, 0x80, 0x80, 1])],
    ['a second CONNECT (3.1.0-2)', 'second-connect', connect()],
    ['a topic of 30 levels', 'topic-limit', publish('a/'.repeat(30))],
    ['a topic of 60,000 bytes', 'topic-limit', publish('a'.repeat(60_000))],
    ['a topic of another box', 'publish', publish(up('by', 'report'))],
    ['an order to all', 'publish', publish('loa/1/g/g1/order')],
    ['a message on $SYS', 'publish', publish('$SYS/broker/uptime')],
    ['a wildcard as topic (3.3.2-2)', 'malformed', publish('loa/1/d/+/up/on')],
    ['a topic with U+0000', 'bad-text', publish('loa/1\0')],
    ['a topic of surrogates', 'bad-text', publish(surrogates)],
    ['packet id 0 (2.3.1-1)', 'malformed', publish(up('b1', 'on'), 1, 0)],
    ['QoS 3', 'malformed', Buffer.from([0x36, 4, 0, 1, 97, 0])],
    ['reserved flags of SUBSCRIBE', 'malformed', Buffer.from([0x80, 6, 0, 1, 0, 1, 97, 0])],
    ['a filter of surrogates', 'bad-text', subscribe([surrogates])],
    ['5,000 filters at once', 'filters-limit', subscribe(Array.from({ length: 5000 }, (_, i) => `g${i}`))],
    ['65 filters at once', 'filters-limit', subscribe(Array.from({ length: 65 }, (_, i) => `g${i}`))],
    [
      'wildcard filters, again and again',
      'subscribe',
      Buffer.concat(['#', '+/#', 'loa/#', '$SYS/#'].flatMap((one) => Array(5).fill(subscribe([one])))),
    ],
    ['QoS 2, a thousand times', 'qos-2', Buffer.concat(Array.from({ length: 1000 }, (_, i) => publish(up('b1', 'on'), 2, i + 1)))],
    [
      'PUBREL, a thousand times',
      'qos-2',
      Buffer.concat(Array.from({ length: 1000 }, (_, i) => Buffer.from([0x62, 2, i >> 8, i & 255 || 1]))),
    ],
    ['packets only a broker sends', 'malformed', Buffer.from([0x20, 2, 0, 0])],
    // Last: it leaves a debt behind, and a new connection is no new allowance.
    ['PINGREQ without end', 'flood', Buffer.alloc(256 * 1024, Buffer.from([0xc0, 0]))],
  ];

  it('is cut for each of these, while a bystander gets its messages and no memory is kept', async () => {
    await start({
      arrivals: { ...(await import('../../broker/limits.ts')).brokerLimits.arrivals, identityRate: { perSecond: 1000, burst: 1000 } },
    });
    await bystander.isWell();
    const heapBefore = heapBytes();
    for (const [name, reason, sent] of [...before, ...after]) {
      const count = () => (broker.metrics().refused as Record<string, number>)[reason] ?? 0;
      const counted = count();
      const hostile = peer(port, 'box:b1');
      if (before.some((one) => one[0] === name)) hostile.socket.write(sent);
      else {
        await hostile.ready('box:b1');
        expect(hostile.got('connack'), name).toMatchObject([{ returnCode: 0 }]);
        hostile.socket.write(sent);
      }
      await hostile.until(() => hostile.closed).catch((error: Error) => expect.fail(`${name}: ${error.message}`));
      expect(count(), name).toBeGreaterThan(counted);
      expect(hostile.messages, name).toEqual([]);
    }
    await bystander.isWell();
    expect(broker.metrics()).toMatchObject({ retainedCount: 0, connections: 1 });
    expect((heapBytes() - heapBefore) / 2 ** 20).toBeLessThan(32);
  });

  it('is cut when its CONNECT does not end in time, byte by byte or at once, and when it leaves a packet half', async () => {
    await start({ connectTimeoutMs: 1500 });
    const slow = peer(port, 'box:b1');
    const packet = connect();
    let at = 0;
    const timer = setInterval(() => slow.socket.write(packet.subarray(at, ++at)), 250);
    await slow.until(() => slow.closed);
    clearInterval(timer);
    expect(at).toBeLessThan(packet.length);
    const half = peer(port, 'centre:thon-9');
    half.socket.write(packet.subarray(0, 9));
    const later = await peer(port, 'box:b1').ready('box:b1', [], { keepalive: 1 });
    later.socket.write(publish(up('b1', 'log'), 1, 1, Buffer.alloc(9000)).subarray(0, 5000));
    await Promise.all([half.until(() => half.closed), later.until(() => later.closed)]);
    expect(slow.got('connack')).toEqual([]);
    await bystander.isWell();
  });

  it('that never ends its handshake does not hold up the end of the broker', async () => {
    await start();
    const mute = createConnection({ host: '127.0.0.1', port });
    await once(mute, 'connect');
    mute.write(Buffer.from([0x16, 3, 1]));
    await bystander.isWell();
    const fromMs = performance.now();
    await broker.stop();
    expect(performance.now() - fromMs).toBeLessThan(brokerLimits.handshakeTimeoutMs / 2);
    mute.destroy();
  });

  it('without a client id is answered "identifier rejected"; a session it wants kept is clean', async () => {
    await start();
    const nameless = await peer(port, 'box:b1').ready('');
    expect(nameless.got('connack')).toMatchObject([{ returnCode: 2 }]);
    await nameless.until(() => nameless.closed);
    const keeping = await peer(port, 'box:b1').ready('box:b1', ['loa/1/g/g1/order'], { clean: false });
    keeping.socket.destroy();
    const again = await peer(port, 'box:b1').ready('box:b1', [], { clean: false });
    expect(again.got('connack')).toMatchObject([{ returnCode: 0, sessionPresent: false }]);
    await bystander.isWell();
    await bystander.isWell();
    expect(again.messages).toEqual([]);
  });

  it('that sends more than its allowance is read slowly, and loses nothing', async () => {
    await start({ packetRate: { perSecond: 200, burst: 50 } });
    const busy = await peer(port, 'box:b1').ready('box:b1');
    const fromMs = performance.now();
    for (let i = 1; i <= 300; i++) busy.publish(up('b1', 'log'), Buffer.alloc(2000), { messageId: i });
    await busy.until(() => busy.got('puback').length === 300);
    expect(performance.now() - fromMs).toBeGreaterThan(900);
    expect(busy.closed).toBe(false);
    await bystander.isWell();
  });

  it('that floods retained messages fills two topics, and the broker reads no more than its rate', async () => {
    await start({ byteRate: { perSecond: 100_000, burst: 500_000 } });
    const flood = await peer(port, 'box:b1').ready('box:b1');
    heapBytes();
    const { rss } = process.memoryUsage();
    const bytesIn = broker.metrics().bytesIn;
    const packet = publish(up('b1', 'report'), 1, 1, Buffer.alloc(60_000, 7));
    packet[0] = 0x33;
    for (let i = 0; i < 400; i++) flood.socket.write(packet);
    const fromMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const seconds = (performance.now() - fromMs) / 1000;
    await bystander.isWell();
    expect(broker.metrics().bytesIn - bytesIn).toBeLessThan(500_000 + seconds * 100_000 + 200_000);
    expect(broker.metrics().retainedCount).toBeLessThanOrEqual(2);
    expect((process.memoryUsage().rss - rss) / 2 ** 20).toBeLessThan(128);
  });
});

describe('who comes too often', () => {
  it('two clones of one certificate: they change places six times, then the one who is there stays', async () => {
    await start();
    const answers: number[] = [];
    let last: MqttPeer | undefined;
    for (let i = 0; i < 10; i++) {
      const clone = await peer(port, 'box:b1').ready('box:b1');
      answers.push(clone.got('connack')[0]?.returnCode ?? -1);
      if (answers.at(-1) === 0) last = clone;
    }
    expect(answers).toEqual([0, 0, 0, 0, 0, 0, 0, 3, 3, 3]);
    expect(loops).toEqual(['box:b1']);
    expect(broker.metrics().refused).toMatchObject({ 'take-over': 3 });
    expect(last?.closed).toBe(false);
    await bystander.isWell();
  });

  it('one identity that connects without end waits for its next turn, another does not', async () => {
    await start({ arrivals: { ...brokerLimits.arrivals, identityRate: { perSecond: 0.01, burst: 10 } } });
    const answers: number[] = [];
    for (let i = 0; i < 14; i++) {
      const restless = peer(port, 'box:b1');
      restless.connect('box:b1');
      await restless.until(() => restless.closed || restless.got('connack').length > 0);
      answers.push(restless.got('connack').length);
      restless.send({ cmd: 'disconnect' });
      await restless.until(() => restless.closed);
    }
    expect(answers).toEqual([...Array(11).fill(1), 0, 0, 0]);
    const other = await peer(port, 'centre:thon-9').ready('centre:thon-9');
    expect(other.got('connack')).toMatchObject([{ returnCode: 0 }]);
    expect(broker.metrics().refused).toMatchObject({ 'identity-rate': 3 });
    await bystander.isWell();
  });

  it('an address that is refused again and again is dropped before its handshake', async () => {
    const few = { perSecond: 0.01, burst: 3 };
    await start({ arrivals: { ...brokerLimits.arrivals, refusalRate: few, narrowRate: few } });
    for (let i = 0; i < 12; i++) {
      const stranger = peer(port, 'nobody', {});
      await stranger.until(() => stranger.closed);
    }
    const { refused } = broker.metrics();
    // One or two more may knock before the end of an earlier one is seen.
    expect(refused['address-rate']).toBeGreaterThanOrEqual(3);
    expect((refused.handshake ?? 0) + (refused['address-rate'] ?? 0)).toBe(12);
    await bystander.isWell();
  });
});
