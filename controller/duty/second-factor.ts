// The second factor of an officer: an app's code (TOTP, RFC 6238) or a recovery code, each taken once; and the PIN of the shifts.
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import type { FactorAnswer } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { checkPassword, hashPassword } from '../people/passwords.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Act, PeopleStore } from '../store/store.ts';
import { Tries } from '../tries.ts';

const periodS = 30;
const digits = 6;
/** One step early or late: phones are never quite on time (RFC 6238 §5.2). */
const window = 1;
const recoveryCodes = 10;
const triesPerMinute = 5;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface FactorOptions {
  readonly store: DutyStore;
  readonly people: PeopleStore;
  readonly strongbox: Strongbox;
  /** Names the account in the app. */
  readonly issuer: string;
  readonly nowMs: () => number;
  /** Monotonic, for the limit of tries. */
  readonly monoMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export class SecondFactors {
  readonly #options: FactorOptions;
  readonly #tries: Tries;

  constructor(options: FactorOptions) {
    this.#options = options;
    this.#tries = new Tries(triesPerMinute, options.monoMs);
  }

  /**
   * A new secret, shown this once; it waits for its first code. Where a factor is in force, a code of it is needed too, so
   * that a password alone cannot move it to another phone. Problems: too-many-requests, wrong-credentials, wrong-code.
   */
  async begin(person: string, proof: { readonly password: string; readonly code?: string | undefined }): Promise<Result<FactorAnswer>> {
    const known = await this.#password(person, proof.password);
    if (!known.ok) return known;
    const kept = await this.#options.store.factor(person);
    if (kept?.state === 'active') {
      const proved =
        proof.code === undefined
          ? bad('wrong-code', 'a code of the factor in force is needed', '/code')
          : await this.use(person, proof.code);
      if (!proved.ok) return proved;
    }
    return ok(await this.make(person));
  }

  /** A new secret that waits for its first code; the caller knows that it is this person. */
  async make(person: string): Promise<FactorAnswer> {
    const { store, strongbox, issuer, nowMs, act } = this.#options;
    const kept = await store.factor(person);
    const { Secret, TOTP } = await import('otpauth');
    const secret = new Secret({ size: 20 });
    const uri = new TOTP({ issuer, label: person, secret, algorithm: 'SHA1', digits, period: periodS }).toString();
    const codes = Array.from({ length: recoveryCodes }, makeRecoveryCode);
    const fresh = { secret: strongbox.lock(person, secret.base32), recovery: codes.map(hashRecovery) };
    const written = act(person, 'duty.factor', person);
    const pinHash = kept?.pinHash ?? null;
    // What is in force stays so until the new app has proved itself: a move that was broken off must not leave the password alone.
    if (kept?.state === 'active') await store.setNextFactor(person, fresh, written);
    else await store.saveFactor({ person, state: 'waiting', ...fresh, lastStep: 0, pinHash, madeMs: nowMs(), next: null }, written);
    const { default: qrcode } = await import('qrcode');
    const qr = await qrcode.toString(uri, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' });
    return { uri, secret: secret.base32, qr, recoveryCodes: codes };
  }

  /** Ten new recovery codes; those before count no more. Problems: too-many-requests, wrong-credentials, not-found, wrong-code. */
  async renewRecovery(person: string, password: string, code: string): Promise<Result<readonly string[]>> {
    const { store, act } = this.#options;
    const proved = await this.prove(person, password, code);
    if (!proved.ok) return proved;
    const codes = Array.from({ length: recoveryCodes }, makeRecoveryCode);
    await store.setRecovery(person, codes.map(hashRecovery), act(person, 'duty.recovery-renew', person));
    return ok(codes);
  }

  /** The first code proves that the app has the secret. Problems: too-many-requests, not-found, wrong-code. */
  async confirm(person: string, code: string): Promise<Result<void>> {
    if (!this.#tries.allow(person)) return tooMany();
    const kept = await this.#options.store.factor(person);
    if (!kept) return bad('not-found', 'no second factor was begun', '/code');
    if (!isAppCode(code)) return bad('wrong-code', 'the first code comes from the app', '/code');
    if (!kept.next) return this.use(person, code);
    const { store, act } = this.#options;
    const step = await this.#stepOf(person, kept.next.secret, code);
    return step.ok ? store.takeNextFactor(person, step.value, act(person, 'duty.code', person)) : step;
  }

  /** Password and code together, as a shift begins. Problems: too-many-requests, wrong-credentials, not-found, wrong-code. */
  async prove(person: string, password: string, code: string): Promise<Result<void>> {
    const known = await this.#password(person, password);
    if (!known.ok) return known;
    const kept = await this.#options.store.factor(person);
    if (kept?.state !== 'active') return bad('not-found', 'set up the code app first', '/code');
    return this.use(person, code);
  }

  /** The PIN of this person's shifts from now on. */
  async setPin(person: string, pin: string): Promise<void> {
    await this.#options.store.setPin(person, await hashPassword(pin), this.#options.act(person, 'duty.pin', person));
  }

  /** An administrator helps who lost phone and codes. Problem: not-found. */
  remove(person: string, by: string): Promise<Result<void>> {
    return this.#options.store.removeFactor(person, this.#options.act(by, 'duty.factor-remove', person));
  }

  async #password(person: string, password: string): Promise<Result<void>> {
    if (!this.#tries.allow(person)) return tooMany();
    const known = await checkPassword(this.#options.people, person, password);
    return known.ok ? ok(undefined) : bad('wrong-credentials', 'the password entered again is wrong', '/password');
  }

  /** Use a code up; how often it may be tried is the caller's to count. Problem: wrong-code. */
  async use(person: string, code: string): Promise<Result<void>> {
    const { store, act } = this.#options;
    if (!isAppCode(code)) return store.useRecovery(person, hashRecovery(code), act(person, 'duty.recovery-code', person));
    const kept = await store.factor(person);
    if (!kept) return bad('wrong-code', 'no second factor', '/code');
    const step = await this.#stepOf(person, kept.secret, code);
    return step.ok ? store.useStep(person, step.value, act(person, 'duty.code', person)) : step;
  }

  /** The time step whose code this is. Problem: wrong-code. */
  async #stepOf(person: string, sealed: string, code: string): Promise<Result<number>> {
    const { strongbox, nowMs } = this.#options;
    const { Secret, TOTP } = await import('otpauth');
    const totp = new TOTP({ secret: Secret.fromBase32(strongbox.unlock(person, sealed)), algorithm: 'SHA1', digits, period: periodS });
    const timestamp = nowMs();
    const delta = totp.validate({ token: code, timestamp, window });
    if (delta === null) return bad('wrong-code', 'another code, or a clock that is off by more than half a minute', '/code');
    return ok(Math.floor(timestamp / 1000 / periodS) + delta);
  }
}

function isAppCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}

/** 80 random bits in four groups. */
function makeRecoveryCode(): string {
  const letters = [...randomBytes(16)].map((byte) => base32[byte % 32]).join('');
  return letters.replaceAll(/(.{4})(?=.)/g, '$1-');
}

function hashRecovery(code: string): string {
  return sha256(Buffer.from(code.replaceAll('-', '').toUpperCase()));
}

function tooMany(): Result<never> {
  return bad('too-many-requests', `more than ${triesPerMinute} tries; wait a minute`);
}
