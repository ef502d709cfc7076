// GPIO lines of the kernel's character device, held by this process: when it dies, the kernel takes them back at once.
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { Failure } from '../host/failure.ts';
import {
  type LineEdge,
  type LineWish,
  readChip,
  readEdges,
  readLineInfo,
  readRequestFd,
  readValues,
  requests,
  sizes,
  writeLineInfo,
  writeRequest,
  writeValues,
} from './gpio-abi.ts';
import { pickGpioChip } from './gpio-numbers.ts';

/** The two calls of the system that Node has no words for. */
export interface SystemCalls {
  /** Answers 0 or a negative errno; the kernel's answer stands in `bytes`. */
  ioctl(fd: number, request: number, bytes: Buffer): number;
  /** Is there something to read? Never waits. */
  readable(fd: number): boolean;
}

const edgesPerRead = 16;
const pollIn = 1;

/** Rejects with Failure driver-missing where koffi is not installed. */
export async function loadSystemCalls(): Promise<SystemCalls> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const ioctl = library.func('int ioctl(int fd, unsigned long request, void *argument)');
    const poll = library.func('int poll(void *fds, unsigned long count, int timeoutMs)');
    return {
      ioctl: (fd, request, bytes) => (ioctl(fd, request, bytes) < 0 ? -koffi.errno() : 0),
      readable: (fd) => {
        const asked = Buffer.alloc(8);
        asked.writeInt32LE(fd, 0);
        asked.writeInt16LE(pollIn, 4);
        return poll(asked, 1, 0) > 0 && (asked.readInt16LE(6) & pollIn) !== 0;
      },
    };
  } catch (error) {
    throw new Failure('driver-missing', `the package koffi cannot be loaded: ${(error as Error).message}`, error);
  }
}

/** The lines of one request. Values are bits in the order of the offsets asked for; 1 is active. */
export class HeldLines {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #mask: bigint;

  constructor(calls: SystemCalls, fd: number, count: number) {
    this.#calls = calls;
    this.#fd = fd;
    this.#mask = (1n << BigInt(count)) - 1n;
  }

  /** Throws Failure when the chip is gone. */
  read(): bigint {
    const bytes = writeValues(0n, this.#mask);
    check(this.#calls.ioctl(this.#fd, requests.getValues, bytes), 'reading lines');
    return readValues(bytes) & this.#mask;
  }

  set(place: number, active: boolean): void {
    const bit = 1n << BigInt(place);
    check(this.#calls.ioctl(this.#fd, requests.setValues, writeValues(active ? bit : 0n, bit)), 'setting a line');
  }

  /** Edges since the last call, oldest first; never waits. */
  edges(): LineEdge[] {
    if (!this.#calls.readable(this.#fd)) return [];
    const bytes = Buffer.alloc(edgesPerRead * sizes.event);
    return readEdges(bytes.subarray(0, readSync(this.#fd, bytes)));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

export class GpioChip {
  readonly label: string;
  readonly #calls: SystemCalls;
  readonly #fd: number;

  constructor(calls: SystemCalls, fd: number, label: string) {
    this.#calls = calls;
    this.#fd = fd;
    this.label = label;
  }

  /** Throws Failure: device-busy with who holds a line, device-failed otherwise. */
  request(wish: LineWish): HeldLines {
    const bytes = writeRequest(wish);
    const answer = this.#calls.ioctl(this.#fd, requests.line, bytes);
    if (answer === -os.errno.EBUSY) throw new Failure('device-busy', this.#holders(wish.offsets));
    check(answer, `lines ${wish.offsets.join(', ')} of ${this.label}`);
    return new HeldLines(this.#calls, readRequestFd(bytes), wish.offsets.length);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #holders(offsets: readonly number[]): string {
    const held = offsets.flatMap((offset) => {
      const bytes = writeLineInfo(offset);
      if (this.#calls.ioctl(this.#fd, requests.lineInfo, bytes) < 0) return [];
      const { used, consumer } = readLineInfo(bytes);
      return used ? [`line ${offset} is held by ${consumer === '' ? 'a program without a name' : `“${consumer}”`}`] : [];
    });
    return `${this.label}: ${held.join(', ') || 'lines are in use'}`;
  }
}

/** The chip named by label or path, or the header's. Throws Failure: device-failed with the chips there are. */
export function openGpioChip(calls: SystemCalls, named?: string, folder = '/dev'): GpioChip {
  const paths = named?.startsWith('/') ? [named] : chipPaths(folder);
  const chips = paths.flatMap((path) => {
    const fd = openChip(path);
    const bytes = Buffer.alloc(sizes.chip);
    if (calls.ioctl(fd, requests.chip, bytes) === 0) return [{ path, fd, ...readChip(bytes) }];
    closeSync(fd);
    return [];
  });
  const chosen = named?.startsWith('/') ? chips[0] : pickGpioChip(chips, named);
  for (const { fd } of chips) if (fd !== chosen?.fd) closeSync(fd);
  if (chosen) return new GpioChip(calls, chosen.fd, chosen.label);
  const there = chips.map(({ path, label, lines }) => `${path} “${label}” with ${lines} lines`).join(', ');
  throw new Failure('device-failed', `no GPIO chip ${named ?? ''} among: ${there || 'none'}`);
}

function chipPaths(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^gpiochip\d+$/.test(name));
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => join(folder, name));
}

function openChip(path: string): number {
  try {
    return openSync(path, constants.O_RDWR);
  } catch (error) {
    throw new Failure('device-failed', `${(error as Error).message} (is the box's user in the group gpio?)`, error);
  }
}

function check(answer: number, what: string): void {
  if (answer < 0) throw new Failure('device-failed', `${what}: ${getSystemErrorName(answer)}`);
}
