// The connections of this moment: one current session per identity, the newest wins.
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Id } from '../schemas/ids.ts';
import type { SocketGuard } from './guards.ts';
import { clientIdOf, type Identity } from './identities.ts';

export interface Session {
  readonly identity: Identity;
  readonly clientId: string;
  readonly socket: Duplex;
  /** The will as it stood in CONNECT; compared by reference. */
  will: object | undefined;
  /** Ends when every publication before has been taken: publications of one session are taken in order. */
  turn: Promise<void>;
  readonly filters: Set<string>;
  /** SHA-256 of the certificate it showed. */
  readonly certificate: () => string;
  /** Takes what it reads; absent only while the socket is being welcomed. */
  reader: SocketGuard | undefined;
  announced: boolean;
  /** Its CONNECT bore no client id. */
  nameless: boolean;
  refusedFilters: number;
  /** The broker's own side of it, once its CONNECT was answered. */
  client: Client | undefined;
}

export class Sessions {
  readonly #bySocket = new WeakMap<object, Session>();
  readonly #current = new Map<string, Session>();

  /** A verified socket, before its CONNECT. */
  open(socket: Duplex, identity: Identity, certificate: () => string): Session {
    const session: Session = {
      identity,
      clientId: clientIdOf(identity),
      socket,
      will: undefined,
      turn: Promise.resolve(),
      filters: new Set(),
      certificate,
      reader: undefined,
      announced: false,
      nameless: false,
      refusedFilters: 0,
      client: undefined,
    };
    this.#bySocket.set(socket, session);
    return session;
  }

  of(socket: object): Session | undefined {
    return this.#bySocket.get(socket);
  }

  /** From now on this session speaks for its identity. Answers whom it took over from. */
  enter(session: Session): Session | undefined {
    if (session.socket.destroyed) return undefined;
    const before = this.#current.get(session.clientId);
    this.#current.set(session.clientId, session);
    return before === session ? undefined : before;
  }

  /** True when the identity has no session any more; false when another took over. */
  leave(session: Session): boolean {
    if (this.#current.get(session.clientId) !== session) return false;
    this.#current.delete(session.clientId);
    return true;
  }

  /** True when a newer connection of the same identity has taken over: what the old one left unsaid is stale. */
  superseded(session: Session): boolean {
    const current = this.#current.get(session.clientId);
    return current !== undefined && current !== session;
  }

  find(identity: Identity): Session | undefined {
    return this.#current.get(clientIdOf(identity));
  }

  /** Those that speak for an identity now. */
  all(): Session[] {
    return [...this.#current.values()];
  }

  get count(): number {
    return this.#current.size;
  }

  boxes(): Id[] {
    return [...this.#current.values()].filter((s) => s.identity.kind === 'box' && s.announced).map((s) => s.identity.id);
  }
}
