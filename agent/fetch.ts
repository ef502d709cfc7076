// Getting one content from the centre: HTTPS with our certificate, resumed where it broke off, believed only by its hash.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { problemOf } from '../hardware/host/failure.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { type Cache, roomFor } from './cache.ts';
import type { CentreDoor } from './centre-door.ts';

const noProgressMs = 20_000;
const atOnceMax = 2;

export interface FetcherOptions {
  readonly cache: Cache;
  readonly door: Pick<CentreDoor, 'url' | 'agent'>;
  readonly noProgressMs?: number;
}

export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #running = new Map<string, Promise<Result<void>>>();
  readonly #waiting: (() => void)[] = [];
  #atOnce = 0;
  readonly #stop = new AbortController();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** Bring a content into the cache. Two callers of the same hash share one download. */
  fetch(sha256: string, bytes: number): Promise<Result<void>> {
    const running = this.#running.get(sha256);
    if (running) return running;
    const work = this.#queue(() => this.#download(sha256, bytes)).finally(() => this.#running.delete(sha256));
    this.#running.set(sha256, work);
    return work;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #queue(work: () => Promise<Result<void>>): Promise<Result<void>> {
    while (this.#atOnce >= atOnceMax) await new Promise<void>((go) => this.#waiting.push(go));
    this.#atOnce++;
    try {
      return await work();
    } finally {
      this.#atOnce--;
      this.#waiting.shift()?.();
    }
  }

  async #download(sha256: string, bytes: number): Promise<Result<void>> {
    const { cache } = this.#options;
    if (cache.pathOf(sha256)) return ok(undefined);
    const temp = cache.tempPath(sha256);
    try {
      let have = (await stat(temp).catch(() => undefined))?.size ?? 0;
      if (have > bytes) {
        await rm(temp, { force: true });
        have = 0;
      }
      const room = await roomFor(cache, bytes - have);
      if (!room.ok) return room;
      const got = have === bytes ? ok(undefined) : await this.#transfer(sha256, bytes, have);
      if (!got.ok) return got;
      return await this.#settle(sha256, bytes);
    } catch (error) {
      const problem = problemOf(error, 'offline');
      if (problem.code === 'disk-full') await rm(temp, { force: true });
      return { ok: false, problem };
    }
  }

  async #settle(sha256: string, bytes: number): Promise<Result<void>> {
    const temp = this.#options.cache.tempPath(sha256);
    const { size } = await stat(temp);
    if (size < bytes) return bad('offline', `connection ended after ${size} of ${bytes} bytes`);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(temp)) hash.update(chunk as Buffer);
    const found = hash.digest('hex');
    if (found !== sha256 || size !== bytes) {
      await rm(temp, { force: true });
      return bad('hash-mismatch', `expected ${sha256} of ${bytes} bytes, got ${found} of ${size}`);
    }
    await this.#options.cache.adopt(sha256, bytes);
    return ok(undefined);
  }

  async #transfer(sha256: string, bytes: number, have: number): Promise<Result<void>> {
    const answer = await this.#ask(sha256, have);
    const { statusCode = 0 } = answer;
    if (statusCode === 200 || (statusCode === 206 && startOf(answer) === have)) {
      const file = await open(this.#options.cache.tempPath(sha256), statusCode === 206 ? 'a' : 'w', 0o600);
      try {
        return await this.#pour(answer, file, bytes - (statusCode === 206 ? have : 0));
      } finally {
        await file.sync().catch(() => undefined);
        await file.close();
      }
    }
    answer.resume();
    if (statusCode === 416 || statusCode === 206) {
      await rm(this.#options.cache.tempPath(sha256), { force: true });
      return bad('offline', 'the range was refused; beginning again');
    }
    if (statusCode === 404) return bad('not-found', `the centre has no ${sha256}`);
    if (statusCode === 401 || statusCode === 403) return bad('not-allowed', `the centre answered ${statusCode}`);
    return bad('offline', `the centre answered ${statusCode}`);
  }

  /** Never writes more than was announced, however much is sent. */
  async #pour(answer: IncomingMessage, file: FileHandle, bytes: number): Promise<Result<void>> {
    let left = bytes;
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (chunk.length > left) {
          await file.truncate(0);
          answer.destroy();
          return bad('hash-mismatch', `more than the ${bytes} bytes announced`);
        }
        await file.appendFile(chunk);
        left -= chunk.length;
      }
    } catch (error) {
      const problem = problemOf(error, 'offline');
      if (problem.code === 'disk-full') throw error;
      return { ok: false, problem };
    }
    return ok(undefined);
  }

  #ask(sha256: string, from: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const url = new URL(`/blob/${sha256}`, this.#options.door.url);
      const headers = from > 0 ? { range: `bytes=${from}-` } : {};
      const call = request(url, { agent: this.#options.door.agent, headers, signal: this.#stop.signal }, resolve);
      const ms = this.#options.noProgressMs ?? noProgressMs;
      call.setTimeout(ms, () => call.destroy(new Error(`no progress for ${ms} ms`)));
      call.on('error', reject);
      call.end();
    });
  }
}

/** First byte of a partial answer, `Content-Range: bytes FROM-TO/ALL` (RFC 9110 §14.4). */
function startOf(answer: IncomingMessage): number | undefined {
  const found = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '');
  return found ? Number(found[1]) : undefined;
}
