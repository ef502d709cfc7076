// Passwords by argon2id, and one-time words of which only hashes are kept.
import { timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { invitationLifeMs } from '../core/accounts.ts';
import type { Account, Invitation, PeopleStore } from '../store/people-store.ts';

const setupLifeMs = 24 * 3600_000;
/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Checked when the account is unknown or has no password yet, so that the answer takes as long. */
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$dVlZrF2NScnZsNsWQVhx0Uh3nqWg2FhXQ8sq0rvKcoc';

/** The same letters typed on another keyboard are the same password (NIST SP 800-63B §5.1.1.2). */
function normal(password: string): string {
  return password.normalize('NFKC');
}

export function hashPassword(password: string): Promise<string> {
  return hash(normal(password), cost);
}

/** Problem: wrong-credentials, the same for an unknown account, one without a password, one disabled and a wrong password. */
export async function checkPassword(people: PeopleStore, account: string, password: string): Promise<Result<Account>> {
  const found = await people.account(account);
  const right = await verify(found?.passwordHash || nobody, normal(password)).catch(() => false);
  return found && right && found.passwordHash !== '' && found.disabledMs === null
    ? ok(found)
    : bad('wrong-credentials', 'account or password is wrong');
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

/** A one-time word with which a person sets the password. */
export function makeInvitation(
  account: string,
  by: string,
  nowMs: number,
  lifeMs = invitationLifeMs,
): { readonly token: string; readonly kept: Invitation } {
  const token = randomHex(24);
  return { token, kept: { account, by, tokenHash: sha256(Buffer.from(token)), madeMs: nowMs, expMs: nowMs + lifeMs } };
}

/** After `#` it stays in the browser and out of every log. */
export function invitationPath(token: string): string {
  return `/invite#token=${token}`;
}
