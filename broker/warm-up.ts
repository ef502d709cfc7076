// A broadcast before the first one: what is compiled while nobody waits does not delay the warning that comes first.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { Broker } from './broker.ts';
import { brokerLimits } from './limits.ts';

const readers = 40;
/** So often they come before they stay: a return of all meets compiled code too. */
const returns = 5;
const broadcasts = 60;
const waitMs = 3000;
const topic = 'loa/1/g/warm/order';

/**
 * A broker of its own with readers of its own on a port of loopback that lives for half a second: the same code on
 * the same kind of socket, so the same compiled code, and nothing of it in the real one's sessions or counts. It never
 * fails the start: a machine without a free port is merely slower once.
 */
export async function warmUp(): Promise<void> {
  const broker = new Broker({ owner: 'warm', mayConnect: () => true }, brokerLimits);
  await broker.start();
  let next = 0;
  const server = createServer({ noDelay: true }, (socket) =>
    broker.welcome(socket, { kind: 'box', id: `warm-${next++ % readers}` }, () => ''),
  );
  server.maxConnections = 2 * readers;
  const sockets: Socket[] = [];
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const heard = new Heard();
    const { port } = server.address() as AddressInfo;
    for (let come = 1; come <= returns; come++) {
      for (const socket of sockets.splice(0)) socket.destroy();
      for (let i = 0; i < readers; i++) sockets.push(reader(port, heard));
      await heard.times('suback', come * readers);
    }
    for (let round = 1; round <= broadcasts; round++) {
      await broker.publish(topic, Buffer.alloc(1024, round), { qos: 1, retain: false });
      await heard.times('publish', round * readers);
    }
  } catch {
    // slower once
  } finally {
    for (const socket of sockets) socket.destroy();
    await broker.stop();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** Counts what readers were sent, and wakes whoever waits for so many. */
class Heard {
  readonly #counts = new Map<string, number>();
  #wake: (() => void) | undefined;

  saw({ cmd }: Packet): void {
    this.#counts.set(cmd, (this.#counts.get(cmd) ?? 0) + 1);
    this.#wake?.();
  }

  async times(cmd: Packet['cmd'], count: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${cmd} came`)), waitMs);
      this.#wake = () => {
        if ((this.#counts.get(cmd) ?? 0) < count) return;
        clearTimeout(late);
        resolve();
      };
      this.#wake();
    });
  }
}

function reader(port: number, heard: Heard): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const packets = parser();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => packets.parse(chunk));
  packets.on('error', () => socket.destroy());
  packets.on('packet', (packet: Packet) => {
    heard.saw(packet);
    if (packet.cmd === 'connack') socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
    if (packet.cmd === 'publish' && packet.messageId !== undefined) socket.write(generate({ cmd: 'puback', messageId: packet.messageId }));
  });
  socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'warm', keepalive: 60 }));
  return socket;
}
