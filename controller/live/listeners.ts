// Boxes that hold a session's stream: each gets every batch, none can hold up the others.
import type { WebSocket } from 'ws';

/** About ten seconds of speech; whoever is that far behind is let go and comes back with a fresh stream. */
const waitingBytesMax = 48 * 1024;
export const listenersMax = 1_000;

export class Listeners {
  readonly #sockets = new Map<string, WebSocket>();
  #last: Uint8Array | undefined;
  #dropped = 0;

  get count(): number {
    return this.#sockets.size;
  }

  /** Boxes let go because they did not read. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A box's newer stream takes the place of its older one. It begins with the last batch: what was before has sounded. */
  join(dev: string, socket: WebSocket): boolean {
    if (!this.#sockets.has(dev) && this.#sockets.size >= listenersMax) return false;
    this.#sockets.get(dev)?.close(1000, 'replaced');
    this.#sockets.set(dev, socket);
    socket.on('close', () => this.#sockets.get(dev) === socket && this.#sockets.delete(dev));
    socket.on('error', () => socket.terminate());
    // Boxes only listen here.
    socket.on('message', () => socket.terminate());
    if (this.#last) socket.send(this.#last, { binary: true });
    return true;
  }

  send(batch: Uint8Array): void {
    this.#last = batch;
    for (const socket of this.#sockets.values()) {
      if (socket.bufferedAmount > waitingBytesMax) {
        this.#dropped += 1;
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) socket.send(batch, { binary: true });
    }
  }

  /** Nothing follows. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.close(1000, 'ended');
  }
}
