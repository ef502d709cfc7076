// RabbitMQ's questions over HTTP (its plugin rabbitmq_auth_backend_http), answered by `may()`: always 200, `allow` or `deny`.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Id } from '../schemas/ids.ts';
import { may } from './access.ts';
import { queuePattern } from './configure/rabbitmq.ts';
import { clientIdOf, type Identity, parseCommonName } from './identities.ts';

export interface HttpAuthLimits {
  readonly bodyBytesMax: number;
  readonly requestMs: number;
  readonly connectionsMax: number;
  /** Beyond it the answer is `deny`. A box that comes asks about 20 questions. */
  readonly answersPerSecondMax: number;
}

export const httpAuthLimits: HttpAuthLimits = {
  bodyBytesMax: 4096,
  requestMs: 5000,
  connectionsMax: 256,
  answersPerSecondMax: 20_000,
};

export interface Rules {
  readonly owner: Id;
  readonly mayConnect: (identity: Identity) => boolean;
}

export interface HttpAuthOptions extends Rules {
  /** Loopback unless a network of its own leads to RabbitMQ: this speaks no TLS and asks for no password. */
  readonly host: string;
  readonly port: number;
  readonly onDenied?: (path: string, user: string, what: string) => void;
  readonly limits?: HttpAuthLimits;
}

const paths = ['/user', '/vhost', '/resource', '/topic'];

/**
 * The answer to one question. `asked` holds RabbitMQ's parameters; what is unknown, repeated or left out is denied.
 * Source: the plugin's README, "What must my web server do?".
 */
export function allows(path: string, asked: URLSearchParams, { owner, mayConnect }: Rules): boolean {
  const one = (name: string) => (asked.getAll(name).length === 1 ? (asked.get(name) ?? undefined) : undefined);
  const identity = parseCommonName(one('username'));
  if (!identity.ok || !mayConnect(identity.value)) return false;
  const clientId = clientIdOf(identity.value);
  // One client id belongs to one identity: told before anybody of that name is put out (with `/vhost`), and with each right.
  for (const name of ['client_id', 'variable_map.client_id']) if (asked.has(name) && one(name) !== clientId) return false;
  // A password means that the name was typed, not read from a certificate.
  if (path === '/user') return !asked.has('password');
  if (one('vhost') !== '/') return false;
  const name = one('name') ?? '';
  const permission = one('permission');
  if (path === '/vhost') return true;
  if (path === '/resource') {
    if (one('resource') === 'queue') return new RegExp(`^${queuePattern(clientId)}$`).test(name);
    return one('resource') === 'exchange' && name === 'amq.topic' && (permission === 'read' || permission === 'write');
  }
  if (path !== '/topic' || name !== 'amq.topic' || (permission !== 'read' && permission !== 'write')) return false;
  const topic = (one('routing_key') ?? '').replaceAll('.', '/').replaceAll('*', '+');
  return may(identity.value, permission === 'write' ? 'publish' : 'subscribe', topic, owner).ok;
}

export class HttpAuth {
  readonly #options: HttpAuthOptions;
  readonly #limits: HttpAuthLimits;
  readonly #server: Server;
  #answers = 0;
  #second = 0;

  constructor(options: HttpAuthOptions) {
    this.#options = options;
    this.#limits = options.limits ?? httpAuthLimits;
    const { requestMs } = this.#limits;
    this.#server = createServer({
      maxHeaderSize: 8192,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: Math.min(requestMs, 1000),
    });
    this.#server.maxConnections = this.#limits.connectionsMax;
    this.#server.on('request', (request, response) => {
      this.#answer(request).then(
        (allowed) => {
          response.writeHead(200, { 'content-type': 'text/plain' });
          response.end(allowed ? 'allow' : 'deny');
          // The rest of a body that is too large is not waited for.
          if (!request.complete) request.destroy();
        },
        () => request.destroy(),
      );
    });
  }

  start(): Promise<{ port: number }> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve({ port: (this.#server.address() as AddressInfo).port }));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage): Promise<boolean> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!paths.includes(url.pathname) || this.#tooMany()) return false;
    const asked = request.method === 'GET' ? url.searchParams : request.method === 'POST' ? await this.#read(request) : undefined;
    const allowed = asked !== undefined && allows(url.pathname, asked, this.#options);
    if (!allowed)
      this.#options.onDenied?.(url.pathname, short(asked?.get('username')), short(asked?.get('routing_key') ?? asked?.get('name')));
    return allowed;
  }

  async #read(request: IncomingMessage): Promise<URLSearchParams | undefined> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > this.#limits.bodyBytesMax) return undefined;
      chunks.push(chunk as Buffer);
    }
    return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  }

  #tooMany(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#answers = 0;
    }
    return ++this.#answers > this.#limits.answersPerSecondMax;
  }
}

const short = (text: string | null | undefined) => (text ?? '').slice(0, 120);
