// The broker's door: mutual TLS, and who is at the other end from the certificate alone.
import { X509Certificate } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createSecureServer, TLSSocket, type Server as TlsServer } from 'node:tls';
import { sha256 } from '../hardware/host/crypto.ts';
import type { Id } from '../schemas/ids.ts';
import type { Result } from '../schemas/problems.ts';
import { Broker, type BrokerMetrics, type CoreOptions, type PublishOptions } from './broker.ts';
import { type CentreBelow, type Identity, identityAmong, identityOf, type KnownBelow } from './identities.ts';
import { type BrokerLimits, brokerLimits } from './limits.ts';
import { streamPair } from './stream-pair.ts';
import { comesFrom, fingerprintsOf } from './trust.ts';

export interface BrokerOptions extends CoreOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** PEM. Clients must hold a certificate of `ca`. */
  readonly tls: { readonly ca: string | Buffer; readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Centres below whose boxes keep an order-only subscription here; they connect as `guest`. */
  readonly below?: readonly CentreBelow[];
  readonly limits?: Partial<BrokerLimits>;
}

/** Sockets that are being closed for newcomers still count with the kernel for a moment. */
const givingWayMax = 1024;

export class BrokerServer {
  readonly #options: BrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #broker: Broker;
  #below: readonly KnownBelow[] = [];
  #tls: BrokerOptions['tls'];
  #centresBelow: readonly CentreBelow[];
  #secure: TlsServer | undefined;
  #server: Server | undefined;
  /** Lines whose handshake is not done. */
  readonly #shaking = new Map<string, Socket>();
  #stopping = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#centresBelow = options.below ?? [];
    this.#limits = { ...brokerLimits, ...options.limits };
    this.#broker = new Broker(options, this.#limits);
    this.#below = knownBelow(options.below);
  }

  async start(): Promise<{ port: number }> {
    await this.#broker.start();
    const { host, port } = this.#options;
    const secure = createSecureServer(
      {
        ...trusting(this.#tls, this.#centresBelow),
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: this.#limits.handshakeTimeoutMs,
      },
      (socket) => this.#welcome(socket),
    );
    secure.on('tlsClientError', () => this.#broker.refused('handshake', undefined));
    // A door of its own before the handshake: whoever knocks too often costs no cryptography.
    const server = createServer({ noDelay: true }, (socket) => this.#knock(socket, secure));
    server.maxConnections = this.#limits.connectionsMax + givingWayMax;
    server.on('drop', () => this.#broker.refused('full', undefined));
    this.#secure = secure;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: this.#limits.backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the broker listens on no port');
    return { port: address.port };
  }

  /** A line from inside the process for that identity; it passes all guards, but no TLS. */
  open(identity: Identity): Duplex {
    const [near, far] = streamPair();
    this.#broker.welcome(near, identity, () => '');
    return far;
  }

  /** Other centres below from now on; those of who is no longer one are cut. */
  admit(below: readonly CentreBelow[]): void {
    const { owner } = this.#options;
    this.#below = knownBelow(below);
    this.#centresBelow = below;
    this.#trust();
    this.#broker.disconnectWhere((identity) => {
      const from = identity.kind === 'guest' ? identity.centre : identity.kind === 'centre' ? identity.id : undefined;
      return from !== undefined && from !== owner && !below.some(({ centre }) => centre === from);
    });
  }

  /** Other certificates from now on; who came by an authority that is gone is cut. Answers how many were. */
  renew(tls: BrokerOptions['tls']): number {
    this.#tls = tls;
    this.#trust();
    const authorities = fingerprintsOf([tls.ca, ...this.#centresBelow.map(({ ca }) => ca)].join('\n'));
    return this.#broker.disconnectWhere((_identity, socket) => socket instanceof TLSSocket && !comesFrom(socket, authorities));
  }

  #trust(): void {
    this.#secure?.setSecureContext(trusting(this.#tls, this.#centresBelow));
    // A handshake that began before would be judged by what was trusted then.
    const begun = [...this.#shaking.values()];
    this.#shaking.clear();
    for (const socket of begun) socket.destroy();
  }

  /** Ask `mayConnect` again for all who are here. Answers how many were cut. */
  recheck(): number {
    return this.#broker.recheck();
  }

  /** Accept nobody any more and cut all who are here over that time; `stop` is to follow. */
  async drain(overMs: number): Promise<void> {
    this.#server?.close();
    await this.#broker.drain(overMs);
  }

  publish(topic: string, payload: Uint8Array | string, options: PublishOptions): Promise<void> {
    return this.#broker.publish(topic, payload, options);
  }

  connected(): Id[] {
    return this.#broker.connected();
  }

  disconnect(identity: Identity): void {
    this.#broker.disconnect(identity);
  }

  metrics(): BrokerMetrics {
    return this.#broker.metrics();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const server = this.#server;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.#shaking.values()) socket.destroy();
    await this.#broker.stop();
    await closed;
  }

  #welcome(socket: TLSSocket): void {
    this.#shaking.delete(lineOf(socket));
    const identity = this.#identify(socket);
    if (!identity.ok) {
      this.#broker.refused('no-identity', undefined);
      this.#broker.arrivals.wasRefused(socket.remoteAddress, performance.now());
      socket.destroy();
      return;
    }
    const isIn = this.#broker.welcome(socket, identity.value, () => sha256(socket.getPeerX509Certificate()?.raw ?? new Uint8Array()));
    if (!isIn) this.#broker.arrivals.wasRefused(socket.remoteAddress, performance.now());
  }

  #knock(socket: Socket, secure: TlsServer): void {
    const { arrivals } = this.#broker;
    const { remoteAddress } = socket;
    if (!arrivals.mayKnock(remoteAddress, performance.now())) {
      this.#broker.refused('address-rate', undefined);
      socket.destroy();
      return;
    }
    if (this.#shaking.size + this.#broker.lines >= this.#limits.connectionsMax && !this.#giveWay()) {
      this.#broker.refused('full', undefined);
      socket.destroy();
      return;
    }
    const line = lineOf(socket);
    this.#shaking.set(line, socket);
    // When TLS tells of a failure the address is no longer known, so the socket below it is watched.
    socket.once('close', () => {
      if (this.#shaking.delete(line)) arrivals.wasRefused(remoteAddress, performance.now());
    });
    secure.emit('connection', socket);
  }

  /** No room: the one that has kept its name back for longest goes. An honest one tells it in a moment, a silent crowd would shut all out. */
  #giveWay(): boolean {
    const oldest = this.#shaking.entries().next().value;
    if (oldest === undefined) return false;
    const [line, socket] = oldest;
    this.#shaking.delete(line);
    this.#broker.refused('full', undefined);
    this.#broker.arrivals.wasRefused(socket.remoteAddress, performance.now());
    socket.destroy();
    return true;
  }

  #identify(socket: TLSSocket): Result<Identity> {
    if (this.#below.length === 0) return identityOf(socket);
    return identityAmong(socket, new X509Certificate(this.#tls.ca), this.#below, this.#options.owner);
  }
}

function lineOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function knownBelow(below: readonly CentreBelow[] = []): readonly KnownBelow[] {
  return below.map(({ centre, ca }) => ({ centre, certificate: new X509Certificate(ca) }));
}

function trusting(tls: BrokerOptions['tls'], below: readonly CentreBelow[]) {
  return { ...tls, ca: [tls.ca, ...below.map(({ ca }) => ca)], minVersion: 'TLSv1.2' as const };
}
