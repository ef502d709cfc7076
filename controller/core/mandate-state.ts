// In what state a mandate is: waiting for signatures, in force, or over, and why.
import type { Mandate } from '../../schemas/authority.ts';
import type { Statement } from '../../schemas/envelope.ts';
import type { DelegatedKey } from '../../schemas/keys.ts';

export type MandateState = 'waiting' | 'in-force' | 'expired' | 'revoked' | 'lapsed';

export interface MandateFacts {
  readonly statement: Pick<Statement<Mandate>, 'epoch' | 'exp' | 'body'>;
  readonly revokedMs: number | null;
  readonly signatures: readonly { readonly keyid: string }[];
  readonly officers: readonly Pick<DelegatedKey, 'keyid' | 'person'>[];
  /** Key in force for role `gateway`, if there is one. */
  readonly gateway: string | undefined;
  readonly epoch: string;
  readonly nowMs: number;
}

export const officersPerMandate = 2;

/** What a box would find: two persons whose keys still stand, this gateway key, this epoch, in time. */
export function mandateState({ statement, revokedMs, signatures, officers, gateway, epoch, nowMs }: MandateFacts): MandateState {
  if (revokedMs !== null) return 'revoked';
  if (nowMs >= statement.exp) return 'expired';
  if (statement.epoch !== epoch || statement.body.gateway !== gateway) return 'lapsed';
  if (signatures.length < officersPerMandate) return 'waiting';
  const persons = new Set(signatures.flatMap(({ keyid }) => officers.find((one) => one.keyid === keyid)?.person ?? []));
  return persons.size < officersPerMandate ? 'lapsed' : 'in-force';
}
