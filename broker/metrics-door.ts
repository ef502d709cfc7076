// HTTP on loopback for Prometheus: GET /metrics and nothing else.
import { createServer, type Server } from 'node:http';

export interface MetricsDoorOptions {
  /** An address of loopback. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly text: () => string;
}

export class MetricsDoor {
  readonly #options: MetricsDoorOptions;
  #server: Server | undefined;

  constructor(options: MetricsDoorOptions) {
    this.#options = options;
  }

  async start(): Promise<{ port: number }> {
    const { host, port, text } = this.#options;
    const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
      request.resume();
      const found = request.url === '/metrics' && (request.method === 'GET' || request.method === 'HEAD');
      if (!found) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' });
      response.end(text());
    });
    server.maxConnections = 16;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('metrics listen on no port');
    return { port: address.port };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}
