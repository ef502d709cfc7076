// Drops what the centre no longer wants to keep: looked at once an hour, in small batches, written into the audit before it begins.
import { setImmediate as turn } from 'node:timers/promises';
import { sha256 } from '../hardware/host/crypto.ts';
import { canonicalJson } from '../schemas/canonical.ts';
import { parseJson } from '../schemas/parse.ts';
import { RetentionSettings } from '../schemas/retention.ts';
import type { Blobs } from './blobs.ts';
import { type Droppable, dueBefore, retentionStandard } from './core/retention.ts';
import type { Journal } from './link.ts';
import type { Act, Store } from './store/store.ts';

const cell = 'retention';
const everyMs = 3600_000;
const batch = 500;
/** Of one look; the next goes on. */
const batchesMax = 2_000;

export interface RetentionDeskOptions {
  readonly store: Pick<Store, 'meta' | 'audit' | 'retention'>;
  /** Every place where content lies under its name. */
  readonly contents: readonly Pick<Blobs, 'forget'>[];
  readonly centre: string;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export type DropCounts = Readonly<Partial<Record<Droppable, number>>>;

export class RetentionDesk {
  readonly #options: RetentionDeskOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: RetentionDeskOptions) {
    this.#options = options;
  }

  start(): void {
    const look = () => {
      this.#looking = this.drop().catch((err: unknown) => this.#options.journal.warn({ event: 'old-not-dropped', err }));
    };
    this.#timer = setInterval(look, everyMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** What cannot be read keeps everything. */
  async settings(): Promise<RetentionSettings> {
    const text = await this.#options.store.meta.value(cell);
    const read = text === undefined ? undefined : parseJson(RetentionSettings, text);
    return read?.ok ? read.value : retentionStandard;
  }

  save(settings: RetentionSettings, act: Act): Promise<void> {
    return this.#options.store.meta.setValue(cell, JSON.stringify(settings), act);
  }

  /** Drop what is due now; answers how many of each kind. */
  async drop(): Promise<DropCounts> {
    const { store, contents, nowMs } = this.#options;
    const due = dueBefore(await this.settings(), nowMs());
    const counts: Partial<Record<Droppable, number>> = {};
    let left = batchesMax;
    if (due.size > 0) await this.#tell(due);
    for (const [kind, beforeMs] of due)
      for (let more = true; more && left > 0 && !this.#stopped; left--) {
        const { count, content } = await store.retention.drop(kind, beforeMs, batch);
        for (const name of content) for (const place of contents) await place.forget(name);
        if (count > 0) counts[kind] = (counts[kind] ?? 0) + count;
        more = count === batch;
        await turn();
      }
    return counts;
  }

  /** What is about to go, by its date. */
  async #tell(due: ReadonlyMap<Droppable, number>): Promise<void> {
    const { store, centre, nowMs } = this.#options;
    const content = canonicalJson(Object.fromEntries(due));
    await store.audit.append({
      atMs: nowMs(),
      actor: 'retention',
      act: 'retention.drop',
      subject: centre,
      sha256: sha256(Buffer.from(content)),
    });
  }
}
