// The guarded socket: always ready to write, fair to slow readers, hard on those that take nothing or too much.
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GuardEnd, onlyPubacks, SocketGuard } from '../../broker/guards.ts';
import { PacketChecker } from '../../broker/packet-checker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The client's first words. */
const connect = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61]);

/** A socket whose far end takes so many bytes a second; a waiting run of writes completes as a whole, as libuv does. */
function makeSocket(bytesPerSecond: number) {
  const arrived: Uint8Array[] = [];
  const given = [connect];
  let buffered: { bytes: Buffer; done: ((error?: Error) => void) | undefined }[] = [];
  let busy = false;
  const next = () => {
    if (busy || buffered.length === 0 || bytesPerSecond === 0) return;
    busy = true;
    const run = buffered;
    const size = run.reduce((sum, one) => sum + one.bytes.length, 0);
    setTimeout(
      () => {
        buffered = buffered.slice(run.length);
        busy = false;
        for (const one of run) {
          arrived.push(one.bytes);
          one.done?.();
        }
        next();
      },
      (size * 1000) / bytesPerSecond,
    );
  };
  const socket = {
    destroyed: false,
    get writableLength() {
      return buffered.reduce((sum, one) => sum + one.bytes.length, 0);
    },
    read: (): Buffer | null => given.shift() ?? null,
    write(chunk: Uint8Array | string, _encoding?: string, done?: (error?: Error) => void) {
      buffered.push({ bytes: Buffer.from(chunk as Uint8Array), done });
      next();
      return buffered.length < 2;
    },
    destroy() {
      socket.destroyed = true;
    },
  };
  return { socket: socket as unknown as TLSSocket, arrived };
}

function makeGuard(bytesPerSecond: number, pauseMs = 0) {
  const { socket, arrived } = makeSocket(bytesPerSecond);
  const ends: GuardEnd[] = [];
  const alive: number[] = [];
  const guard = new SocketGuard(socket, {
    checker: new PacketChecker({ connectBytesMax: 100, laterBytesMax: 100, topicBytesMax: 32, topicLevelsMax: 6, filtersMax: 4 }),
    queuedBytesMax: 4 * 2 ** 20,
    stallMs: 10_000,
    onEnd: (reason) => ends.push(reason),
    onRead: () => pauseMs,
    onWrite: () => undefined,
    onAlive: () => void alive.push(performance.now()),
    onWaiting: () => undefined,
  });
  const sweeping = setInterval(() => guard.sweep(performance.now()), 1000);
  return { socket, arrived, ends, alive, stop: () => clearInterval(sweeping) };
}

describe('guarded socket', () => {
  it('carries a 512 KB order to a box on 64 kbit/s, whole and in order', async () => {
    const { socket, arrived, ends, stop } = makeGuard(8000);
    const order = Buffer.from(Array.from({ length: 512 * 1024 }, (_, i) => (i * 7) % 251));
    expect(socket.write('head')).toBe(true);
    expect(socket.write(order)).toBe(true);
    expect(socket.write('tail')).toBe(true);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(Buffer.concat(arrived).equals(Buffer.concat([Buffer.from('head'), order, Buffer.from('tail')]))).toBe(true);
    expect(ends).toEqual([]);
    stop();
  });

  it('ends a socket that takes nothing for ten seconds, but not an idle one', async () => {
    const idle = makeGuard(8000);
    idle.socket.write('x');
    const stuck = makeGuard(0);
    stuck.socket.write('x');
    await vi.advanceTimersByTimeAsync(9000);
    expect(stuck.ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(3000);
    expect({ stuck: stuck.ends, destroyed: stuck.socket.destroyed, idle: idle.ends }).toEqual({
      stuck: ['stalled'],
      destroyed: true,
      idle: [],
    });
    idle.stop();
    stuck.stop();
  });

  it('ends a socket with more than 4 MiB waiting, and answers true all along', () => {
    const { socket, ends, stop } = makeGuard(0);
    const answers = new Set(Array.from({ length: 70 }, () => socket.write(Buffer.alloc(64 * 1024))));
    expect({ answers: [...answers], ends }).toEqual({ answers: [true], ends: ['queue-full'] });
    stop();
  });
});

describe('a paused socket', () => {
  it('is said to live each second that it is not listened to, and is read again afterwards', async () => {
    const { socket, alive, stop } = makeGuard(8000, 2500);
    const reads: (Buffer | null)[] = [];
    socket.emit = ((name: string) => name === 'readable' && reads.push(socket.read() as Buffer | null) > 0) as typeof socket.emit;
    const startMs = performance.now();
    expect(socket.read()).toEqual(connect);
    expect(socket.read()).toBeNull();
    await vi.advanceTimersByTimeAsync(2499);
    expect({ alive: alive.map((atMs) => atMs - startMs), reads }).toEqual({ alive: [1000, 2000], reads: [] });
    await vi.advanceTimersByTimeAsync(1);
    expect({ alive: alive.length, reads }).toEqual({ alive: 3, reads: [null] });
    stop();
  });
});

describe('acknowledgements', () => {
  it('are known only as whole packets with an identifier', () => {
    const sound = Buffer.from([0x40, 2, 0, 1, 0x40, 2, 0xff, 0xff]);
    expect(onlyPubacks(sound)).toBe(true);
    for (const other of [
      sound.subarray(0, 6),
      [0x40, 2, 0, 0],
      [0x40, 3, 0, 1],
      [0x41, 2, 0, 1],
      [0x50, 2, 0, 1],
      [0x40, 2, 0, 1, 0xc0, 0, 0x40, 2],
    ])
      expect(onlyPubacks(Uint8Array.from(other))).toBe(false);
  });
});
