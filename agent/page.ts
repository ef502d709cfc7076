// The box's own web page: reads a snapshot, shows it, plays it. Acts only at the box itself, in this form, with the PIN.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heard } from '../hardware/audio-out.ts';
import { type PageAct, pageActs, safeActs } from './page/acts.ts';
import { boardPolicy, pageDocument, pagePolicy } from './page/document.ts';
import { Listeners } from './page/listen.ts';
import type { PageState } from './page/view.ts';
import { type PinGate, pinShape } from './pin.ts';

export interface PageOptions {
  readonly host: string;
  readonly port: number;
  readonly state: (mayAct: boolean) => Promise<PageState>;
  readonly heard: (output: string | undefined) => Heard | undefined;
  readonly boardHtml: () => string | undefined;
  readonly boardPng: () => Promise<Uint8Array | undefined>;
  /** A person at the box asks for something of an output or of an order that lies ready. False: no such thing. */
  readonly act: (act: PageAct, subject: string | undefined) => boolean;
  readonly pin: Pick<PinGate, 'check'>;
}

const connectionsMax = 32;
const bodyBytesMax = 256;
/** Names under which a browser may reach this page; any other is a foreign site pointing here (DNS rebinding). */
const addressName = /^(localhost|\[[0-9a-f:]+\]|\d{1,3}(\.\d{1,3}){3}|[a-z0-9-]+\.local)(:\d+)?$/i;

export class Page {
  readonly #options: PageOptions;
  readonly #listeners = new Listeners();
  #server: Server | undefined;

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
    if (request.method === 'POST') return this.#act(url.pathname, url.searchParams.get('order') ?? output, request, response);
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
  async #act(path: string, subject: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const act = pageActs.find((one) => path === `/acts/${one}`);
    if (!act || !isLoopback(request) || request.headers['x-loa-act'] === undefined) {
      request.resume();
      return act
        ? this.#refuse(response, 403, 'Chỉ thao tác tại hộp · only at the box itself')
        : this.#refuse(response, 404, 'Không có trang này · no such page');
    }
    const pin = await readPin(request);
    // What only makes it quieter, or stands for a hand on a simulated board, needs no PIN.
    if (!safeActs.includes(act) && !(await this.#opens(pin, response))) return;
    if (!this.#options.act(act, subject)) return this.#refuse(response, 404, 'Không có loa hoặc lệnh này · no such loudspeaker or order');
    response.writeHead(202).end();
  }

  async #opens(pin: string, response: ServerResponse): Promise<boolean> {
    const answer = await this.#options.pin.check(pin);
    if (answer.is === 'none') this.#refuse(response, 409, 'Hộp chưa có mã PIN, hãy kích hoạt lại · no PIN here, enrol again');
    if (answer.is === 'wrong') this.#refuse(response, 401, 'Sai mã PIN · wrong PIN');
    if (answer.is === 'wait') {
      const seconds = Math.ceil(answer.waitMs / 1000);
      response.setHeader('retry-after', seconds);
      this.#refuse(response, 429, `Sai nhiều lần, chờ ${seconds} giây · too many tries, wait ${seconds} s`);
    }
    return answer.is === 'right';
  }

  #refuse(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  }
}

/** `{"pin":"123456"}`, or nothing that opens anything. */
async function readPin(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) if (text.length <= bodyBytesMax) text += chunk.toString('latin1');
  const pin = /^\{"pin":"(\d{6})"\}$/.exec(text)?.[1] ?? '';
  return pinShape.test(pin) ? pin : '';
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
