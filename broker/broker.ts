// The broker without its door: sockets whose identity is known come in, messages go to all who read them. Nothing durable.
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'aedes';
import type { Id } from '../schemas/ids.ts';
import { parseTopic, type Topic } from '../schemas/topics.ts';
import { mayRetain } from './access.ts';
import { Arrivals } from './arrivals.ts';
import { type Counts, type Refusal, zeroCounts } from './counts.ts';
import { DeliveringAedes } from './delivering-aedes.ts';
import { SocketGuard } from './guards.ts';
import { hooksOf } from './hooks.ts';
import { clientIdOf, type Identity } from './identities.ts';
import type { BrokerLimits } from './limits.ts';
import { PacketChecker } from './packet-checker.ts';
import { type Session, Sessions } from './sessions.ts';
import { Traffic } from './traffic.ts';

export interface CoreOptions {
  /** The centre this broker belongs to: its certificate may speak to boxes, other centres' may not. */
  readonly owner?: Id;
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
  /** Two connections of this identity push each other out; told once until they are calm again. */
  readonly onTakeOverLoop?: (identity: Identity) => void;
}

export interface BrokerMetrics extends Readonly<Counts> {
  readonly connections: number;
  readonly retainedCount: number;
  readonly retainedBytes: number;
  /** Bytes that wait for readers. */
  readonly queuedBytes: number;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Hand it to this box's connection alone, as if it came from its subscription; what is retained stays as it was. */
  readonly to?: Id;
}

const drainStepMs = 50;

export class Broker {
  readonly #options: CoreOptions;
  readonly #limits: BrokerLimits;
  readonly #sessions = new Sessions();
  readonly #counts = zeroCounts();
  readonly #sockets = new Set<Duplex>();
  readonly #waiting = new Set<SocketGuard>();
  readonly #aedes: DeliveringAedes;
  readonly #arrivals: Arrivals;
  readonly #traffic: Traffic;
  #sweeper: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: CoreOptions, limits: BrokerLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#arrivals = new Arrivals(limits.arrivals);
    this.#traffic = new Traffic(limits);
    this.#aedes = this.#makeAedes();
  }

  async start(): Promise<void> {
    await this.#aedes.listen();
    this.#sweeper = setInterval(() => this.#sweep(), 1000);
  }

  /** A socket whose far end is known. `certificate` answers the SHA-256 of what it showed, and is asked at CONNECT. False: turned away. */
  welcome(socket: Duplex, identity: Identity, certificate: () => string): boolean {
    if (this.#stopping) return this.#turnAway(socket, 'stopping', identity);
    if (!this.#arrivals.mayEnter(clientIdOf(identity), performance.now())) return this.#turnAway(socket, 'identity-rate', identity);
    const session = this.#sessions.open(socket, identity, certificate);
    this.#sockets.add(socket);
    this.#counts.connects++;
    session.reader = this.#guard(session);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#farewell(session);
    });
    this.#aedes.handle(socket);
    return true;
  }

  #turnAway(socket: Duplex, reason: Refusal, identity: Identity): false {
    this.refused(reason, identity);
    socket.destroy();
    return false;
  }

  /** Who comes from where, before anybody knows who it is. */
  get arrivals(): Arrivals {
    return this.#arrivals;
  }

  /** Publish from inside the process; resolves when handed to every subscriber's socket, which proves nothing. */
  async publish(topic: string, payload: Uint8Array | string, options: PublishOptions): Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed === undefined) throw new RangeError(`not a topic of Loa: ${topic}`);
    if (options.retain && !mayRetain(parsed)) throw new RangeError(`${topic} is not retained`);
    const message = { topic, payload: typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload), qos: options.qos };
    if (options.to === undefined) return this.#aedes.handOn(message, options.retain);
    const session = this.#sessions.find({ kind: 'box', id: options.to });
    // A box that is away or does not listen there gets nothing.
    if (session?.reader && session.announced && session.filters.has(topic)) this.#aedes.fanOut.hand(session.reader, message, 1, false);
  }

  /** Sockets that were taken in. */
  get lines(): number {
    return this.#sockets.size;
  }

  /** Boxes connected now. */
  connected(): Id[] {
    return this.#sessions.boxes();
  }

  /** Cut an identity, for instance when its certificate is withdrawn. */
  disconnect(identity: Identity): void {
    this.#sessions.find(identity)?.socket.destroy();
  }

  /** Cut every connection of which this is true. Answers how many. */
  disconnectWhere(is: (identity: Identity, socket: Duplex) => boolean): number {
    const those = [...this.#sockets].filter((socket) => {
      const session = this.#sessions.of(socket);
      return session !== undefined && is(session.identity, socket);
    });
    for (const socket of those) socket.destroy();
    return those.length;
  }

  /** Ask `mayConnect` again for all who are here, and cut whom it no longer admits. Answers how many. */
  recheck(): number {
    const unwelcome = this.#sessions.all().filter(({ identity, certificate }) => !this.#options.mayConnect(identity, certificate()));
    for (const { socket } of unwelcome) socket.destroy();
    return unwelcome.length;
  }

  /** Take nobody in any more and cut all over that time, the owner last: it hears the boxes to the end. Wills stay unsaid. */
  async drain(overMs: number): Promise<void> {
    this.#stopping = true;
    const isOwner = ({ identity }: Session) => identity.kind === 'centre' && identity.id === this.#options.owner;
    const all = this.#sessions.all();
    const inOrder = [...all.filter((one) => !isOwner(one)), ...all.filter(isOwner)];
    const slices = Math.min(inOrder.length, Math.max(1, Math.ceil(overMs / drainStepMs)));
    for (let slice = 0; slice < slices; slice++) {
      const from = Math.floor((slice * inOrder.length) / slices);
      for (const { socket } of inOrder.slice(from, Math.floor(((slice + 1) * inOrder.length) / slices))) socket.end(() => socket.destroy());
      await wait(overMs / slices);
    }
  }

  refused(reason: Refusal, identity: Identity | undefined): void {
    this.#counts.refused[reason] = (this.#counts.refused[reason] ?? 0) + 1;
    this.#options.onRefused?.(reason, identity);
  }

  metrics(): BrokerMetrics {
    const { retained } = this.#aedes;
    return {
      ...this.#counts,
      refused: { ...this.#counts.refused },
      connections: this.#sessions.count,
      retainedCount: retained.count,
      retainedBytes: retained.bytes,
      queuedBytes: [...this.#waiting].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#sweeper);
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
  }

  #makeAedes(): DeliveringAedes {
    const { owner, mayConnect, onPublish } = this.#options;
    const { connectTimeoutMs, keepaliveSecondsMax, filtersMax, refusedFiltersMax, topicLevelsMax, retainedCountMax, retainedBytesMax } =
      this.#limits;
    const aedes = new DeliveringAedes({
      sessions: this.#sessions,
      retain: { countMax: retainedCountMax, bytesMax: retainedBytesMax },
      onRetainedFull: () => this.refused('retained-full', undefined),
      concurrency: 0,
      drainTimeout: 3000,
      connectTimeout: connectTimeoutMs,
      maxTopicLevels: topicLevelsMax,
      queueLimit: 42,
      maxInflightInbound: 1,
      ...hooksOf({
        sessions: this.#sessions,
        owner,
        counts: this.#counts,
        filtersMax,
        refusedFiltersMax,
        keepaliveSecondsMax,
        mayTakeOver: (session) => this.#mayTakeOver(session),
        mayConnect,
        onPublish,
        refused: (reason, identity) => this.refused(reason, identity),
        stopping: () => this.#stopping,
        superseded: (session) => aedes.forget(session, session.filters),
      }),
    });
    aedes.on('client', (client) => this.#announce(client));
    return aedes;
  }

  #guard(session: Session): SocketGuard {
    const { boxBytesMax, centreBytesMax, queuedBytesMax, stallMs } = this.#limits;
    const { identity, socket, clientId } = session;
    const isOwner = identity.kind === 'centre' && identity.id === this.#options.owner;
    const laterBytesMax = identity.kind === 'centre' ? centreBytesMax : boxBytesMax;
    return new SocketGuard(socket, {
      checker: new PacketChecker({ ...this.#limits, laterBytesMax }),
      queuedBytesMax,
      stallMs,
      onEnd: (reason) => this.refused(reason, identity),
      onRead: (bytes, packets) => {
        this.#counts.bytesIn += bytes;
        this.#counts.packetsIn += packets;
        return isOwner ? 0 : this.#traffic.read(clientId, bytes, packets, performance.now());
      },
      onWrite: (bytes) => {
        this.#counts.bytesOut += bytes;
      },
      onAlive: (bytes) => {
        this.#counts.bytesIn += bytes;
        stayAlive(session.client);
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
    this.#aedes.forget(session, session.filters);
    if (this.#sessions.leave(session) && session.announced) this.#options.onConnection?.(session.identity, false);
  }

  #mayTakeOver({ clientId, identity }: Session): boolean {
    const { welcome, loopBegins } = this.#arrivals.mayTakeOver(clientId, performance.now());
    if (loopBegins) this.#options.onTakeOverLoop?.(identity);
    return welcome;
  }

  #sweep(): void {
    const nowMs = performance.now();
    this.#arrivals.sweep(nowMs);
    this.#traffic.sweep(nowMs);
    for (const guard of this.#waiting) if (!guard.sweep(nowMs)) this.#waiting.delete(guard);
  }
}

/** aedes restarts this timer for each packet it reads (MQTT 3.1.1 §3.1.2.10); acknowledgements never reach it, nor what waits while we pause. */
function stayAlive(client: Client | undefined): void {
  (client as { readonly _keepaliveTimer?: NodeJS.Timeout | null } | undefined)?._keepaliveTimer?.refresh();
}
