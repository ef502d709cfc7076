// Signing in by a provider's word: begun by a button, finished in the same browser, for an account that an administrator linked.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type { SignInWays } from '../../schemas/people.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { addressKey } from '../core/accounts.ts';
import { factorProved, isOpen, type Pending, type Vouched, withPending } from '../core/oidc.ts';
import type { IdentityStore, PeopleStore } from '../store/people-store.ts';
import type { Act, AuditStore } from '../store/store.ts';
import type { OidcProvider } from './oidc-provider.ts';
import type { Whence } from './sessions.ts';
import type { SignedIn, SignInDesk } from './sign-in-desk.ts';

export interface OidcDeskOptions {
  /** Absent: no provider is set up here. */
  readonly provider: OidcProvider | undefined;
  readonly people: PeopleStore;
  readonly identities: IdentityStore;
  readonly audit: AuditStore;
  readonly signIn: SignInDesk;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export class OidcDesk {
  readonly #options: OidcDeskOptions;
  #pending: readonly Pending[] = [];

  constructor(options: OidcDeskOptions) {
    this.#options = options;
  }

  ways(): SignInWays {
    const { provider } = this.#options;
    return { password: { state: 'ready' }, oidc: provider ? { state: 'ready', name: provider.settings.name } : { state: 'not-set-up' } };
  }

  /** Problems: driver-missing (not set up), offline, keys-locked, signature-wrong. */
  async begin(back: string, { address }: Whence): Promise<Result<{ readonly url: string; readonly cookie: string }>> {
    const { provider, nowMs } = this.#options;
    if (!provider) return bad('driver-missing', 'no provider is set up: oidc.json in the data folder');
    const begun = await provider.begin();
    if (!begun.ok) return begun;
    const cookie = randomHex(32);
    const sinceMs = nowMs();
    const cookieHash = sha256(Buffer.from(cookie));
    this.#pending = withPending(this.#pending, { ...begun.value.checks, cookieHash, address: addressKey(address), back, sinceMs });
    return ok({ url: begun.value.url, cookie });
  }

  /**
   * Each sign-in is finished once, whatever comes of it. Problems: driver-missing, expired (unknown here, used, too old), bad-input, offline,
   * not-allowed (refused by the provider, account disabled), signature-wrong, not-found (nobody here is linked with that person).
   */
  async finish(
    cookie: string | undefined,
    search: string,
    whence: Whence,
  ): Promise<Result<{ readonly signedIn: SignedIn; readonly back: string }>> {
    const { provider, people, identities, signIn } = this.#options;
    if (!provider) return bad('driver-missing', 'no provider is set up: oidc.json in the data folder');
    const pending = this.#take(cookie);
    if (!pending) return bad('expired', 'no sign-in is under way in this browser');
    const vouched = await provider.finish(search, pending);
    // What a stranger can send without the provider leaves no trace in the audit; what its line brought does.
    if (!vouched.ok) return vouched.problem.code === 'signature-wrong' ? this.#refuse('oidc', vouched.problem) : vouched;
    const { issuer, subject } = vouched.value;
    const identity = await identities.identityOf(issuer, subject);
    if (!identity) return this.#refuse('oidc', problem('not-found', 'no account here is linked with this person'), vouched.value);
    const account = await people.account(identity.account);
    if (!account || account.disabledMs !== null)
      return this.#refuse(identity.account, problem('not-allowed', 'the account is disabled'), vouched.value);
    const factor = factorProved(provider.settings.factorCounts, vouched.value);
    return ok({ signedIn: await signIn.vouchedFor(account, factor, whence), back: pending.back });
  }

  #take(cookie: string | undefined): Pending | undefined {
    const cookieHash = sha256(Buffer.from(cookie ?? ''));
    const found = this.#pending.find((one) => one.cookieHash === cookieHash);
    this.#pending = this.#pending.filter((one) => one !== found);
    return found && isOpen(found, this.#options.nowMs()) ? found : undefined;
  }

  async #refuse(subject: string, problem: Problem, vouched?: Vouched): Promise<Result<never>> {
    const { audit, act } = this.#options;
    await audit.append(act('sign-in', 'session.oidc-refused', subject, { code: problem.code, ...vouched }));
    return { ok: false, problem };
  }
}

function problem(code: Problem['code'], detail: string): Problem {
  return { code, path: '', detail };
}
