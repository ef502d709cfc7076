// Items read together with all that they are copies of.

import type { SourceItem } from '../core/source-item.ts';
import { type KnownSources, originsMax } from '../core/source-play.ts';
import type { SourceStore } from '../store/source-store.ts';

export async function withOrigins(sources: Pick<SourceStore, 'itemsOf'>, items: readonly SourceItem[]): Promise<KnownSources> {
  const known = new Map(items.map((item) => [item.id, item]));
  let fresh = items;
  for (let depth = 0; depth < originsMax && fresh.length > 0; depth++) {
    const asked = fresh.flatMap(({ from }) => (from && !known.has(from.item) ? [from.item] : []));
    fresh = await sources.itemsOf([...new Set(asked)]);
    for (const item of fresh) known.set(item.id, item);
  }
  return known;
}
