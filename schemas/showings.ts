// What a board shows of a programme at which instant: item after item, round after round, each only while it is valid. Pure.
import type { Item } from './programme.ts';
import { rotationOf } from './rotation.ts';
import type { Schedule } from './schedule.ts';

/** A programme as it is shown from an instant on. */
export interface Playlist {
  readonly items: readonly Item[];
  readonly repeat: Schedule['repeat'];
  /** It goes round for so long; absent: `repeat.times` times through. */
  readonly lastsMs?: number;
  readonly startMs: number;
}

/** One page for a time, wall instants; without an item the board shows its own safe page. */
export interface Showing {
  readonly item: Item | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Place in the round that comes after it. */
  readonly next: number;
}

/** Nothing is shown for less than this: what is on stays on. */
export const showingMinMs = 1_000;

/** Beside validity: is it here? A file that is missing is passed over like one that is not valid. */
type Usable = (item: Item) => boolean;
const always: Usable = () => true;

export function isValid({ validFromMs, validUntilMs }: Pick<Item, 'validFromMs' | 'validUntilMs'>, atMs: number): boolean {
  return (validFromMs ?? 0) <= atMs && atMs < (validUntilMs ?? Number.POSITIVE_INFINITY);
}

/** What stands at an instant within the playlist, from that instant on; undefined outside. */
export function showingAt(playlist: Playlist, atMs: number, usable: Usable = always): Showing | undefined {
  let showing = first(playlist, atMs, usable);
  while (showing && showing.untilMs <= atMs) showing = showingAfter(playlist, showing, usable);
  return showing && showing.fromMs <= atMs ? { ...showing, fromMs: atMs } : showing;
}

/** What follows a showing; undefined at the end. */
export function showingAfter(playlist: Playlist, { untilMs, next }: Showing, usable: Usable = always): Showing | undefined {
  if (playlist.lastsMs === undefined) return slotOf(playlist, next, usable);
  return roundOf(playlist, untilMs, next, usable);
}

/** Every showing that touches [fromMs, toMs), clipped to it. */
export function showingsIn(playlist: Playlist, fromMs: number, toMs: number): Showing[] {
  const found: Showing[] = [];
  for (let one = showingAt(playlist, Math.max(fromMs, playlist.startMs)); one && one.fromMs < toMs; one = showingAfter(playlist, one))
    found.push({ ...one, untilMs: Math.min(one.untilMs, toMs) });
  return found;
}

function first(playlist: Playlist, atMs: number, usable: Usable): Showing | undefined {
  const { startMs, items, lastsMs } = playlist;
  if (lastsMs === undefined) return slotOf(playlist, 0, usable);
  // Whole rounds are passed over at once where every one is like the other.
  const bound = items.some(({ validFromMs, validUntilMs }) => validFromMs !== undefined || validUntilMs !== undefined);
  const roundMs = orderOf(items).reduce((sum, index) => sum + (items[index]?.durationMs ?? 0), 0);
  const rounds = bound || !items.every(usable) ? 0 : Math.max(0, Math.floor((atMs - startMs) / roundMs));
  return roundOf(playlist, startMs + rounds * roundMs, 0, usable);
}

/** Items through `times` times with gaps: every one has its fixed slot, which shows the safe page where the item may not be shown. */
function slotOf({ items, repeat, startMs }: Playlist, at: number, usable: Usable): Showing | undefined {
  const time = Math.floor(at / items.length);
  const item = items[at % items.length];
  if (!item || time >= repeat.times) return undefined;
  const onceMs = items.reduce((sum, one) => sum + one.durationMs, 0);
  const before = items.slice(0, at % items.length).reduce((sum, one) => sum + one.durationMs, 0);
  const fromMs = startMs + time * (onceMs + repeat.gapMs) + before;
  const last = at % items.length === items.length - 1 && time < repeat.times - 1;
  // The page stays through the gap behind it.
  const untilMs = fromMs + item.durationMs + (last ? repeat.gapMs : 0);
  const whole = isValid(item, fromMs) && isValid(item, untilMs - 1);
  return { item: whole && usable(item) ? item : null, fromMs, untilMs, next: at + 1 };
}

/** The next item of the round that may be shown now, cut at the end of its validity and of the span. */
function roundOf(playlist: Playlist, fromMs: number, at: number, usable: Usable): Showing | undefined {
  const { items, startMs, lastsMs = 0 } = playlist;
  const endMs = startMs + lastsMs;
  if (endMs - fromMs < showingMinMs) return undefined;
  const order = orderOf(items);
  for (let step = 0; step < order.length; step++) {
    const place = (at + step) % order.length;
    const item = items[order[place] ?? 0];
    if (!item || !usable(item) || !isValid(item, fromMs)) continue;
    const untilMs = Math.min(fromMs + item.durationMs, item.validUntilMs ?? endMs, endMs);
    if (untilMs - fromMs < showingMinMs) continue;
    // What is left is too short for another page: this one stays, as long as it is valid.
    const lastMs = Math.min(endMs, item.validUntilMs ?? endMs);
    return { item, fromMs, untilMs: endMs - untilMs < showingMinMs ? lastMs : untilMs, next: place + 1 };
  }
  const begins = items.flatMap(({ validFromMs = 0 }) => (validFromMs > fromMs ? [validFromMs] : []));
  const untilMs = Math.min(endMs, ...begins, fromMs + lookAgainMs);
  return { item: null, fromMs, untilMs: Math.max(untilMs, Math.min(endMs, fromMs + showingMinMs)), next: at };
}

/** Where nothing may be shown it is asked again so often: a file may have come. */
const lookAgainMs = 60_000;

const rounds = new WeakMap<readonly Item[], number[]>();

/** The order of a round; worked out once for each list. */
function orderOf(items: readonly Item[]): number[] {
  const known = rounds.get(items);
  if (known) return known;
  const order = rotationOf(items.map(({ share = 1 }) => share));
  rounds.set(items, order);
  return order;
}
