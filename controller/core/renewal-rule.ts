// May the holder of a certificate have the next one? After its end too, for boxes that were long without a line.
import { renewalGraceMs } from '../../schemas/enrolment.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface Ended {
  readonly atMs: number;
  readonly reason: 'renewed' | 'replaced' | 'decommissioned' | 'revoked';
}

export interface RenewalAsked {
  readonly notAfterMs: number;
  /** It is the certificate in force, or the next one. */
  readonly counts: boolean;
  readonly ended: Ended | undefined;
  readonly nowMs: number;
}

/** Problems: not-allowed (on the deny list, or not known), expired (beyond the grace). */
export function mayRenew({ notAfterMs, counts, ended, nowMs }: RenewalAsked): Result<void> {
  if (ended) return bad('not-allowed', `the certificate is on the deny list: ${ended.reason}`);
  if (!counts) return bad('not-allowed', 'this certificate is not known here; make a new claim');
  if (nowMs > notAfterMs + renewalGraceMs) return bad('expired', 'the certificate ended more than two years ago; make a new claim');
  return ok(undefined);
}
