// Where essential items stand in all their units, looked at seldom: each item asks for all its receipts.
import { dayLimits } from '../../schemas/day.ts';
import type { EssentialRow } from '../core/essential.ts';
import { remindWithinMs } from '../core/notices.ts';
import { isDone } from '../core/source-handling.ts';
import type { SourceItem } from '../core/source-item.ts';
import { type HandlingOptions, readHandled } from './handling.ts';

const againAfterMs = 60_000;
const issuesMax = 1_000;

export interface EssentialSeen {
  readonly atMs: number;
  readonly items: readonly { readonly item: SourceItem; readonly rows: readonly EssentialRow[] }[];
  /** Items that were not looked at. */
  readonly leftOut: number;
}

export class EssentialLook {
  readonly #options: HandlingOptions;
  #last: Promise<EssentialSeen> | undefined;
  #lastMs = 0;

  constructor(options: HandlingOptions) {
    this.#options = options;
  }

  /** At most a minute old; who asks meanwhile gets the same. */
  seen(): Promise<EssentialSeen> {
    const atMs = this.#options.nowMs();
    // A clock that was set back makes nothing fresh.
    if (this.#last && Math.abs(atMs - this.#lastMs) < againAfterMs) return this.#last;
    const look = this.#look(atMs);
    this.#last = look;
    this.#lastMs = atMs;
    look.catch(() => {
      if (this.#last === look) this.#last = undefined;
    });
    return look;
  }

  async #look(atMs: number): Promise<EssentialSeen> {
    const { store } = this.#options;
    const issues = new Set<string>();
    const names = new Set<string>();
    for (const { id, item } of await store.issues.due(Math.max(0, atMs - remindWithinMs), issuesMax)) {
      issues.add(id);
      names.add(item);
    }
    const essential = (await store.sources.itemsOf([...names])).filter(({ published, latest }) => (published ?? latest).content.essential);
    const items: EssentialSeen['items'][number][] = [];
    for (const item of essential.slice(0, dayLimits.essential)) {
      const read = await readHandled(this.#options, item, ({ issue }) => issues.has(issue));
      if (!read.ok) continue;
      const rows = read.value.handled.map((one): EssentialRow => {
        return { item: item.id, unit: one.entry.unit, state: one.state, done: isDone(one) };
      });
      items.push({ item, rows });
    }
    return { atMs, items, leftOut: essential.length - items.length };
  }
}
