// The inlets that run by themselves, one for each source of that kind; a source that changes gets a new one.
import { join } from 'node:path';
import type { AlertSource } from '../../../schemas/alerts.ts';
import type { Result } from '../../../schemas/problems.ts';
import type { FeedRead } from '../gateway/heard.ts';
import { pollFeed } from './feed-inlet.ts';
import { watchFolder } from './folder-inlet.ts';
import type { Inlet, InletWay } from './inlet.ts';

export interface InletsOptions extends InletWay {
  readonly sources: { all(): readonly AlertSource[]; source(id: string): AlertSource | undefined };
  /** `alerts` of the data folder: a folder for each source of kind `folder`. */
  readonly dir: string;
  readonly demo: boolean;
  readonly readFeed: (bytes: Uint8Array) => Promise<Result<FeedRead>>;
}

export class Inlets {
  readonly #options: InletsOptions;
  readonly #running = new Map<string, Inlet>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: InletsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    // One that cannot be opened is told in the journal; the others, and the centre, go on.
    for (const { id } of this.#options.sources.all()) await this.changed(id).catch(() => undefined);
  }

  /** Open, renew or close the inlet of this source. */
  changed(id: string): Promise<void> {
    return this.#alone(async () => {
      await this.#running.get(id)?.stop();
      this.#running.delete(id);
      const source = this.#options.sources.source(id);
      const inlet = source && (await this.#open(source));
      if (inlet) this.#running.set(id, inlet);
    });
  }

  stop(): Promise<void> {
    return this.#alone(async () => {
      await Promise.all([...this.#running.values()].map((inlet) => inlet.stop()));
      this.#running.clear();
    });
  }

  async #open(source: AlertSource): Promise<Inlet | undefined> {
    const { offer, journal, nowMs, dir, demo, readFeed } = this.#options;
    const way = { offer, journal, nowMs, source: source.id };
    if (source.kind === 'folder') return watchFolder({ ...way, dir: join(dir, source.id) });
    if (source.kind === 'feed') return pollFeed({ ...way, url: source.url, everyMs: source.everyMs, demo, readFeed });
    return undefined;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch((err: unknown) => this.#options.journal.warn({ event: 'inlet-failed', err }));
    return result;
  }
}
