// Days of the commune's own calendar, as text, and the instants at which they begin.
import { dateOf } from '../../words/when.ts';

const dayMs = 24 * 3600_000;
/** No summer time there. */
const offset = '+07:00';

export interface Period {
  /** First and last day, `2026-11-01`. */
  readonly from: string;
  readonly to: string;
}

export const periodNames = ['today', 'week', 'month', 'before', 'year'] as const;
export type PeriodName = (typeof periodNames)[number];

const dayShape = /^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

export function isDay(text: string | undefined): text is string {
  return text !== undefined && dayShape.test(text);
}

export function dayBeginsMs(day: string): number {
  return Date.parse(`${day}T00:00:00${offset}`);
}

export function dayAfter(day: string, days = 1): string {
  return dateOf(dayBeginsMs(day) + days * dayMs);
}

/** Instants from the first day's begin to the last day's end, excluded. */
export function instantsOf({ from, to }: Period): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: dayBeginsMs(from), toMs: dayBeginsMs(dayAfter(to)) };
}

/** What an official means by this week, last month. */
export function periodOf(name: PeriodName, today: string): Period {
  if (name === 'today') return { from: today, to: today };
  if (name === 'week') {
    const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7;
    const monday = dayAfter(today, -weekday);
    return { from: monday, to: dayAfter(monday, 6) };
  }
  if (name === 'year') return { from: `${today.slice(0, 4)}-01-01`, to: `${today.slice(0, 4)}-12-31` };
  return monthOf(name === 'month' ? today.slice(0, 7) : dayAfter(`${today.slice(0, 7)}-01`, -1).slice(0, 7));
}

/** The whole of a calendar month, `2026-11`. */
export function monthOf(month: string): Period {
  const from = `${month}-01`;
  return { from, to: dayAfter(`${dayAfter(from, 31).slice(0, 7)}-01`, -1) };
}

/** `28/11/2026`. */
export function dayText(day: string): string {
  return day.split('-').reverse().join('/');
}
