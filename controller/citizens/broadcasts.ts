// "The answer was told on the loudspeakers on …": found in the receipts of boxes, never said by hand.
import type { Broadcast } from '../../schemas/citizen-api.ts';
import type { Feedback } from '../core/feedback.ts';
import type { Store } from '../store/store.ts';

const receiptsMax = 1_000;

export class Broadcasts {
  readonly #store: Pick<Store, 'sources' | 'content' | 'log'>;
  readonly #nowMs: () => number;

  constructor(store: Pick<Store, 'sources' | 'content' | 'log'>, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** Times at which it was heard whole since the answer; null: nothing is linked. */
  async of({ link, answers }: Pick<Feedback, 'link' | 'answers'>): Promise<Broadcast | null> {
    if (link === null) return null;
    const fromMs = answers[0]?.atMs ?? 0;
    return 'item' in link ? this.#ofItem(link.item, fromMs) : this.#ofProgramme(link.programme, fromMs);
  }

  async #ofItem(id: string, fromMs: number): Promise<Broadcast> {
    const item = await this.#store.sources.item(id);
    const version = item?.published ?? item?.latest;
    const play = version?.play?.sha256;
    const toMs = this.#nowMs() + 1;
    const found = play === undefined || toMs <= fromMs ? [] : await this.#store.log.receiptsOf({ contents: [play], fromMs, toMs });
    const heard = found
      .filter(({ receipt }) => receipt.outcome === 'played')
      .map(({ receipt }) => receipt.startedMs ?? receipt.plannedStartMs);
    return spanOf(version?.content.title ?? id, heard);
  }

  async #ofProgramme(id: string, fromMs: number): Promise<Broadcast> {
    const titles = await this.#store.content.titles([id]);
    const found = await this.#store.log.receipts({ programme: id, outcome: 'played', fromMs, limit: receiptsMax });
    return spanOf(
      titles.get(id) ?? id,
      found.map(({ receipt }) => receipt.startedMs ?? receipt.plannedStartMs),
    );
  }
}

function spanOf(title: string, heard: readonly number[]): Broadcast {
  // Many boxes a time: never spread into one call.
  const firstMs = heard.reduce<number | null>((least, ms) => (least === null || ms < least ? ms : least), null);
  const lastMs = heard.reduce<number | null>((most, ms) => (most === null || ms > most ? ms : most), null);
  return { title, firstMs, lastMs };
}
