// Who a provider's person is here: linked with an account by an administrator, never by the person's own coming.
import type { IdentityAnswer } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { notOneself } from '../core/accounts.ts';
import type { IdentityStore } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import type { AccountDesk, Tender } from './account-desk.ts';

export interface IdentityDeskOptions {
  /** Of the provider that is set up here. */
  readonly issuer: string | undefined;
  readonly identities: IdentityStore;
  readonly accounts: AccountDesk;
  readonly ended: () => void;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export class IdentityDesk {
  readonly #options: IdentityDeskOptions;

  constructor(options: IdentityDeskOptions) {
    this.#options = options;
  }

  /** One before gives way, and the sessions that it began end. Problems: not-allowed, not-found, driver-missing, conflict (linked elsewhere). */
  async link(tender: Tender, name: string, subject: string): Promise<Result<IdentityAnswer>> {
    const { issuer, identities, accounts, ended, nowMs, act } = this.#options;
    // A page left open must not become a way in for somebody else.
    const own = notOneself(tender.account, name);
    if (!own.ok) return own;
    const account = await accounts.tended(tender, name, 'account.write');
    if (!account.ok) return account;
    if (issuer === undefined) return bad('driver-missing', 'no provider is set up: oidc.json in the data folder');
    const identity = { account: name, issuer, subject, madeMs: nowMs(), by: tender.account };
    const linked = await identities.link(identity, act(tender.account, 'account.identity', name, { issuer, subject }));
    if (!linked.ok) return linked;
    ended();
    return ok({ issuer, subject, madeMs: identity.madeMs, by: identity.by });
  }

  /** Ends the sessions that it began. Problems: not-found, not-allowed. */
  async unlink(tender: Tender, name: string): Promise<Result<void>> {
    const { identities, accounts, ended, act } = this.#options;
    const account = await accounts.tended(tender, name, 'account.write');
    if (!account.ok) return account;
    const gone = await identities.unlink(name, act(tender.account, 'account.identity-remove', name));
    if (gone.ok) ended();
    return gone;
  }
}
