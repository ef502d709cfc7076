// Signing in: the delay, the password, the code; and the code app where there is none yet.
import type { FactorAnswer } from '../../schemas/duty.ts';
import type { HalfSessionAnswer, SignInNotice, SignInWay } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Attempt, forgive, giveBack, judgeTry, namesOf } from '../core/sign-in-delay.ts';
import type { SecondFactors } from '../duty/second-factor.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Account, PeopleStore, TryCounts, TryStore } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import { checkPassword } from './passwords.ts';
import { attemptFrom, type Begun, type Held, type Sessions, type Whence } from './sessions.ts';

const forgetCountsMs = 90 * 86_400_000;

export interface SignInOptions {
  readonly people: PeopleStore;
  readonly tries: TryStore;
  readonly duty: DutyStore;
  readonly factors: SecondFactors;
  readonly sessions: Sessions;
  readonly demo: boolean;
  /** False in a centre that asks for no codes at all. */
  readonly asksCodes: () => boolean;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export type SignedIn = Begun & { readonly account: Account } & (
    | { readonly needs: HalfSessionAnswer['needs'] }
    | { readonly needs: null; readonly notice: SignInNotice }
  );

export class SignInDesk {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** Problems: too-many-requests (wait), wrong-credentials. */
  async signIn(name: string, password: string, whence: Whence): Promise<Result<SignedIn>> {
    const { people, sessions } = this.#options;
    const attempt = attemptFrom(name, whence, 'password');
    const taken = await this.#take(attempt);
    if (!taken.ok) return taken;
    const account = await checkPassword(people, name, password);
    if (!account.ok) return account;
    const needs = await this.needs(account.value);
    if (needs === null) return ok(await this.#succeed(account.value, taken.value, attempt, 'password', whence));
    await this.#giveBack(attempt, taken.value);
    return ok({ ...(await sessions.begin(name, 'waiting', whence)), account: account.value, needs });
  }

  /** A provider vouched for the person; `factor`: for a second factor as well, one that counts here. */
  async vouchedFor(account: Account, factor: boolean, whence: Whence): Promise<SignedIn> {
    const { sessions, tries } = this.#options;
    const needs = factor ? null : await this.needs(account);
    if (needs !== null) return { ...(await sessions.begin(account.account, 'waiting', whence, 'oidc')), account, needs };
    const attempt = attemptFrom(account.account, whence, 'password');
    // The owner hears of the tries of others whichever way one came in.
    const before = await tries.change(Object.values(namesOf(attempt)), (kept) => ({ counts: [], answer: kept }));
    return this.#succeed(account, before, attempt, factor ? 'factor' : 'password', whence, 'oidc');
  }

  /** The second half, for a session that has the password alone. Problems: too-many-requests, conflict (no app yet), wrong-code. */
  async giveCode({ session, account }: Held, code: string, whence: Whence): Promise<Result<SignedIn>> {
    const { factors, people } = this.#options;
    if ((await this.#factor(account.account)) !== 'active') return bad('conflict', 'set up the code app first');
    const attempt = attemptFrom(account.account, whence, 'code');
    const taken = await this.#take(attempt);
    if (!taken.ok) return taken;
    const proved = await factors.use(account.account, code);
    if (!proved.ok) return proved;
    await people.endSession(session.idHash);
    return ok(await this.#succeed(account, taken.value, attempt, 'factor', whence, session.way));
  }

  /** The person's whole sign-in again, for one act and without a session. Problems: too-many-requests, wrong-credentials, factor-needed, wrong-code. */
  async prove(name: string, password: string, code: string | undefined, whence: Whence): Promise<Result<Account>> {
    const { people, factors, tries, nowMs } = this.#options;
    const attempt = attemptFrom(name, whence, 'password');
    const taken = await this.#take(attempt);
    if (!taken.ok) return taken;
    const account = await checkPassword(people, name, password);
    if (!account.ok) return account;
    const needs = await this.needs(account.value);
    if (needs !== null) {
      await this.#giveBack(attempt, taken.value);
      if (needs === 'enrol') return bad('factor-needed', 'sign in and set up the code app first');
      if (code === undefined) return bad('factor-needed', 'the code of the app, too', '/code');
      const counted = await this.#take(attemptFrom(name, whence, 'code'));
      if (!counted.ok) return counted;
      const proved = await factors.use(name, code);
      if (!proved.ok) return proved;
    }
    const proof = needs === null ? attempt : attemptFrom(name, whence, 'code');
    await tries.change(Object.values(namesOf(proof)), (kept) => ({
      counts: forgive(kept, taken.value, proof, nowMs()),
      answer: undefined,
    }));
    return account;
  }

  /** The app's secret, shown once. Whoever has an app moves it with a code of it, not here. Problems: not-allowed (came by a link), conflict. */
  async enrol({ session, account }: Held): Promise<Result<FactorAnswer>> {
    if (session.way === 'oidc') return appByPasswordAlone();
    if ((await this.#factor(account.account)) === 'active') return bad('conflict', 'the code app is set up; give its code');
    return ok(await this.#options.factors.make(account.account));
  }

  /** The first code makes the app count, and finishes the sign-in. Problems: not-allowed, too-many-requests, conflict, not-found, wrong-code. */
  async confirm({ session, account }: Held, code: string, whence: Whence): Promise<Result<SignedIn>> {
    const { factors, people } = this.#options;
    if (session.way === 'oidc') return appByPasswordAlone();
    if ((await this.#factor(account.account)) === 'active') return bad('conflict', 'the code app is set up; give its code');
    const attempt = attemptFrom(account.account, whence, 'code');
    const taken = await this.#take(attempt);
    if (!taken.ok) return taken;
    const proved = await factors.confirm(account.account, code);
    if (!proved.ok) return proved;
    await people.endSession(session.idHash);
    return ok(await this.#succeed(account, taken.value, attempt, 'factor', whence, session.way));
  }

  /** What an account still has to give after the password. Whoever set an app up is asked for it, too, unless the centre asks nobody. */
  async needs(account: Account): Promise<HalfSessionAnswer['needs'] | null> {
    const { sessions, demo, asksCodes } = this.#options;
    if (demo || !asksCodes()) return null;
    if ((await this.#factor(account.account)) === 'active') return 'code';
    return sessions.obliged(account.grants) ? 'enrol' : null;
  }

  async #factor(account: string): Promise<'none' | 'waiting' | 'active'> {
    return (await this.#options.duty.factor(account))?.state ?? 'none';
  }

  /** Count one try; answers the counts as they stood before. Problem: too-many-requests. */
  async #take(attempt: Attempt): Promise<Result<TryCounts>> {
    const { tries, people, nowMs, act } = this.#options;
    const exists = (await people.account(attempt.account)) !== undefined;
    const { waitMs, kept } = await tries.change(Object.values(namesOf(attempt)), (kept) => {
      const verdict = judgeTry(kept, attempt, nowMs());
      // Names that strangers made up leave no trace in the audit.
      const told = exists && verdict.delayed ? { act: act('sign-in', 'session.delayed', attempt.account) } : {};
      return { counts: verdict.counts, ...told, answer: { waitMs: verdict.waitMs, kept } };
    });
    if (waitMs === 0) return ok(kept);
    return bad('too-many-requests', `Quá nhiều lần sai: chờ ${seconds(waitMs)} giây. / Too many wrong tries: wait ${seconds(waitMs)} s.`);
  }

  #giveBack(attempt: Attempt, before: TryCounts): Promise<void> {
    return this.#options.tries.change(Object.values(namesOf(attempt)), (kept) => ({
      counts: giveBack(kept, before, attempt),
      answer: undefined,
    }));
  }

  async #succeed(
    account: Account,
    before: TryCounts,
    attempt: Attempt,
    proof: 'password' | 'factor',
    whence: Whence,
    way: SignInWay = 'password',
  ): Promise<SignedIn> {
    const { tries, sessions, duty, nowMs } = this.#options;
    const atMs = nowMs();
    await tries.change(Object.values(namesOf(attempt)), (kept) => ({ counts: forgive(kept, before, attempt, atMs), answer: undefined }));
    await tries.forget(atMs - forgetCountsMs);
    const refused = before.get(namesOf(attempt).account);
    const factor = await duty.factor(account.account);
    const refusedTries = refused?.total ?? 0;
    return {
      ...(await sessions.begin(account.account, proof, whence, way)),
      account,
      needs: null,
      notice: {
        refusedTries,
        lastRefusedMs: refusedTries > 0 && refused ? refused.lastMs : null,
        recoveryCodesLeft: factor?.state === 'active' ? factor.recovery.length : null,
      },
    };
  }
}

/** Else whoever made the link, or rules at the provider, would have both proofs of an account that has no app yet. */
function appByPasswordAlone(): Result<never> {
  return bad('not-allowed', 'Hãy đăng nhập một lần bằng mật khẩu để cài ứng dụng mã. / Sign in by password once to set up the code app.');
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
