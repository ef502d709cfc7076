// Who sends, asks or guesses too often waits, longer each time; counted in the tables, so that a restart forgets none.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { forgiven, judgeWait, type WaitKind } from '../core/citizen-waits.ts';
import type { TryStore } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import type { CitizenKey } from './citizen-key.ts';

export interface WaitsOptions {
  readonly tries: TryStore;
  readonly key: CitizenKey;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
  readonly nowMs: () => number;
}

export class Waits {
  readonly #options: WaitsOptions;

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  /** Count one try of somebody. Problem: too-many-requests, with the seconds to wait; then it is not counted. */
  take(kind: WaitKind, who: string): Promise<Result<void>> {
    const { tries, act, nowMs } = this.#options;
    const name = this.#name(kind, who);
    return tries.change([name], (kept) => {
      const { waitMs, count } = judgeWait(kind, kept.get(name), name, nowMs());
      if (waitMs > 0) return { counts: [], answer: tooMany(waitMs) };
      // The audit knows that somebody was slowed down, and nobody's address.
      const slowed = count.untilMs > nowMs();
      return {
        counts: [count],
        ...(slowed && { act: act('resident', 'citizen.slowed', kind, { failures: count.failures }) }),
        answer: ok(undefined),
      };
    });
  }

  /** Does somebody wait now? Counts nothing. */
  look(kind: WaitKind, who: string): Promise<Result<void>> {
    const name = this.#name(kind, who);
    return this.#options.tries.change([name], (kept) => {
      const { waitMs } = judgeWait(kind, kept.get(name), name, this.#options.nowMs());
      return { counts: [], answer: waitMs > 0 ? tooMany(waitMs) : ok(undefined) };
    });
  }

  forgive(kind: WaitKind, who: string): Promise<void> {
    const name = this.#name(kind, who);
    return this.#options.tries.change([name], (kept) => ({
      counts: kept.has(name) ? [forgiven(name, this.#options.nowMs())] : [],
      answer: undefined,
    }));
  }

  /** No address and no phone stands in the table. */
  #name(kind: WaitKind, who: string): string {
    return `citizen ${kind} ${this.#options.key.hash('wait', kind, who).slice(0, 32)}`;
  }
}

function tooMany<T>(waitMs: number): Result<T> {
  const seconds = Math.ceil(waitMs / 1000);
  return bad('too-many-requests', `Quá nhiều lần: chờ ${seconds} giây. / Too many times: wait ${seconds} s.`);
}
