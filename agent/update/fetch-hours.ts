// The hours in which a release is fetched: signed with it, read by the clock of the box's policy. Pure.
import type { Release } from '../../schemas/release.ts';
import { dayMs, timeOfDayMs, zoneClock } from '../../schemas/zones.ts';

/** A box that does not know the time, or not the zone, fetches nothing where hours are named: others pay for the line. */
export function inFetchHours(hours: Release['fetchHours'], zone: string, wallMs: number, timeKnown: boolean): boolean {
  if (!hours) return true;
  const clock = zoneClock(zone);
  if (!timeKnown || !clock.ok) return false;
  const local = (wallMs + clock.value.offsetAt(wallMs)) % dayMs;
  return hours.some(({ from, to }) => {
    const [begins, ends] = [timeOfDayMs(from), timeOfDayMs(to)];
    return begins < ends ? local >= begins && local < ends : local >= begins || local < ends;
  });
}
