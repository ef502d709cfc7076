// The rights that somebody holds for others at an instant: looked up each time, so that nothing outlives what it rests on.
import { grantsUnder } from '../core/delegation.ts';
import type { Grant } from '../core/roles.ts';
import type { ApprovalStore } from '../store/approval-store.ts';
import type { PeopleStore } from '../store/people-store.ts';

export async function borrowedRights(
  { approvals, people }: { readonly approvals: Pick<ApprovalStore, 'heldBy'>; readonly people: Pick<PeopleStore, 'account'> },
  holder: string,
  atMs: number,
): Promise<Grant[]> {
  const grants: Grant[] = [];
  for (const delegation of await approvals.heldBy(holder, atMs))
    grants.push(...grantsUnder(delegation, await people.account(delegation.giver), atMs));
  return grants;
}
