// Signing in by a provider's word (OpenID Connect): what waits for its answer, where a page goes after it, when its factor counts. Pure.

/** From the button to the provider's answer. */
export const pendingLifeMs = 10 * 60_000;
export const pendingLimits = { all: 2_000, ofAddress: 60 };

/** What only this centre knows of a sign-in that is under way. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  /** PKCE, RFC 7636. */
  readonly verifier: string;
}

export interface Pending extends Checks {
  /** SHA-256 of the cookie: only the browser that began may finish. */
  readonly cookieHash: string;
  readonly address: string;
  readonly back: string;
  readonly sinceMs: number;
}

/** What a provider vouches for. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly acr: string | null;
  readonly amr: readonly string[];
}

/** With one more, oldest first: what is over goes, then the oldest of the same address, then the oldest of all. */
export function withPending(kept: readonly Pending[], one: Pending): Pending[] {
  const open = kept.filter((before) => isOpen(before, one.sinceMs) && before.cookieHash !== one.cookieHash);
  const same = open.filter(({ address }) => address === one.address);
  const tooMany = new Set(same.slice(0, Math.max(0, same.length + 1 - pendingLimits.ofAddress)));
  return [...open.filter((before) => !tooMany.has(before)), one].slice(-pendingLimits.all);
}

/** A clock that was set back keeps nothing open for longer. */
export function isOpen({ sinceMs }: Pending, nowMs: number): boolean {
  return nowMs >= sinceMs && nowMs - sinceMs < pendingLifeMs;
}

/**
 * Is this an answer to that question at all: its state, once, and said to be of that provider where it says so always (RFC 9207)?
 * Anybody can send what is not; only behind this the provider itself is asked.
 */
export function isAnswer(said: readonly (readonly [string, string])[], state: string, issuer: string, saysIssuer: boolean): boolean {
  const names = said.map(([name]) => name);
  const once = new Set(names).size === names.length && !names.some((name) => ['response', 'id_token', 'token'].includes(name));
  const value = (name: string) => said.find(([one]) => one === name)?.[1];
  const iss = value('iss');
  return (
    once &&
    value('state') === state &&
    (names.includes('code') || names.includes('error')) &&
    (iss === undefined ? !saysIssuer : iss === issuer)
  );
}

/** What of a provider's word counts for a second factor. */
export interface FactorCounts {
  readonly acr?: readonly string[] | undefined;
  readonly amr?: readonly string[] | undefined;
}

/** Does the provider's own second factor stand for ours? Only where the settings name what proves it. */
export function factorProved(counts: FactorCounts | undefined, { acr, amr }: Vouched): boolean {
  if (!counts) return false;
  return (acr !== null && (counts.acr?.includes(acr) ?? false)) || (counts.amr?.some((method) => amr.includes(method)) ?? false);
}
