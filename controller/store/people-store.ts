// What a centre remembers of its people: accounts, invitations, sessions, tokens, tries to sign in. Every write is one durable transaction.
import type { SignInWay, TokenAct } from '../../schemas/people.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Proof } from '../core/accounts.ts';
import type { Grant } from '../core/roles.ts';
import type { TryCount } from '../core/sign-in-delay.ts';
import type { Act } from './store.ts';

export interface Account {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  /** Empty until the person has chosen a password. */
  readonly passwordHash: string;
  readonly createdMs: number;
  readonly disabledMs: number | null;
}

export interface Session {
  /** SHA-256 of the cookie's value. */
  readonly idHash: string;
  readonly account: string;
  readonly csrf: string;
  readonly createdMs: number;
  readonly expMs: number;
  readonly proof: Proof;
  readonly seenMs: number;
  /** A network, never a whole address. */
  readonly place: string;
  readonly device: string;
  /** By whose word the sign-in began. */
  readonly way: SignInWay;
}

/** Whom a provider's person is here. */
export interface Identity {
  readonly account: string;
  readonly issuer: string;
  /** The provider's own name of the person (`sub`). */
  readonly subject: string;
  readonly madeMs: number;
  readonly by: string;
}

/** A one-time link with which a person sets the password; one at a time. */
export interface Invitation {
  readonly account: string;
  readonly tokenHash: string;
  readonly madeMs: number;
  readonly expMs: number;
  readonly by: string;
}

export interface Token {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  /** SHA-256 of what the program shows. */
  readonly tokenHash: string;
  readonly acts: readonly TokenAct[];
  readonly area: string;
  readonly createdMs: number;
  readonly expMs: number;
  readonly usedMs: number | null;
}

/** What of an account may become another. */
export type AccountChange = Pick<Account, 'title' | 'grants' | 'disabledMs'>;

export interface PeopleStore {
  /** Problem: conflict (the account exists). */
  addAccount(account: Account, act: Act, invitation?: Invitation): Promise<Result<void>>;
  /** The administrator of the setup link, which is worth nothing from then on. Problem: conflict (the account exists). */
  addFirst(account: Account, act: Act): Promise<Result<void>>;
  account(account: string): Promise<Account | undefined>;
  accounts(): Promise<Account[]>;
  /**
   * Change an account as `judge` says, who sees it and all others as they stand; nothing changes between. What is disabled loses its
   * sessions, tokens and invitation with it. Problems: not-found and those of `judge`.
   */
  changeAccount(
    account: string,
    judge: (account: Account, all: readonly Account[]) => Result<AccountChange>,
    act: Act,
  ): Promise<Result<Account>>;
  /** A new password: every session but one ends, an open invitation too. */
  setPassword(account: string, passwordHash: string, except: string | null, act: Act): Promise<void>;

  /** One before gives way. */
  invite(invitation: Invitation, act: Act): Promise<void>;
  invitations(): Promise<Invitation[]>;
  /** One that is open, without using it up. Problems: not-found, expired. */
  invitation(tokenHash: string, nowMs: number): Promise<Result<Invitation>>;
  /** Use it up for a password; sessions of before end. Problems: not-found, expired. */
  acceptInvitation(tokenHash: string, passwordHash: string, act: Act): Promise<Result<Account>>;

  addSession(session: Session, act: Act): Promise<void>;
  session(idHash: string, nowMs: number): Promise<Session | undefined>;
  /** Those that run, newest first. */
  sessionsOf(account: string, nowMs: number): Promise<Session[]>;
  touchSession(idHash: string, seenMs: number): Promise<void>;
  endSession(idHash: string, act?: Act): Promise<void>;
  /** All of an account, but for one when said. */
  endSessionsOf(account: string, except: string | null, act: Act): Promise<void>;
  endSessionsBefore(nowMs: number): Promise<void>;
}

export interface IdentityStore {
  /** The account's one before gives way; sessions that a provider's word began end. Problem: conflict (linked with another account). */
  link(identity: Identity, act: Act): Promise<Result<void>>;
  /** Problem: not-found. */
  unlink(account: string, act: Act): Promise<Result<void>>;
  identityOf(issuer: string, subject: string): Promise<Identity | undefined>;
  identities(): Promise<Identity[]>;
}

export interface TokenStore {
  addToken(token: Token, act: Act): Promise<void>;
  tokens(): Promise<Token[]>;
  token(id: string): Promise<Token | undefined>;
  /** By its hash, while it lasts. */
  tokenOf(tokenHash: string, nowMs: number): Promise<Token | undefined>;
  touchToken(id: string, usedMs: number): Promise<void>;
  /** Problem: not-found. */
  endToken(id: string, act: Act): Promise<Result<void>>;
}

export type TryCounts = ReadonlyMap<string, TryCount>;

export interface TryStore {
  /** Read these counts, let `decide` say what they become, write that; no other try is counted between. */
  change<T>(
    names: readonly string[],
    decide: (kept: TryCounts) => { readonly counts: readonly TryCount[]; readonly act?: Act; readonly answer: T },
  ): Promise<T>;
  /** Forget what nobody asks for any more. */
  forget(beforeMs: number): Promise<void>;
  /** An account's, from every address. */
  forgetAccount(account: string): Promise<void>;
}
