// Which boxes are there, where no broker tells of connections: from what boxes say and what their wills say. Pure.
import type { Presence } from '../../schemas/report.ts';

/**
 * A box that lives answers a new epoch within 5 s; a crowd of them, TLS and a slow line need more. What a broker kept from before may be of
 * a box that is long gone: its will died with an older broker.
 */
export const proveWithinMs = 120_000;

export interface Standing {
  readonly up: boolean;
  /** Connection counter of the newest word. */
  readonly conn: number;
  /** It said something itself; else the broker only kept what it once said. */
  readonly proved: boolean;
  readonly sinceMs: number;
}

export const neverHeard: Standing = { up: false, conn: 0, proved: false, sinceMs: 0 };

/** Its own `up/on`, or its will. A will of a connection that another one replaced says nothing. */
export function hearPresence(known: Standing, { on, conn }: Pick<Presence, 'on' | 'conn'>, kept: boolean, nowMs: number): Standing {
  // What it says itself counts even where a new card made its counter begin again.
  if (conn < known.conn && (!on || kept)) return known;
  if (!on) return { up: false, conn, proved: false, sinceMs: nowMs };
  const proved = !kept || (known.up && known.proved && known.conn === conn);
  return { up: true, conn, proved, sinceMs: known.up && known.conn === conn ? known.sinceMs : nowMs };
}

/** Anything else it says now: it is there. */
export function hearWord(known: Standing, nowMs: number): Standing {
  return known.up && known.proved ? known : { ...known, up: true, proved: true, sinceMs: known.up ? known.sinceMs : nowMs };
}

/** Kept for it by the broker, and it has not said anything since. */
export function isDoubtful({ up, proved, sinceMs }: Standing, nowMs: number): boolean {
  return up && !proved && nowMs - sinceMs >= proveWithinMs;
}

/** Counters go on: a late will stays late. */
export function lineLost(known: Standing, nowMs: number): Standing {
  return { ...known, up: false, proved: false, sinceMs: nowMs };
}
