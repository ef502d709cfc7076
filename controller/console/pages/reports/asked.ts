// Which report is asked of what: as it stands in the address of the page, and as the centre is asked for it.
import type { ReportDoor } from '../../../../schemas/report-tables.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';
import { instantsOf, isDay, monthOf, type Period } from './days.ts';

export interface Asked extends Period {
  /** Nothing: all that the person sees. */
  readonly unit: string | undefined;
}

/** `2026-11-01_2026-11-30`, then a unit. */
export function askedIn(rest: readonly string[], today: string): Asked {
  const [from, to] = (rest[0] ?? '').split('_');
  const unit = rest[1] || undefined;
  return isDay(from) && isDay(to) && from <= to ? { from, to, unit } : { ...monthOf(today.slice(0, 7)), unit };
}

export function addressOf(report: string, { from, to, unit }: Asked): string {
  return `#/bao-cao/${report}/${from}_${to}${unit === undefined ? '' : `/${encodeURIComponent(unit)}`}`;
}

/** Below `/api`, without its form; nothing while a unit is wanted and none is known. */
export function pathOf(door: ReportDoor, asked: Asked, units: readonly UnitAnswer[], today: string): string | undefined {
  // A week, a month is asked for as far as it has come; statistics of a year once it is over.
  const last = asked.to < today ? asked.to : today;
  const lastYear = Math.min(Number(asked.to.slice(0, 4)), Number(today.slice(0, 4)) - 1);
  const unit = units.find(({ id }) => id === asked.unit) ?? (asked.unit === undefined ? units[0] : undefined);
  const query = new URLSearchParams();
  for (const word of door.asks) {
    if (word === 'fromMs') query.set(word, String(instantsOf(asked).fromMs));
    else if (word === 'toMs') query.set(word, String(instantsOf(asked).toMs));
    else if (word === 'day') query.set(word, last);
    else if (word === 'month') query.set(word, last.slice(0, 7));
    else if (word === 'year') query.set(word, String(lastYear));
    else if (word === 'area' && asked.unit !== undefined && unit) query.set(word, unit.area);
    else if (word === 'unit' && !door.path.includes('{unit}') && unit) query.set(word, unit.id);
  }
  if (door.path.includes('{unit}') && !unit) return undefined;
  const path = door.path.replace(/^\/api/, '').replace('{unit}', encodeURIComponent(unit?.id ?? ''));
  return `${path}?${query}`;
}

/** The same as a file or a page to print. */
export function formOf(path: string, form: 'csv' | 'html'): string {
  return `/api${path}&format=${form}`;
}
