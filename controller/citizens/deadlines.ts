// When an answer is due by this centre's own calendar of working days.
import { reckonHolidays } from '../../schemas/holidays.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import { yearOfDay } from '../../schemas/zones.ts';
import { answerWithinDays, type DaysOff, daysOffOf, dueAfter } from '../core/working-days.ts';
import type { CalendarStore } from '../store/store.ts';

export class Deadlines {
  readonly #calendar: Pick<CalendarStore, 'holidayYears'>;
  readonly #clock: ZoneClock;

  constructor(calendar: Pick<CalendarStore, 'holidayYears'>, clock: ZoneClock) {
    this.#calendar = calendar;
    this.#clock = clock;
  }

  /** As the calendar stands now: what is set later moves no promise that was given. */
  async dueAfter(receivedMs: number): Promise<number> {
    return dueAfter(receivedMs, answerWithinDays, this.#clock, await this.#daysOff(receivedMs));
  }

  /** Years that the centre has set count instead of those that are reckoned. */
  async #daysOff(atMs: number): Promise<DaysOff> {
    const year = yearOfDay(this.#clock.dayAt(atMs));
    const set = await this.#calendar.holidayYears();
    return daysOffOf([year, year + 1].flatMap((one) => set.find((own) => own.year === one)?.days ?? reckonHolidays(one)));
  }
}
