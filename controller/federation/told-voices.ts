// What residents said, as the centre above is told it: read from the tables seldom, kept in between.
import type { UpVoices } from '../../schemas/federation.ts';
import type { CentreCard } from '../centre.ts';
import { monthOf, readVoices, type VoicesOptions } from '../citizens/voices.ts';
import { monthsUpTo } from '../core/evaluation.ts';
import { voicesUp } from '../core/federation-up.ts';
import { measureVoices } from '../core/voices.ts';
import type { Feed } from '../feed.ts';

/** Answers of the last month still come in; the months before are as they were last told. */
export const toldMonths = 2;
/** A day of many words costs one reading a minute. */
export const changedAgainMs = 60_000;
/** Stars, and what is overdue by now, change without a word. */
export const unchangedAgainMs = 15 * 60_000;

export interface ToldVoicesOptions extends VoicesOptions {
  readonly card: Pick<CentreCard, 'area'>;
  readonly feed: Pick<Feed, 'listen'>;
}

/** When figures were read, and how much had changed until then. */
interface Read {
  readonly atMs: number;
  readonly month: string;
  readonly changes: number;
}

export class ToldVoices {
  readonly #options: ToldVoicesOptions;
  #kept: { readonly read: Read; readonly things: readonly UpVoices[] } | undefined;
  #changes = 0;
  #leave: (() => void) | undefined;

  constructor(options: ToldVoicesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#leave = this.#options.feed.listen(({ event }) => {
      if (event === 'feedback') this.#changes++;
    });
  }

  stop(): void {
    this.#leave?.();
    this.#kept = undefined;
  }

  /** Of the whole centre, the last two months, also where nobody said anything: nought is told, silence is not. */
  async things(): Promise<readonly UpVoices[]> {
    const { card, nowMs } = this.#options;
    const now: Read = { atMs: nowMs(), month: monthOf(this.#options, nowMs()), changes: this.#changes };
    if (this.#kept && stillTrue(this.#kept.read, now)) return this.#kept.things;
    const things: UpVoices[] = [];
    for (const month of monthsUpTo(now.month, toldMonths)) {
      const { facts, rated } = await readVoices(this.#options, month);
      things.push(voicesUp({ area: card.area, month }, measureVoices(facts, rated, card.area, now.atMs)));
    }
    this.#kept = { read: now, things };
    return things;
  }
}

/** A clock that was set back tells nothing: read again. */
export function stillTrue(read: Read, now: Read): boolean {
  const agoMs = now.atMs - read.atMs;
  return read.month === now.month && agoMs >= 0 && agoMs < (read.changes === now.changes ? unchangedAgainMs : changedAgainMs);
}
