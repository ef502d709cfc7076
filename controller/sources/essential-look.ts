// Where essential items stand in all their units, looked at seldom: each item asks for all its receipts.
import { dayLimits } from '../../schemas/day.ts';
import type { EssentialRow, Households } from '../core/essential.ts';
import { remindWithinMs } from '../core/notices.ts';
import { placed } from '../core/placed.ts';
import { figuresOf, isDone } from '../core/source-handling.ts';
import type { SourceItem } from '../core/source-item.ts';
import { type HandledItem, type HandlingOptions, readHandled } from './handling.ts';

const againAfterMs = 60_000;
const issuesMax = 1_000;

export interface EssentialItem {
  readonly item: SourceItem;
  readonly rows: readonly EssentialRow[];
  /** Households that hear clusters of these units, and those whose cluster played it to its end. */
  readonly households: (sees: (unit: string) => boolean) => Households;
}

export interface EssentialSeen {
  readonly atMs: number;
  readonly items: readonly EssentialItem[];
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
    const items: EssentialItem[] = [];
    for (const item of essential.slice(0, dayLimits.essential)) {
      const read = await readHandled(this.#options, item, ({ issue }) => issues.has(issue));
      if (!read.ok) continue;
      const rows = read.value.handled.map((one): EssentialRow => {
        return { item: item.id, unit: one.entry.unit, state: one.state, done: isDone(one) };
      });
      items.push({ item, rows, households: householdsBy(read.value) });
    }
    return { atMs, items, leftOut: essential.length - items.length };
  }
}

/** Of each box the last play is enough; what is kept for a minute is to be small. */
function householdsBy({ handled, facts }: Pick<HandledItem, 'handled' | 'facts'>): EssentialItem['households'] {
  const last = new Map([...facts.plays.all].sort((a, b) => a.startMs - b.startMs).map((play) => [play.dev, play]));
  const kept = { ...facts, plays: placed([...last.values()]) };
  return (sees) => {
    const { households, householdsPlayed } = figuresOf(
      handled.filter(({ entry }) => sees(entry.unit)),
      kept,
    );
    return { households, householdsPlayed };
  };
}
