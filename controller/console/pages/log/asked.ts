// What of the log is asked: as it stands in the address, and as the centre is asked for it.
import { Heard, Outcome } from '../../../../schemas/receipt.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';
import { instantsOf, isDay, type Period } from '../reports/days.ts';

export const sides = ['luot-phat', 'bang-tin'] as const;
export type Side = (typeof sides)[number];

export interface LogAsked extends Period {
  readonly side: Side;
  readonly unit: string | undefined;
  readonly box: string | undefined;
  readonly outcome: Outcome | undefined;
  readonly heard: Heard | undefined;
  readonly programme: string | undefined;
}

/** `#/nhat-ky/luot-phat/2026-11-28_2026-11-28/box=loa-1&outcome=missed`; the last `days` days unless said. */
export function logAsked(rest: readonly string[], standard: Period): LogAsked {
  const [side, days = '', words = ''] = rest;
  const [from, to] = days.split('_');
  const told = new URLSearchParams(words);
  const outcome = told.get('outcome');
  const heard = told.get('heard');
  return {
    side: sides.find((one) => one === side) ?? 'luot-phat',
    ...(isDay(from) && isDay(to) && from <= to ? { from, to } : standard),
    unit: told.get('unit') ?? undefined,
    box: told.get('box') ?? undefined,
    outcome: Outcome.options.find((one) => one === outcome),
    heard: Heard.options.find((one) => one === heard),
    programme: told.get('programme') ?? undefined,
  };
}

export function logAddress({ side, from, to, ...only }: LogAsked): string {
  const words = wordsOf(only);
  return `#/nhat-ky/${side}/${from}_${to}${words === '' ? '' : `/${encodeURIComponent(words)}`}`;
}

export function receiptsPath(asked: LogAsked, limit: number): string {
  const { fromMs, toMs } = instantsOf(asked);
  const { unit, box, outcome, heard, programme } = asked;
  return `/receipts?${wordsOf({ fromMs, toMs, unit, box, outcome, heard, programme, limit })}`;
}

export function showingsPath(asked: LogAsked, limit: number): string {
  return `/showings?${wordsOf({ ...instantsOf(asked), box: asked.box, limit })}`;
}

/** The same as a table file, or as a page to print and sign. */
export function filePath(asked: LogAsked, units: readonly UnitAnswer[], form: 'csv' | 'html'): string {
  const { side, unit, box, outcome, programme } = asked;
  if (side === 'bang-tin') return `/api/showings?${wordsOf({ ...instantsOf(asked), box, format: 'csv', limit: 10_000 })}`;
  const area = units.find(({ id }) => id === unit)?.area;
  return `/api/reports/play-log?${wordsOf({ ...instantsOf(asked), area, box, outcome, programme, format: form })}`;
}

function wordsOf(words: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
}
