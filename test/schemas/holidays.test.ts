// Public holidays as the Labour Code names them, and schedules that play on named days.
import { describe, expect, test } from 'vitest';
import { holidaysOf, onOccasions, reckonHolidays } from '../../schemas/holidays.ts';
import { starts } from '../../schemas/recurrence.ts';
import { schedule } from './documents.ts';

const dates = (year: number, occasion: string) =>
  reckonHolidays(year).flatMap((day) => (day.occasion === occasion ? [day.date.slice(5)] : []));

describe('holidays', () => {
  test('2026: Tết from the last day of the old year, Giỗ Tổ on a Sunday made good on Monday, two days for 2 September', () => {
    expect(dates(2026, 'tet')).toEqual(['02-16', '02-17', '02-18', '02-19', '02-20']);
    expect(dates(2026, 'gio-to')).toEqual(['04-26']);
    expect(dates(2026, 'nghi-bu')).toEqual(['04-27']);
    expect(dates(2026, 'quoc-khanh')).toEqual(['09-01', '09-02']);
  });

  test.each([
    // 2 September on a Monday, Saturday, Sunday: never a rest day as the second day.
    [2024, ['09-02', '09-03']],
    [2023, ['09-01', '09-02']],
    [2029, ['09-02', '09-03']],
  ])('the second day of the National Day of %i keeps the block whole', (year, wanted) => {
    expect(dates(year, 'quoc-khanh')).toEqual(wanted);
  });

  test('eleven days of the law in every year, those on Saturday and Sunday made good on days that were none', () => {
    for (let year = 2024; year <= 2060; year++) {
      const days = reckonHolidays(year);
      const statutory = days.filter(({ occasion }) => occasion !== 'nghi-bu');
      // 29 April 2023 was the last time that Giỗ Tổ touched 30 April; where two fall together one day bears both.
      expect(statutory.length).toBeGreaterThanOrEqual(10);
      expect(new Set(days.map(({ date }) => date)).size).toBe(days.length);
      const onRest = statutory.filter(({ date }) => [0, 6].includes(new Date(date).getUTCDay())).length;
      const instead = days.filter(({ occasion }) => occasion === 'nghi-bu');
      expect(instead).toHaveLength(onRest);
      expect(instead.filter(({ date }) => [0, 6].includes(new Date(date).getUTCDay()))).toEqual([]);
    }
  });

  test('a year that the centre has set counts as set', () => {
    const days = [{ date: '2027-02-05', occasion: 'tet', vi: 'Tết', en: 'Tết' }] as const;
    const found = holidaysOf([2026, 2027], [{ year: 2027, days, by: 'a', setMs: 1 }]);
    expect(found.filter(({ date }) => date.startsWith('2027'))).toEqual(days);
    expect(found.some(({ date }) => date === '2026-02-17')).toBe(true);
  });

  test('a schedule of Giỗ Tổ plays at its time of day on that day of each year, and not on its own date', () => {
    const days = holidaysOf([2026, 2027, 2028], []);
    const { rrule, ...once } = schedule({ start: '20260110T060000', zone: 'Asia/Ho_Chi_Minh' });
    const named = onOccasions(once, ['gio-to'], days);
    const begun = starts(named, [], Date.UTC(2026, 0, 1), Date.UTC(2029, 0, 1));
    expect(begun.ok && begun.value.map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-04-25T23:00:00.000Z',
      '2027-04-15T23:00:00.000Z',
      '2028-04-03T23:00:00.000Z',
    ]);
    const onDay = onOccasions({ ...once, start: '20260426T060000' }, ['gio-to'], days);
    expect(starts(onDay, [], 0, Date.UTC(2027, 0, 1))).toMatchObject({ ok: true, value: [Date.UTC(2026, 3, 25, 23)] });
    expect(onOccasions(once, [], days)).toBe(once);
  });
});
