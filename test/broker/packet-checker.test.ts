// Every packet a client may send, and the ways it may be wrong, each judged before a parser sees it; whole and byte by byte.
import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketChecker, type PacketVerdict } from '../../broker/packet-checker.ts';

const limits = { connectBytesMax: 1024, laterBytesMax: 4096, topicBytesMax: 32, topicLevelsMax: 6, filtersMax: 4 };
const connect = bytesOf({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'box:b1', keepalive: 60 });

function bytesOf(packet: object): Buffer {
  return mqttPacket.generate(packet as Packet);
}

/** The verdict on these bytes after a CONNECT, fed at once and one by one. */
function judged(...packets: (Buffer | number[])[]): PacketVerdict {
  const bytes = Buffer.concat(packets.map((one) => Buffer.from(one)));
  const whole = new PacketChecker(limits).feed(bytes);
  const slow = new PacketChecker(limits);
  let last: PacketVerdict = 'fits';
  for (let at = 0; at < bytes.length && last === 'fits'; at++) last = slow.feed(bytes.subarray(at, at + 1));
  expect(last).toBe(whole);
  return whole;
}

const later = (...packets: (Buffer | number[])[]) => judged(connect, ...packets);
const publish = (topic: string | Buffer, qos = 1, id = 1, flags = qos << 1) => {
  const name = Buffer.from(topic);
  return Buffer.from([0x30 | flags, 2 + name.length + (qos ? 2 : 0) + 1, 0, name.length, ...name, ...(qos ? [id >> 8, id & 255] : []), 1]);
};
const subscribe = (filters: (string | Buffer)[], options = 1, id = 7, firstByte = 0x82) => {
  const parts = filters.map((one) => Buffer.from(one)).flatMap((one) => [0, one.length, ...one, ...(firstByte === 0x82 ? [options] : [])]);
  return Buffer.from([firstByte, 2 + parts.length, id >> 8, id & 255, ...parts]);
};
const connectWith = (flags: number, ...fields: (string | number[])[]) => {
  const parts = fields.map((one) => Buffer.from(one)).flatMap((one) => [0, one.length, ...one]);
  return Buffer.from([0x10, 10 + parts.length, 0, 4, ...Buffer.from('MQTT'), 4, flags, 0, 60, ...parts]);
};

describe('packets of a client', () => {
  it('lets all pass that MQTT 3.1.1 allows and a broker of clean sessions can need', () => {
    const will = { topic: 'loa/1/d/b1/up/on', payload: Buffer.from([0, 255]), qos: 1 as const, retain: true };
    const full = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: 'hộp',
      keepalive: 60,
      will,
      username: 'u',
    };
    const rest = [
      { cmd: 'publish', topic: 'a/b', payload: Buffer.alloc(3000), qos: 1, retain: true, dup: true, messageId: 65_535 },
      { cmd: 'publish', topic: 'a', payload: '', qos: 0, retain: false, dup: false },
      { cmd: 'subscribe', messageId: 1, subscriptions: ['a/+/b', '#', '+', 'a/#'].map((topic) => ({ topic, qos: 1 })) },
      { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/+/b'] },
      { cmd: 'puback', messageId: 9 },
      { cmd: 'pingreq' },
      { cmd: 'disconnect' },
    ].map(bytesOf);
    expect(judged(bytesOf({ ...full, password: Buffer.from([0, 200]) }), ...rest)).toBe('fits');
    const checker = new PacketChecker(limits);
    checker.feed(Buffer.concat([connect, ...rest, Buffer.from([0xc0])]));
    expect(checker.packets).toBe(8);
  });

  const surrogate = Buffer.from([0xed, 0xa0, 0x80]);
  const cases: readonly [string, PacketVerdict, () => PacketVerdict][] = [
    ['no CONNECT first (3.1.0-1)', 'not-connect', () => judged(publish('a'))],
    ['a second CONNECT (3.1.0-2)', 'second-connect', () => later(connect)],
    ['CONNECT with flags in its header (2.2.2-2)', 'malformed', () => judged([0x11, ...connect.subarray(1)])],
    ['another protocol name (3.1.2-1)', 'malformed', () => judged([0x10, 12, 0, 4, ...Buffer.from('HTTP'), 4, 2, 0, 60, 0, 0])],
    ['MQTT 3.1 (3.1.2-2)', 'protocol', () => judged([0x10, 14, 0, 6, ...Buffer.from('MQIsdp'), 3, 2, 0, 60, 0, 0])],
    ['MQTT 5 (3.1.2-2)', 'protocol', () => judged([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 5, 2, 0, 60, 0, 0, 0])],
    ['a bridge of 3.1.1 (3.1.2-2)', 'protocol', () => judged([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 0x84, 2, 0, 60, 0, 0])],
    ['the reserved connect flag (3.1.2-3)', 'malformed', () => judged(connectWith(0x03, 'c'))],
    ['a will of QoS 3 (3.1.2-14)', 'malformed', () => judged(connectWith(0x1e, 'c', 't', 'm'))],
    ['will QoS without a will (3.1.2-13)', 'malformed', () => judged(connectWith(0x0a, 'c'))],
    ['will retain without a will (3.1.2-15)', 'malformed', () => judged(connectWith(0x22, 'c'))],
    ['a password without a user name (3.1.2-22)', 'malformed', () => judged(connectWith(0x42, 'c', 'p'))],
    ['a will that is announced and missing (3.1.3-1)', 'malformed', () => judged(connectWith(0x06, 'c'))],
    ['bytes behind the last field', 'malformed', () => judged(connectWith(0x02, 'c', 'x'))],
    ['a client id with U+0000 (1.5.3-2)', 'bad-text', () => judged(connectWith(0x02, 'c\0'))],
    ['a will topic with a surrogate (1.5.3-1)', 'bad-text', () => judged(connectWith(0x06, 'c', [...surrogate], 'm'))],
    ['a user name of broken UTF-8 (1.5.3-1)', 'bad-text', () => judged(connectWith(0x82, 'c', [0xc3]))],
    ['PUBLISH of QoS 3 (3.3.1-4)', 'malformed', () => later(publish('a', 3))],
    ['DUP at QoS 0 (3.3.1-2)', 'malformed', () => later(publish('a', 0, 0, 8))],
    ['packet id 0 (2.3.1-1)', 'malformed', () => later(publish('a', 1, 0))],
    ['an empty topic (4.7.3-1)', 'malformed', () => later(publish(''))],
    ['PUBLISH to a wildcard (3.3.2-2)', 'malformed', () => later(publish('a/+/b'))],
    ['a topic with U+0000 (1.5.3-2)', 'bad-text', () => later(publish('a\0b'))],
    ['a topic with a surrogate (1.5.3-1)', 'bad-text', () => later(publish(surrogate))],
    ['a topic longer than its packet', 'malformed', () => later([0x30, 4, 0, 9, 97, 97])],
    ['a topic too long', 'topic-limit', () => later(publish('a'.repeat(33)))],
    ['a topic too deep', 'topic-limit', () => later(publish('a/b/c/d/e/f/g'))],
    ['PUBREL', 'qos-2', () => later([0x62, 2, 0, 1])],
    ['PUBREC', 'qos-2', () => later([0x50, 2, 0, 1])],
    ['PUBACK of packet id 0', 'malformed', () => later([0x40, 2, 0, 0])],
    ['PUBACK with more in it', 'malformed', () => later([0x40, 3, 0, 1, 0])],
    ['SUBSCRIBE with wrong reserved flags (3.8.1-1)', 'malformed', () => later([0x80, ...subscribe(['a']).subarray(1)])],
    ['SUBSCRIBE of packet id 0 (2.3.1-1)', 'malformed', () => later(subscribe(['a'], 1, 0))],
    ['SUBSCRIBE of nothing (3.8.3-3)', 'malformed', () => later([0x82, 2, 0, 1])],
    ['SUBSCRIBE at QoS 3 (3.8.3-4)', 'malformed', () => later(subscribe(['a'], 3))],
    ['SUBSCRIBE without its last QoS', 'malformed', () => later([0x82, 5, 0, 1, 0, 1, 97])],
    ['a filter of surrogates (1.5.3-1)', 'bad-text', () => later(subscribe(['a', surrogate]))],
    ['# not at the end (4.7.1-2)', 'malformed', () => later(subscribe(['a/#/b']))],
    ['+ beside a letter (4.7.1-3)', 'malformed', () => later(subscribe(['a/b+']))],
    ['a filter too deep', 'topic-limit', () => later(subscribe(['+/+/+/+/+/+/+']))],
    ['five filters where four may be', 'filters-limit', () => later(subscribe(['a', 'b', 'c', 'd', 'e']))],
    ['a SUBSCRIBE longer than four filters can be', 'filters-limit', () => later([0x82, 0xff, 1])],
    ['UNSUBSCRIBE of nothing (3.10.3-2)', 'malformed', () => later([0xa2, 2, 0, 1])],
    ['UNSUBSCRIBE with U+0000', 'bad-text', () => later(subscribe(['\0'], 0, 1, 0xa2))],
    ['PINGREQ with a body', 'malformed', () => later([0xc0, 1, 0])],
    ['DISCONNECT with flags (3.14.1-1)', 'malformed', () => later([0xe1, 0])],
    ['CONNACK from a client', 'malformed', () => later([0x20, 2, 0, 0])],
    ['the reserved types 0 and 15', 'malformed', () => (later([0x00, 0]) === 'malformed' ? later([0xf0, 0]) : 'fits')],
    ['a length of five digits (2.2.3)', 'malformed', () => later([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])],
    ['CONNECT beyond its bytes', 'too-large', () => judged([0x10, 0xff, 0x08])],
    ['a later packet beyond its bytes', 'too-large', () => later([0x30, 0xff, 0xff, 0xff, 0x7f])],
  ];
  it.each(cases)('%s: %s', (_name, expected, verdict) => {
    expect(verdict()).toBe(expected);
  });

  it('never throws, and passes nothing that the parser then finds faulty', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(0x30, 0x32, 0x82, 0xa2, 0x40, 0xc0), fc.array(byte, { maxLength: 40 }), (type, body) => {
        const packet = Buffer.from([type, body.length, ...body]);
        if (later(packet) !== 'fits') return;
        const parser = mqttPacket.parser();
        const faults: Error[] = [];
        parser.on('error', (error: Error) => faults.push(error));
        parser.parse(Buffer.concat([connect, packet]));
        expect(faults).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});
