// The wire between a box and its centre, as a plain TCP proxy that can be cut and mended. It sees only TLS.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class CuttableProxy {
  readonly #target: () => { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #cut = false;

  /** The target is asked for each connection: a centre may come back on another port. */
  constructor(target: () => { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  async start(): Promise<number> {
    const server = createServer((inner) => this.#join(inner));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** Every connection breaks and none can be made, until `mend`. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#cut = false;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }

  #join(inner: Socket): void {
    if (this.#cut) {
      inner.resetAndDestroy();
      return;
    }
    const outer = connect(this.#target());
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
    inner.pipe(outer);
    outer.pipe(inner);
  }
}
