// aedes made safe: mutual TLS, identity from the certificate, limits on everything, nothing durable.
import { X509Certificate } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import type { Id } from '../schemas/ids.ts';
import type { Result } from '../schemas/problems.ts';
import { parseTopic, type Topic } from '../schemas/topics.ts';
import { mayRetain } from './access.ts';
import { type Counts, type Refusal, zeroCounts } from './counts.ts';
import { SocketGuard } from './guards.ts';
import { hooksOf } from './hooks.ts';
import { type CentreBelow, type Identity, identityAmong, identityOf, type KnownBelow } from './identities.ts';
import { type BrokerLimits, brokerLimits } from './limits.ts';
import { PacketGauge } from './link/packet-gauge.ts';
import { CleanSessionPersistence } from './persistence.ts';
import { RetainedIndex } from './retained.ts';
import { type Session, Sessions } from './sessions.ts';

export interface BrokerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** PEM. Clients must hold a certificate of `ca`. */
  readonly tls: { readonly ca: string | Buffer; readonly cert: string | Buffer; readonly key: string | Buffer };
  /** The centre this broker belongs to: its certificate may speak to boxes, other centres' may not. */
  readonly owner?: Id;
  /** Centres below whose boxes keep an order-only subscription here; they connect as `guest`. */
  readonly below?: readonly CentreBelow[];
  /** Asked at each CONNECT: the registry may have dropped an identity whose certificate still holds. */
  readonly mayConnect: (identity: Identity, certificate: string) => boolean;
  /**
   * Each publication and will of a client, in order per client. PUBACK follows when it resolves, so resolve after
   * COMMIT. When it rejects, the client is cut without PUBACK and sends again: never reject for bad content.
   */
  readonly onPublish?: (identity: Identity, topic: Topic, payload: Buffer) => Promise<void>;
  /** `true` at every connection, take-overs included; `false` when the identity's last connection is gone. */
  readonly onConnection?: (identity: Identity, up: boolean) => void;
  /** For logs; counts are kept anyway. */
  readonly onRefused?: (reason: Refusal, identity: Identity | undefined) => void;
  readonly limits?: Partial<BrokerLimits>;
}

export interface BrokerMetrics extends Readonly<Counts> {
  readonly connections: number;
  readonly retainedCount: number;
  readonly retainedBytes: number;
}

export class BrokerServer {
  readonly #options: BrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #sessions = new Sessions();
  readonly #counts = zeroCounts();
  readonly #retained: RetainedIndex;
  readonly #sockets = new Set<TLSSocket>();
  readonly #waiting = new Set<SocketGuard>();
  readonly #aedes: Aedes;
  #below: readonly KnownBelow[] = [];
  #server: Server | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#limits = { ...brokerLimits, ...options.limits };
    this.#retained = new RetainedIndex({ countMax: this.#limits.retainedCountMax, bytesMax: this.#limits.retainedBytesMax });
    this.#aedes = this.#makeAedes();
    this.#below = knownBelow(options.below);
  }

  async start(): Promise<{ port: number }> {
    await this.#aedes.listen();
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
    server.on('tlsClientError', () => this.#refused('handshake', undefined));
    server.on('drop', () => this.#refused('full', undefined));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: this.#limits.backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#sweeper = setInterval(() => this.#sweep(), 1000);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the broker listens on no port');
    return { port: address.port };
  }

  /** Other centres below from now on; those of who is no longer one are cut. */
  admit(below: readonly CentreBelow[]): void {
    const { tls } = this.#options;
    this.#below = knownBelow(below);
    this.#server?.setSecureContext({ ...trusting(tls, below), minVersion: 'TLSv1.2' });
    for (const socket of this.#sockets) {
      const identity = this.#sessions.of(socket)?.identity;
      const from = identity?.kind === 'guest' ? identity.centre : identity?.kind === 'centre' ? identity.id : undefined;
      if (from !== undefined && from !== this.#options.owner && !below.some(({ centre }) => centre === from)) socket.destroy();
    }
  }

  /**
   * Publish from inside the process; resolves when handed to every subscriber's socket, which proves nothing. `to`: hand it
   * to this box's connection alone, as if it came from its subscription; what is retained stays as it was.
   */
  publish(topic: string, payload: Uint8Array | string, options: { qos: 0 | 1; retain: boolean; to?: Id }): Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed === undefined) throw new RangeError(`not a topic of Loa: ${topic}`);
    if (options.retain && !mayRetain(parsed)) throw new RangeError(`${topic} is not retained`);
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload);
    if (options.to !== undefined) return this.#hand(options.to, topic, bytes, options.qos);
    return new Promise((resolve, reject) => {
      this.#aedes.publish({ cmd: 'publish', topic, payload: bytes, qos: options.qos, retain: options.retain, dup: false }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** A box that is away or does not listen there gets nothing. */
  async #hand(dev: Id, topic: string, payload: Buffer, qos: 0 | 1): Promise<void> {
    const session = this.#sessions.find({ kind: 'box', id: dev });
    const client = session?.client;
    if (!client || !session.filters.has(topic)) return;
    const packet = { cmd: 'publish', topic, payload, qos, retain: false, dup: false } as const;
    await new Promise<void>((resolve, reject) => client.publish(packet, (error) => (error ? reject(error) : resolve())));
  }

  /** Boxes connected now. */
  connected(): Id[] {
    return this.#sessions.boxes();
  }

  /** Cut an identity, for instance when its certificate is withdrawn. */
  disconnect(identity: Identity): void {
    this.#sessions.find(identity)?.socket.destroy();
  }

  metrics(): BrokerMetrics {
    return {
      ...this.#counts,
      refused: { ...this.#counts.refused },
      connections: this.#sessions.count,
      retainedCount: this.#retained.count,
      retainedBytes: this.#retained.bytes,
    };
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#sweeper);
    const server = this.#server;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #makeAedes(): Aedes {
    const { owner, mayConnect, onPublish } = this.#options;
    const aedes = new Aedes({
      // No cap on messages in flight: guarded sockets never hold a slot, and a cap is what lets one client stop all.
      concurrency: 0,
      drainTimeout: 3000,
      connectTimeout: this.#limits.connectTimeoutMs,
      keepaliveLimit: this.#limits.keepaliveSecondsMax,
      maxTopicLevels: 6,
      queueLimit: 42,
      maxInflightInbound: 1,
      persistence: new CleanSessionPersistence(this.#retained, () => this.#refused('retained-full', undefined)),
      ...hooksOf({
        sessions: this.#sessions,
        owner,
        counts: this.#counts,
        filtersMax: this.#limits.filtersMax,
        mayConnect,
        onPublish,
        refused: (reason, identity) => this.#refused(reason, identity),
        stopping: () => this.#stopping,
      }),
    });
    aedes.on('client', (client) => this.#announce(client));
    aedes.on('unsubscribe', (filters, client) => {
      const session = this.#sessions.of(client.conn);
      for (const filter of filters) session?.filters.delete(filter);
    });
    return aedes;
  }

  #welcome(socket: TLSSocket): void {
    const identity = this.#identify(socket);
    if (!identity.ok || this.#stopping) {
      this.#refused('no-identity', undefined);
      socket.destroy();
      return;
    }
    const session = this.#sessions.open(socket, identity.value);
    this.#sockets.add(socket);
    this.#counts.connects++;
    this.#guard(socket, identity.value);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#farewell(session);
    });
    this.#aedes.handle(socket);
  }

  #identify(socket: TLSSocket): Result<Identity> {
    if (this.#below.length === 0) return identityOf(socket);
    return identityAmong(socket, new X509Certificate(this.#options.tls.ca), this.#below, this.#options.owner);
  }

  #guard(socket: TLSSocket, identity: Identity): void {
    const { connectBytesMax, boxBytesMax, centreBytesMax, queuedBytesMax, stallMs } = this.#limits;
    const laterBytesMax = identity.kind === 'centre' ? centreBytesMax : boxBytesMax;
    new SocketGuard(socket, {
      gauge: new PacketGauge({ firstBytesMax: connectBytesMax, laterBytesMax, connectFirst: true }),
      queuedBytesMax,
      stallMs,
      onEnd: (reason) => this.#refused(reason, identity),
      onRead: (bytes) => {
        this.#counts.bytesIn += bytes;
      },
      onWrite: (bytes) => {
        this.#counts.bytesOut += bytes;
      },
      onWaiting: (guard) => this.#waiting.add(guard),
    });
  }

  #announce(client: Client): void {
    const session = this.#sessions.of(client.conn);
    if (session === undefined || session.announced) return;
    session.announced = true;
    session.client = client;
    this.#options.onConnection?.(session.identity, true);
  }

  #farewell(session: Session): void {
    if (this.#sessions.leave(session) && session.announced) this.#options.onConnection?.(session.identity, false);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const guard of this.#waiting) if (!guard.sweep(nowMs)) this.#waiting.delete(guard);
  }

  #refused(reason: Refusal, identity: Identity | undefined): void {
    this.#counts.refused[reason] = (this.#counts.refused[reason] ?? 0) + 1;
    this.#options.onRefused?.(reason, identity);
  }
}

function knownBelow(below: readonly CentreBelow[] = []): readonly KnownBelow[] {
  return below.map(({ centre, ca }) => ({ centre, certificate: new X509Certificate(ca) }));
}

function trusting(tls: BrokerOptions['tls'], below: readonly CentreBelow[]) {
  return { ...tls, ca: [tls.ca, ...below.map(({ ca }) => ca)] };
}
