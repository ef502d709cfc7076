// Orders under a mandate: the gateway key says yes to exactly this order, in the place of the officers who signed the mandate.
import { Failure } from '../../hardware/host/failure.ts';
import { type Approval, approvalMsMax, orderContent } from '../../schemas/authority.ts';
import { type Cryptography, type Envelope, type Signer, type Statement, seal } from '../../schemas/envelope.ts';
import type { Authority } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { PlannedOrder, StandingMandate } from '../core/alert-plan.ts';
import type { OrderDesk } from './order-desk.ts';

export interface MandateSigner {
  readonly key: Signer;
  readonly centre: string;
  readonly epoch: string;
  readonly crypto: Pick<Cryptography, 'sha256'>;
  readonly nowMs: () => number;
}

/** With the id it was written down under. */
export type NamedOrder = PlannedOrder & { readonly id: string };

interface Giving {
  readonly mandate: StandingMandate;
  readonly planned: readonly NamedOrder[];
  readonly untilMs: number;
}

/** Give one after the other; answers the ids given, and the problem of the first that could not be. */
export async function giveUnderMandate(
  orders: Pick<OrderDesk, 'giveApproved'>,
  signer: MandateSigner,
  { mandate, planned, untilMs }: Giving,
): Promise<{ readonly given: readonly string[]; readonly failed: Result<void> }> {
  const given: string[] = [];
  for (const { id, order, template, groups } of planned) {
    const authority: Authority | undefined =
      order.class === 'actual'
        ? { by: 'mandate', mandate: mandate.envelope, approval: approvalOf(signer, { id, order, groups, untilMs }) }
        : undefined;
    const one = await orders
      .giveApproved({ id, order, template, groups, by: mandate.id, untilMs }, authority)
      // What the signing desk refuses is an answer, too: what was given before it stands.
      .catch((error: unknown): Result<never> => {
        if (error instanceof Failure) return { ok: false, problem: error.problem };
        throw error;
      });
    if (!one.ok) return { given, failed: bad(one.problem.code, one.problem.detail, one.problem.path) };
    given.push(id);
  }
  return { given, failed: ok(undefined) };
}

interface Said extends Pick<PlannedOrder, 'order' | 'groups'> {
  readonly id: string;
  readonly untilMs: number;
}

function approvalOf({ key, centre, epoch, crypto, nowMs }: MandateSigner, { id, order, groups, untilMs }: Said): Envelope {
  const iat = nowMs();
  const body: Approval = { order: id, content: orderContent(order, crypto), groups: [...groups], untilMs, breakGlass: false };
  const names = { typ: 'approval', id: `approval-${id}`, iss: centre, epoch, aud: `c/${centre}` } as const;
  const statement: Statement<Approval> = { ...names, ctr: iat, iat, nbf: iat, exp: iat + approvalMsMax, body };
  return seal(statement, [key]);
}
