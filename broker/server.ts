// The broker's door: mutual TLS, and who is at the other end from the certificate alone.
import { X509Certificate } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { sha256 } from '../hardware/host/crypto.ts';
import type { Id } from '../schemas/ids.ts';
import type { Result } from '../schemas/problems.ts';
import { Broker, type BrokerMetrics, type CoreOptions, type PublishOptions } from './broker.ts';
import { type CentreBelow, type Identity, identityAmong, identityOf, type KnownBelow } from './identities.ts';
import { type BrokerLimits, brokerLimits } from './limits.ts';

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

export class BrokerServer {
  readonly #options: BrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #broker: Broker;
  #below: readonly KnownBelow[] = [];
  #server: Server | undefined;
  #stopping = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#limits = { ...brokerLimits, ...options.limits };
    this.#broker = new Broker(options, this.#limits);
    this.#below = knownBelow(options.below);
  }

  async start(): Promise<{ port: number }> {
    await this.#broker.start();
    const { host, port, tls, below = [] } = this.#options;
    const server = createServer(
      {
        ...trusting(tls, below),
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        handshakeTimeout: this.#limits.handshakeTimeoutMs,
        noDelay: true,
      },
      (socket) => this.#welcome(socket),
    );
    server.maxConnections = this.#limits.connectionsMax;
    server.on('tlsClientError', () => this.#broker.refused('handshake', undefined));
    server.on('drop', () => this.#broker.refused('full', undefined));
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

  /** Other centres below from now on; those of who is no longer one are cut. */
  admit(below: readonly CentreBelow[]): void {
    const { tls, owner } = this.#options;
    this.#below = knownBelow(below);
    this.#server?.setSecureContext({ ...trusting(tls, below), minVersion: 'TLSv1.2' });
    this.#broker.disconnectWhere((identity) => {
      const from = identity.kind === 'guest' ? identity.centre : identity.kind === 'centre' ? identity.id : undefined;
      return from !== undefined && from !== owner && !below.some(({ centre }) => centre === from);
    });
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
    await this.#broker.stop();
    await closed;
  }

  #welcome(socket: TLSSocket): void {
    const identity = this.#identify(socket);
    if (!identity.ok || this.#stopping) {
      this.#broker.refused('no-identity', undefined);
      socket.destroy();
      return;
    }
    this.#broker.welcome(socket, identity.value, () => sha256(socket.getPeerX509Certificate()?.raw ?? new Uint8Array()));
  }

  #identify(socket: TLSSocket): Result<Identity> {
    if (this.#below.length === 0) return identityOf(socket);
    return identityAmong(socket, new X509Certificate(this.#options.tls.ca), this.#below, this.#options.owner);
  }
}

function knownBelow(below: readonly CentreBelow[] = []): readonly KnownBelow[] {
  return below.map(({ centre, ca }) => ({ centre, certificate: new X509Certificate(ca) }));
}

function trusting(tls: BrokerOptions['tls'], below: readonly CentreBelow[]) {
  return { ...tls, ca: [tls.ca, ...below.map(({ ca }) => ca)] };
}
