// A wire of single IP packets between this machine and a network namespace: each direction can be cut, lossy, late, out of order or slow.
// Two TUN devices and this process between them, so that no module of the kernel is needed (Linux, Documentation/networking/tuntap).
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import koffi from 'koffi';

const tunSetIff = 0x400454ca;
/** IFF_TUN without packet information. */
const tunFlags = 0x1001;
const ifreqBytes = 40;
const pollIn = 1;
const packetBytes = 2048;
/** What waits behind a slow wire; more is dropped, as a modem does. */
const queueBytesMax = 64 * 1024;

export interface Way {
  cut: boolean;
  /** Of all packets, 0..1. */
  lossShare: number;
  delayMs: number;
  /** So many of all packets come later by up to this, and so behind others. */
  lateShare: number;
  lateMs: number;
  bitsPerSecond: number;
}

export const plainWay = (): Way => ({
  ...{ cut: false, lossShare: 0, delayMs: 0, lateShare: 0, lateMs: 0, bitsPerSecond: Number.POSITIVE_INFINITY },
});

export interface Passed {
  packets: number;
  lost: number;
  /** Delivered behind one that was sent after it. */
  behind: number;
}

interface End {
  readonly name: string;
  readonly fd: number;
}

interface Direction {
  readonly from: End;
  readonly to: End;
  readonly way: Way;
  readonly passed: Passed;
  freeAtMs: number;
  waitingBytes: number;
  sent: number;
  newest: number;
}

const system = koffi.load(null);
const ioctl = system.func('int ioctl(int fd, unsigned long request, void *argument)');
const poll = system.func('int poll(void *fds, unsigned long count, int timeoutMs)');

export class PacketWire {
  readonly toBox: Way = plainWay();
  readonly toCentre: Way = plainWay();
  readonly passed = { toBox: nothing(), toCentre: nothing() };
  readonly #here: End;
  readonly #there: End;
  #open = true;

  /** Makes both devices; the one `there` is moved into the namespace. */
  constructor(name: string, namespace: string) {
    this.#here = openTun(`${name}h`);
    this.#there = openTun(`${name}t`);
    execFileSync('ip', ['link', 'set', this.#there.name, 'netns', namespace]);
  }

  get names(): { readonly here: string; readonly there: string } {
    return { here: this.#here.name, there: this.#there.name };
  }

  start(): void {
    const direction = (from: End, to: End, way: Way, passed: Passed): Direction => ({
      ...{ from, to, way, passed, freeAtMs: 0, waitingBytes: 0, sent: 0, newest: 0 },
    });
    const toBox = direction(this.#here, this.#there, this.toBox, this.passed.toBox);
    const toCentre = direction(this.#there, this.#here, this.toCentre, this.passed.toCentre);
    void this.#carry([toBox, toCentre]);
  }

  stop(): void {
    this.#open = false;
  }

  async #carry(directions: readonly Direction[]): Promise<void> {
    const asked = Buffer.alloc(8 * directions.length);
    for (const [at, { from }] of directions.entries()) {
      asked.writeInt32LE(from.fd, 8 * at);
      asked.writeInt16LE(pollIn, 8 * at + 4);
    }
    while (this.#open) {
      await new Promise<void>((resolve) => poll.async(asked, directions.length, 200, () => resolve()));
      for (const [at, one] of directions.entries()) if (asked.readInt16LE(8 * at + 6) & pollIn) this.#drain(one);
    }
    for (const { from } of directions) closeSync(from.fd);
  }

  #drain(direction: Direction): void {
    for (let packet = read(direction.from.fd); packet; packet = read(direction.from.fd)) this.#pass(direction, packet);
  }

  #pass(direction: Direction, packet: Buffer): void {
    const { way, passed } = direction;
    passed.packets++;
    if (way.cut || Math.random() < way.lossShare || direction.waitingBytes + packet.length > queueBytesMax) {
      passed.lost++;
      return;
    }
    const number = ++direction.sent;
    const nowMs = performance.now();
    direction.freeAtMs = Math.max(nowMs, direction.freeAtMs) + (packet.length * 8_000) / way.bitsPerSecond;
    const late = Math.random() < way.lateShare ? Math.random() * way.lateMs : 0;
    const waitMs = direction.freeAtMs - nowMs + way.delayMs + late;
    if (waitMs < 1) {
      this.#deliver(direction, packet, number);
      return;
    }
    direction.waitingBytes += packet.length;
    setTimeout(() => {
      direction.waitingBytes -= packet.length;
      this.#deliver(direction, packet, number);
    }, waitMs);
  }

  #deliver(direction: Direction, packet: Buffer, number: number): void {
    if (number < direction.newest) direction.passed.behind++;
    direction.newest = Math.max(direction.newest, number);
    if (!this.#open) return;
    try {
      writeSync(direction.to.fd, packet);
    } catch {
      // Its device is down or full: a packet is lost, as on any wire.
      direction.passed.lost++;
    }
  }
}

const nothing = (): Passed => ({ packets: 0, lost: 0, behind: 0 });

function openTun(name: string): End {
  const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  const request = Buffer.alloc(ifreqBytes);
  request.write(name, 0, 15, 'latin1');
  request.writeUInt16LE(tunFlags, 16);
  if (ioctl(fd, tunSetIff, request) < 0) throw new Error(`no device ${name}: errno ${koffi.errno()}`);
  return { name, fd };
}

function read(fd: number): Buffer | undefined {
  const packet = Buffer.alloc(packetBytes);
  try {
    return packet.subarray(0, readSync(fd, packet));
  } catch {
    // Nothing more for now.
    return undefined;
  }
}
