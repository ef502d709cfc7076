// Serves films of the cache to the box's own browser: loopback only, by an address nobody can guess, and only bytes that are what their name says.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { randomHex, sha256File } from '../hardware/host/crypto.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { type ByteRange, readRange } from '../schemas/ranges.ts';
import type { Cache } from './cache.ts';

const connectionsMax = 8;
/** Films whose bytes were found right; each is looked at again when its file is another. Far more than a plan holds. */
const knownMax = 512;

type FilmCache = Pick<Cache, 'pathOf' | 'throwAway' | 'foundWhole'>;

/** INVARIANT: an address is given for a film only after its bytes were compared with its name, in this boot. */
export class Films {
  readonly #cache: FilmCache;
  readonly #secret = randomHex(16);
  /** Size and time of the file that was found right, by name. */
  readonly #known = new Map<string, string>();
  #server: Server | undefined;
  #origin: string | undefined;

  constructor(cache: FilmCache) {
    this.#cache = cache;
  }

  /** Answers the origin that the browser may load films from. */
  async start(): Promise<string> {
    if (this.#origin !== undefined) return this.#origin;
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8 * 1024 });
    server.maxConnections = connectionsMax;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      // Later ones are connections it could not take: a browser asks again.
      server.on('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    this.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this.#origin;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = this.#origin = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Where the browser finds a film. Problems: not-cached, hash-mismatch (it is thrown away), device-failed (not started). */
  async address(sha256: string): Promise<Result<string>> {
    if (this.#origin === undefined) return bad('device-failed', 'films are not served here');
    const path = this.#cache.pathOf(sha256);
    const mark = path === undefined ? undefined : await markOf(path);
    if (path === undefined || mark === undefined) return bad('not-cached', `film ${sha256} is not here`);
    const known = this.#known.get(sha256);
    if (known !== mark) {
      const fresh = known === undefined && this.#cache.foundWhole(sha256);
      if (!fresh && (await sha256File(path).catch(() => '')) !== sha256) {
        await this.#cache.throwAway(sha256).catch(() => undefined);
        return bad('hash-mismatch', `film ${sha256} is not what its name says`);
      }
    }
    // The one asked for longest ago is forgotten first: the one that plays now is not.
    this.#known.delete(sha256);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= knownMax) this.#known.delete(oldest);
    this.#known.set(sha256, mark);
    return ok(`${this.#origin}/${this.#secret}/${sha256}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff');
    const [, secret, sha256 = ''] = (request.url ?? '').split('/');
    const host = `http://${request.headers.host ?? ''}`;
    const path = secret === this.#secret && host === this.#origin && this.#known.has(sha256) ? this.#cache.pathOf(sha256) : undefined;
    const size = path === undefined ? undefined : (await stat(path).catch(() => undefined))?.size;
    if (path === undefined || size === undefined) return void response.writeHead(404).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    const range = readRange(request.headers.range, size);
    if (range === 'unsatisfiable') return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    const { from, to } = range ?? { from: 0, to: size - 1 };
    response.writeHead(range ? 206 : 200, headers(range, from, to, size));
    if (request.method === 'HEAD') return void response.end();
    // A browser that seeks goes away in the middle.
    await pipeline(createReadStream(path, { start: from, end: to }), response).catch(() => undefined);
  }
}

function headers(range: ByteRange | undefined, from: number, to: number, size: number) {
  return {
    'content-type': 'video/mp4',
    'content-length': to - from + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
  };
}

async function markOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && `${found.size} ${found.mtimeMs} ${found.ino}`;
}
