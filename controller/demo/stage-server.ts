// The stage's own small web server on loopback: one-time link in, live state and sound out, five buttons.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from './demo-texts.ts';
import type { HeardTape } from './heard-tape.ts';
import type { StageLine, StageState } from './stage/state.ts';
import { monoMs } from './watcher.ts';

export interface StageOptions {
  readonly port: number;
  readonly state: () => StageState;
  readonly levels: () => Readonly<Record<string, number>>;
  readonly lines: () => readonly StageLine[];
  /** Left and right ear. */
  readonly tapes: () => readonly [HeardTape | undefined, HeardTape | undefined];
  /** The board's current page, from its box. */
  readonly board: (form: 'html' | 'png') => Promise<{ readonly type: string; readonly body: Buffer } | undefined>;
  /** What a button does; answers words for the person, or throws with words. */
  readonly act: (act: string, body: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>;
  /** Sign in as an account; answers the cookie of the centre. */
  readonly signIn: (account: string) => Promise<string>;
  /** For `npm start -- --play` beside a running demo. */
  readonly controlToken: string;
}

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const boardPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'";
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const bodyBytesMax = 64 * 1024;
const soundPieceMs = 100;
const soundDelayMs = 500;
const stateEveryMs = 500;
const levelsEveryMs = 120;

export class StageServer {
  readonly #options: StageOptions;
  readonly #visitors = new Set<string>();
  readonly #watching = new Set<ServerResponse>();
  readonly #timers: NodeJS.Timeout[] = [];
  #invitation = '';
  #server: Server | undefined;
  #origin = '';

  constructor(options: StageOptions) {
    this.#options = options;
  }

  get origin(): string {
    return this.#origin;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy();
        else json(response, 500, { error: error.message });
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, '127.0.0.1', resolve);
    });
    this.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#timers.push(setInterval(() => this.#tell('state', this.#options.state()), stateEveryMs));
    this.#timers.push(setInterval(() => this.#tell('levels', this.#options.levels()), levelsEveryMs));
  }

  /** A link that opens the stage once. */
  invite(): string {
    this.#invitation = randomBytes(12).toString('base64url');
    return `${this.#origin}/vao/${this.#invitation}`;
  }

  tellLine(line: StageLine): void {
    this.#tell('line', line);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  #tell(event: string, body: unknown): void {
    for (const response of this.#watching) response.write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-security-policy', pagePolicy);
    if (`http://${request.headers.host}` !== this.#origin) return text(response, 421, 'wrong address');
    const url = new URL(request.url ?? '/', this.#origin);
    if (url.pathname.startsWith('/vao/')) return this.#enter(url.pathname.slice('/vao/'.length), response);
    if (url.pathname === '/control/play') return this.#control(request, response);
    if (!this.#isVisitor(request)) return text(response, 403, closedWords);
    if (request.method === 'POST') return this.#post(url.pathname, request, response);
    return this.#show(url, response);
  }

  #enter(token: string, response: ServerResponse): void {
    if (!same(token, this.#invitation) || this.#invitation === '') {
      text(response, 410, usedWords);
      return;
    }
    this.#invitation = '';
    const visitor = randomBytes(18).toString('base64url');
    this.#visitors.add(visitor);
    response.setHeader('set-cookie', `loa_stage=${visitor}; HttpOnly; SameSite=Strict; Path=/`);
    // A page of its own: a strict cookie set during a redirect from elsewhere would not come along.
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', refresh: '0; url=/stage' })
      .end('<!doctype html><title>Loa</title><link rel="icon" href="data:,"><a href="/stage">Trang trình diễn</a>');
  }

  async #show(url: URL, response: ServerResponse): Promise<void> {
    switch (url.pathname) {
      case '/':
        response.writeHead(302, { location: '/stage' }).end();
        return;
      case '/stage':
        return this.#file('index.html', response);
      case '/stage/events':
        return this.#watch(response);
      case '/stage/sound':
        return this.#sound(response);
      case '/stage/board':
      case '/stage/board.png': {
        const board = await this.#options.board(url.pathname.endsWith('.png') ? 'png' : 'html');
        if (!board) return text(response, 404, 'Bảng tin chưa có gì');
        response.setHeader('content-security-policy', boardPolicy);
        response.writeHead(200, { 'content-type': board.type }).end(board.body);
        return;
      }
      default:
        return this.#file(url.pathname.replace(/^\/stage\//, ''), response);
    }
  }

  async #file(name: string, response: ServerResponse): Promise<void> {
    const type = types[/\.[a-z]+$/.exec(name)?.[0] ?? ''];
    if (!type || !/^[a-z-]+\.[a-z]+$/.test(name)) return text(response, 404, 'Không có trang này');
    try {
      const body = await readFile(join(projectRoot, 'dist/stage', name));
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      text(response, 404, 'Không có trang này');
    }
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: state\ndata: ${JSON.stringify(this.#options.state())}\n\n`);
    response.write(`event: lines\ndata: ${JSON.stringify(this.#options.lines())}\n\n`);
    this.#watching.add(response);
    response.on('close', () => this.#watching.delete(response));
  }

  /** Both ears of one instant in one piece: s16 interleaved, 48 kHz, 100 ms each. */
  #sound(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    let atMs = Math.floor(monoMs() - soundDelayMs);
    const timer = setInterval(() => {
      while (atMs + soundPieceMs <= monoMs() - soundDelayMs + soundPieceMs) {
        const [left, right] = this.#options.tapes().map((tape) => tape?.cut(atMs, soundPieceMs));
        const frames = (soundPieceMs * 48_000) / 1000;
        const bytes = Buffer.alloc(frames * 4);
        for (let i = 0; i < frames; i++) {
          bytes.writeInt16LE(left?.[i] ?? 0, i * 4);
          bytes.writeInt16LE(right?.[i] ?? 0, i * 4 + 2);
        }
        atMs += soundPieceMs;
        if (response.writableLength > 1024 * 1024) response.destroy();
        else response.write(bytes);
      }
    }, soundPieceMs / 2);
    response.on('close', () => clearInterval(timer));
  }

  async #post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['x-loa-stage'] !== '1' || request.headers.origin !== this.#origin) return text(response, 403, 'wrong origin');
    const body = await readBody(request);
    const act = path.replace(/^\/stage\//, '');
    try {
      if (act === 'sign-in') {
        const cookie = await this.#options.signIn(String(body['account']));
        response.setHeader('set-cookie', `${cookie}; HttpOnly; SameSite=Strict; Path=/`);
        return json(response, 200, { console: this.#options.state().console });
      }
      json(response, 200, await this.#options.act(act, body));
    } catch (error) {
      json(response, 422, { error: (error as Error).message });
    }
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !same(String(request.headers['x-loa-control'] ?? ''), this.#options.controlToken))
      return text(response, 403, 'no');
    try {
      json(response, 200, await this.#options.act('play', await readBody(request)));
    } catch (error) {
      json(response, 422, { error: (error as Error).message });
    }
  }

  #isVisitor(request: IncomingMessage): boolean {
    const cookie = /(?:^|; )loa_stage=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    return cookie !== undefined && this.#visitors.has(cookie);
  }
}

const closedWords = 'Mở trang trình diễn bằng liên kết in ở cửa sổ lệnh. Open the stage by the link printed in the terminal.';
const usedWords =
  'Liên kết đã dùng. Nhấn Enter ở cửa sổ lệnh để lấy liên kết mới. This link was used: press Enter in the terminal for another.';

function same(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error('too large');
    chunks.push(chunk);
  }
  return bytes === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
}

function text(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
