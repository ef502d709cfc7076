// Content by its SHA-256 in the data folder: parts, media, order voices. Written once, never changed.
import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 as hashOf, randomHex } from '../hardware/host/crypto.ts';
import { makeFolder, readIfPresent, syncDirectory, writeFileAtomic } from '../hardware/host/files.ts';

const shaPattern = /^[0-9a-f]{64}$/;

export class Blobs {
  readonly #dir: string;
  readonly #uploads: string;

  constructor(dir: string, uploads: string) {
    this.#dir = dir;
    this.#uploads = uploads;
  }

  /** Make the folders and forget uploads that a power cut left half-done. */
  async start(): Promise<void> {
    await makeFolder(this.#dir);
    await makeFolder(this.#uploads);
    for (const name of await readdir(this.#uploads)) await rm(join(this.#uploads, name), { recursive: true, force: true });
  }

  /** A fresh path for work in progress. */
  temporary(ending = ''): string {
    return join(this.#uploads, `${randomHex(8)}${ending}`);
  }

  /** Keep bytes; answers their name. */
  async keep(bytes: Uint8Array): Promise<string> {
    const sha256 = hashOf(bytes);
    if (!(await this.size(sha256))) await writeFileAtomic(this.#path(sha256), bytes);
    return sha256;
  }

  /** Take a finished file of ours over; its bytes were synced and hashed before. */
  async adopt(path: string, sha256: string): Promise<void> {
    const target = this.#path(sha256);
    await makeFolder(join(target, '..'));
    await rename(path, target);
    await syncDirectory(join(target, '..'));
  }

  /** Size in bytes, or undefined when it is not here. */
  async size(sha256: string): Promise<number | undefined> {
    if (!shaPattern.test(sha256)) return undefined;
    return (await stat(this.#path(sha256)).catch(() => undefined))?.size;
  }

  async read(sha256: string): Promise<Buffer | undefined> {
    return shaPattern.test(sha256) ? readIfPresent(this.#path(sha256)) : undefined;
  }

  /** Where content lies, for somebody who copies it whole. */
  pathOf(sha256: string): string | undefined {
    return shaPattern.test(sha256) ? this.#path(sha256) : undefined;
  }

  /** Bytes `from` to `to`, both included. */
  stream(sha256: string, from: number, to: number): ReadStream {
    return createReadStream(this.#path(sha256), { start: from, end: to });
  }

  /** Bytes that this disk still takes. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#dir);
    return bavail * bsize;
  }

  /** Nothing names it any more. */
  async forget(sha256: string): Promise<void> {
    if (shaPattern.test(sha256)) await rm(this.#path(sha256), { force: true });
  }

  /** Where it lies, for programs that read files; nobody writes there. */
  path(sha256: string): string {
    return this.#path(sha256);
  }

  #path(sha256: string): string {
    return join(this.#dir, sha256.slice(0, 2), sha256);
  }
}
