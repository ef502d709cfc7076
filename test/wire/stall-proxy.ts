// A line that stalls by chance: bytes from the centre are held up now and then, never lost, never out of order.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Stalls {
  /** Of each piece that comes from the centre, 0..1. */
  readonly chance: number;
  readonly lastMs: readonly [least: number, most: number];
}

export class StallProxy {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  stalls: Stalls | undefined;
  /** Pieces that passed, and those of them that were held up. */
  pieces = 0;
  stalled = 0;

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
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }

  #join(inner: Socket): void {
    const outer = connect({ host: '127.0.0.1', port: this.#port });
    let line = Promise.resolve();
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.on('data', (bytes) => outer.write(bytes));
    outer.on('data', (bytes) => {
      const waitMs = this.#waitMs();
      line = line.then(async () => {
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        if (!inner.destroyed) inner.write(bytes);
      });
    });
  }

  #waitMs(): number {
    this.pieces += 1;
    if (!this.stalls || Math.random() >= this.stalls.chance) return 0;
    this.stalled += 1;
    const [least, most] = this.stalls.lastMs;
    return least + Math.random() * (most - least);
  }
}
