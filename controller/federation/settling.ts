// Things from above find their place in the turn of messages; what lacks content is brought beside it, and settled in a turn of its own.
import type { ContentAbove } from './content-above.ts';
import type { Intake } from './intake.ts';
import type { Reception } from './reception.ts';

export interface SettlingOptions {
  readonly reception: Reception;
  readonly intake: Intake;
}

/** Settle once more, in turn; with `bring` what is still missing is fetched again. */
export type Again = (bring: boolean) => void;

const retry = { baseMs: 5_000, maxMs: 300_000 };

export class Settling {
  readonly #options: SettlingOptions;
  #retry: NodeJS.Timeout | undefined;
  #tries = 0;
  #asked = false;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Nothing is waited for but our own tables. `from`: where content is, once it is known. */
  async settle(peer: string, from: ContentAbove | undefined, bring: boolean, again: Again): Promise<void> {
    clearTimeout(this.#retry);
    this.#asked = false;
    const { waiting, missing } = await this.#options.reception.settle(peer);
    if (bring && from)
      this.#options.intake.bring(missing, from, () => {
        // Many may come at once.
        if (this.#asked) return;
        this.#asked = true;
        again(false);
      });
    if (waiting === 0) this.#tries = 0;
    else this.#retry = setTimeout(() => again(true), this.#waitMs(bring)).unref();
  }

  /** Another centre is followed from now on, or none. */
  async leave(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#options.intake.leave();
  }

  #waitMs(bring: boolean): number {
    if (bring) this.#tries += 1;
    return Math.min(retry.maxMs, retry.baseMs * 2 ** Math.min(this.#tries - 1, 6));
  }
}
