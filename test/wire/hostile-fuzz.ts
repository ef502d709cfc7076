// Several hostile streams at once against one broker, until so many packets came to its rules; what must hold is looked at here.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import { brokerLimits } from '../../broker/limits.ts';
import { makeBed } from './broker-bed.ts';
import { Bystander, heapBytes } from './bystander.ts';
import { HostileStream } from './hostile-stream.ts';

const ids = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'];
const bed = await makeBed(['box:by', ...ids.map((id) => `box:${id}`)]);
const plenty = { perSecond: 1e6, burst: 1e6 };
const groupSize = 8;

export interface FuzzFacts {
  readonly seed: number;
  readonly sent: number;
  readonly connections: number;
  /** Packets that were in order and came to the broker's rules. */
  readonly passed: number;
  readonly refused: object;
  readonly heapMb: number;
  readonly worstMs: number;
}

/** Until `count` packets were read that were in order; those that were not come on top. The same seed sends the same streams; how they meet one another is the machine's. */
export async function fuzzBroker(seed: number, count: number): Promise<FuzzFacts> {
  const strangers: string[] = [];
  const { broker, port } = await bed.startBroker({
    // Rates would make this a test of waiting; they have tests of their own.
    limits: {
      packetRate: plenty,
      byteRate: plenty,
      arrivals: { ...brokerLimits.arrivals, identityRate: plenty, addressRate: plenty, refusalRate: plenty },
    },
    onPublish: async (identity, topic) => {
      if (topic.of !== 'box' || topic.id !== identity.id || topic.direction !== 'up') strangers.push(`${identity.id} ${topic.id}`);
    },
  });
  const box = await bed.peer(port, 'box:by').ready('box:by', ['loa/1/g/g1/order']);
  const bystander = new Bystander(broker, box);
  bed.keep(bystander);
  await bystander.isWell();
  const heapBefore = heapBytes();
  const progress = { sent: 0, connections: 0 };
  await Promise.all(
    ids.map(async (id, i) => {
      const stream = new HostileStream(seed + i, id);
      while (broker.metrics().packetsIn < count) await attack(port, id, stream, progress);
    }),
  );
  await expect.poll(() => broker.connected(), { timeout: 30_000 }).toEqual(['by']);
  await bystander.isWell();
  const heapMb = Math.round((heapBytes() - heapBefore) / 2 ** 20);
  const facts = {
    seed,
    ...progress,
    passed: broker.metrics().packetsIn,
    refused: broker.metrics().refused,
    heapMb,
    worstMs: Math.round(bystander.worstMs),
  };
  expect(strangers).toEqual([]);
  expect(box.messages.every(({ topic, payload }, i) => topic === 'loa/1/g/g1/order' && String(payload) === `${i + 1}`)).toBe(true);
  expect(heapMb).toBeLessThan(48);
  return facts;
}

/** One connection until the broker ends it or the stream has had enough. */
async function attack(port: number, id: string, stream: HostileStream, progress: { sent: number; connections: number }): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, ...bed.tlsOf(`box:${id}`) });
  socket.on('error', () => undefined);
  socket.resume();
  progress.connections++;
  await Promise.race([once(socket, 'secureConnect').catch(() => undefined), once(socket, 'close')]);
  socket.write(stream.connect());
  for (let group = 0; group < 40 && !socket.destroyed; group++) {
    const packets = Array.from({ length: groupSize }, () => stream.next());
    progress.sent += packets.length;
    await send(socket, Buffer.concat(packets));
  }
  socket.destroy();
}

/** In two pieces, so that packets arrive cut anywhere; the broker has a moment to end the line before more is sent. */
async function send(socket: TLSSocket, bytes: Buffer): Promise<void> {
  const cut = Math.floor(bytes.length / 3);
  socket.write(bytes.subarray(0, cut));
  await wait(0);
  if (!socket.destroyed) socket.write(bytes.subarray(cut));
  await wait(1);
}
