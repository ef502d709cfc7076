// Who is handed a message, how it is encoded, and how kept messages reach a reader that takes them slowly.
import fc from 'fast-check';
import mqttPacket, { type IPublishPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { CatchUp } from '../../broker/catch-up.ts';
import { FanOut } from '../../broker/fan-out.ts';
import type { SocketGuard } from '../../broker/guards.ts';
import { RetainedIndex } from '../../broker/retained.ts';

/** Takes packets while it has room; `drain` makes room for so many more. */
function makeReader(room = Number.POSITIVE_INFINITY) {
  const packets: Uint8Array[] = [];
  const waiting: (() => void)[] = [];
  let left = room;
  const reader = {
    send(packet: Uint8Array) {
      packets.push(packet);
      left--;
    },
    get hasRoom() {
      return left > 0;
    },
    whenRoom: (call: () => void) => void waiting.push(call),
  };
  return {
    reader: reader as unknown as SocketGuard,
    packets,
    drain(more: number) {
      left = more;
      for (const call of waiting.splice(0)) call();
    },
    read: () => packets.map(decode),
  };
}

function decode(packet: Uint8Array): IPublishPacket {
  const parser = mqttPacket.parser();
  const read: IPublishPacket[] = [];
  parser.on('packet', (one) => read.push(one as IPublishPacket));
  parser.parse(Buffer.from(packet));
  if (read.length !== 1) throw new Error(`${read.length} packets in one`);
  return read[0] as IPublishPacket;
}

const message = { topic: 'loa/1/g/xa-1/order', payload: Buffer.from('lũ về'), qos: 1 } as const;

describe('fan-out', () => {
  it('encodes once for all who read alike, with the lower of the two qualities of service', () => {
    const fanOut = new FanOut();
    const [one, two, plain] = [makeReader(), makeReader(), makeReader()];
    fanOut.add(message.topic, one.reader, 1);
    fanOut.add(message.topic, two.reader, 1);
    fanOut.add('loa/1/g/+/order', plain.reader, 0);
    fanOut.deliver(message);
    expect(one.packets[0]).toBe(two.packets[0]);
    expect(one.read()[0]).toMatchObject({ topic: message.topic, payload: message.payload, qos: 1, retain: false, dup: false });
    expect(plain.read()[0]).toMatchObject({ topic: message.topic, payload: message.payload, qos: 0, retain: false });
  });

  it('never gives two messages that follow each other the same identifier, nor one of zero', () => {
    const fanOut = new FanOut();
    const one = makeReader();
    fanOut.add(message.topic, one.reader, 1);
    for (let i = 0; i < 65_535; i++) fanOut.deliver(message);
    const identifiers = new Set(one.packets.map((packet) => Buffer.from(packet).readUInt16BE(2 + 2 + message.topic.length)));
    expect(identifiers.size).toBe(65_535);
    expect(identifiers.has(0)).toBe(false);
  });

  it('hands every message to exactly those whose filters match, whatever was added and removed', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const filter = fc.tuple(fc.constantFrom('a', 'b', '+'), fc.constantFrom('a', 'b', '+')).map((levels) => levels.join('/'));
    const step = fc.record({ add: fc.boolean(), filter, reader: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), word, word, (steps, first, second) => {
        const fanOut = new FanOut();
        const readers = [0, 1, 2, 3].map(() => makeReader());
        const held = readers.map(() => new Set<string>());
        for (const { add, filter, reader } of steps) {
          const one = readers[reader] as (typeof readers)[number];
          if (add) {
            fanOut.add(filter, one.reader, 1);
            held[reader]?.add(filter);
          } else {
            fanOut.remove(filter, one.reader);
            held[reader]?.delete(filter);
          }
        }
        fanOut.deliver({ topic: `${first}/${second}`, payload: Buffer.from('x'), qos: 1 });
        const wanted = held.map(
          (filters) =>
            [...filters].filter((filter) => new RegExp(`^${filter.replaceAll('+', '[^/]+')}$`).test(`${first}/${second}`)).length,
        );
        expect(readers.map(({ packets }) => packets.length)).toEqual(wanted);
      }),
    );
  });
});

describe('catching up', () => {
  const topicOf = (i: number) => `loa/1/d/hop-${i}/up/on`;
  const filled = (count: number) => {
    const retained = new RetainedIndex({ countMax: 100, bytesMax: 1e6 });
    for (let i = 0; i < count; i++) retained.keep({ topic: topicOf(i), payload: Buffer.from(`${i}`), qos: 1 });
    return retained;
  };

  it('goes no faster than the reader, and tells each topic as it stands when its turn comes', () => {
    const [retained, fanOut, slow] = [filled(5), new FanOut(), makeReader(2)];
    fanOut.add('loa/1/d/+/up/on', slow.reader, 1);
    new CatchUp(retained, fanOut).begin(slow.reader, [{ topic: 'loa/1/d/+/up/on', qos: 1 }]);
    expect(slow.packets).toHaveLength(2);
    retained.keep({ topic: topicOf(2), payload: Buffer.from('newer'), qos: 1 });
    retained.keep({ topic: topicOf(3), payload: Buffer.alloc(0), qos: 1 });
    slow.drain(10);
    expect(slow.read().map(({ payload, retain }) => [String(payload), retain])).toEqual(
      ['0', '1', 'newer', '4'].map((text) => [text, true]),
    );
  });

  it('stops when the filter is given up', () => {
    const [retained, fanOut, slow] = [filled(5), new FanOut(), makeReader(1)];
    fanOut.add('loa/1/d/+/up/on', slow.reader, 1);
    new CatchUp(retained, fanOut).begin(slow.reader, [{ topic: 'loa/1/d/+/up/on', qos: 1 }]);
    fanOut.remove('loa/1/d/+/up/on', slow.reader);
    slow.drain(10);
    expect(slow.packets).toHaveLength(1);
  });

  it('owes a filter once, from its start, to a reader that asks again and again and takes nothing', () => {
    const [retained, fanOut, slow] = [filled(5), new FanOut(), makeReader(2)];
    const catchUp = new CatchUp(retained, fanOut);
    fanOut.add('loa/1/d/+/up/on', slow.reader, 1);
    for (let i = 0; i < 1000; i++) catchUp.begin(slow.reader, [{ topic: 'loa/1/d/+/up/on', qos: 1 }]);
    slow.drain(100);
    expect(slow.read().map(({ payload }) => String(payload))).toEqual(['0', '1', '0', '1', '2', '3', '4']);
    // All is told: the next one begins anew.
    catchUp.begin(slow.reader, [{ topic: 'loa/1/d/+/up/on', qos: 1 }]);
    expect(slow.read()).toHaveLength(12);
  });
});
