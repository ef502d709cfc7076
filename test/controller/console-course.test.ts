// The course of readings as the page of a box draws, marks and tables it.
import { describe, expect, test } from 'vitest';
import { courseRows, coursesOf, marksOf } from '../../controller/console/pages/boxes/course.ts';
import { readingText } from '../../controller/console/pages/boxes/reading-words.ts';
import { readingEveryMs as everyMs, type ReadingKind, type ReadingSeriesAnswer } from '../../schemas/reading-series.ts';

const hourMs = 3_600_000;
/** 23 November 2026, midnight in Vietnam. */
const midnightMs = Date.UTC(2026, 10, 22, 17);
const answer = (fromMs: number, count: number, series: Partial<Record<ReadingKind, (number | null)[]>>): ReadingSeriesAnswer => ({
  ...{ fromMs, everyMs, count, dataBudgetBytes: 2e9 },
  series: Object.entries(series).map(([kind, values]) => ({ kind: kind as ReadingKind, values })),
});

describe('a line', () => {
  test('breaks where nobody measured, and one alone is a dot', () => {
    const [course] = coursesOf(answer(midnightMs, 6, { temperatureC: [30, 40, null, 35, null, 31] }));
    expect(course).toMatchObject({ axis: [30, 40], lowest: 30, highest: 40, last: { value: 31, atMs: midnightMs + 5 * everyMs } });
    expect(course?.path).toBe('M0.5 100L1.5 0M3.5 50h0M5.5 90h0');
    expect(course?.limitY).toBeUndefined();
  });

  test.each<[ReadingKind, number[], readonly [number, number]]>([
    ['temperatureC', [40, 40], [30, 50]],
    ['temperatureC', [-3, 61], [-10, 70]],
    ['mainsV', [12.1, 13.7], [12, 14]],
    ['mainsV', [221, 236], [220, 240]],
    ['currentMa', [0, 0], [0, 1]],
    ['currentMa', [15, 1204], [0, 2000]],
    ['signalDbm', [-97, -91], [-100, -90]],
    ['diskWornPercent', [10], [0, 100]],
    ['dataMonthBytes', [3e6, 2.1e9], [0, 5e9]],
  ])('of %s %j stands between %j', (kind, values, axis) => {
    expect(coursesOf(answer(0, values.length, { [kind]: values }))[0]?.axis).toEqual(axis);
  });

  test('of the data shows the budget, on the scale of both', () => {
    expect(coursesOf(answer(0, 1, { dataMonthBytes: [1e8] }))[0]).toMatchObject({ axis: [0, 2e9], limitY: 0, path: 'M0.5 95h0' });
  });
});

describe('time', () => {
  test('is marked every six hours of a day, at midnights of more, by the commune’s clock, and never at the very ends', () => {
    const [day, week] = [
      marksOf({ fromMs: midnightMs + hourMs, everyMs, count: 96 }),
      marksOf({ fromMs: midnightMs, everyMs, count: 672 }),
    ];
    expect(day.map(({ atMs }) => (atMs - midnightMs) / hourMs)).toEqual([6, 12, 18, 24]);
    expect(day[0]?.at).toBeCloseTo(5 / 24, 6);
    expect(week.map(({ atMs }) => (atMs - midnightMs) / hourMs)).toEqual([24, 48, 72, 96, 120, 144]);
  });

  test('is a row an hour of a day, newest first, with the lowest and the highest; hours without figures are left out', () => {
    const values = new Array<number | null>(96).fill(null);
    [values[0], values[1], values[4], values[95]] = [40, 44, 41, 39];
    const rows = courseRows(answer(midnightMs + 2 * everyMs, 96, { temperatureC: values }));
    // From half past midnight: two quarters of an hour end the first row.
    expect(rows.map(({ fromMs, spans }) => [(fromMs - midnightMs) / hourMs, ...spans])).toEqual([
      [24, [39, 39]],
      [1, [41, 41]],
      [0, [40, 44]],
    ]);
  });

  test('is a row a day of a week', () => {
    const rows = courseRows(answer(midnightMs - 12 * hourMs, 672, { signalDbm: Array.from({ length: 672 }, (_, at) => -at), mainsV: [] }));
    expect(rows.map(({ fromMs }) => (fromMs - midnightMs) / 24 / hourMs)).toEqual([6, 5, 4, 3, 2, 1, 0, -1]);
    expect(rows.at(-1)?.spans).toEqual([[-47, -0], null]);
  });
});

test('values stand with their unit, a comma in Vietnamese, a true minus, and no dash between minuses', () => {
  expect(readingText('temperatureC', 'vi', 38.5, 52)).toBe('38,5–52 °C');
  expect(readingText('temperatureC', 'en', 38.5, 52)).toBe('38.5–52 °C');
  expect(readingText('signalDbm', 'vi', -97, -91)).toBe('−97 đến −91 dBm');
  expect(readingText('signalDbm', 'en', -91)).toBe('−91 dBm');
  expect(readingText('mainsV', 'en', 228.4, 228.3)).toBe('228 V');
  expect(readingText('dataMonthBytes', 'vi', 3.4e6, 21e6)).toBe('3,4–21 MB');
  expect(readingText('dataMonthBytes', 'en', 0.5e9, 1.5e9)).toBe('0.5–1.5 GB');
});
