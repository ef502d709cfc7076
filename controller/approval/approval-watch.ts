// Once a minute: who has to approve what soon is warned, and boxes are told what is not approved in time.
import { approvalNotices } from '../core/late-approval.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
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
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ApprovalWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** One after the other. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#warn())
      .catch((err: unknown) => this.#options.journal.warn({ event: 'approvals-not-looked-at', err }));
    return this.#looking;
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
