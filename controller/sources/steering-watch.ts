// Steers what was issued: once a minute units are reminded of what they have not done, and who issued it is told of what is overdue.
import { type IssuePhase, noticesOf, phaseDue, remindWithinMs } from '../core/notices.ts';
import type { SourceIssue } from '../core/source-issue.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import { Rounds } from '../rounds.ts';
import type { Store } from '../store/store.ts';
import { type HandlingOptions, readHandled } from './handling.ts';

const lookEveryMs = 60_000;
/** Issues whose time still runs that one look goes through. */
const issuesMax = 5_000;

export interface SteeringWatchOptions extends HandlingOptions {
  readonly store: HandlingOptions['store'] & Pick<Store, 'steering'>;
  readonly feed: Pick<Feed, 'tell'>;
  readonly journal: Journal;
}

export class SteeringWatch {
  readonly #options: SteeringWatchOptions;
  readonly #rounds: Rounds;

  constructor(options: SteeringWatchOptions) {
    this.#options = options;
    const failed = (err: unknown) => options.journal.warn({ event: 'issues-not-steered', err });
    this.#rounds = new Rounds({ everyMs: lookEveryMs, look: () => this.#steer(), failed });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One after the other. Never rejects: what could not be looked at is due at the next look. */
  look(): Promise<void> {
    return this.#rounds.now();
  }

  async #steer(): Promise<void> {
    const { store, nowMs } = this.#options;
    const atMs = nowMs();
    const issues = await store.issues.due(atMs - remindWithinMs, issuesMax);
    const done = await store.steering.phases(issues.map(({ id }) => id));
    for (const issue of issues) {
      const phase = phaseDue(issue, done.get(issue.id) ?? new Set(), atMs);
      if (phase) await this.#tell(issue, phase, atMs);
    }
  }

  async #tell(issue: SourceIssue, phase: IssuePhase, atMs: number): Promise<void> {
    const { store, feed } = this.#options;
    const item = await store.sources.item(issue.item);
    const read = item && (await readHandled(this.#options, item));
    if (!item || !read?.ok) return;
    const { title } = (item.published ?? item.latest).content;
    const handled = read.value.handled.filter(({ entry }) => entry.issue === issue.id);
    const notices = noticesOf(phase, issue, { id: item.id, unit: item.unit, title }, handled, atMs);
    const given = await store.steering.give(notices, { issue: issue.id, phase, atMs });
    // One word for all of them: pages ask for their own.
    if (given.length > 0) feed.tell('notice', issue.id);
  }
}
