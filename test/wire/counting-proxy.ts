// A line that counts what passes, as a SIM's operator would: bytes of TLS, and the heads of the packets that carry them.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** IPv4 and TCP with time stamps. */
const headBytes = 52;
const packetBytesMax = 1_348;
/** What is answered within this carries the acknowledgement (RFC 1122 §4.2.3.2, as Linux has it); else a packet of its own does. */
const delayedAckMs = 40;
/** Opening and closing a connection: three packets and four. */
const connectionPackets = 7;

export interface Counted {
  readonly bytes: number;
  readonly packets: number;
  readonly connections: number;
}

export class CountingProxy {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #bytes = 0;
  #packets = 0;
  #connections = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<number> {
    const server = createServer((inner) => this.#join(inner));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  stop(): void {
    this.cut();
    this.#server?.close();
  }

  /** The line breaks for everybody who is on it. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** All since the start. */
  counted(): Counted {
    return { bytes: this.#bytes, packets: this.#packets, connections: this.#connections };
  }

  #join(inner: Socket): void {
    const outer = connect({ host: '127.0.0.1', port: this.#port });
    this.#connections++;
    this.#packets += connectionPackets;
    const owed: Owed = { inner: undefined, outer: undefined };
    for (const [from, to, side, other] of [
      [inner, outer, 'inner', 'outer'],
      [outer, inner, 'outer', 'inner'],
    ] as const) {
      from.setNoDelay(true);
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => {
        const packets = Math.ceil(bytes.length / packetBytesMax);
        this.#bytes += bytes.length;
        // Every second packet of a burst is acknowledged at once.
        this.#packets += packets + Math.floor((packets - 1) / 2);
        clearTimeout(owed[other]);
        owed[other] = undefined;
        owed[side] ??= setTimeout(() => {
          owed[side] = undefined;
          this.#packets++;
        }, delayedAckMs);
        to.write(bytes);
      });
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/** Acknowledgements not sent yet, by the side whose bytes they are for. */
interface Owed {
  inner: NodeJS.Timeout | undefined;
  outer: NodeJS.Timeout | undefined;
}

export function wireBytes({ bytes, packets }: Counted): number {
  return bytes + packets * headBytes;
}

export function since(before: Counted, now: Counted): Counted {
  return { bytes: now.bytes - before.bytes, packets: now.packets - before.packets, connections: now.connections - before.connections };
}
