// What the centre keeps of how boxes became known to it: claims, the certificate that follows, what is denied for ever.
import type { Result } from '../../schemas/problems.ts';
import type { Act, Box } from './store.ts';

/** What a technician carries; only the hash of its token is kept. */
export interface Claim {
  readonly tokenHash: string;
  readonly dev: string;
  readonly expMs: number;
  readonly madeMs?: number;
  readonly madeBy?: string;
  /** Hash of the serial of the only machine that may use it. */
  readonly hardware?: string;
}

export interface KeptClaim extends Claim {
  readonly usedMs: number | null;
  readonly withdrawnMs: number | null;
}

/** What a box brings to its enrolment. */
export interface Brought {
  /** Base64 of the raw Ed25519 key that will sign its log. */
  readonly signingKey: string;
  /** SHA-256 of the certificate it gets. */
  readonly certificate: string;
  /** SHA-256 of the key it asked with: the same machine may ask again while its answer may have been lost. */
  readonly requestKey?: string;
  readonly hardware?: string;
}

export const denials = ['renewed', 'replaced', 'decommissioned', 'revoked'] as const;
export type Denial = (typeof denials)[number];

export interface Denied {
  readonly certificate: string;
  readonly dev: string;
  readonly atMs: number;
  readonly reason: Denial;
}

/** A box that was told to leave service. */
export interface Leaving {
  readonly dev: string;
  /** The signed command that it answers. */
  readonly command: string;
  readonly askedMs: number;
  /** Of what was asked, as in the audit. */
  readonly sha256: string;
}

export interface EnrolmentStore {
  /** Kept until the box has ended or is enrolled anew; the last word counts. */
  askToLeave(leaving: Leaving): Promise<void>;
  /** By box. */
  leaving(): Promise<Leaving[]>;
  /** Newest first, of one box or of all. */
  claims(wish: { readonly dev?: string; readonly limit: number }): Promise<KeptClaim[]>;
  /** Problems: not-found, claim-used (nothing is left to withdraw). */
  withdraw(tokenHash: string, act: Act): Promise<Result<void>>;
  /** Another certificate for the same box; it counts beside the one in force until it is seen. Problem: not-found. */
  renew(dev: string, certificate: string, act: Act): Promise<Result<Box>>;
  /** The next certificate was shown: the one before it is denied. */
  confirm(dev: string, certificate: string, atMs: number): Promise<void>;
  /** Out of service for good, or its certificate is worth nothing any more. Problems: not-found, conflict (it is no box already). */
  end(dev: string, reason: 'decommissioned' | 'revoked', act: Act): Promise<Result<Box>>;
  denied(certificate: string): Promise<Denied | undefined>;
}
