// Working days of an office: when an answer is due that is owed within so many of them. Pure.
import type { Holiday } from '../../schemas/holidays.ts';
import { dayMs, localDateOfDay, weekdayOf, type ZoneClock } from '../../schemas/zones.ts';

/** Decree 356/2025 (to Law 91/2025/QH15): an answer within two working days. */
export const answerWithinDays = 2;
/** Weekly rest days of offices: Saturday and Sunday. */
const restDays: ReadonlySet<number> = new Set([5, 6]);
/** Further than any row of holidays. */
const lookedAtMost = 60;

export type DaysOff = ReadonlySet<string>;

export function daysOffOf(holidays: readonly Pick<Holiday, 'date'>[]): DaysOff {
  return new Set(holidays.map(({ date }) => date));
}

export function isWorkingDay(day: number, off: DaysOff): boolean {
  return !restDays.has(weekdayOf(day)) && !off.has(localDateOfDay(day));
}

/** End of the last of so many working days after the day it came: that day itself does not count. */
export function dueAfter(receivedMs: number, days: number, clock: ZoneClock, off: DaysOff): number {
  let day = clock.dayAt(receivedMs);
  for (let left = days, looked = 0; left > 0 && looked < lookedAtMost; looked++) {
    day += 1;
    if (isWorkingDay(day, off)) left -= 1;
  }
  return clock.instantNear((day + 1) * dayMs);
}
