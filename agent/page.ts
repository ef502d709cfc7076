// The box's own web page: reads a snapshot, shows it, plays it. Acts only by hotspot, USB, TLS or at the box itself, with the PIN.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Heard } from '../hardware/audio-out.ts';
import { parseJson } from '../schemas/parse.ts';
import { type PageAct, pageActs, safeActs } from './page/acts.ts';
import { captiveAnswer } from './page/captive.ts';
import { boardPolicy, pageDocument, pagePolicy } from './page/document.ts';
import { actRefusal, hostAllowed } from './page/door.ts';
import { Listeners } from './page/listen.ts';
import { partsOf } from './page/parts.ts';
import { ActBody, type PagePost, takePin, wordsOf } from './page/post.ts';
import type { PageState } from './page/view.ts';
import { type InterfaceSeen, mayActBy, type Way, wayOf } from './page/way.ts';
import type { PinGate } from './pin.ts';

export interface PageOptions {
  readonly host: string;
  readonly port: number;
  /** Certificate and key (PEM): then the page is HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly state: (mayAct: boolean) => Promise<PageState>;
  readonly heard: (output: string | undefined) => Heard | undefined;
  readonly boardHtml: () => string | undefined;
  readonly boardPng: () => Promise<Uint8Array | undefined>;
  /** A person at the box asks for something of an output or of an order that lies ready. False: no such thing. */
  readonly act: (act: PageAct, subject: string | undefined, reason: string) => boolean;
  readonly pin: Pick<PinGate, 'check'>;
  /** None told: all that is not this machine itself is a plain LAN. */
  readonly interfaces?: () => readonly InterfaceSeen[];
  readonly posts?: readonly PagePost[];
}

const connectionsMax = 32;
/** Of one phone or laptop; a browser opens six. */
const connectionsEachMax = 12;
const actBytesMax = 512;
const phonesRememberedMax = 64;

export class Page {
  readonly #options: PageOptions;
  readonly #listeners = new Listeners();
  readonly #token = randomBytes(16).toString('hex');
  readonly #servers = new Set<Server>();
  readonly #connections = new Map<string, number>();
  /** Phones that were shown the page since they joined. */
  readonly #shown = new Set<string>();
  #also: Server | undefined;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** Answers the page's address. */
  async start(): Promise<string> {
    const { host, port, tls } = this.#options;
    const server = await this.#listen(host, port, tls);
    const { address, port: bound, family } = server.address() as AddressInfo;
    const name = family === 'IPv6' ? `[${address}]` : address === '0.0.0.0' ? '127.0.0.1' : address;
    return `http${tls ? 's' : ''}://${name}:${bound}`;
  }

  /** Listen at one more address, in the clear, until `leave`: the hotspot. Its port, or why not. */
  async join(host: string, port: number): Promise<number> {
    await this.leave();
    this.#also = await this.#listen(host, port, undefined);
    return (this.#also.address() as AddressInfo).port;
  }

  async leave(): Promise<void> {
    const also = this.#also;
    this.#also = undefined;
    this.#shown.clear();
    if (also) await this.#close(also);
  }

  async stop(): Promise<void> {
    this.#listeners.stop();
    await Promise.all([...this.#servers].map((server) => this.#close(server)));
  }

  async #listen(host: string, port: number, tls: PageOptions['tls']): Promise<Server> {
    const limits = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 10_000, maxHeaderSize: 8 * 1024 };
    const onRequest: RequestListener = (request, response) => {
      this.#answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'Lỗi · error');
      });
    };
    const server: Server = tls ? createTlsServer({ ...limits, ...tls }, onRequest) : createServer(limits, onRequest);
    server.maxConnections = connectionsMax;
    server.maxRequestsPerSocket = 1_000;
    server.on('connection', (socket: Socket) => this.#count(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.#servers.add(server);
    return server;
  }

  async #close(server: Server): Promise<void> {
    this.#servers.delete(server);
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** One phone may not take all the places. Programs of this machine may. */
  #count(socket: Socket): void {
    const from = socket.remoteAddress ?? '';
    if (this.#way(socket) === 'loopback') return;
    const open = (this.#connections.get(from) ?? 0) + 1;
    this.#connections.set(from, open);
    socket.once('close', () => {
      const left = (this.#connections.get(from) ?? 1) - 1;
      if (left > 0) this.#connections.set(from, left);
      else this.#connections.delete(from);
    });
    if (open > connectionsEachMax) socket.destroy();
  }

  #way({ localAddress = '', remoteAddress = '' }: Socket): Way {
    return wayOf(localAddress, remoteAddress, this.#options.interfaces?.() ?? []);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response);
    const way = this.#way(request.socket);
    const url = new URL(request.url ?? '/', 'http://box');
    const { localAddress = '', localPort, remoteAddress = '' } = request.socket;
    if (way === 'hotspot' && !(request.headers.host ?? '').startsWith(localAddress.replace(/^::ffff:/, ''))) {
      const home = `http://${localAddress.replace(/^::ffff:/, '')}${localPort === 80 ? '' : `:${localPort}`}/`;
      const answer = captiveAnswer(request.method ?? '', url.pathname, this.#shown.has(remoteAddress), home);
      if (!answer) return refuse(response, 421, 'Sai địa chỉ · wrong address');
      if (answer.location !== undefined) response.setHeader('location', answer.location);
      return void response.writeHead(answer.status, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end(answer.body);
    }
    if (!hostAllowed(request.headers.host)) return refuse(response, 421, 'Sai địa chỉ · wrong address');
    const output = url.searchParams.get('output') ?? undefined;
    if (request.method === 'POST') return this.#post(url, way, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'GET');
    if (url.pathname === '/' && this.#shown.size < phonesRememberedMax) this.#shown.add(remoteAddress);
    return this.#show(url.pathname, output, mayActBy(way, isTls(request)), response);
  }

  async #show(path: string, output: string | undefined, mayAct: boolean, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/':
        response.setHeader('content-security-policy', pagePolicy);
        return send(response, 'text/html; charset=utf-8', pageDocument(await this.#options.state(mayAct)));
      case '/state.json':
        return send(response, 'application/json', JSON.stringify(await this.#state(mayAct)));
      case '/look.json': {
        const state = await this.#state(mayAct);
        return send(response, 'application/json', JSON.stringify({ state, parts: partsOf(state) }));
      }
      case '/listen.wav':
      case '/heard':
        return this.#play(response, output, path === '/heard' ? 'chunks' : 'wav');
      case '/board': {
        const html = this.#options.boardHtml();
        if (html === undefined) return refuse(response, 404, 'Không có bảng tin · no board');
        response.setHeader('content-security-policy', boardPolicy);
        response.removeHeader('x-frame-options');
        return send(response, 'text/html; charset=utf-8', html);
      }
      case '/board.png': {
        const png = await this.#options.boardPng();
        return png ? send(response, 'image/png', png) : refuse(response, 404, 'Không có hình · no picture');
      }
      default:
        return refuse(response, 404, 'Không có trang này · no such page');
    }
  }

  /** Only who may act is given the word that acts need. */
  async #state(mayAct: boolean): Promise<PageState & { readonly token: string | null }> {
    return { ...(await this.#options.state(mayAct)), token: mayAct ? this.#token : null };
  }

  #play(response: ServerResponse, output: string | undefined, form: 'wav' | 'chunks'): void {
    const heard = this.#options.heard(output);
    if (!heard) refuse(response, 404, 'Không có loa · no loudspeaker');
    else if (!this.#listeners.stream(response, heard, form)) refuse(response, 503, 'Quá nhiều người nghe · too many listeners');
  }

  async #post(url: URL, way: Way, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const act = pageActs.find((one) => url.pathname === `/acts/${one}`);
    const post = this.#options.posts?.find(({ path }) => path === url.pathname);
    const { host, origin } = request.headers;
    const [site, token] = [one(request.headers['sec-fetch-site']), one(request.headers['x-loa-act'])];
    const refusal = actRefusal({ way, tls: isTls(request), host, origin, site, token }, this.#token);
    if ((!act && !post) || refusal !== null) {
      request.resume();
      return act || post ? refuse(response, 403, refusal ?? '') : refuse(response, 404, 'Không có trang này · no such page');
    }
    const bytesMax = post?.bytesMax ?? actBytesMax;
    const body = await readBody(request, bytesMax);
    if (body === undefined) return refuse(response, 413, 'Quá lớn · too large');
    const source = request.socket.remoteAddress ?? '';
    if (post) return this.#take(post, body, source, response);
    if (act) return this.#do(act, url.searchParams.get('order') ?? url.searchParams.get('output') ?? undefined, body, source, response);
  }

  async #do(act: PageAct, subject: string | undefined, text: string, source: string, response: ServerResponse): Promise<void> {
    const read = parseJson(ActBody, text);
    const { pin, reason } = read.ok ? read.value : { pin: '', reason: '' };
    // What only makes it quieter, or stands for a hand on a simulated board, needs no PIN.
    if (!safeActs.includes(act) && !(await this.#opens(pin, source, response))) return;
    if (!this.#options.act(act, subject, reason)) return refuse(response, 404, 'Không có loa hoặc lệnh này · no such loudspeaker or order');
    response.writeHead(202).end();
  }

  async #take(post: PagePost, text: string, source: string, response: ServerResponse): Promise<void> {
    const { pin, rest } = takePin(text, post.bytesMax);
    if (post.pinned && !(await this.#opens(pin, source, response))) return;
    const body = post.pinned ? rest : unpinned(text);
    const done = await post.do(body);
    if (!done.ok) {
      const { status, text: words } = wordsOf(done.problem);
      return refuse(response, status, words);
    }
    if (typeof done.value === 'string') return send(response, 'text/plain; charset=utf-8', done.value);
    send(response, 'application/json', done.value === undefined ? '' : JSON.stringify(done.value));
  }

  async #opens(pin: string, source: string, response: ServerResponse): Promise<boolean> {
    const answer = await this.#options.pin.check(pin, source);
    if (answer.is === 'none') refuse(response, 409, 'Hộp chưa có mã PIN, hãy kích hoạt lại · no PIN here, enrol again');
    if (answer.is === 'wrong') refuse(response, 401, 'Sai mã PIN · wrong PIN');
    if (answer.is === 'wait') {
      const seconds = Math.ceil(answer.waitMs / 1000);
      response.setHeader('retry-after', seconds);
      const button = 'bấm nút trên hộp để thử ngay · too many tries, wait';
      refuse(response, 429, `Sai nhiều lần, chờ ${seconds} giây hoặc ${button} ${seconds} s or press the box's button`);
    }
    return answer.is === 'right';
  }
}

/** Undefined: larger than allowed; the rest is not read. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unpinned(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
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

function isTls(request: IncomingMessage): boolean {
  return 'encrypted' in request.socket;
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
