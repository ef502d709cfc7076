// Once a minute: who has to approve what soon is warned, and boxes are told what is not approved in time.
import { approvalNotices } from '../core/late-approval.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import { Rounds } from '../rounds.ts';
import type { Store } from '../store/store.ts';

const lookEveryMs = 60_000;

export interface ApprovalWatchOptions {
  readonly store: Pick<Store, 'content' | 'steering'>;
  readonly changed: () => Promise<void>;
  readonly feed: Pick<Feed, 'tell'>;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export class ApprovalWatch {
  readonly #options: ApprovalWatchOptions;
  readonly #rounds: Rounds;

  constructor(options: ApprovalWatchOptions) {
    this.#options = options;
    const failed = (err: unknown) => options.journal.warn({ event: 'approvals-not-looked-at', err });
    this.#rounds = new Rounds({ everyMs: lookEveryMs, look: () => this.#warn(), failed });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One after the other. Never rejects. */
  look(): Promise<void> {
    return this.#rounds.now();
  }

  async #warn(): Promise<void> {
    const { store, changed, feed, nowMs } = this.#options;
    const [schedules, programmes] = await Promise.all([store.content.schedules(), store.content.programmes()]);
    const notices = approvalNotices(schedules, programmes, nowMs());
    if (notices.length === 0) return;
    const given = await store.steering.give(notices);
    for (const { programme, id } of given) feed.tell('notice', programme ?? id);
    if (given.some(({ why }) => why === 'not-approved')) await changed();
  }
}
