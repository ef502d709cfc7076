// Passwords and sessions: argon2id, random cookies of which only hashes are stored, one CSRF word per session.
import { timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { randomHex, sha256 } from '../hardware/host/crypto.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Grant } from './core/roles.ts';
import type { Account, PeopleStore, Session } from './store/store.ts';

export const sessionLifeMs = 12 * 3600_000;
const setupLifeMs = 24 * 3600_000;
/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Checked when the account is unknown, so that the answer takes as long. */
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$dVlZrF2NScnZsNsWQVhx0Uh3nqWg2FhXQ8sq0rvKcoc';

export interface Person {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly csrf: string;
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Problem: wrong-credentials, the same for an unknown account and a wrong password. */
export async function checkPassword(people: PeopleStore, account: string, password: string): Promise<Result<Account>> {
  const found = await people.account(account);
  const right = await verify(found?.passwordHash ?? nobody, password).catch(() => false);
  return found && right ? ok(found) : bad('wrong-credentials', 'account or password is wrong');
}

/** Begin a session; answers the cookie's value and the CSRF word. */
export async function beginSession(
  people: PeopleStore,
  account: Account,
  nowMs: number,
): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const cookie = randomHex(32);
  const session: Session = {
    idHash: sha256(Buffer.from(cookie)),
    account: account.account,
    csrf: randomHex(24),
    createdMs: nowMs,
    expMs: nowMs + sessionLifeMs,
  };
  await people.endSessionsBefore(nowMs);
  await people.addSession(session, {
    atMs: nowMs,
    actor: account.account,
    act: 'session.begin',
    subject: session.idHash.slice(0, 16),
    sha256: session.idHash,
  });
  return { cookie, csrf: session.csrf };
}

/** Who holds this cookie. Problem: not-signed-in. */
export async function personOf(people: PeopleStore, cookie: string | undefined, nowMs: number): Promise<Result<Person>> {
  if (cookie === undefined || !/^[0-9a-f]{64}$/.test(cookie)) return bad('not-signed-in', 'sign in first');
  const session = await people.session(sha256(Buffer.from(cookie)), nowMs);
  const account = session && (await people.account(session.account));
  if (!session || !account) return bad('not-signed-in', 'the session has ended');
  return ok({ account: account.account, title: account.title, grants: account.grants, csrf: session.csrf });
}

export function endSession(people: PeopleStore, cookie: string): Promise<void> {
  return people.endSession(sha256(Buffer.from(cookie)));
}

/** Constant in time for words of equal length. */
export function sameWord(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A one-time word for the first administrator; only its hash is kept. */
export function makeSetupToken(nowMs: number): { readonly token: string; readonly kept: string } {
  const token = randomHex(24);
  return { token, kept: JSON.stringify({ hash: sha256(Buffer.from(token)), expMs: nowMs + setupLifeMs }) };
}

/** Problems: not-found (none asked for, or another), expired. */
export function checkSetupToken(kept: string | undefined, token: string, nowMs: number): Result<void> {
  const { hash: wanted, expMs } = kept ? (JSON.parse(kept) as { hash: string; expMs: number }) : { hash: '', expMs: 0 };
  if (!sameWord(wanted, sha256(Buffer.from(token)))) return bad('not-found', 'this setup link is not in force', '/token');
  return nowMs < expMs ? ok(undefined) : bad('expired', 'the setup link has expired; run init again', '/token');
}
