// Walks along the audit chain round after round while the centre runs: who changes rows behind its back is found and told.
import type { Journal } from './link.ts';
import { Rounds } from './rounds.ts';
import type { AuditStore } from './store/store.ts';
import { type AuditHead, follows } from './store/writer.ts';

/** So many rows are walked along within a minute; a longer chain takes so many minutes more. */
export const auditRound = { everyMs: 20_000, rowsPerPage: 500, pagesPerLook: 10 } as const;

const beginning: AuditHead = { seq: 0, hash: '' };

export interface AuditWatchOptions {
  readonly audit: Pick<AuditStore, 'entries'>;
  readonly centre: string;
  readonly journal: Journal;
}

export class AuditWatch {
  readonly #options: AuditWatchOptions;
  readonly #rounds: Rounds;
  #at = beginning;
  /** The last row that was seen: the chain may grow behind it, and be nothing else. */
  #last = beginning;
  #brokenAt: number | undefined;

  constructor(options: AuditWatchOptions) {
    this.#options = options;
    const failed = (err: unknown) => options.journal.warn({ event: 'audit-not-walked', centre: options.centre, err });
    this.#rounds = new Rounds({ everyMs: auditRound.everyMs, look: () => this.#look(), failed });
  }

  /** The first row that does not follow from those before it, or was another when it was seen last; undefined while all of them do. */
  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Walk on now. */
  now(): Promise<void> {
    return this.#rounds.now();
  }

  async #look(): Promise<void> {
    for (let pages = 0; pages < auditRound.pagesPerLook && !this.#rounds.stopped; pages++) {
      const page = await this.#options.audit.entries(this.#at.seq, auditRound.rowsPerPage);
      for (const entry of page) {
        const changed = entry.seq === this.#last.seq && entry.hash !== this.#last.hash;
        if (changed || !follows(this.#at, entry)) return this.#broken(this.#at.seq + 1);
        this.#at = { seq: entry.seq, hash: entry.hash };
      }
      if (page.length < auditRound.rowsPerPage) return this.#ended();
    }
  }

  #ended(): void {
    if (this.#at.seq < this.#last.seq) {
      this.#broken(this.#at.seq + 1);
      return;
    }
    const { centre, journal } = this.#options;
    if (this.#brokenAt !== undefined) journal.warn({ event: 'audit-holds-again', centre });
    this.#brokenAt = undefined;
    this.#last = this.#at;
    this.#at = beginning;
  }

  #broken(row: number): void {
    const { centre, journal } = this.#options;
    if (this.#brokenAt !== row) journal.warn({ event: 'audit-broken', centre, row });
    this.#brokenAt = row;
    this.#at = beginning;
  }
}
