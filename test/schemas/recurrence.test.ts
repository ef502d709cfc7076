// When schedules start: tables for zones with and without clock changes, and equality of the two ways.
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { describe, expect, test } from 'vitest';
import { starts, startsMax } from '../../schemas/recurrence.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { schedule } from './documents.ts';

const day = 86_400_000;
const utc = (text: string) => Date.parse(text);
const always = [utc('2026-01-01'), utc('2028-01-01')] as const;

/** `2026-11-22T22:30Z …` of the first `most` starts, or the problem's code and path. */
function told(change: Partial<Schedule>, holidays: readonly string[] = [], [from, to]: readonly [number, number] = always): string {
  const found = starts(schedule(change), holidays, from, to);
  if (!found.ok) return `${found.problem.code} ${found.problem.path}`;
  return found.value
    .slice(0, 8)
    .map((at) => new Date(at).toISOString().replace('T', ' ').slice(5, 16))
    .join(', ');
}

const vn = { zone: 'Asia/Ho_Chi_Minh' };
const ny = { zone: 'America/New_York' };
const berlin = { zone: 'Europe/Berlin' };

describe('a schedule starts when its rule says', () => {
  test.each<[string, Partial<Schedule>, string]>([
    ['once without a rule, at its local time', { ...vn, start: '20261123T053000' }, '11-22 22:30'],
    ['daily', { ...vn, start: '20261123T053000', rrule: 'FREQ=DAILY;COUNT=3' }, '11-22 22:30, 11-23 22:30, 11-24 22:30'],
    [
      'twice a day from the first start on',
      { ...vn, start: '20261123T120000', rrule: 'FREQ=DAILY;BYHOUR=5,17;BYMINUTE=30;COUNT=3' },
      '11-23 10:30, 11-23 22:30, 11-24 10:30',
    ],
    [
      'on weekdays of every second week',
      { ...vn, start: '20261123T060000', rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4' },
      '11-22 23:00, 11-26 23:00, 12-06 23:00, 12-10 23:00',
    ],
    [
      'weeks begin where WKST says',
      { ...vn, start: '20261124T060000', rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=3' },
      '11-23 23:00, 12-05 23:00, 12-07 23:00',
    ],
    [
      'until an instant, inclusive',
      { ...vn, start: '20261123T053000', rrule: 'FREQ=DAILY;UNTIL=20261124T223000Z' },
      '11-22 22:30, 11-23 22:30, 11-24 22:30',
    ],
    ['until the end of a local day', { ...vn, start: '20261123T233000', rrule: 'FREQ=DAILY;UNTIL=20261124' }, '11-23 16:30, 11-24 16:30'],
    [
      'on the last Friday of the month',
      { ...vn, start: '20261127T170000', rrule: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3' },
      '11-27 10:00, 12-25 10:00, 01-29 10:00',
    ],
    [
      'on the last working day by BYSETPOS',
      { ...vn, start: '20261130T170000', rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3' },
      '11-30 10:00, 12-31 10:00, 01-29 10:00',
    ],
    [
      'on the 31st, skipping short months',
      { ...vn, start: '20260131T060000', rrule: 'FREQ=MONTHLY;COUNT=3' },
      '01-30 23:00, 03-30 23:00, 05-30 23:00',
    ],
    [
      'with dates added and taken away',
      {
        ...vn,
        start: '20261123T053000',
        rrule: 'FREQ=DAILY;COUNT=3',
        rdates: ['20261124T120000', '20261123T053000'],
        exdates: ['20261124T053000'],
      },
      '11-22 22:30, 11-24 05:00, 11-24 22:30',
    ],
    [
      'only while valid',
      {
        ...vn,
        start: '20261123T053000',
        rrule: 'FREQ=DAILY',
        validFromMs: utc('2026-11-24T00:00Z'),
        validUntilMs: utc('2026-11-25T22:30Z'),
      },
      '11-24 22:30',
    ],
  ])('%s', (_title, change, expected) => {
    expect(told(change)).toBe(expected);
  });

  test('holidays are local days of the zone and count only for schedules that skip them', () => {
    const daily = { ...vn, start: '20261123T053000', rrule: 'FREQ=DAILY;COUNT=3' };
    expect(told({ ...daily, holidays: 'skip' }, ['2026-11-24'])).toBe('11-22 22:30, 11-24 22:30');
    expect(told(daily, ['2026-11-24'])).toBe('11-22 22:30, 11-23 22:30, 11-24 22:30');
  });

  test('the window is closed at its start and open at its end', () => {
    const daily = { ...vn, start: '20261123T070000', rrule: 'FREQ=DAILY' };
    expect(told(daily, [], [utc('2026-11-23T00:00Z'), utc('2026-11-25T00:00Z')])).toBe('11-23 00:00, 11-24 00:00');
    expect(told(daily, [], [5, 5])).toBe('');
  });
});

describe('clock changes', () => {
  test.each<[string, Partial<Schedule>, string]>([
    [
      'a time skipped in spring does not start and does not count',
      { ...ny, start: '20260307T023000', rrule: 'FREQ=DAILY;COUNT=3' },
      '03-07 07:30, 03-09 06:30, 03-10 06:30',
    ],
    [
      'a time repeated in autumn starts once, the first time',
      { ...ny, start: '20261031T013000', rrule: 'FREQ=DAILY;COUNT=3' },
      '10-31 05:30, 11-01 05:30, 11-02 06:30',
    ],
    [
      'local time is kept over the change',
      { ...berlin, start: '20260328T060000', rrule: 'FREQ=DAILY;COUNT=3' },
      '03-28 05:00, 03-29 04:00, 03-30 04:00',
    ],
    [
      'Berlin skips 02:30',
      { ...berlin, start: '20260328T023000', rrule: 'FREQ=WEEKLY;BYDAY=SA,SU;COUNT=3' },
      '03-28 01:30, 04-04 00:30, 04-05 00:30',
    ],
    ['a single start in the gap uses the offset before it', { ...ny, start: '20260308T023000' }, '03-08 07:30'],
    ['so does an added date', { ...ny, start: '20260301T120000', rdates: ['20260308T023000'] }, '03-01 17:00, 03-08 07:30'],
    ['a rule may not begin in a gap', { ...ny, start: '20260308T023000', rrule: 'FREQ=DAILY' }, 'schedule-invalid /start'],
    [
      'the library keeps a monthly rule out of the gap too',
      { ...ny, start: '20260208T023000', rrule: 'FREQ=MONTHLY;COUNT=3' },
      '02-08 07:30, 04-08 06:30, 05-08 06:30',
    ],
    [
      'half an hour of change on Lord Howe',
      { zone: 'Australia/Lord_Howe', start: '20261003T021500', rrule: 'FREQ=DAILY;COUNT=2' },
      '10-02 15:45, 10-04 15:15',
    ],
  ])('%s', (_title, change, expected) => {
    expect(told(change)).toBe(expected);
  });
});

describe('what cannot be read is named, never guessed', () => {
  test.each<[string, Partial<Schedule>, string]>([
    ['an unknown zone', { zone: 'Mars/Olympus' }, 'zone-unknown /zone'],
    ['30 February', { start: '20260230T060000' }, 'schedule-invalid /start'],
    ['25 o’clock', { start: '20260222T250000' }, 'schedule-invalid /start'],
    ['a wrong added date', { rdates: ['20260101T000000', '20261301T000000'] }, 'schedule-invalid /rdates/1'],
    ['a wrong exception', { exdates: ['20260000T000000'] }, 'schedule-invalid /exdates/0'],
    ...[
      'FREQ=SECONDLY',
      'FREQ=DAYLY',
      'INTERVAL=2',
      'FREQ=DAILY;BYHOUR=25',
      'FREQ=DAILY;BYHOUR=5,',
      'FREQ=DAILY;BYDAY=1MO',
      'FREQ=DAILY;BYDAY=XX',
      'FREQ=MONTHLY;BYDAY=0MO',
      'FREQ=MONTHLY;BYMONTHDAY=0',
      'FREQ=DAILY;COUNT=0',
      'FREQ=DAILY;COUNT=99999',
      'FREQ=DAILY;COUNT=2;UNTIL=20270101',
      'FREQ=DAILY;UNTIL=20270101T000000',
      'FREQ=DAILY;UNTIL=20270230',
      'FREQ=DAILY;INTERVAL=0',
      'FREQ=DAILY;FREQ=DAILY',
      'FREQ=DAILY;COLOUR=RED',
      'FREQ=DAILY;BYSETPOS=1',
      'FREQ=WEEKLY;BYMONTHDAY=1',
      'FREQ=DAILY;WKST=XX',
      'FREQ=DAILY;RSCALE=CHINESE',
      'FREQ=MINUTELY;BYSECOND=0,30',
    ].map((rrule): [string, Partial<Schedule>, string] => [rrule, { rrule }, 'schedule-invalid /rrule']),
  ])('%s', (_title, change, expected) => {
    expect(told(change)).toBe(expected);
  });

  test('more starts than anybody could hear are refused, not cut off', () => {
    const each = { ...vn, start: '20260101T000000', rrule: 'FREQ=MINUTELY' };
    expect(told(each)).toBe('too-large ');
    const week = starts(schedule(each), [], always[0], always[0] + 7 * day);
    expect(week.ok && week.value.length).toBe(7 * 1440);
    expect(startsMax).toBeGreaterThan(30 * 1440);
  });

  test('hostile text never throws', () => {
    const part = fc.constantFrom(
      'FREQ=YEARLY',
      'FREQ=MONTHLY',
      'BYMONTH=2',
      'BYMONTHDAY=30',
      'BYDAY=5MO',
      'BYSETPOS=366',
      'INTERVAL=9999',
      '=',
    );
    const rrule = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join(';')),
    );
    fc.assert(
      fc.property(rrule, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (rule, start, zone) => {
        expect(starts(schedule({ rrule: rule }), [], ...always)).toHaveProperty('ok');
        expect(starts(schedule({ start, zone, rdates: [start] }), [start], ...always)).toHaveProperty('ok');
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});

// ── the direct way and the library's way ─────────────────────────────────────────────────────────

const zones = [
  'Asia/Ho_Chi_Minh',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'UTC',
  'Africa/Casablanca',
  'Asia/Kathmandu',
];
const dateAfter = (days: number) => new Date(utc('2026-02-01') + days * day).toISOString().slice(0, 10).replaceAll('-', '');
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const list = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 });
const days = fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), { minLength: 1, maxLength: 5 });
const end = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((count) => `COUNT=${count}`),
  fc.integer({ min: 0, max: 200 }).map((after) => `UNTIL=${dateAfter(after)}`),
  fc.integer({ min: 0, max: 200 }).map((after) => `UNTIL=${dateAfter(after)}T063000Z`),
);
const plainRule = fc
  .tuple(
    fc.constantFrom('DAILY', 'WEEKLY'),
    maybe(fc.integer({ min: 1, max: 5 }).map((value) => `INTERVAL=${value}`)),
    maybe(days.map((value) => `BYDAY=${value}`)),
    maybe(list(23).map((value) => `BYHOUR=${value}`)),
    maybe(list(59).map((value) => `BYMINUTE=${value}`)),
    maybe(fc.constantFrom('WKST=MO', 'WKST=SU', 'WKST=WE')),
    maybe(end),
  )
  .map(([freq, ...parts]) => [`FREQ=${freq}`, ...parts.filter((part) => part !== undefined)].join(';'));
const localStart = fc
  .tuple(fc.integer({ min: 0, max: 330 }), fc.integer({ min: 0, max: 1439 }))
  .map(([date, minute]) => new Date(utc('2026-01-20') + date * day + minute * 60_000).toISOString().replace(/[-:]/g, '').slice(0, 15));

test('daily and weekly rules start exactly when rrule-temporal says, in every zone', () => {
  let compared = 0;
  fc.assert(
    fc.property(plainRule, localStart, fc.constantFrom(...zones), fc.integer({ min: 0, max: 400 }), (rrule, start, zone, offset) => {
      const [from, to] = [utc('2026-01-10') + offset * day, utc('2026-02-20') + offset * day];
      const mine = starts(schedule({ start, zone, rrule }), [], from, to);
      if (!mine.ok) {
        expect(mine.problem.detail).toContain('skipped by the clock');
        return;
      }
      const library = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${start}\nRRULE:${rrule}` });
      const theirs = library.between(new Date(from), new Date(to - 1), true).map((at) => at.epochMilliseconds);
      expect(mine.value, `${start} ${zone} ${rrule}`).toEqual(theirs);
      compared += theirs.length;
    }),
    { numRuns: 1500, seed: 7 },
  );
  expect(compared).toBeGreaterThan(1000);
});

test('a long window asked at once equals the same window asked in pieces', () => {
  for (const rrule of ['FREQ=HOURLY;INTERVAL=5', 'FREQ=MONTHLY;BYDAY=2TU', 'FREQ=DAILY;BYHOUR=5,17', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU']) {
    const one = schedule({ ...berlin, start: '20260110T013000', rrule });
    const whole = starts(one, [], ...always);
    const pieces: number[] = [];
    for (let from = always[0]; from < always[1]; from += 9 * day) {
      const piece = starts(one, [], from, Math.min(from + 9 * day, always[1]));
      if (piece.ok) pieces.push(...piece.value);
    }
    expect(whole, rrule).toEqual({ ok: true, value: pieces });
    expect(pieces.length).toBeGreaterThan(1);
  }
});
