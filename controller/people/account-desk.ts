// Accounts: made by an administrator inside the own area, opened by the person's own link; changed, shut out, let in again.
import type { AccountAnswer, InvitationAnswer } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { keepsAdministrator, mayTend, notOneself } from '../core/accounts.ts';
import type { ActName, Grant } from '../core/roles.ts';
import { asSeen, seenOf } from '../seen.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Account, AccountChange, IdentityStore, PeopleStore, TryStore } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import { judgePassword } from './estimate.ts';
import { checkPassword, hashPassword, invitationPath, makeInvitation } from './passwords.ts';

export const accountsMax = 5_000;

export interface AccountDeskOptions {
  readonly people: PeopleStore;
  readonly identities: IdentityStore;
  readonly tries: TryStore;
  readonly duty: DutyStore;
  readonly card: CentreCard;
  /** Called when sessions of an account have just ended. */
  readonly ended: () => void;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

/** Who asks: an account and its rights. */
export interface Tender {
  readonly account: string;
  readonly grants: readonly Grant[];
}

export class AccountDesk {
  readonly #options: AccountDeskOptions;

  constructor(options: AccountDeskOptions) {
    this.#options = options;
  }

  /** Those whose every right lies where the asker may see people. */
  async list({ grants }: Tender): Promise<AccountAnswer[]> {
    const { people, card } = this.#options;
    const seen = (await people.accounts()).filter((one) => mayTend(grants, 'account.read', one.grants, card.area).ok);
    return this.#answers(seen);
  }

  /** Problems: not-found, not-allowed. */
  async tended({ grants }: Tender, name: string, act: ActName): Promise<Result<Account>> {
    const { people, card } = this.#options;
    const account = await people.account(name);
    if (!account) return bad('not-found', `no account ${name}`);
    const allowed = mayTend(grants, act, account.grants, card.area);
    return allowed.ok ? ok(account) : allowed;
  }

  /** Problems: not-allowed, conflict, too-large. */
  async add(tender: Tender, wish: Pick<Account, 'account' | 'title' | 'grants'>): Promise<Result<[AccountAnswer, InvitationAnswer]>> {
    const { people, card, nowMs, act } = this.#options;
    const allowed = mayTend(tender.grants, 'account.write', wish.grants, card.area);
    if (!allowed.ok) return allowed;
    if ((await people.accounts()).length >= accountsMax) return bad('too-large', `a centre has at most ${accountsMax} accounts`);
    const { token, kept } = makeInvitation(wish.account, tender.account, nowMs());
    const account: Account = { ...wish, passwordHash: '', createdMs: nowMs(), disabledMs: null };
    const added = await people.addAccount(account, act(tender.account, 'account.add', wish.account, wish.grants), kept);
    if (!added.ok) return added;
    return ok([await this.#answer(account), { account: wish.account, path: invitationPath(token), expMs: kept.expMs }]);
  }

  /** `seen`: of the answer it was read from. Problems: not-found, not-allowed, conflict (changed since, the last administrator). */
  change(tender: Tender, name: string, wish: Pick<Account, 'title' | 'grants'>, seen?: string): Promise<Result<AccountAnswer>> {
    const { card, act } = this.#options;
    const judge = (account: Account): Result<AccountChange> => {
      const same = JSON.stringify(account.grants) === JSON.stringify(wish.grants);
      const own = same ? ok(undefined) : notOneself(tender.account, name);
      if (!own.ok) return own;
      const allowed = mayTend(tender.grants, 'account.write', wish.grants, card.area);
      if (!allowed.ok) return allowed;
      const looked = asSeen(seen, changeable(account));
      return looked.ok ? ok({ ...wish, disabledMs: account.disabledMs }) : looked;
    };
    return this.#change(tender, name, judge, act(tender.account, 'account.change', name, wish.grants));
  }

  /** Ends all sessions and tokens at once. Problems: not-found, not-allowed, conflict (the last administrator). */
  disable(tender: Tender, name: string): Promise<Result<AccountAnswer>> {
    const { nowMs, act } = this.#options;
    const judge = ({ title, grants, disabledMs }: Account): Result<AccountChange> => {
      const own = notOneself(tender.account, name);
      return own.ok ? ok({ title, grants, disabledMs: disabledMs ?? nowMs() }) : own;
    };
    return this.#change(tender, name, judge, act(tender.account, 'account.disable', name));
  }

  /** Problems: not-found, not-allowed. */
  enable(tender: Tender, name: string): Promise<Result<AccountAnswer>> {
    const judge = ({ title, grants }: Account): Result<AccountChange> => ok({ title, grants, disabledMs: null });
    return this.#change(tender, name, judge, this.#options.act(tender.account, 'account.enable', name));
  }

  /** A new link; the password of before counts until it is used. Problems: not-found, not-allowed, conflict. */
  async invite(tender: Tender, name: string): Promise<Result<InvitationAnswer>> {
    const { people, nowMs, act } = this.#options;
    const own = notOneself(tender.account, name);
    if (!own.ok) return own;
    const account = await this.tended(tender, name, 'account.write');
    if (!account.ok) return account;
    if (account.value.disabledMs !== null) return bad('conflict', `${name} is disabled; enable it first`);
    const { token, kept } = makeInvitation(name, tender.account, nowMs());
    await people.invite(kept, act(tender.account, 'account.invite', name));
    return ok({ account: name, path: invitationPath(token), expMs: kept.expMs });
  }

  /** Problems: not-found, expired, weak-password. */
  async accept(tokenHash: string, password: string): Promise<Result<Account>> {
    const { people, tries, nowMs, act } = this.#options;
    const open = await people.invitation(tokenHash, nowMs());
    if (!open.ok) return open;
    const name = open.value.account;
    const judged = await this.judge(password, name);
    if (!judged.ok) return judged;
    const accepted = await people.acceptInvitation(tokenHash, await hashPassword(password), act(name, 'account.password', name));
    // Whoever guessed at the old password kept nobody from the new one.
    if (accepted.ok) await tries.forgetAccount(name);
    this.#options.ended();
    return accepted;
  }

  /** Ends the other sessions. Problems: too-many-requests, wrong-credentials, weak-password, conflict (the same again). */
  async changePassword(name: string, old: string, password: string, session: string | null): Promise<Result<void>> {
    const { people, act } = this.#options;
    const known = await checkPassword(people, name, old);
    if (!known.ok) return bad('wrong-credentials', 'the password entered again is wrong', '/old');
    if (old === password) return bad('conflict', 'the new password is the old one', '/password');
    const judged = await this.judge(password, name);
    if (!judged.ok) return judged;
    await people.setPassword(name, await hashPassword(password), session, act(name, 'account.password', name));
    this.#options.ended();
    return ok(undefined);
  }

  /** May this be a password of that account? Problem: weak-password. */
  async judge(password: string, name: string): Promise<Result<void>> {
    const { people, card } = this.#options;
    const account = await people.account(name);
    return judgePassword(password, [name, account?.title ?? '', card.id, card.name, card.area, 'loa']);
  }

  async #change(
    { grants }: Tender,
    name: string,
    judge: (account: Account) => Result<AccountChange>,
    act: Act,
  ): Promise<Result<AccountAnswer>> {
    const { people, card } = this.#options;
    const changed = await people.changeAccount(
      name,
      (account, all) => {
        const allowed = mayTend(grants, 'account.write', account.grants, card.area);
        if (!allowed.ok) return allowed;
        const judged = judge(account);
        if (!judged.ok) return judged;
        const after = all.map((one) => (one.account === name ? { ...one, ...judged.value } : one));
        // A centre that has none already loses none.
        const had = keepsAdministrator(all, card.area).ok;
        const left = had ? keepsAdministrator(after, card.area) : ok(undefined);
        return left.ok ? judged : left;
      },
      act,
    );
    if (!changed.ok) return changed;
    // Fewer rights or none: open streams ask again.
    this.#options.ended();
    return ok(await this.#answer(changed.value));
  }

  async #answer(account: Account): Promise<AccountAnswer> {
    const [answer] = await this.#answers([account]);
    if (!answer) throw new Error('an account without an answer');
    return answer;
  }

  async #answers(accounts: readonly Account[]): Promise<AccountAnswer[]> {
    const { people, identities, duty } = this.#options;
    const [invitations, factors] = [await people.invitations(), await duty.factorStates()];
    const linked = new Map((await identities.identities()).map(({ account, ...identity }) => [account, identity]));
    const open = new Map(invitations.map(({ account, expMs }) => [account, expMs]));
    return accounts.map(({ account, title, grants, passwordHash, createdMs, disabledMs }) => ({
      ...{ account, title, grants, createdMs, seen: seenOf(changeable({ title, grants })) },
      state: disabledMs !== null ? 'disabled' : passwordHash === '' ? 'invited' : 'active',
      factor: factors.get(account) ?? 'none',
      invitedUntilMs: open.get(account) ?? null,
      identity: linked.get(account) ?? null,
    }));
  }
}

function changeable({ title, grants }: Pick<Account, 'title' | 'grants'>): object {
  return { title, grants };
}
