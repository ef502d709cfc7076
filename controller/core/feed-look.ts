// Which entries of a feed are taken at one look: unknown ones before those that failed, the newest first, and room kept for both.

/** Messages fetched at one look. */
const placesPerLook = 30;
/** Of these, kept for what failed before and is due again. */
const placesForMissed = 10;
/** So often an address that leads nowhere is tried; doubling from a look's pause, that is some five hours. */
export const deadTriesMax = 10;
const pauseMaxMs = { dead: 3600_000, away: 300_000 };

export interface Missed {
  readonly tries: number;
  /** Not before; `Infinity`: given up while it stays in the feed. */
  readonly againMs: number;
}

export interface Entries {
  /** Names in the feed, newest first. */
  readonly names: readonly string[];
  readonly taken: ReadonlySet<string>;
  readonly missed: ReadonlyMap<string, Missed>;
}

/** Oldest first: an Alert is to come before its Update. */
export function toTake({ names, taken, missed }: Entries, nowMs: number): string[] {
  const open = [...new Set(names)].filter((name) => !taken.has(name));
  const unknown = open.filter((name) => !missed.has(name));
  const due = open.filter((name) => (missed.get(name)?.againMs ?? Infinity) <= nowMs);
  const forMissed = Math.min(due.length, Math.max(placesForMissed, placesPerLook - unknown.length));
  const chosen = new Set([...unknown.slice(0, placesPerLook - forMissed), ...due.slice(0, forMissed)]);
  return open.filter((name) => chosen.has(name)).reverse();
}

/**
 * `dead`: nothing is there, or nothing that can be read; given up after a number of tries. `away`: the server is not to be had now; as
 * long as the entry stays in the feed it is asked again.
 */
export function missedAgain(
  before: Missed | undefined,
  { why, everyMs, nowMs }: { readonly why: 'dead' | 'away'; readonly everyMs: number; readonly nowMs: number },
): Missed {
  const tries = (before?.tries ?? 0) + 1;
  if (why === 'dead' && tries >= deadTriesMax) return { tries, againMs: Infinity };
  return { tries, againMs: nowMs + Math.min(everyMs * 2 ** (tries - 1), Math.max(everyMs, pauseMaxMs[why])) };
}
