// A week of the roster: where it begins, and its duties as the lines that are taken in.
import type { RosterAnswer } from '../../../../schemas/duty.ts';
import { dateOf, minuteOf } from '../../words/when.ts';

export const dayMs = 86_400_000;
export const weekMs = 7 * dayMs;
/** What the centre reads in a line, whatever language the page speaks. */
const placeInLine = { first: 'chính', second: 'xác nhận', leader: 'lãnh đạo' } as const;

/** Monday's midnight. The wall clocks of these pages are Viet Nam's, which has kept one offset since 1975. */
export function mondayOf(nowMs: number): number {
  const midnight = Date.parse(`${dateOf(nowMs)}T00:00:00+07:00`);
  return midnight - ((new Date(midnight + 7 * 3600_000).getUTCDay() + 6) % 7) * dayMs;
}

/** Of a field for date and time. */
export function instantOf(local: string): number {
  return Date.parse(`${local}:00+07:00`);
}

/** Duties that begin in the week from `weekFromMs`, as lines for the week after. */
export function linesOf(entries: readonly RosterAnswer[], weekFromMs: number): string {
  return entries
    .filter(({ fromMs }) => fromMs >= weekFromMs)
    .map(({ fromMs, toMs, person, place }) =>
      [dateOf(fromMs + weekMs), minuteOf(fromMs), minuteOf(toMs), person, placeInLine[place]].join(';'),
    )
    .join('\n');
}
