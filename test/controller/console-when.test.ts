// The console's clock: arithmetic that says what the zone's own rules say.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beforeEnd, clockOf, dateOf, dateText, dayOf, minuteOf, spanOf } from '../../controller/console/words/when.ts';

const timeZone = 'Asia/Ho_Chi_Minh';
const clock = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium', timeZone });
const date = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
const day = new Intl.DateTimeFormat('en-US', { weekday: 'short', day: '2-digit', month: 'short', timeZone });
const parts = (at: Date) => {
  const by = new Map(day.formatToParts(at).map(({ type, value }) => [type, value]));
  return [by.get('weekday'), by.get('day'), by.get('month')];
};
const from = { min: new Date('1976-01-01T00:00:00Z'), max: new Date('2199-12-31T00:00:00Z'), noInvalidDate: true };

test('times and dates are those of Vietnam at any moment since 1976', () => {
  fc.assert(
    fc.property(fc.date(from), (at) => {
      expect(clockOf(at.getTime())).toBe(clock.format(at));
      expect(minuteOf(at.getTime())).toBe(clock.format(at).slice(0, 5));
      expect(dateOf(at.getTime())).toBe(date.format(at));
      expect(dayOf(at.getTime(), 'en').split(' ')).toEqual(parts(at));
    }),
  );
});

test('as people say them', () => {
  const at = Date.parse('2026-11-22T17:00:00Z');
  expect([clockOf(at), dateOf(at), dateText(at)]).toEqual(['00:00:00', '2026-11-23', '23/11/2026']);
  expect([dayOf(at, 'vi'), dayOf(at, 'en')]).toEqual(['Th 2, 23/11', 'Mon 23 Nov']);
  expect(dayOf(beforeEnd(at), 'vi'), 'what ends at midnight').toBe('CN, 22/11');
  expect(spanOf(at - 5 * 3_600_000, at)).toBe('19:00–24:00');
});
