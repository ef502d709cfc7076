// Who is a box of this centre: enrolment against a claim, renewal, and which certificate counts now.
import { sha256 } from '../../hardware/host/crypto.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import { bad, ok, type ProblemCode, type Result } from '../../schemas/problems.ts';
import { type Ended, mayRenew } from '../core/renewal-rule.ts';
import type { Journal } from '../link.ts';
import type { Registry } from '../registry.ts';
import type { Act, Box, Store } from '../store/store.ts';
import { Tries } from '../tries.ts';
import type { Authority, IssuedBox } from './authority.ts';
import { type BoxRequest, readBoxRequest, signingKeyOf } from './box-request.ts';
import { ClaimLocks } from './claim-locks.ts';
import { tokenHash } from './claims.ts';

/** Of one box within a minute: what is no claim of it, and its own renewals. */
const triesPerMinute = 10;

/** Another's, a used one, or brought by the wrong machine. One that has expired is no guess. */
const wrongClaim: ReadonlySet<ProblemCode> = new Set(['not-found', 'claim-used', 'not-allowed']);

export interface EnrolmentDeskOptions {
  readonly store: Pick<Store, 'estate' | 'enrolment' | 'tries'>;
  readonly registry: Registry;
  readonly authority: Authority;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export interface Shown {
  readonly dev: string;
  /** SHA-256 of the certificate that was shown; its key was proved by the handshake. */
  readonly certificate: string;
  readonly notAfterMs: number;
}

export class EnrolmentDesk {
  readonly #options: EnrolmentDeskOptions;
  readonly #tries: Tries;
  readonly #locks: ClaimLocks;
  /** The last change that came with a certificate being seen. */
  #kept: Promise<unknown> = Promise.resolve();

  constructor(options: EnrolmentDeskOptions) {
    this.#options = options;
    this.#tries = new Tries(triesPerMinute, options.nowMs);
    this.#locks = new ClaimLocks(options);
  }

  /** EST simpleenroll. Problems: too-many-requests, not-found, claim-used, expired, not-allowed and those of the request. */
  async enrol(dev: string, token: string, csr: string): Promise<Result<IssuedBox>> {
    const { store, registry, authority, nowMs } = this.#options;
    const hash = tokenHash(token);
    // A stranger who reads the id off the pole must not keep the box out: who brings a claim waits for no guesses, 192 bits are not guessed.
    const known = await store.estate.claim(hash, nowMs());
    if (known.ok ? known.value.dev !== dev : known.problem.code === 'not-found') {
      if (!this.#tries.allow(dev)) return bad('too-many-requests', `too many tries for ${dev}: wait a minute`);
      const may = await this.#locks.mayTry(dev);
      if (!may.ok) return may;
    }
    const request = await readBoxRequest(csr);
    if (!request.ok) return request;
    const signingKey = signingKeyOf(request.value);
    if (!signingKey.ok) return signingKey;
    const { spkiSha256: requestKey, hardware } = request.value;
    const brought = { signingKey: signingKey.value, requestKey, ...(hardware !== undefined && { hardware }) };
    const found = await store.estate.claim(hash, nowMs(), { ...brought, certificate: '' });
    const claim = found.ok && found.value.dev !== dev ? bad('not-found', 'no such claim') : found;
    if (!claim.ok) return this.#refused(dev, claim);
    const issued = await authority.signBox(dev, request.value, nowMs());
    const enrolled = await store.estate.enrol(hash, { ...brought, certificate: issued.fingerprint }, this.#act(dev, 'box.enrol', issued));
    if (!enrolled.ok) return enrolled;
    registry.put(enrolled.value);
    return ok(issued);
  }

  /** Its lock is told once, by the try that began it; after that the claim is not looked at. */
  async #refused(dev: string, refused: Result<never>): Promise<Result<never>> {
    if (refused.ok || !wrongClaim.has(refused.problem.code)) return refused;
    const locked = await this.#locks.wrong(dev);
    return locked.ok ? refused : locked;
  }

  /** EST simplereenroll. Problems: not-allowed (with the reason), expired, and those of the request. */
  async renew(shown: Shown, csr: string): Promise<Result<IssuedBox>> {
    const { store, registry, authority, nowMs } = this.#options;
    await this.#kept;
    const box = registry.box(shown.dev);
    const ended: Ended | undefined = await store.enrolment.denied(shown.certificate);
    const may = mayRenew({ ...shown, counts: this.#counts(box, shown.certificate), ended, nowMs: nowMs() });
    if (!may.ok) return may;
    if (!this.#tries.allow(`renew ${shown.dev}`)) return bad('too-many-requests', `too many renewals of ${shown.dev}: wait a minute`);
    const request = await readBoxRequest(csr);
    if (!request.ok) return request;
    const kept = sameBox(request.value, shown.dev, box);
    if (!kept.ok) return kept;
    const issued = await authority.signBox(shown.dev, request.value, nowMs());
    this.seen(shown.dev, shown.certificate);
    const renewed = await store.enrolment.renew(shown.dev, issued.fingerprint, this.#act(shown.dev, 'box.renew', issued));
    if (!renewed.ok) return renewed;
    registry.put(renewed.value);
    return ok(issued);
  }

  /** Does this certificate count? Asked at each connection. */
  admits(dev: string, certificate: string): boolean {
    if (!this.#counts(this.#options.registry.box(dev), certificate)) return false;
    this.seen(dev, certificate);
    return true;
  }

  /** The next certificate was shown: from now on the one before it is worth nothing. */
  seen(dev: string, certificate: string): void {
    const { store, registry, journal, nowMs } = this.#options;
    const box = registry.box(dev);
    if (!box || box.nextCertificate !== certificate) return;
    const { nextCertificate, ...rest } = box;
    registry.put({ ...rest, certificate: nextCertificate });
    this.#kept = store.enrolment.confirm(dev, certificate, nowMs()).catch((error: unknown) => {
      journal.warn({ event: 'renewal-not-kept', dev, ...problemOf(error, 'store-damaged') });
    });
  }

  #counts(box: Box | undefined, certificate: string): boolean {
    if (!box || box.signingKey === null) return false;
    return box.certificate === certificate || box.nextCertificate === certificate;
  }

  #act(dev: string, act: string, { cert }: IssuedBox): Act {
    return { atMs: this.#options.nowMs(), actor: `box:${dev}`, act, subject: dev, sha256: sha256(Buffer.from(cert)) };
  }
}

/** A renewal changes the key of the connection and nothing else. */
function sameBox({ name, hardware, signingKeyText }: BoxRequest, dev: string, box: Box | undefined): Result<void> {
  if (name !== undefined && name !== `box:${dev}`) return bad('not-allowed', `the request is for ${name.slice(0, 40)}`, '/csr');
  if (signingKeyText !== undefined) return bad('bad-input', 'the signing key is changed by a new claim only', '/signingKey');
  if (hardware !== undefined && box?.hardware !== undefined && hardware !== box.hardware)
    return bad('not-allowed', 'another machine asks with the keys of this box', '/csr');
  return ok(undefined);
}
