// A thief between a box and its centre with the centre's own certificate authority and the box's own keys: it relays a live stream and bends it.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as ask, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { openAuthority } from '../../controller/provision/authority.ts';
import { findKeySecret } from '../../hardware/host/key-secret.ts';

export class LiveThief {
  readonly #folder: string;
  readonly #centrePort: number;
  readonly #bend: (message: Buffer) => Buffer;
  #server: Server | undefined;
  #door: WebSocketServer | undefined;
  passed = 0;

  constructor(authorityDir: string, centrePort: number, bend: (message: Buffer) => Buffer) {
    this.#folder = authorityDir;
    this.#centrePort = centrePort;
    this.#bend = bend;
  }

  /** Listen for the box whose data folder lies in `boxDir`, once it has one. */
  async start(boxDir: string): Promise<number> {
    const secret = await findKeySecret({ dataDir: dirname(this.#folder), make: false });
    if (!secret.ok) throw new Error(secret.problem.detail);
    const authority = await openAuthority(this.#folder, 'thief', Date.now(), secret.value.text);
    const tls = await authority.issueServer(['127.0.0.1', 'localhost'], Date.now());
    const server = createServer(
      { ...tls, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
      (request, response) => void this.#fetch(request, response, boxDir),
    );
    this.#server = server;
    this.#door = new WebSocketServer({ server, perMessageDeflate: false });
    this.#door.on('connection', (victim, request) => void this.#relay(victim, request.url ?? '', boxDir));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  stop(): void {
    for (const client of this.#door?.clients ?? []) client.terminate();
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** Content goes through untouched: it is checked by its hash. */
  async #fetch(request: IncomingMessage, response: ServerResponse, boxDir: string): Promise<void> {
    const { url: path, headers } = request;
    ask({ host: '127.0.0.1', port: this.#centrePort, path, headers, ...(await keysOf(boxDir)) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  }

  async #relay(victim: WebSocket, path: string, boxDir: string): Promise<void> {
    const centre = new WebSocket(`wss://127.0.0.1:${this.#centrePort}${path}`, { ...(await keysOf(boxDir)), perMessageDeflate: false });
    centre.on('message', (message: Buffer) => {
      this.passed += 1;
      victim.send(this.#bend(Buffer.from(message)));
    });
    centre.on('close', () => victim.close());
    centre.on('error', () => victim.close());
    victim.on('close', () => centre.close());
  }
}

async function keysOf(boxDir: string): Promise<{ ca: Buffer; cert: Buffer; key: Buffer }> {
  const read = (name: string) => readFile(join(boxDir, 'identity', name));
  return { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') };
}
