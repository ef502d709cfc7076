// The right to approve, delegated (ủy quyền duyệt): to whom, where, for how long; never more than its giver holds at that instant. Pure.
import { approvalLimits, type DelegationAnswer, type DelegationRequest } from '../../schemas/approval.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type ActName, type Grant, may } from './roles.ts';

export type Delegation = Omit<DelegationAnswer, 'state'>;

/** To judge, and to see what is to be judged. */
export const delegatedActs: readonly ActName[] = ['read', 'programme.judge', 'source.judge'];

interface Party {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly disabledMs: number | null;
}

export function delegationState({ revoked, fromMs, untilMs }: Delegation, atMs: number): DelegationAnswer['state'] {
  if (revoked) return 'revoked';
  if (atMs < fromMs) return 'to-come';
  return atMs < untilMs ? 'in-force' : 'over';
}

/**
 * What a delegation lets its holder do now: its giver's own right to approve, cut to the area and to these acts. What the giver
 * has lost since, or had only from somebody else, is not passed on.
 */
export function grantsUnder(delegation: Delegation, giver: Party | undefined, atMs: number): Grant[] {
  if (delegationState(delegation, atMs) !== 'in-force' || !giver || giver.account !== delegation.giver || giver.disabledMs !== null)
    return [];
  const delegated = { id: delegation.id, by: giver.account };
  return giver.grants.flatMap((grant): Grant[] => {
    if (grant.role !== 'approver' || grant.delegated !== undefined || grant.only !== undefined) return [];
    const area = within(delegation.area, grant.area) ? delegation.area : within(grant.area, delegation.area) ? grant.area : undefined;
    return area === undefined ? [] : [{ role: 'approver', area, only: delegatedActs, delegated }];
  });
}

/** Problems: not-allowed (the giver holds no such right there), not-found (holder), bad-input, over-budget. */
export function judgeDelegation(
  { holder, area, fromMs, untilMs, note, id }: DelegationRequest & { readonly id: string },
  giver: Party,
  holding: Party | undefined,
  before: readonly Delegation[],
  atMs: number,
): Result<Delegation> {
  // A borrowed right lets nobody delegate: it is cut to judging.
  const allowed = may(giver.grants, 'approval.delegate', area);
  if (!allowed.ok) return allowed;
  if (!holding || holding.disabledMs !== null) return bad('not-found', `no account ${holder}`, '/holder');
  if (holder === giver.account) return bad('bad-input', 'nobody delegates to oneself', '/holder');
  if (fromMs >= untilMs) return bad('bad-input', 'it ends before it begins', '/untilMs');
  if (untilMs <= atMs) return bad('bad-input', 'it would be over already', '/untilMs');
  if (untilMs - Math.max(fromMs, atMs) > approvalLimits.delegationMs) return bad('bad-input', 'at most 92 days', '/untilMs');
  const open = before.filter((one) => ['to-come', 'in-force'].includes(delegationState(one, atMs)));
  if (open.length >= approvalLimits.delegations) return bad('over-budget', `${open.length} delegations stand already`);
  return ok({ id, giver: giver.account, holder, area, fromMs, untilMs, note, madeMs: atMs, revoked: null });
}

/** By its giver at any time, or by who tends accounts there. Problems: not-allowed, conflict. */
export function judgeRevocation(
  delegation: Delegation,
  {
    account,
    grants,
    note,
    atMs,
  }: { readonly account: string; readonly grants: readonly Grant[]; readonly note: string; readonly atMs: number },
): Result<Delegation> {
  const allowed = delegation.giver === account ? ok(undefined) : may(grants, 'account.write', delegation.area);
  if (!allowed.ok) return allowed;
  const state = delegationState(delegation, atMs);
  if (state === 'revoked' || state === 'over') return bad('conflict', `it is ${state} already`, '/state');
  return ok({ ...delegation, revoked: { by: account, atMs, note } });
}
