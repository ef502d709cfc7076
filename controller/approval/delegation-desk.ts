// Delegations: given by who may approve, looked at by those they concern, taken back.
import { randomId } from '../../hardware/host/crypto.ts';
import type { DelegationAnswer, DelegationRequest } from '../../schemas/approval.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Delegation, delegationState, judgeDelegation, judgeRevocation } from '../core/delegation.ts';
import { type Grant, may } from '../core/roles.ts';
import type { Asking } from '../sources/source-desk.ts';
import type { Store } from '../store/store.ts';

export interface DelegationDeskOptions {
  readonly store: Pick<Store, 'approvals' | 'people'>;
  readonly nowMs: () => number;
}

const listed = 500;

export class DelegationDesk {
  readonly #options: DelegationDeskOptions;

  constructor(options: DelegationDeskOptions) {
    this.#options = options;
  }

  /** Own ones, and those over places this person reads. */
  async list({ account, grants }: Asking): Promise<DelegationAnswer[]> {
    const all = await this.#options.store.approvals.delegations(listed);
    return all.filter((one) => sees(one, account, grants)).map((one) => this.#answer(one));
  }

  /** Problems: not-allowed, not-found (holder), bad-input, over-budget. */
  async give(wish: DelegationRequest, { account, grants, act }: Asking): Promise<Result<DelegationAnswer>> {
    const { store, nowMs } = this.#options;
    const holder = await store.people.account(wish.holder);
    const id = randomId('uq');
    const giver = { account, grants, disabledMs: null };
    const judge = (_before: Delegation | undefined, all: readonly Delegation[]) =>
      judgeDelegation({ ...wish, id }, giver, holder, all, nowMs());
    return this.#told(await store.approvals.decideDelegation(id, account, judge, act('approval.delegate', id, wish)));
  }

  /** Problems: not-found, not-allowed, conflict. */
  async revoke(id: string, note: string, { account, grants, act }: Asking): Promise<Result<DelegationAnswer>> {
    const { store, nowMs } = this.#options;
    const known = await store.approvals.delegation(id);
    if (!known || !sees(known, account, grants)) return bad('not-found', `no delegation ${id}`);
    const judge = (before = known) => judgeRevocation(before, { account, grants, note, atMs: nowMs() });
    return this.#told(await store.approvals.decideDelegation(id, known.giver, judge, act('approval.revoke', id, { note })));
  }

  #told(done: Result<Delegation>): Result<DelegationAnswer> {
    return done.ok ? ok(this.#answer(done.value)) : done;
  }

  #answer(delegation: Delegation): DelegationAnswer {
    return { ...delegation, state: delegationState(delegation, this.#options.nowMs()) };
  }
}

function sees({ giver, holder, area }: Delegation, account: string, grants: readonly Grant[]): boolean {
  return giver === account || holder === account || may(grants, 'read', area).ok;
}
