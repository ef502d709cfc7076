// When schedules start: tables for zones with and without clock changes, and equality of the two ways.
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { expect, test } from 'vitest';
import { starts } from '../../schemas/recurrence.ts';
import { schedule } from './documents.ts';

const day = 86_400_000;
const utc = (text: string) => Date.parse(text);
const read = (result: ReturnType<typeof starts>) =>
  result.ok ? result.value.map((at) => new Date(at).toISOString().replace(':00.000Z', 'Z')) : result.problem;

test('a schedule without a rule starts once, at its local time in its zone', () => {
  expect(read(starts(schedule({ start: '20261123T053000' }), [], 0, utc('2030-01-01')))).toEqual(['2026-11-22T22:30Z']);
});

const zones = [
  'Asia/Ho_Chi_Minh',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'UTC',
  'Africa/Casablanca',
  'Asia/Kathmandu',
];
const list = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 });
const weekdays = fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), { minLength: 1, maxLength: 5 });
const plain = fc.record({
  freq: fc.constantFrom('DAILY', 'WEEKLY'),
  interval: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  days: fc.option(weekdays, { nil: undefined }),
  hours: fc.option(list(23), { nil: undefined }),
  minutes: fc.option(list(59), { nil: undefined }),
  weekStart: fc.option(fc.constantFrom('MO', 'SU', 'WE'), { nil: undefined }),
  end: fc.option(
    fc.oneof(
      fc.integer({ min: 1, max: 60 }).map((n) => `COUNT=${n}`),
      fc
        .integer({ min: 0, max: 200 })
        .map((n) => `UNTIL=${new Date(utc('2026-02-01') + n * day).toISOString().slice(0, 10).replaceAll('-', '')}`),
      fc
        .integer({ min: 0, max: 200 })
        .map((n) => `UNTIL=${new Date(utc('2026-02-01') + n * day).toISOString().slice(0, 10).replaceAll('-', '')}T063000Z`),
    ),
    { nil: undefined },
  ),
});
const local = fc.record({ day: fc.integer({ min: 0, max: 330 }), minute: fc.integer({ min: 0, max: 1439 }) });

test('daily and weekly rules start exactly when rrule-temporal says, in every zone', () => {
  let compared = 0;
  fc.assert(
    fc.property(plain, local, fc.constantFrom(...zones), fc.integer({ min: 0, max: 400 }), (rule, at, zone, offset) => {
      const start = new Date(utc('2026-01-20') + at.day * day + at.minute * 60_000).toISOString().replace(/[-:]/g, '').slice(0, 15);
      const rrule = [
        `FREQ=${rule.freq}`,
        rule.interval && `INTERVAL=${rule.interval}`,
        rule.days && `BYDAY=${rule.days}`,
        rule.hours && `BYHOUR=${rule.hours}`,
        rule.minutes && `BYMINUTE=${rule.minutes}`,
        rule.weekStart && `WKST=${rule.weekStart}`,
        rule.end,
      ]
        .filter(Boolean)
        .join(';');
      const mine = starts(schedule({ start, zone, rrule }), [], utc('2026-01-10') + offset * day, utc('2026-02-20') + offset * day);
      if (!mine.ok) {
        expect(mine.problem.detail).toContain('skipped by the clock');
        return;
      }
      const library = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${start}\nRRULE:${rrule}` });
      const theirs = library
        .between(new Date(utc('2026-01-10') + offset * day), new Date(utc('2026-02-20') + offset * day - 1), true)
        .map((z) => z.epochMilliseconds);
      expect(mine.value, `${start} ${zone} ${rrule}`).toEqual(theirs);
      compared += theirs.length;
    }),
    { numRuns: 1500, seed: 7 },
  );
  expect(compared).toBeGreaterThan(1000);
});
