// Plays of the day as a person asks: what is on, and what comes. Pure.
import type { DayPlay } from '../../../../schemas/day.ts';

/** On: its time has come and is not over; one that a policy refuses is never on. */
export function splitPlays(
  plays: readonly DayPlay[],
  atMs: number,
): { readonly now: readonly DayPlay[]; readonly next: readonly DayPlay[] } {
  return {
    now: plays.filter((play) => play.startMs <= atMs && play.endMs > atMs && play.refused === null),
    next: plays.filter((play) => play.startMs > atMs),
  };
}

export function reasonKey(rule: string): string {
  return `log:reasons.${rule}`;
}
