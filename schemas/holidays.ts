// Public holidays of a year: Labour Code 2019 (45/2019/QH14), articles 111 and 112, reckoned; what the centre sets itself counts instead.
import * as v from 'valibot';
import { dayOfLunar, lunarMonths } from './lunar.ts';
import type { Schedule } from './schedule.ts';
import { LocalDate } from './time.ts';
import { dayOfDate, localDateOfDay, weekdayOf } from './zones.ts';

/** Occasions that a schedule may name. */
export const Occasion = v.picklist(['tet-duong', 'tet', 'gio-to', 'thong-nhat', 'lao-dong', 'quoc-khanh', 'nghi-bu', 'khac']);
export type Occasion = v.InferOutput<typeof Occasion>;

export const Holiday = v.strictObject({
  date: LocalDate,
  occasion: Occasion,
  vi: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
  en: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
});
export type Holiday = v.InferOutput<typeof Holiday>;
export const HolidayYear = v.pipe(v.array(Holiday), v.maxLength(60));

/** A year as it counts: reckoned, or set by the centre (the government fixes Tết and the bridge days each year). */
export interface HolidayYearSet {
  readonly year: number;
  readonly days: readonly Holiday[];
  readonly by: string;
  readonly setMs: number;
}

const names = {
  'tet-duong': ['Tết Dương lịch', 'New Year’s Day'],
  tet: ['Tết Nguyên đán', 'Lunar New Year'],
  'gio-to': ['Giỗ Tổ Hùng Vương', 'Hùng Kings’ Commemoration Day'],
  'thong-nhat': ['Ngày Chiến thắng', 'Victory Day'],
  'lao-dong': ['Ngày Quốc tế lao động', 'International Labour Day'],
  'quoc-khanh': ['Quốc khánh', 'National Day'],
  'nghi-bu': ['Nghỉ bù', 'Day in lieu'],
  khac: ['Ngày nghỉ khác', 'Another day off'],
} as const satisfies Record<Occasion, readonly [string, string]>;

/** Dates that a schedule may list. */
const datesMax = 400;

/** Weekly rest days of offices. */
const restDays: ReadonlySet<number> = new Set([5, 6]);

/** The holidays of a year as the law says them, by date; empty where the lunar calendar is not reckoned. */
export function reckonHolidays(year: number): Holiday[] {
  const days = new Map<number, Occasion>();
  for (const [day, occasion] of statutory(year)) if (!days.has(day)) days.set(day, occasion);
  // Article 111: a holiday on a weekly rest day is made good on the next working day.
  for (const day of [...days.keys()].sort((a, b) => a - b).filter((day) => restDays.has(weekdayOf(day)))) {
    let instead = day + 1;
    while (restDays.has(weekdayOf(instead)) || days.has(instead)) instead++;
    days.set(instead, 'nghi-bu');
  }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([day, occasion]) => ({ date: localDateOfDay(day), occasion, vi: names[occasion][0], en: names[occasion][1] }));
}

/** Article 112. Of Tết's five days the last of the old year and four of the new; the day beside 2 September keeps the block whole. */
function statutory(year: number): [number, Occasion][] {
  const tet = lunarMonths(year)[0]?.firstDay;
  const hungKings = dayOfLunar(year, 3, 10);
  const solar = (month: number, day: number) => dayOfDate(year, month, day) ?? 0;
  if (tet === undefined || hungKings === undefined) return [];
  const national = solar(9, 2);
  return [
    [solar(1, 1), 'tet-duong'],
    ...[-1, 0, 1, 2, 3].map((offset): [number, Occasion] => [tet + offset, 'tet']),
    [hungKings, 'gio-to'],
    [solar(4, 30), 'thong-nhat'],
    [solar(5, 1), 'lao-dong'],
    [national, 'quoc-khanh'],
    [restDays.has(weekdayOf(national - 1)) ? national + 1 : national - 1, 'quoc-khanh'],
  ];
}

/**
 * A schedule as a box gets it when it plays on named days: their dates, at the time of day of its start. The start's own
 * date counts as one only if it is such a day (RFC 5545 §3.8.2.4 counts DTSTART always, so it is taken out).
 */
export function onOccasions(schedule: Schedule, occasions: readonly Occasion[], holidays: readonly Holiday[]): Schedule {
  if (occasions.length === 0) return schedule;
  const time = schedule.start.slice(8);
  const named = holidays
    .filter(({ occasion }) => occasions.includes(occasion))
    .map(({ date }) => `${date.replaceAll('-', '')}${time}`)
    .filter((date) => date >= schedule.start);
  const rdates = [...new Set([...schedule.rdates, ...named])].sort().slice(0, datesMax);
  const exdates = rdates.includes(schedule.start) ? schedule.exdates : [...schedule.exdates, schedule.start];
  return { ...schedule, rdates, exdates };
}

/** Dates of the seed: more days off in years that the centre has not set itself. */
export function seededDates(seeded: readonly string[], set: readonly HolidayYearSet[]): string[] {
  return seeded.filter((date) => !set.some(({ year }) => date.startsWith(`${year}-`)));
}

/** The days that count in these years: a year the centre has set counts as set. */
export function holidaysOf(years: readonly number[], set: readonly HolidayYearSet[]): Holiday[] {
  return years.flatMap((year) => set.find((one) => one.year === year)?.days ?? reckonHolidays(year));
}

export interface HolidayAnswer {
  /** To be sent along when the year is changed: a change by somebody else since is not written over. */
  readonly seen: string;
  readonly year: number;
  /** `null`: reckoned by the law; else who set the year and when. */
  readonly set: { readonly by: string; readonly atMs: number } | null;
  /** With the date of the lunar calendar as `day/month`, a leap month marked `n`. */
  readonly days: readonly (Holiday & { readonly lunar: string })[];
}
