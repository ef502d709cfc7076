// The wire between a box and a broker as a TCP proxy that can be cut, deaf in one direction, or as slow as a weak mobile line.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Direction = 'toBox' | 'toCentre';

const pieceMs = 50;

export class Line {
  readonly #target: () => number;
  readonly #sockets = new Set<Socket>();
  readonly #deaf = new Set<Direction>();
  #server: Server | undefined;
  #cut = false;
  /** Each direction; unlimited unless said. */
  bitsPerSecond = Number.POSITIVE_INFINITY;
  /** Connections made so far. */
  joined = 0;
  port = 0;

  constructor(target: () => number) {
    this.#target = target;
  }

  async start(): Promise<void> {
    const server = createServer((inner) => this.#join(inner));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Every connection breaks and none can be made. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Bytes of these directions are swallowed; connections stay. */
  deafen(...directions: Direction[]): void {
    for (const direction of directions) this.#deaf.add(direction);
  }

  mend(): void {
    this.#cut = false;
    this.#deaf.clear();
  }

  #join(inner: Socket): void {
    if (this.#cut) return void inner.resetAndDestroy();
    this.joined++;
    const outer = connect(this.#target(), '127.0.0.1');
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
    this.#carry(inner, outer, 'toCentre');
    this.#carry(outer, inner, 'toBox');
  }

  #carry(from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (bytes: Buffer) => {
      if (this.#deaf.has(direction)) return;
      if (this.bitsPerSecond === Number.POSITIVE_INFINITY) return void to.write(bytes);
      from.pause();
      void this.#drip(bytes, to).then(() => from.resume());
    });
  }

  async #drip(bytes: Buffer, to: Socket): Promise<void> {
    const piece = Math.max(1, Math.round((this.bitsPerSecond / 8_000) * pieceMs));
    for (let at = 0; at < bytes.length && !to.destroyed; at += piece) {
      const part = bytes.subarray(at, at + piece);
      await new Promise((go) => setTimeout(go, (part.length / piece) * pieceMs));
      to.write(part);
    }
  }
}
