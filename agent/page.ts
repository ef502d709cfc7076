// The box's own web page: reads a snapshot, shows it, plays it. Acts only from this machine in this form.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heard } from '../hardware/audio-out.ts';
import { boardPolicy, pageDocument, pagePolicy } from './page/document.ts';
import { Listeners } from './page/listen.ts';
import type { PageState } from './page/view.ts';

export interface PageOptions {
  readonly host: string;
  readonly port: number;
  readonly state: (mayAct: boolean) => Promise<PageState>;
  readonly heard: (output: string | undefined) => Heard | undefined;
  readonly boardHtml: () => string | undefined;
  readonly boardPng: () => Promise<Uint8Array | undefined>;
  /** A person at the box asks for the tone. False: no such output. */
  readonly tone: (output: string | undefined) => boolean;
}

const connectionsMax = 32;
const toneEveryMs = 3_000;
/** Names under which a browser may reach this page; any other is a foreign site pointing here (DNS rebinding). */
const addressName = /^(localhost|\[[0-9a-f:]+\]|\d{1,3}(\.\d{1,3}){3}|[a-z0-9-]+\.local)(:\d+)?$/i;

export class Page {
  readonly #options: PageOptions;
  readonly #listeners = new Listeners();
  #server: Server | undefined;
  #toneMs = Number.NEGATIVE_INFINITY;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** Answers the page's address. */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 10_000, maxHeaderSize: 8 * 1024 });
    server.maxConnections = connectionsMax;
    server.maxRequestsPerSocket = 1_000;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else this.#refuse(response, 500, 'Lỗi · error');
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const { address, port: bound, family } = server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address === '0.0.0.0' ? '127.0.0.1' : address}:${bound}`;
  }

  async stop(): Promise<void> {
    this.#listeners.stop();
    const server = this.#server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response);
    if (!addressName.test(request.headers.host ?? '')) return this.#refuse(response, 421, 'Sai địa chỉ · wrong address');
    const url = new URL(request.url ?? '/', 'http://box');
    const output = url.searchParams.get('output') ?? undefined;
    if (request.method === 'POST') return this.#act(url.pathname, output, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.#refuse(response, 405, 'GET');
    switch (url.pathname) {
      case '/':
        response.setHeader('content-security-policy', pagePolicy);
        return send(response, 'text/html; charset=utf-8', pageDocument);
      case '/state.json':
        return send(response, 'application/json', JSON.stringify(await this.#options.state(isLoopback(request))));
      case '/listen.wav':
      case '/heard':
        return this.#listen(response, output, url.pathname === '/heard' ? 'chunks' : 'wav');
      case '/board': {
        const html = this.#options.boardHtml();
        if (html === undefined) return this.#refuse(response, 404, 'Không có bảng tin · no board');
        response.setHeader('content-security-policy', boardPolicy);
        response.removeHeader('x-frame-options');
        return send(response, 'text/html; charset=utf-8', html);
      }
      case '/board.png': {
        const png = await this.#options.boardPng();
        return png ? send(response, 'image/png', png) : this.#refuse(response, 404, 'Không có hình · no picture');
      }
      default:
        return this.#refuse(response, 404, 'Không có trang này · no such page');
    }
  }

  #listen(response: ServerResponse, output: string | undefined, form: 'wav' | 'chunks'): void {
    const heard = this.#options.heard(output);
    if (!heard) this.#refuse(response, 404, 'Không có loa · no loudspeaker');
    else if (!this.#listeners.stream(response, heard, form)) this.#refuse(response, 503, 'Quá nhiều người nghe · too many listeners');
  }

  /** The own header cannot be sent by a foreign page without asking first, and we never allow it. */
  #act(path: string, output: string | undefined, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const here = isLoopback(request) && request.headers['x-loa-act'] !== undefined;
    const soon = performance.now() - this.#toneMs < toneEveryMs;
    if (path !== '/tone') this.#refuse(response, 404, 'Không có trang này · no such page');
    else if (!here) this.#refuse(response, 403, 'Chỉ thao tác tại hộp · only at the box itself');
    else if (soon) this.#refuse(response, 429, 'Chờ vài giây · wait a few seconds');
    else if (!this.#options.tone(output)) this.#refuse(response, 404, 'Không có loa · no loudspeaker');
    else {
      this.#toneMs = performance.now();
      response.writeHead(202).end();
    }
  }

  #refuse(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  }
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function secure(response: ServerResponse): void {
  response.setHeader('content-security-policy', "default-src 'none'");
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
}

function isLoopback(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? '';
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
