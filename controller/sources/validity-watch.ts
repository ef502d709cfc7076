// Source items whose validity begins or ends: boxes are told anew within a minute.
import type { Journal } from '../link.ts';
import type { SourceStore } from '../store/source-store.ts';

const lookEveryMs = 60_000;

export interface ValidityWatchOptions {
  readonly sources: Pick<SourceStore, 'turned'>;
  readonly changed: () => Promise<void>;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export class ValidityWatch {
  readonly #options: ValidityWatchOptions;
  #lookedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ValidityWatchOptions) {
    this.#options = options;
  }

  /** Boxes have just been told everything. */
  start(): void {
    this.#lookedMs = this.#options.nowMs();
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects: what could not be told is told at the next look. */
  async look(): Promise<void> {
    const { sources, changed, journal, nowMs } = this.#options;
    const atMs = nowMs();
    try {
      if (await sources.turned(this.#lookedMs, atMs)) await changed();
      this.#lookedMs = atMs;
    } catch (err) {
      journal.warn({ event: 'validity-not-looked-at', err });
    }
  }
}
