// A socket that cannot hurt the others: reads are measured before the broker sees them, writes never hold up the bus.
import type { Duplex } from 'node:stream';
import type { Reader } from './fan-out.ts';
import type { PacketChecker, PacketVerdict } from './packet-checker.ts';

export type GuardEnd = Exclude<PacketVerdict, 'fits'> | 'flood' | 'queue-full' | 'stalled';

export interface GuardOptions {
  readonly checker: PacketChecker;
  readonly queuedBytesMax: number;
  readonly stallMs: number;
  /** The socket was destroyed, and why. */
  readonly onEnd: (reason: GuardEnd) => void;
  /** What was just read, bare PUBACKs not counted among the packets: for how many ms nothing more is to be read from this socket, Infinity to cut it. */
  readonly onRead: (bytes: number, packets: number) => number;
  readonly onWrite: (bytes: number) => void;
  /** It lives, though no packet tells so: it acknowledged and said nothing else, or it is we who do not listen. `bytes`: those not yet told by `onRead`. */
  readonly onAlive: (bytes: number) => void;
  /** Called when bytes begin to wait; `sweep` must then be called about once a second until it answers false. */
  readonly onWaiting: (guard: SocketGuard) => void;
}

type Write = (chunk: Uint8Array | string, encoding?: BufferEncoding, done?: (error?: Error | null) => void) => boolean;

/** A few acknowledgements in one segment are not worth a look at the sender's allowance: a segment costs it more than us. */
const fewPubackBytes = 32;

/** Bytes given to the kernel side at a time. A box on 64 kbit/s takes them in 4 s, so progress shows well within `stallMs`. */
const windowBytes = 32 * 1024;

/** The shortest keep-alive is a second, and may be overdrawn by half of one. */
const pauseStepMs = 1000;

/** CONNACK 1, unacceptable protocol level: the one answer that is owed before anything is parsed [MQTT-3.1.2-2]. */
const wrongProtocol = Uint8Array.of(0x20, 2, 0, 1);

/**
 * INVARIANTS: `write` always answers true, so aedes never waits for a socket; at most `windowBytes` lie in Node's own
 * buffer and all later bytes in `#queue`, in order; progress is a write's completion.
 */
export class SocketGuard implements Reader {
  readonly #socket: Duplex;
  readonly #options: GuardOptions;
  readonly #write: Write;
  #queue: Uint8Array[] = [];
  #head = 0;
  #queuedBytes = 0;
  #waiting = false;
  #progressAtMs = 0;
  #paused = false;
  #gone = false;
  #onRoom: (() => void)[] = [];

  /** Takes over `read` and `write` of the socket: wrapping it in another stream would cost 10 kB per connection. */
  constructor(socket: Duplex, options: GuardOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#write = socket.write.bind(socket) as Write;
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => (this.#paused ? null : this.#checked(read(size)));
    socket.write = ((chunk: Uint8Array | string, encoding?: unknown, done?: unknown) => {
      const given = typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined;
      this.#take(chunk, given);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    }) as Duplex['write'];
  }

  /** A whole packet, after all that was written before. */
  send(packet: Uint8Array): void {
    this.#take(packet, undefined);
  }

  /** Bytes that are not yet with the kernel. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#socket.writableLength;
  }

  /** Less than a window waits: whoever has much to say goes on now, or when `whenRoom` calls. */
  get hasRoom(): boolean {
    return !this.#gone && this.#queuedBytes === 0;
  }

  /** Called once, when all that waits has been given to the socket; never when the socket ends first. */
  whenRoom(call: () => void): void {
    this.#onRoom.push(call);
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
    if (chunk === null || this.#gone) return null;
    const { checker, onRead, onAlive } = this.#options;
    const { packets } = checker;
    if (chunk.length <= fewPubackBytes && checker.between && packets > 0 && onlyPubacks(chunk)) {
      onAlive(chunk.length);
      return null;
    }
    const fresh = checker.between;
    const verdict = checker.feed(chunk);
    if (verdict !== 'fits') {
      if (verdict === 'protocol') this.#write(wrongProtocol);
      this.#end(verdict);
      return null;
    }
    const isAnswer = fresh && onlyPubacks(chunk);
    const waitMs = onRead(chunk.length, isAnswer ? 0 : checker.packets - packets);
    if (waitMs === Number.POSITIVE_INFINITY) {
      this.#end('flood');
      return null;
    }
    if (waitMs > 0) this.#pause(waitMs);
    if (!isAnswer) return chunk;
    onAlive(0);
    return null;
  }

  /** What is not read stays in the kernel, and then with the sender: the bus never sees it. */
  #pause(waitMs: number): void {
    this.#paused = true;
    const stepMs = Math.min(waitMs, pauseStepMs);
    setTimeout(() => {
      if (this.#gone || this.#socket.destroyed) return;
      this.#options.onAlive(0);
      if (waitMs > stepMs) return this.#pause(waitMs - stepMs);
      this.#paused = false;
      this.#socket.emit('readable');
    }, stepMs).unref();
  }

  #take(chunk: Uint8Array | string, encoding: BufferEncoding | undefined): void {
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
    if (this.#queuedBytes === 0 && this.#onRoom.length > 0) for (const call of this.#onRoom.splice(0)) call();
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
    this.#onRoom = [];
    this.#options.onEnd(reason);
    if (reason === 'protocol') this.#socket.end(() => this.#socket.destroy());
    else this.#socket.destroy();
  }
}

/**
 * Whole PUBACK packets and nothing else (MQTT 3.1.1 §3.4): after a broadcast they come by the thousand, and as nothing is
 * ever sent twice on a connection they need no parser and no table.
 */
export function onlyPubacks(chunk: Uint8Array): boolean {
  if (chunk.length % 4 !== 0) return false;
  for (let at = 0; at < chunk.length; at += 4) {
    const identifier = ((chunk[at + 2] as number) << 8) | (chunk[at + 3] as number);
    if (chunk[at] !== 0x40 || chunk[at + 1] !== 2 || identifier === 0) return false;
  }
  return true;
}
