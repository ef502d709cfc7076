// What of source information may be played now: in force, valid, and not a copy of what was withdrawn above.
import type { Item } from '../../schemas/programme.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import { isValid, itemOf, type SourceItem } from './source-item.ts';

/** Items by id, with those they are copies of. */
export type KnownSources = ReadonlyMap<string, SourceItem>;

/** Copies of copies of copies. */
export const originsMax = 8;

export type WhyUnplayable = 'not-yet-valid' | 'no-more-valid' | 'withdrawn' | 'nothing-to-play';

export function originOf({ from, origin: above, latest }: SourceItem, known: KnownSources): SourceItemAnswer['from'] {
  if (above)
    return { centre: above.centre, item: above.item, version: latest.n, is: latest.state === 'withdrawn' ? 'withdrawn' : 'current' };
  if (!from) return null;
  const origin = known.get(from.item);
  if (!origin || isWithdrawn(origin, known)) return { ...from, is: 'withdrawn' };
  return { ...from, is: origin.published && origin.published.n !== from.version ? 'stale' : 'current' };
}

/** It and all that it was copied from, as far as they are known. */
export function lineageOf(id: string, known: KnownSources): string[] {
  const ids: string[] = [];
  for (let at: string | undefined = id; at !== undefined && ids.length <= originsMax && !ids.includes(at); at = known.get(at)?.from?.item)
    ids.push(at);
  return ids;
}

/** Withdrawn itself, or somewhere above what it was copied from. */
export function isWithdrawn(item: SourceItem, known: KnownSources): boolean {
  if (item.latest.state === 'withdrawn') return true;
  return item.from !== null && lineageOf(item.from.item, known).some((id) => known.get(id)?.latest.state === 'withdrawn');
}

/** What a box would play of it at this instant, or why nothing. */
export function playOf(
  item: SourceItem | undefined,
  known: KnownSources,
  atMs: number,
): { readonly item: Item } | { readonly why: WhyUnplayable } {
  if (!item?.published || isWithdrawn(item, known)) return { why: 'withdrawn' };
  const { content } = item.published;
  if (!isValid(content, atMs)) return { why: (content.validFromMs ?? 0) > atMs ? 'not-yet-valid' : 'no-more-valid' };
  const play = itemOf(item.published);
  return play ? { item: play } : { why: 'nothing-to-play' };
}

/** Programmes may name it: a document has nothing that plays and is offered all the same. */
export function isOffered(item: SourceItem, known: KnownSources, atMs: number): boolean {
  return item.published !== null && isValid(item.published.content, atMs) && !isWithdrawn(item, known);
}
