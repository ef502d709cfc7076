// Brokers to be measured without TLS, each a program of its own: the product's core behind a plain door, and the bare floor.
import { createServer, type Socket } from 'node:net';
import { Broker } from '../../../broker/broker.ts';
import { brokerLimits } from '../../../broker/limits.ts';
import { warmUp } from '../../../broker/warm-up.ts';

export const owner = 'xa-1';

/** Serve until the parent goes; says both ports in one line: for boxes, and for the one that publishes. */
export async function serveBroker(kind: string): Promise<void> {
  const ports = kind === 'floor' ? await serveFloor() : await serveLoa();
  process.stdout.write(`${JSON.stringify(ports)}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

export interface Ports {
  readonly port: number;
  readonly publisherPort: number;
}

async function serveLoa(): Promise<Ports> {
  const broker = new Broker({ owner, mayConnect: () => true }, brokerLimits);
  await broker.start();
  await warmUp();
  const named = (socket: Socket) => whoSays(socket, (id) => broker.welcome(socket, { kind: 'box', id }, () => ''));
  const publisher = (socket: Socket) => broker.welcome(socket, { kind: 'centre', id: owner }, () => '');
  return { port: await listen(named), publisherPort: await listen(publisher) };
}

/** Without certificates the client id has to say who it is: read it in CONNECT and put the bytes back. */
function whoSays(socket: Socket, then: (id: string) => void): void {
  socket.once('readable', () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    const id = chunk.subarray(14, 14 + chunk.readUInt16BE(12)).toString();
    socket.unshift(chunk);
    then(id.replace(/^box:/, ''));
  });
  socket.on('error', () => undefined);
}

/**
 * What no broker on Node can beat: sockets of `net`, one shared encoding, a table of what is under way, and no rules at all.
 * It takes each chunk for whole packets, which they are here.
 */
async function serveFloor(): Promise<Ports> {
  const readers = new Map<Socket, Map<number, Buffer>>();
  let packetId = 0;
  const onPublish = (packet: Buffer, bodyAt: number) => {
    packetId = (packetId % 65_535) + 1;
    const shared = Buffer.from(packet);
    const topicBytes = packet.readUInt16BE(bodyAt);
    shared[0] = 0x32;
    shared.writeUInt16BE(packetId, bodyAt + 2 + topicBytes);
    for (const [socket, underWay] of readers) {
      underWay.set(packetId, shared);
      socket.write(shared);
    }
  };
  const door = (socket: Socket) => {
    let partial = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => readers.delete(socket));
    socket.on('data', (chunk) => {
      const bytes = partial.length > 0 ? Buffer.concat([partial, chunk]) : chunk;
      let at = 0;
      for (;;) {
        const packet = packetAt(bytes, at);
        if (packet === undefined) break;
        const { bodyAt, end } = packet;
        switch ((bytes[at] as number) >> 4) {
          case 1:
            socket.write(Buffer.from([0x20, 2, 0, 0]));
            break;
          case 8:
            readers.set(socket, new Map());
            socket.write(Buffer.from([0x90, 4, bytes[bodyAt] as number, bytes[bodyAt + 1] as number, 1, 1]));
            break;
          case 4:
            readers.get(socket)?.delete(bytes.readUInt16BE(bodyAt));
            break;
          case 3: {
            const idAt = bodyAt + 2 + bytes.readUInt16BE(bodyAt);
            socket.write(Buffer.from([0x40, 2, bytes[idAt] as number, bytes[idAt + 1] as number]));
            onPublish(bytes.subarray(at, end), bodyAt - at);
            break;
          }
        }
        at = end;
      }
      partial = bytes.subarray(at);
    });
  };
  const port = await listen(door);
  return { port, publisherPort: port };
}

function packetAt(bytes: Buffer, at: number): { bodyAt: number; end: number } | undefined {
  let length = 0;
  for (let digit = 1; digit <= 4 && at + digit < bytes.length; digit++) {
    const byte = bytes[at + digit] as number;
    length += (byte & 0x7f) * 128 ** (digit - 1);
    if ((byte & 0x80) === 0) {
      const bodyAt = at + digit + 1;
      return bodyAt + length <= bytes.length ? { bodyAt, end: bodyAt + length } : undefined;
    }
  }
  return undefined;
}

async function listen(door: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, door);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: brokerLimits.backlog }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
