// The connections of this moment: one current session per identity, the newest wins.
import type { TLSSocket } from 'node:tls';
import type { Client } from 'aedes';
import type { Id } from '../schemas/ids.ts';
import { clientIdOf, type Identity } from './identities.ts';

export interface Session {
  readonly identity: Identity;
  readonly clientId: string;
  readonly socket: TLSSocket;
  /** The will as it stood in CONNECT; compared by reference. */
  will: object | undefined;
  /** Ends when every publication before has been taken: publications of one session are taken in order. */
  turn: Promise<void>;
  readonly filters: Set<string>;
  announced: boolean;
  /** The broker's own side of it, once its CONNECT was answered. */
  client: Client | undefined;
}

export class Sessions {
  readonly #bySocket = new WeakMap<object, Session>();
  readonly #current = new Map<string, Session>();

  /** A verified socket, before its CONNECT. */
  open(socket: TLSSocket, identity: Identity): Session {
    const session: Session = {
      identity,
      clientId: clientIdOf(identity),
      socket,
      will: undefined,
      turn: Promise.resolve(),
      filters: new Set(),
      announced: false,
      client: undefined,
    };
    this.#bySocket.set(socket, session);
    return session;
  }

  of(socket: object): Session | undefined {
    return this.#bySocket.get(socket);
  }

  /** From now on this session speaks for its identity. */
  enter(session: Session): void {
    if (!session.socket.destroyed) this.#current.set(session.clientId, session);
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

  get count(): number {
    return this.#current.size;
  }

  boxes(): Id[] {
    return [...this.#current.values()].filter((s) => s.identity.kind === 'box' && s.announced).map((s) => s.identity.id);
  }
}
