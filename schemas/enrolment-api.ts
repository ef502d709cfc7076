// Claims and the end of a box's service, as the REST door speaks of them.
import * as v from 'valibot';

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
