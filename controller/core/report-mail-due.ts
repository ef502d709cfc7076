// When a report goes out by mail, and which period it is of: the centre's own calendar. Pure.
import type { ReportMail } from '../../schemas/report-mail.ts';
import { dayMs, dayOfDate, localDateOfDay, weekdayOf, type ZoneClock } from '../../schemas/zones.ts';

export interface MailDue {
  /** The instant it was to go out. */
  readonly dueMs: number;
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

type Rule = Pick<ReportMail, 'every' | 'day' | 'hour'>;

/** The latest time at or before `nowMs` that it was to go out. */
export function lastDue(rule: Rule, clock: ZoneClock, nowMs: number): MailDue {
  const today = Math.floor((nowMs + clock.offsetAt(nowMs)) / dayMs);
  // A time of today that is still to come is not the last.
  const due = [0, 1].map((back) => dueOn(rule, clock, today, back)).find(({ dueMs }) => dueMs <= nowMs);
  return due ?? dueOn(rule, clock, today, 2);
}

/** The first time after `nowMs`. */
export function nextDueMs(rule: Rule, clock: ZoneClock, nowMs: number): number {
  const today = Math.floor((nowMs + clock.offsetAt(nowMs)) / dayMs);
  const due = [0, -1].map((back) => dueOn(rule, clock, today, back).dueMs).find((dueMs) => dueMs > nowMs);
  return due ?? dueOn(rule, clock, today, -2).dueMs;
}

/** The one of this week or month, so many back. */
function dueOn(rule: Rule, clock: ZoneClock, today: number, back: number): MailDue {
  const begins = (steps: number) => (rule.every === 'week' ? today - weekdayOf(today) - 7 * steps : monthBegin(today, steps));
  const at = (day: number) => clock.instantNear(day * dayMs);
  const dueMs = clock.instantNear((begins(back) + rule.day - 1) * dayMs + rule.hour * 3600_000);
  return { dueMs, fromMs: at(begins(back + 1)), toMs: at(begins(back)) };
}

function monthBegin(day: number, back: number): number {
  const date = localDateOfDay(day);
  const months = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 - back;
  return dayOfDate(Math.floor(months / 12), (months % 12) + 1, 1) ?? day;
}

/** Due and not served: also what fell due while the centre was off, but only the latest of each. */
export function isDue({ dueMs }: MailDue, servedMs: number): boolean {
  return dueMs > servedMs;
}

/** Wait before the next try after so many that failed. */
export function againAfterMs(failed: number): number {
  return Math.min(3600_000, 60_000 * 2 ** Math.min(failed, 10));
}
