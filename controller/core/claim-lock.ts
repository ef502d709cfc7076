// How long a claim waits that was tried wrongly too often. The lock grows and ends by itself; a new claim of the box begins anew.
import type { TryCount } from './sign-in-delay.ts';

/** Wrong tries without a lock: a finger that slips, a card from the drawer. */
export const claimTriesFree = 4;
const firstLockMs = 30_000;
export const longestLockMs = 15 * 60_000;
const forgetMs = 24 * 3600_000;

/** Of the box's newest claim, by the hash of its token. */
export const claimLockName = (tokenHash: string): string => `claim ${tokenHash}`;

/** Milliseconds until it may be tried again; none when it is not locked. A clock that was set back keeps nobody out. */
export function lockedForMs(kept: TryCount | undefined, nowMs: number): number {
  const leftMs = (kept?.untilMs ?? 0) - nowMs;
  return leftMs <= 0 || leftMs > longestLockMs ? 0 : leftMs;
}

/** One wrong try more. `lockMs`: it is locked from now on for so long; none while tries are free. */
export function wrongTry(kept: TryCount | undefined, name: string, nowMs: number): { readonly count: TryCount; readonly lockMs: number } {
  const stale = kept === undefined || nowMs - kept.lastMs >= forgetMs;
  const failures = stale ? 1 : kept.failures + 1;
  const over = failures - claimTriesFree;
  const lockMs = over <= 0 ? 0 : Math.min(longestLockMs, firstLockMs * 2 ** Math.min(20, over - 1));
  const count = { name, failures, total: (kept?.total ?? 0) + 1, lastMs: nowMs, untilMs: nowMs + lockMs, goodMs: null };
  return { count, lockMs };
}
