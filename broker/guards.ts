// A socket that cannot hurt the others: reads are measured before the broker sees them, writes never hold up the bus.
import type { TLSSocket } from 'node:tls';
import type { PacketGauge } from './link/packet-gauge.ts';

export type GuardEnd = 'too-large' | 'malformed' | 'not-connect' | 'queue-full' | 'stalled';

export interface GuardOptions {
  readonly gauge: PacketGauge;
  readonly queuedBytesMax: number;
  readonly stallMs: number;
  /** The socket was destroyed, and why. */
  readonly onEnd: (reason: GuardEnd) => void;
  readonly onRead: (bytes: number) => void;
  readonly onWrite: (bytes: number) => void;
  /** Called when bytes begin to wait; `sweep` must then be called about once a second until it answers false. */
  readonly onWaiting: (guard: SocketGuard) => void;
}

type Write = (chunk: Uint8Array | string, encoding?: BufferEncoding, done?: (error?: Error | null) => void) => boolean;

/** Bytes given to the kernel side at a time. A box on 64 kbit/s takes them in 4 s, so progress shows well within `stallMs`. */
const windowBytes = 32 * 1024;

/**
 * INVARIANTS: `write` always answers true, so aedes never waits for a socket; at most `windowBytes` lie in Node's own
 * buffer and all later bytes in `#queue`, in order; progress is a write's completion.
 */
export class SocketGuard {
  readonly #socket: TLSSocket;
  readonly #options: GuardOptions;
  readonly #write: Write;
  #queue: Uint8Array[] = [];
  #head = 0;
  #queuedBytes = 0;
  #waiting = false;
  #progressAtMs = 0;
  #gone = false;

  /** Takes over `read` and `write` of the socket: wrapping it in another stream would cost 10 kB per connection. */
  constructor(socket: TLSSocket, options: GuardOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#write = socket.write.bind(socket) as Write;
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => this.#checked(read(size));
    socket.write = ((chunk: Uint8Array | string, encoding?: unknown, done?: unknown) => {
      const given = typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined;
      this.#send(chunk, given);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    }) as TLSSocket['write'];
  }

  /** Ends the socket when nothing moved for `stallMs`. False when nothing waits any more. */
  sweep(nowMs: number): boolean {
    if (this.#gone || this.#socket.destroyed || this.#queuedBytes + this.#socket.writableLength === 0) {
      this.#waiting = false;
      return false;
    }
    if (nowMs - this.#progressAtMs > this.#options.stallMs) {
      this.#end('stalled');
      return false;
    }
    return true;
  }

  #checked(chunk: Uint8Array | null): Uint8Array | null {
    if (chunk === null) return null;
    this.#options.onRead(chunk.length);
    const verdict = this.#gone ? 'malformed' : this.#options.gauge.feed(chunk);
    if (verdict === 'fits') return chunk;
    this.#end(verdict);
    return null;
  }

  #send(chunk: Uint8Array | string, encoding: BufferEncoding | undefined): void {
    if (this.#gone || this.#socket.destroyed) return;
    this.#options.onWrite(chunk.length);
    if (!this.#waiting) {
      this.#waiting = true;
      this.#progressAtMs = performance.now();
      this.#options.onWaiting(this);
    }
    if (this.#queuedBytes === 0 && this.#socket.writableLength + chunk.length <= windowBytes) {
      this.#write(chunk, encoding, this.#written);
      return;
    }
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes + this.#socket.writableLength > this.#options.queuedBytesMax) this.#end('queue-full');
    else this.#pump();
  }

  readonly #written = (error?: Error | null): void => {
    if (error || this.#gone) return;
    this.#progressAtMs = performance.now();
    if (this.#queuedBytes > 0) this.#pump();
  };

  #pump(): void {
    while (this.#queuedBytes > 0) {
      const room = windowBytes - this.#socket.writableLength;
      if (room <= 0) break;
      const next = this.#queue[this.#head] as Uint8Array;
      const piece = next.length <= room ? next : next.subarray(0, room);
      if (piece === next) this.#head++;
      else this.#queue[this.#head] = next.subarray(room);
      this.#queuedBytes -= piece.length;
      this.#write(piece, undefined, this.#written);
    }
    if (this.#queuedBytes === 0 || this.#head >= 256) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  #end(reason: GuardEnd): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#options.onEnd(reason);
    this.#socket.destroy();
  }
}
