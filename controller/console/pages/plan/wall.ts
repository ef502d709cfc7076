// Local times of a zone as the wall clock shows them, to and from instants and the fields of a form. Pure.
import { localDateOfDay, wallOf, type ZoneClock, zoneClock } from '../../../../schemas/zones.ts';

const dayMs = 86_400_000;
const two = (value: number) => String(value).padStart(2, '0');

/** A zone that this browser lacks is taken for Vietnam’s, whose clocks never change. */
export function clockOfZone(zone: string): ZoneClock {
  const known = zoneClock(zone);
  if (known.ok) return known.value;
  const home = zoneClock('Asia/Ho_Chi_Minh');
  if (home.ok) return home.value;
  throw new Error('this browser knows no time zones');
}

/** Wall milliseconds of an instant. */
export function wallAt(clock: ZoneClock, ms: number): number {
  return ms + clock.offsetAt(ms);
}

export function instantAt(clock: ZoneClock, wallMs: number): number {
  return clock.instantNear(wallMs);
}

/** `2026-11-23`. */
export function dateField(wallMs: number): string {
  return localDateOfDay(Math.floor(wallMs / dayMs));
}

/** `05:30`, or `05:30:10` where seconds matter. */
export function timeField(wallMs: number): string {
  const seconds = Math.floor(wallMs / 1000) - Math.floor(wallMs / dayMs) * 86_400;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}:${two(seconds % 60)}`;
}

/** `20261123T053000` of both fields. */
export function localOf(date: string, time: string): string {
  return `${date.replaceAll('-', '')}T${time.replaceAll(':', '').padEnd(6, '0').slice(0, 6)}`;
}

export function localOfWall(wallMs: number): string {
  return localOf(dateField(wallMs), timeField(wallMs));
}

/** Wall milliseconds of `20261123T053000`; what no clock shows is midnight of 1970. */
export function wallOfLocal(local: string): number {
  return wallOf(local) ?? 0;
}

/** Midnight of the day, wall milliseconds. */
export function midnightOf(wallMs: number): number {
  return Math.floor(wallMs / dayMs) * dayMs;
}

/** Midnight of the week's Monday. 1 January 1970 was a Thursday. */
export function mondayOf(wallMs: number): number {
  const day = Math.floor(wallMs / dayMs);
  return (day - ((((day + 3) % 7) + 7) % 7)) * dayMs;
}
