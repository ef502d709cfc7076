// Content of the centre above: fetched from its boxes' door with our own certificate, resumed where it broke off, believed by its hash.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';

export interface ContentAbove {
  /** `https://HOST:PORT`, as the centre above has said. */
  readonly url: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

export type FetchContent = (
  from: ContentAbove,
  file: { readonly sha256: string; readonly bytes: number },
  signal: AbortSignal,
) => Promise<Result<void>>;

const noProgressMs = 20_000;

export class ContentFetcher {
  readonly #blobs: Blobs;
  /** Halves of this run: a start forgets them (`Blobs.start`). */
  readonly #parts = new Map<string, string>();

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /** Each file once at a time. Problems: offline (also: the signal came), not-found, not-allowed, hash-mismatch. */
  async fetch(
    from: ContentAbove,
    { sha256, bytes }: { readonly sha256: string; readonly bytes: number },
    signal: AbortSignal,
  ): Promise<Result<void>> {
    if ((await this.#blobs.size(sha256)) !== undefined) return ok(undefined);
    const path = this.#parts.get(sha256) ?? this.#blobs.temporary();
    this.#parts.set(sha256, path);
    const have = (await stat(path).catch(() => undefined))?.size ?? 0;
    const poured = have >= bytes ? ok(undefined) : await this.#pour(from, { sha256, bytes }, path, have, signal);
    if (!poured.ok) return poured;
    const found = await hashOf(path);
    if (found.sha256 === sha256 && found.bytes === bytes) await this.#blobs.adopt(path, sha256);
    else await rm(path, { force: true });
    this.#parts.delete(sha256);
    return found.sha256 === sha256 && found.bytes === bytes
      ? ok(undefined)
      : bad('hash-mismatch', `expected ${sha256} of ${bytes} bytes, got ${found.sha256} of ${found.bytes}`);
  }

  async #pour(
    from: ContentAbove,
    { sha256, bytes }: { readonly sha256: string; readonly bytes: number },
    path: string,
    have: number,
    signal: AbortSignal,
  ): Promise<Result<void>> {
    try {
      const answer = await ask(from, sha256, have, signal);
      const { statusCode = 0 } = answer;
      if (statusCode !== 200 && statusCode !== 206) {
        answer.resume();
        if (statusCode === 404) return bad('not-found', `the centre above has no ${sha256}`);
        return bad(statusCode === 403 ? 'not-allowed' : 'offline', `the centre above answered ${statusCode}`);
      }
      const resumed = statusCode === 206 && new RegExp(`^bytes ${have}-`).test(answer.headers['content-range'] ?? '');
      await pipeline(
        answer,
        atMost(resumed ? bytes - have : bytes),
        createWriteStream(path, { flags: resumed ? 'a' : 'w', mode: 0o600, flush: true }),
        { signal },
      );
      const size = (await stat(path)).size;
      return size < bytes ? bad('offline', `the connection ended after ${size} of ${bytes} bytes`) : ok(undefined);
    } catch (error) {
      return bad('offline', error instanceof Error ? error.message : String(error));
    }
  }
}

/** Never keeps more than was announced, however much is sent. */
function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new Error(`more than the ${bytes} bytes announced`));
      else done(null, chunk);
    },
  });
}

async function hashOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

function ask({ url, tls }: ContentAbove, sha256: string, from: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const call = request(new URL(`/blob/${sha256}`, url), { ...tls, headers, agent: false, minVersion: 'TLSv1.2', signal }, resolve);
    call.setTimeout(noProgressMs, () => call.destroy(new Error(`no progress for ${noProgressMs} ms`)));
    call.on('error', reject);
    call.end();
  });
}
