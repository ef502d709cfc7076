// The Vietnamese lunar calendar against dates that are public knowledge, and its own laws over 124 years.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOfLunar, lunarMonths, lunarOfDay, lunarYears } from '../../schemas/lunar.ts';
import { dayOfLocalDate, localDateOfDay } from '../../schemas/zones.ts';

const date = (day: number | undefined) => day !== undefined && localDateOfDay(day);

describe('the lunar calendar', () => {
  test.each([
    // 1985, 2007 and 2030: a day or a month apart from the Chinese calendar, whose meridian lies further east.
    [1985, '1985-01-21'],
    [2007, '2007-02-17'],
    [2020, '2020-01-25'],
    [2021, '2021-02-12'],
    [2022, '2022-02-01'],
    [2023, '2023-01-22'],
    [2024, '2024-02-10'],
    [2025, '2025-01-29'],
    [2026, '2026-02-17'],
    [2027, '2027-02-06'],
    [2028, '2028-01-26'],
    [2030, '2030-02-02'],
  ])('Tết of %i is on %s', (year, wanted) => {
    expect(date(dayOfLunar(year, 1, 1))).toBe(wanted);
  });

  test.each([
    [2022, '2022-04-10'],
    [2023, '2023-04-29'],
    [2024, '2024-04-18'],
    [2025, '2025-04-07'],
    [2026, '2026-04-26'],
  ])('Giỗ Tổ of %i, the tenth of the third month, is on %s', (year, wanted) => {
    expect(date(dayOfLunar(year, 3, 10))).toBe(wanted);
  });

  test.each([
    [1985, 2],
    [2020, 4],
    [2023, 2],
    [2025, 6],
    [2028, 5],
    // The year when two months have no principal term and only one of them is the leap month.
    [2033, 11],
  ])('the leap month of %i is the second of number %i', (year, month) => {
    const leaps = lunarMonths(year).filter(({ leap }) => leap);
    expect(leaps.map((one) => one.month)).toEqual([month]);
    expect(lunarMonths(year)).toHaveLength(13);
  });

  test('years follow one another without a gap, of 12 or 13 months of 29 or 30 days', () => {
    for (let year = lunarYears.from; year < lunarYears.until; year++) {
      const months = lunarMonths(year);
      expect(months.filter(({ leap }) => !leap).map(({ month }) => month)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      for (const [index, { firstDay, days }] of months.entries())
        expect(firstDay + days).toBe((months[index + 1] ?? lunarMonths(year + 1)[0])?.firstDay);
    }
  });

  test('a day and its lunar date are one another’s', () => {
    const from = dayOfLocalDate('1977-01-01') ?? 0;
    const until = dayOfLocalDate('2099-12-31') ?? 0;
    fc.assert(
      fc.property(fc.integer({ min: from, max: until }), (day) => {
        const lunar = lunarOfDay(day);
        expect(lunar && dayOfLunar(lunar.year, lunar.month, lunar.day, lunar.leap)).toBe(day);
      }),
      { numRuns: 300 },
    );
  });

  test('what it does not reckon, it does not guess', () => {
    expect(lunarMonths(1975)).toEqual([]);
    expect(lunarMonths(2026.5)).toEqual([]);
    expect(dayOfLunar(2026, 1, 31)).toBeUndefined();
    expect(dayOfLunar(2026, 2, 1, true)).toBeUndefined();
    expect(lunarOfDay(0)).toBeUndefined();
  });
});

test('a day number and its Gregorian date are one another’s', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), (day) => {
      expect(localDateOfDay(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
    }),
  );
});
