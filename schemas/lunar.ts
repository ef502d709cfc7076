// The Vietnamese lunar calendar: months begin on the day of the new moon at UTC+7, leap months by the sun. Pure.
// Formulas: J. Meeus, Astronomical Algorithms, 2nd ed., ch. 25 (sun), ch. 49 (new moon).
import { dayMs, dayOfDate, yearOfDay } from './zones.ts';

/** Years for which the formulas hold to about a minute; before 1976 the north and the south reckoned differently. */
export const lunarYears = { from: 1976, until: 2100 } as const;

/** Clocks of the calendar (Decision 121/CP of 1967: UTC+7). */
const meridianMs = 7 * 3600_000;
const synodicDays = 29.530588861;
/** 2000-01-06, the day of new moon number 0, as days since 1970. */
const firstMoonDay = 10_962;
const unixEpochJd = 2_440_587.5;

export interface LunarMonth {
  /** 1 to 12. */
  readonly month: number;
  /** A second month of the same number. */
  readonly leap: boolean;
  /** Days since 1970-01-01. */
  readonly firstDay: number;
  readonly days: 29 | 30;
}

/** The months of the lunar year whose first month begins in this solar year, in order; empty outside `lunarYears`. */
export function lunarMonths(year: number): LunarMonth[] {
  if (!Number.isInteger(year) || year < lunarYears.from || year > lunarYears.until) return [];
  const around = [...monthsOfSun(year), ...monthsOfSun(year + 1)];
  const first = around.findIndex(({ month, leap }) => month === 1 && !leap);
  const next = around.findIndex(({ month, leap }, index) => index > first && month === 1 && !leap);
  return around.slice(first, next);
}

/** The day (since 1970) of a date of the lunar calendar, or undefined where the calendar has no such day. */
export function dayOfLunar(year: number, month: number, day: number, leap = false): number | undefined {
  const found = lunarMonths(year).find((one) => one.month === month && one.leap === leap);
  return found && day >= 1 && day <= found.days ? found.firstDay + day - 1 : undefined;
}

/** The lunar date of a day (since 1970), or undefined outside `lunarYears`. */
export function lunarOfDay(
  day: number,
): { readonly year: number; readonly month: number; readonly leap: boolean; readonly day: number } | undefined {
  const solarYear = yearOfDay(day);
  for (const year of [solarYear, solarYear - 1]) {
    const found = lunarMonths(year).find(({ firstDay, days }) => day >= firstDay && day < firstDay + days);
    if (found) return { year, month: found.month, leap: found.leap, day: day - found.firstDay + 1 };
  }
  return undefined;
}

/** From the month that holds the winter solstice of the year before (always the eleventh) up to the next such month. */
function monthsOfSun(year: number): LunarMonth[] {
  const from = solsticeMoon(year - 1);
  const count = solsticeMoon(year) - from;
  const starts = Array.from({ length: count + 1 }, (_, index) => newMoonDay(from + index));
  const months: LunarMonth[] = [];
  let number = 11;
  // Thirteen moons: the first without a principal term of the sun is the leap month.
  let leapIsDue = count === 13;
  for (let index = 0; index < count; index++) {
    const [firstDay = 0, next = 0] = starts.slice(index, index + 2);
    const leap = leapIsDue && index > 0 && sunTwelfth(firstDay) === sunTwelfth(next);
    if (leap) leapIsDue = false;
    else if (index > 0) number = (number % 12) + 1;
    months.push({ month: number, leap, firstDay, days: next - firstDay === 30 ? 30 : 29 });
  }
  return months;
}

/** Number of the new moon that begins the month of a year's winter solstice (sun at 270 degrees). */
function solsticeMoon(year: number): number {
  let day = dayOfDate(year, 12, 19) ?? 0;
  while (sunTwelfth(day + 1) < 9) day++;
  let moon = Math.floor((day - firstMoonDay) / synodicDays) + 1;
  while (newMoonDay(moon) > day) moon--;
  return moon;
}

/** Local day of new moon number `k`, counted from January 2000. */
function newMoonDay(k: number): number {
  const t = k / 1236.85;
  const e = 1 - 0.002516 * t - 0.0000074 * t ** 2;
  const sun = 2.5534 + 29.1053567 * k - 0.0000014 * t ** 2;
  const moon = 201.5643 + 385.81693528 * k + 0.0107582 * t ** 2 + 0.00001238 * t ** 3;
  const node = 160.7108 + 390.67050284 * k - 0.0016118 * t ** 2 - 0.00000227 * t ** 3;
  const mean = 2_451_550.09766 + synodicDays * k + 0.00015437 * t ** 2 - 0.00000015 * t ** 3;
  const periodic = moonTerms.reduce(
    (sum, [days, power, ofSun, ofMoon, ofNode]) => sum + days * e ** power * sine(ofSun * sun + ofMoon * moon + ofNode * node),
    0,
  );
  const rest = -0.00017 * sine(124.7746 - 1.56375588 * k) + 0.000325 * sine(299.77 + 0.107408 * k) + 0.000165 * sine(251.88 + 0.016321 * k);
  return localDay(mean + periodic + rest);
}

/** Days, power of the eccentricity, multiples of the sun's and the moon's anomaly and of the argument of latitude. */
const moonTerms: readonly (readonly [number, number, number, number, number])[] = [
  [-0.4072, 0, 0, 1, 0],
  [0.17241, 1, 1, 0, 0],
  [0.01608, 0, 0, 2, 0],
  [0.01039, 0, 0, 0, 2],
  [0.00739, 1, -1, 1, 0],
  [-0.00514, 1, 1, 1, 0],
  [0.00208, 2, 2, 0, 0],
  [-0.00111, 0, 0, 1, -2],
  [-0.00057, 0, 0, 1, 2],
  [0.00056, 1, 1, 2, 0],
  [-0.00042, 0, 0, 3, 0],
  [0.00042, 1, 1, 0, 2],
  [0.00038, 1, 1, 0, -2],
  [-0.00024, 1, -1, 2, 0],
  [-0.00007, 0, 2, 1, 0],
  [0.00004, 0, 0, 2, -2],
  [0.00004, 0, 3, 0, 0],
  [0.00003, 0, 1, 1, -2],
  [0.00003, 0, 0, 2, 2],
  [-0.00003, 0, 1, 1, 2],
  [0.00003, 0, -1, 1, 2],
];

/** In which twelfth of its way (30 degrees each, from the spring equinox) the sun stands as a local day begins. */
function sunTwelfth(day: number): number {
  const t = (unixEpochJd + (day * dayMs - meridianMs) / dayMs + dynamicDays(day) - 2_451_545) / 36_525;
  const anomaly = 357.52911 + 35_999.05029 * t - 0.0001537 * t ** 2;
  const centre =
    (1.914602 - 0.004817 * t - 0.000014 * t ** 2) * sine(anomaly) +
    (0.019993 - 0.000101 * t) * sine(2 * anomaly) +
    0.000289 * sine(3 * anomaly);
  const apparent = 280.46646 + 36_000.76983 * t + 0.0003032 * t ** 2 + centre - 0.00569 - 0.00478 * sine(125.04 - 1934.136 * t);
  return Math.floor((((apparent % 360) + 360) % 360) / 30);
}

/** Local day of an instant given in dynamical time. */
function localDay(julianDynamical: number): number {
  const day = julianDynamical - unixEpochJd;
  return Math.floor(day - dynamicDays(day) + meridianMs / dayMs);
}

/** Dynamical minus universal time, in days (Espenak and Meeus 2006, the polynomial of 2005 to 2050). */
function dynamicDays(day: number): number {
  const t = (day - 10_957) / 365.2425;
  return (62.92 + 0.32217 * t + 0.005589 * t ** 2) / 86_400;
}

function sine(degrees: number): number {
  return Math.sin((degrees * Math.PI) / 180);
}
