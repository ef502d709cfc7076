// A line that takes many messages at once, on a real TLS socket: side by side, acknowledged in their order, and not at all when one was not stored.
import { createServer, type TLSSocket } from 'node:tls';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, it, vi } from 'vitest';
import { Link } from '../../broker/link/link.ts';
import { makeBed } from './broker-bed.ts';

const { serverTls, tlsOf, keep } = await makeBed(['centre:xa-1']);
const filter = 'loa/1/d/+/up/log';

/** Greets, grants, and hands over these messages at each connection. */
async function startPuppet(payloads: readonly string[], acked: (number | 'line')[]): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...serverTls, requestCert: true, rejectUnauthorized: true }, (socket) => {
    sockets.add(socket);
    const parser = mqttPacket.parser();
    const send = (packet: Packet) => void (socket.destroyed || socket.write(mqttPacket.generate(packet)));
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') {
        acked.push('line');
        send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
      }
      if (packet.cmd === 'puback') acked.push(packet.messageId ?? 0);
      if (packet.cmd !== 'subscribe' || packet.messageId === undefined) return;
      send({ cmd: 'suback', messageId: packet.messageId, granted: [1] });
      for (const [at, payload] of payloads.entries())
        send({ cmd: 'publish', topic: `loa/1/d/b${at}/up/log`, payload, qos: 1, retain: false, dup: false, messageId: 300 + at });
      send({ cmd: 'publish', topic: 'loa/1/d/b9/up/tm', payload: 'tm', qos: 0, retain: false, dup: false });
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

function makeLink(port: number, countMax: number, onMessage: (payload: string) => Promise<void>): void {
  const link = new Link({
    url: `mqtts://127.0.0.1:${port}`,
    tls: tlsOf('centre:xa-1'),
    clientId: 'centre:xa-1',
    filters: [filter],
    takesAtOnce: { countMax, bytesMax: 1_000_000 },
    onMessage: (_topic, payload) => onMessage(Buffer.from(payload).toString()),
    onChange: () => undefined,
    backOff: { baseMs: 20, maxMs: 50 },
  });
  keep(link);
  link.start();
}

/** Messages as they begin, and the end of each by hand. */
function byHand() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const take = (payload: string) => {
    begun.push(payload);
    return new Promise<void>((resolve) => void ends.set(payload, resolve));
  };
  return { begun, take, end: (payload: string) => ends.get(payload)?.() };
}

it('takes them side by side and acknowledges them in the order they came', async () => {
  const acked: (number | 'line')[] = [];
  const { begun, take, end } = byHand();
  makeLink(await startPuppet(['a', 'b', 'c'], acked), 10, take);
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'tm']), 20_000);
  for (const payload of ['c', 'b', 'tm']) end(payload);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(acked).toEqual(['line']);
  end('a');
  await vi.waitFor(() => expect(acked).toEqual(['line', 300, 301, 302]), 20_000);
});

it('reads no further while as many are under way as it takes', async () => {
  const { begun, take, end } = byHand();
  makeLink(await startPuppet(['a', 'b', 'c'], []), 2, take);
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(begun).toEqual(['a', 'b']);
  end('a');
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']), 20_000);
});

it('acknowledges nothing from the one on that was not stored, and begins anew to be given it again', async () => {
  const acked: (number | 'line')[] = [];
  let failures = 1;
  makeLink(await startPuppet(['a', 'b', 'c'], acked), 10, async (payload) => {
    if (payload === 'b' && failures-- > 0) throw new Error('disk full');
  });
  await vi.waitFor(() => expect(acked.slice(-4)).toEqual(['line', 300, 301, 302]), 20_000);
  expect(acked.slice(0, -4).filter((one) => one !== 'line' && one !== 300)).toEqual([]);
});
