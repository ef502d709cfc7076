// The wire between a box and its centre, as a plain TCP proxy that can be cut and mended. It sees only TLS.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class CuttableProxy {
  readonly #target: () => { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #cut = false;
  #stray: number | undefined;

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

  /** As a poisoned name or a stolen router would: connections lead to this port, or home again when it is undefined. */
  lead(port: number | undefined): void {
    this.#stray = port;
    for (const socket of this.#sockets) socket.resetAndDestroy();
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
    const outer = connect(this.#stray === undefined ? this.#target() : { host: '127.0.0.1', port: this.#stray });
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
