// A box door with live streams, as a centre has it or as an attacker would: TLS with client certificates, a script of messages to each listener.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TlsFiles } from './certificates.ts';

export interface Listener {
  readonly path: string;
  /** Common name of the client's certificate. */
  readonly name: string;
  readonly socket: WebSocket;
}

export class StreamServer {
  readonly listeners: Listener[] = [];
  /** What the newest listener is given; set before it comes. */
  onListener: (listener: Listener) => void = () => undefined;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  constructor(tls: TlsFiles) {
    this.#server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true });
    this.#sockets = new WebSocketServer({ server: this.#server, perMessageDeflate: false });
    this.#sockets.on('connection', (socket, request) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      const listener = { path: request.url ?? '', name: String(subject?.CN), socket };
      socket.on('error', () => undefined);
      this.listeners.push(listener);
      this.onListener(listener);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many listen now. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  say(message: Uint8Array | string): void {
    for (const client of this.#sockets.clients) client.send(message);
  }

  /** Lines go without a goodbye. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((stopped) => this.#server.close(() => stopped()));
  }
}
