// Claims and the end of a box's service, as the REST door speaks of them.
import * as v from 'valibot';
import type { TrustRoot } from './keys.ts';

/** `serial`: of the only machine that may use the claim, as its label or its system tells it. */
export const ClaimRequest = v.strictObject({
  serial: v.optional(v.pipe(v.string(), v.trim(), v.minLength(4), v.maxLength(128))),
});

/** `now`: its word is not waited for, because it is lost, stolen or broken. */
export const RetireRequest = v.strictObject({ now: v.optional(v.boolean()) });

export interface ClaimAnswer {
  readonly id: string;
  readonly box: string;
  readonly state: 'open' | 'used' | 'expired' | 'withdrawn';
  readonly madeMs: number;
  readonly madeBy: string;
  readonly expMs: number;
  readonly usedMs: number | null;
  /** For the machine of one serial only. */
  readonly bound: boolean;
}

export interface RetirementAnswer {
  readonly state: 'told' | 'out';
}

export interface ClaimDocument {
  readonly dev: string;
  readonly centreUrl: string;
  readonly brokerUrl: string;
  readonly ca: string;
  readonly trustRoot: TrustRoot;
  readonly token: string;
  readonly expMs: number;
  /** For the people who act at the box; made here, shown once, kept by nobody but the box (as a hash). */
  readonly pin: string;
  /** SHA-256 of the authority's certificate (DER), for whoever compares it by hand or in a shell. */
  readonly caSha256: string;
  /** The Wi-Fi the box opens at its pole; on the label, and kept by the box. */
  readonly hotspot: { readonly name: string; readonly key: string };
}
