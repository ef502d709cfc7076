// Sessions: random cookies of which only hashes are stored, one CSRF word each; who is asking, by cookie or by token.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type { SignInWay } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  addressKey,
  codeObliged,
  deviceOf,
  halfSessionLifeMs,
  idleOver,
  narrow,
  type Proof,
  placeOf,
  proofMissing,
  sessionLifeMs,
} from '../core/accounts.ts';
import type { Grant } from '../core/roles.ts';
import type { Account, PeopleStore, Session, TokenStore } from '../store/people-store.ts';
import type { Act, Store } from '../store/store.ts';
import { borrowedRights } from './borrowed-rights.ts';

/** What is seen is written at most so often. */
const seenEveryMs = 60_000;
const tokenPattern = /^loa_[0-9a-f]{48}$/;

export interface Person {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  /** Of a token: empty, nothing can be sent by it from another page. */
  readonly csrf: string;
  /** Hash of the session's cookie; null for a program with a token. */
  readonly session: string | null;
  /** As the audit names who acted: the account, and the token where one was used. */
  readonly actor: string;
}

/** Where a request comes from. */
export interface Whence {
  readonly address: string;
  readonly device: string;
}

export interface SessionsOptions {
  readonly people: PeopleStore;
  readonly tokens: TokenStore;
  readonly approvals: Store['approvals'];
  readonly demo: boolean;
  /** Roles that oblige to a code, as they are set now. */
  readonly factorRoles: () => Parameters<typeof codeObliged>[1];
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export interface Begun {
  readonly cookie: string;
  readonly csrf: string;
}

export interface Held {
  readonly session: Session;
  readonly account: Account;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #streams = new Set<() => void>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  obliged(grants: readonly Grant[]): boolean {
    return codeObliged(grants, this.#options.factorRoles(), this.#options.demo);
  }

  /** Begin a session; answers the cookie's value and the CSRF word. */
  async begin(account: string, proof: Proof, whence: Whence, way: SignInWay = 'password'): Promise<Begun> {
    const { people, nowMs, act } = this.#options;
    const atMs = nowMs();
    const cookie = randomHex(32);
    const idHash = sha256(Buffer.from(cookie));
    const session: Session = {
      idHash,
      account,
      csrf: randomHex(24),
      createdMs: atMs,
      expMs: atMs + (proof === 'waiting' ? halfSessionLifeMs : sessionLifeMs),
      proof,
      seenMs: atMs,
      place: placeOf(whence.address),
      device: deviceOf(whence.device),
      way,
    };
    await people.endSessionsBefore(atMs);
    const name = proof === 'waiting' ? 'session.half' : 'session.begin';
    await people.addSession(session, act(account, name, idHash.slice(0, 16), way === 'password' ? proof : { proof, way }));
    return { cookie, csrf: session.csrf };
  }

  /** The session of a cookie, whatever it proved. Problem: not-signed-in. */
  async held(cookie: string | undefined): Promise<Result<Held>> {
    const { people, nowMs, demo } = this.#options;
    if (cookie === undefined || !/^[0-9a-f]{64}$/.test(cookie)) return bad('not-signed-in', 'sign in first');
    const session = await people.session(sha256(Buffer.from(cookie)), nowMs());
    const account = session && (await people.account(session.account));
    if (!session || !account || account.disabledMs !== null) return bad('not-signed-in', 'the session has ended');
    if (!idleOver(account.grants, session.seenMs, nowMs(), demo)) return ok({ session, account });
    await people.endSession(session.idHash);
    return bad('not-signed-in', 'the session has ended: two hours without use');
  }

  /** Who holds this cookie. `seen`: it was a person's doing, not the page's own. Problems: not-signed-in, factor-needed. */
  async personOf(cookie: string | undefined, seen = true): Promise<Result<Person>> {
    const { people, nowMs } = this.#options;
    const held = await this.held(cookie);
    if (!held.ok) return held;
    const { session, account } = held.value;
    if (proofMissing(session.proof, this.obliged(account.grants))) return bad('factor-needed', 'give the code of the app first');
    if (seen && nowMs() - session.seenMs >= seenEveryMs) await people.touchSession(session.idHash, nowMs());
    // What others delegate needs the proof that they would need.
    const borrowed = await borrowedRights(this.#options, account.account, nowMs());
    const lent = proofMissing(session.proof, this.obliged(borrowed)) ? [] : borrowed;
    return ok({
      account: account.account,
      title: account.title,
      grants: lent.length > 0 ? [...account.grants, ...lent] : account.grants,
      csrf: session.csrf,
      session: session.idHash,
      actor: account.account,
    });
  }

  /** Who stands behind a token, with what it may do now. Problem: not-signed-in. */
  async personOfToken(word: string): Promise<Result<Person>> {
    const { people, tokens, nowMs } = this.#options;
    const token = tokenPattern.test(word) ? await tokens.tokenOf(sha256(Buffer.from(word)), nowMs()) : undefined;
    const account = token && (await people.account(token.account));
    if (!token || !account || account.disabledMs !== null) return bad('not-signed-in', 'this token is not in force');
    if (nowMs() - (token.usedMs ?? 0) >= seenEveryMs) await tokens.touchToken(token.id, nowMs());
    return ok({
      account: account.account,
      title: account.title,
      grants: narrow(account.grants, token.acts, token.area),
      csrf: '',
      session: null,
      actor: `${account.account} ${token.id}`,
    });
  }

  async end(cookie: string): Promise<void> {
    await this.#options.people.endSession(sha256(Buffer.from(cookie)));
    this.ended();
  }

  /** What outlives a request looks again, whenever sessions ended, who it belongs to. Returns how to stop. */
  watch(look: () => void): () => void {
    this.#streams.add(look);
    return () => this.#streams.delete(look);
  }

  /** Sessions or tokens were ended just now. */
  ended(): void {
    for (const look of this.#streams) look();
  }
}

/** 192 random bits, recognisable in a leaked file. */
export function makeTokenWord(): { readonly word: string; readonly hash: string } {
  const word = `loa_${randomHex(24)}`;
  return { word, hash: sha256(Buffer.from(word)) };
}

export function attemptFrom(account: string, { address }: Whence, kind: 'password' | 'code') {
  return { account, address: addressKey(address), kind };
}
