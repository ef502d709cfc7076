// Every decision aedes leaves open, made here: who connects, publishes, subscribes, and when a message counts as taken.
import type { AedesOptions, AuthenticateError, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import type { Id } from '../schemas/ids.ts';
import { parseTopic, type Topic } from '../schemas/topics.ts';
import { may, mayRetain } from './access.ts';
import type { Counts, Refusal } from './counts.ts';
import type { Identity } from './identities.ts';
import type { Session, Sessions } from './sessions.ts';

export interface HookOptions {
  readonly sessions: Sessions;
  readonly owner: Id | undefined;
  readonly counts: Counts;
  readonly filtersMax: number;
  readonly refusedFiltersMax: number;
  readonly keepaliveSecondsMax: number;
  /** `certificate`: SHA-256 of the one that was shown. */
  readonly mayConnect: (identity: Identity, certificate: string) => boolean;
  /** PUBACK goes out after it resolves; when it rejects the connection ends without one, so the client sends again. */
  readonly onPublish: ((identity: Identity, topic: Topic, payload: Buffer) => Promise<void>) | undefined;
  /** The identity has a living connection: may this one take its place? */
  readonly mayTakeOver: (session: Session) => boolean;
  readonly refused: (reason: Refusal, identity: Identity | undefined) => void;
  readonly stopping: () => boolean;
  /** A newer connection of the same identity has come: this one reads nothing more. */
  readonly superseded: (session: Session) => void;
}

type Hooks = Required<Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe'>>;

export function hooksOf(options: HookOptions): Hooks {
  const { sessions, refused } = options;
  return {
    preConnect(client, packet, callback) {
      const session = sessions.of(client.conn);
      const reason = session ? unfit(session, packet, options) : 'no-identity';
      if (reason !== undefined || session === undefined) {
        refused(reason ?? 'no-identity', session?.identity);
        return callback(new Error('refused'), false);
      }
      // Identity comes from the certificate, whatever the client calls itself; sessions are always clean.
      session.nameless = packet.clientId === '';
      packet.clientId = session.clientId;
      packet.clean = true;
      session.will = packet.will;
      callback(null, true);
    },

    authenticate(client, _username, _password, done) {
      const session = sessions.of(client.conn);
      // Cut since its CONNECT was read: it comes no more, though aedes has not heard so yet.
      if (session?.socket.destroyed) return done(Object.assign(new Error('gone'), { returnCode: 3 as const }), false);
      const no = session ? unwelcome(session, options) : { reason: 'no-identity' as const, returnCode: 5 as const };
      if (session === undefined || no !== undefined) {
        refused(no?.reason ?? 'no-identity', session?.identity);
        const error: AuthenticateError = Object.assign(new Error('refused'), { returnCode: no?.returnCode ?? 5 });
        return done(error, false);
      }
      const before = sessions.enter(session);
      if (before) options.superseded(before);
      done(null, true);
    },

    authorizePublish(client, packet, callback) {
      const session = client ? sessions.of(client.conn) : undefined;
      if (session === undefined) return callback(new Error('no session'));
      if (packet === session.will) return sendWill(session, packet, callback, options);
      const topic = publishable(session, packet, options);
      if (topic === undefined) return callback(new Error('publish refused'));
      options.counts.publishes++;
      take(session, topic, packet, options).then(
        () => callback(client?.closed ? new Error('closed') : null),
        (error: unknown) => callback(asError(error)),
      );
    },

    authorizeSubscribe(client, subscription, callback) {
      const session = sessions.of(client.conn);
      const reason = session ? unreadable(session, subscription, options) : 'no-identity';
      if (session === undefined || reason !== undefined) {
        refused(reason ?? 'no-identity', session?.identity);
        // One wrong filter is a mistake that SUBACK tells [MQTT-3.9.3-2]; who goes on trying is looking for something.
        if (session && ++session.refusedFilters > options.refusedFiltersMax) session.socket.destroy();
        return callback(null, null);
      }
      session.filters.add(subscription.topic);
      callback(null, subscription);
    },
  };
}

/** Why this CONNECT is refused before it is answered, if it is. */
function unfit(session: Session, packet: ConnectPacket, options: HookOptions): Refusal | undefined {
  if (packet.protocolVersion === 3) return 'protocol';
  // No return code says this, so none is sent [MQTT-3.2.2-6].
  const { keepalive = 0 } = packet;
  if (keepalive === 0 || keepalive > options.keepaliveSecondsMax) return 'keepalive';
  const { will } = packet;
  if (will === undefined) return undefined;
  const topic = parseTopic(will.topic);
  if (topic === undefined || will.qos === 2) return 'will';
  if (!may(session.identity, 'publish', will.topic, options.owner).ok) return 'will';
  if (!mayRetain(topic)) will.retain = false;
  return undefined;
}

/** Why this CONNECT is answered with a refusal, and which (§3.2.2.3). */
function unwelcome(session: Session, options: HookOptions): { reason: Refusal; returnCode: 2 | 3 | 5 } | undefined {
  if (options.stopping()) return { reason: 'stopping', returnCode: 3 };
  // A server may refuse an empty id [MQTT-3.1.3-6]: whoever sends one expects a name that no certificate gave.
  if (session.nameless) return { reason: 'no-client-id', returnCode: 2 };
  if (!options.mayConnect(session.identity, session.certificate())) return { reason: 'not-allowed-to-connect', returnCode: 5 };
  const present = options.sessions.find(session.identity);
  const isTaken = present !== undefined && present !== session && !present.socket.destroyed;
  return isTaken && !options.mayTakeOver(session) ? { reason: 'take-over', returnCode: 3 } : undefined;
}

function publishable(session: Session, packet: PublishPacket, options: HookOptions): Topic | undefined {
  const topic = parseTopic(packet.topic);
  const reason = packet.qos === 2 ? 'qos-2' : 'publish';
  if (topic === undefined || packet.qos === 2 || !may(session.identity, 'publish', packet.topic, options.owner).ok) {
    options.refused(reason, session.identity);
    return undefined;
  }
  if (!mayRetain(topic)) packet.retain = false;
  return topic;
}

function unreadable(session: Session, subscription: Subscription, options: HookOptions): Refusal | undefined {
  if (subscription.qos === 2) return 'qos-2';
  if (!may(session.identity, 'subscribe', subscription.topic, options.owner).ok) return 'subscribe';
  if (session.filters.size >= options.filtersMax && !session.filters.has(subscription.topic)) return 'filters';
  return undefined;
}

/** Hand one publication to its owner, after those the same session sent before. */
function take(session: Session, topic: Topic, packet: PublishPacket, options: HookOptions): Promise<void> {
  const { onPublish } = options;
  if (onPublish === undefined) return Promise.resolve();
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  const taken = session.turn.then(() => onPublish(session.identity, topic, payload));
  // After a failure nothing later of this session may be taken: the client will send all again, in order.
  session.turn = taken;
  return taken.catch((error: unknown) => {
    options.refused('not-stored', session.identity);
    throw error;
  });
}

/** A will is heard only while nobody has taken over and the broker itself is not the one that went away. */
function sendWill(session: Session, packet: PublishPacket, callback: (error?: Error | null) => void, options: HookOptions): void {
  const stale = () => options.stopping() || options.sessions.superseded(session);
  const topic = parseTopic(packet.topic);
  if (topic === undefined || stale()) {
    callback(new Error('stale will'));
    return;
  }
  session.turn = session.turn.catch(() => undefined);
  take(session, topic, packet, options).then(
    () => callback(stale() ? new Error('stale will') : null),
    (error: unknown) => callback(asError(error)),
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
