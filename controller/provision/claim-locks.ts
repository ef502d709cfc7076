// Locks claims that are tried wrongly too often; counted in the tables, so that a restart forgets none, and each lock stands in the audit.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { claimLockName, lockedForMs, wrongTry } from '../core/claim-lock.ts';
import type { Store } from '../store/store.ts';

export interface ClaimLocksOptions {
  readonly store: Pick<Store, 'enrolment' | 'tries'>;
  readonly nowMs: () => number;
}

export class ClaimLocks {
  readonly #options: ClaimLocksOptions;

  constructor(options: ClaimLocksOptions) {
    this.#options = options;
  }

  /** May the box's claim be tried now? Problem: too-many-requests. */
  async mayTry(dev: string): Promise<Result<void>> {
    const { store, nowMs } = this.#options;
    const name = await this.#nameOf(dev);
    if (name === undefined) return ok(undefined);
    const leftMs = await store.tries.change([name], (kept) => ({ counts: [], answer: lockedForMs(kept.get(name), nowMs()) }));
    return leftMs > 0 ? locked(dev, leftMs) : ok(undefined);
  }

  /** It was tried wrongly. Problem: too-many-requests, when that was once too often; others that came meanwhile are not counted. */
  async wrong(dev: string): Promise<Result<void>> {
    const { store, nowMs } = this.#options;
    const name = await this.#nameOf(dev);
    if (name === undefined) return ok(undefined);
    const atMs = nowMs();
    const lockMs = await store.tries.change([name], (kept) => {
      const already = lockedForMs(kept.get(name), atMs);
      if (already > 0) return { counts: [], answer: already };
      const { count, lockMs: now } = wrongTry(kept.get(name), name, atMs);
      const act = { atMs, actor: 'enrolment', act: 'claim.locked', subject: dev, sha256: '' };
      return { counts: [count], ...(now > 0 && { act }), answer: now };
    });
    return lockMs > 0 ? locked(dev, lockMs) : ok(undefined);
  }

  /** A box without a claim has nothing to guess. */
  async #nameOf(dev: string): Promise<string | undefined> {
    const [newest] = await this.#options.store.enrolment.claims({ dev, limit: 1 });
    return newest && claimLockName(newest.tokenHash);
  }
}

function locked(dev: string, forMs: number): Result<never> {
  return bad(
    'too-many-requests',
    `the claim of ${dev} was tried wrongly too often: locked for ${Math.ceil(forMs / 1000)} s, or until a new claim`,
  );
}
