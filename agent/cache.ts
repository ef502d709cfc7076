// Media and parts on the card, named by their hash: whole and verified or not there at all.
import { open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf } from '../hardware/host/failure.ts';
import { makeFolder, syncDirectory } from '../hardware/host/files.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const namePattern = /^[0-9a-f]{64}$/;
/** Audio that came inside orders: never evicted by the plan's needs, bounded by itself. */
const orderDrawerBytesMax = 16 * 1024 * 1024;
/** The same in memory, of what is not on the disk (yet): all that three groups may hold at once. */
const heldBytesMax = 3 * 1024 * 1024;

export interface CacheOptions {
  readonly dir: string;
  readonly bytesMax: number;
  /** Left free on the disk. */
  readonly reserveBytes: number;
  readonly sha256File: (path: string) => Promise<string>;
  readonly freeBytes?: (dir: string) => Promise<number>;
}

export interface CacheSeen {
  readonly has: readonly { readonly sha256: string; readonly bytes: number }[];
  readonly freeBytes: number;
}

/** INVARIANTS: a name in `#sizes` is a whole file; files appear only by rename after their hash was checked. */
export class Cache {
  readonly #options: CacheOptions;
  readonly #sizes = new Map<string, number>();
  readonly #orders = new Map<string, number>();
  /** Audio of orders that the disk has not taken. */
  readonly #held = new Map<string, Uint8Array>();
  readonly #unverified: string[] = [];
  /** Compared with their names since the start. */
  readonly #whole = new Set<string>();
  readonly #rottenListeners = new Set<(sha256: string) => void>();
  #bytes = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** Learn what is there from names and sizes; content is verified later, at a pace. A disk that cannot be read or written holds nothing. */
  async start(): Promise<Result<void>> {
    try {
      await this.#look();
    } catch (error) {
      return { ok: false, problem: problemOf(error) };
    }
    return ok(undefined);
  }

  async #look(): Promise<void> {
    for (const folder of ['temp', 'orders']) await makeFolder(join(this.#options.dir, folder), 0o700);
    for (const drawer of await readdir(this.#options.dir)) {
      if (!/^[0-9a-f]{2}$/.test(drawer)) continue;
      for (const name of await readdir(join(this.#options.dir, drawer))) await this.#admit(join(drawer, name), name, this.#sizes);
    }
    for (const name of await readdir(join(this.#options.dir, 'orders'))) await this.#admit(join('orders', name), name, this.#orders);
    this.#unverified.push(...this.#sizes.keys(), ...this.#orders.keys());
  }

  /** Where a content lies, if it is here. */
  pathOf(sha256: string): string | undefined {
    if (this.#sizes.has(sha256)) return this.#path(sha256);
    return this.#orders.has(sha256) ? this.#orderPath(sha256) : undefined;
  }

  /** The bytes of an order's audio while they are in memory only. */
  heldBytes(sha256: string): Uint8Array | undefined {
    return this.#held.get(sha256);
  }

  async seen(): Promise<CacheSeen> {
    const all = new Map([...this.#orders, ...this.#sizes]);
    return { has: [...all].map(([sha256, bytes]) => ({ sha256, bytes })), freeBytes: await this.freeBytes() };
  }

  /** Bytes that may still be filled: the smaller of the card's and our own limit. */
  async freeBytes(): Promise<number> {
    const { dir, reserveBytes, bytesMax, freeBytes = freeOnDisk } = this.#options;
    return Math.max(0, Math.min((await freeBytes(dir).catch(() => 0)) - reserveBytes, bytesMax - this.#bytes));
  }

  /** Where a download gathers; kept between tries, so that it can go on. */
  tempPath(sha256: string): string {
    return join(this.#options.dir, 'temp', `${sha256}.part`);
  }

  /** Make a checked temporary file part of the cache. The caller has compared its hash. */
  async adopt(sha256: string, bytes: number): Promise<void> {
    const path = this.#path(sha256);
    await makeFolder(join(path, '..'), 0o700);
    await rename(this.tempPath(sha256), path);
    await syncDirectory(join(path, '..'));
    this.#bytes += bytes - (this.#sizes.get(sha256) ?? 0);
    this.#sizes.set(sha256, bytes);
    this.#whole.add(sha256);
  }

  /** Were its bytes compared with its name since the start? */
  foundWhole(sha256: string): boolean {
    return this.#whole.has(sha256);
  }

  /** Told of each file that was thrown away for not being what its name says. */
  onRotten(listener: (sha256: string) => void): void {
    this.#rottenListeners.add(listener);
  }

  /** A file is not what its name says: it goes, and is told, so that it is fetched again. */
  async throwAway(sha256: string): Promise<void> {
    try {
      await this.evict(sha256);
    } finally {
      for (const listener of this.#rottenListeners) listener(sha256);
    }
  }

  /** Keep audio that came inside an order: at once in memory; resolves when it is on the disk. The caller has compared its hash. */
  async storeOrderAudio(sha256: string, bytes: Uint8Array): Promise<Result<void>> {
    if (this.pathOf(sha256)) return ok(undefined);
    this.#hold(sha256, bytes);
    const temporary = this.tempPath(`order-${sha256}`);
    try {
      await this.#makeRoomInDrawer(bytes.length);
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#orderPath(sha256));
      await syncDirectory(join(this.#options.dir, 'orders'));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      return { ok: false, problem: problemOf(error) };
    }
    this.#held.delete(sha256);
    this.#orders.set(sha256, bytes.length);
    return ok(undefined);
  }

  async #makeRoomInDrawer(bytes: number): Promise<void> {
    let held = [...this.#orders.values()].reduce((sum, size) => sum + size, 0);
    for (const [oldest, size] of this.#orders) {
      if (held + bytes <= orderDrawerBytesMax) return;
      await this.#dropOrderAudio(oldest);
      held -= size;
    }
  }

  /** The oldest give way. */
  #hold(sha256: string, bytes: Uint8Array): void {
    this.#held.delete(sha256);
    this.#held.set(sha256, bytes);
    let total = [...this.#held.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#held) {
      if (total <= heldBytesMax) return;
      this.#held.delete(oldest);
      total -= length;
    }
  }

  /** Only what the core names goes. */
  async evict(sha256: string): Promise<void> {
    this.#whole.delete(sha256);
    const bytes = this.#sizes.get(sha256);
    if (bytes !== undefined) {
      this.#sizes.delete(sha256);
      this.#bytes -= bytes;
      await rm(this.#path(sha256), { force: true });
    }
    if (this.#orders.has(sha256)) await this.#dropOrderAudio(sha256);
    this.#held.delete(sha256);
  }

  /** A file gave trouble: it is checked before the others. */
  doubt(sha256: string): void {
    if (this.#unverified[0] !== sha256) this.#unverified.unshift(sha256);
  }

  /** Check one file not yet verified since start; a rotten one is removed. Answers its name, or undefined when all are done. */
  async verifyNext(): Promise<{ readonly sha256: string; readonly whole: boolean } | undefined> {
    const sha256 = this.#unverified.shift();
    if (sha256 === undefined) return undefined;
    const path = this.pathOf(sha256);
    if (!path) return this.verifyNext();
    const whole = (await this.#options.sha256File(path).catch(() => '')) === sha256;
    if (whole) this.#whole.add(sha256);
    else await this.throwAway(sha256);
    return { sha256, whole };
  }

  async #admit(place: string, name: string, into: Map<string, number>): Promise<void> {
    if (!namePattern.test(name)) return;
    const { size } = await stat(join(this.#options.dir, place));
    into.set(name, size);
    if (into === this.#sizes) this.#bytes += size;
  }

  async #dropOrderAudio(sha256: string): Promise<void> {
    this.#orders.delete(sha256);
    await rm(this.#orderPath(sha256), { force: true });
  }

  #path(sha256: string): string {
    return join(this.#options.dir, sha256.slice(0, 2), sha256);
  }

  #orderPath(sha256: string): string {
    return join(this.#options.dir, 'orders', sha256);
  }
}

async function freeOnDisk(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** Room for `bytes` more, or which limit is in the way. */
export async function roomFor(cache: Cache, bytes: number): Promise<Result<void>> {
  const free = await cache.freeBytes();
  return bytes <= free ? ok(undefined) : bad('over-budget', `${bytes} bytes needed, ${free} free`);
}
