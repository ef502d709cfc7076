// The commune's broadcast rules: what may be heard when, how long, how often.
import { describe, expect, test } from 'vitest';
import { checkPolicy } from '../../schemas/plan.ts';
import { gainUnder, hoursRule, judgeDay, type Policy, type PolicyRule } from '../../schemas/policy.ts';
import { policy } from './documents.ts';

/** Monday 2026-11-23 in Vietnam; hours above 24 are the next day. */
function at(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return Date.UTC(2026, 10, 23, hours - 7, minutes, seconds);
}

function verdicts(change: Partial<Policy>, ...plays: readonly (readonly [string, string])[]): (PolicyRule | null)[] {
  return judgeDay(
    policy(change),
    plays.map(([from, to]) => ({ output: 'main', startMs: at(from), endMs: at(to) })),
  );
}

const allWeek = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

describe('hours', () => {
  test.each<[string, Partial<Policy>, [string, string], PolicyRule | null]>([
    ['inside a window', {}, ['06:00', '06:30'], null],
    ['03:15 after a wrong setting', {}, ['03:15', '03:25'], 'outside-window'],
    ['exactly the window', {}, ['05:30', '06:15'], null],
    ['one second too early', {}, ['05:29:59', '05:40'], 'outside-window'],
    ['beginning inside, ending outside', {}, ['20:50', '21:01'], 'outside-window'],
    ['ending exactly at the end', {}, ['20:50', '21:00'], null],
    ['inside the noon rest', {}, ['12:00', '12:10'], 'quiet-hours'],
    ['reaching into the noon rest', {}, ['11:20', '11:31'], 'quiet-hours'],
    ['ending where the rest begins', {}, ['11:20', '11:30'], null],
    ['beginning where the rest ends', {}, ['13:30', '13:40'], null],
    ['around the whole rest', { quiet: [{ from: '12:00', to: '12:01' }] }, ['11:50', '12:10'], 'quiet-hours'],
    [
      'quiet hours win over a window of the night',
      { windows: [{ days: [...allWeek], from: '00:00', to: '24:00' }] },
      ['03:15', '03:25'],
      'quiet-hours',
    ],
    ['quiet hours cross midnight', { windows: [{ days: [...allWeek], from: '00:00', to: '24:00' }] }, ['23:59', '24:01'], 'quiet-hours'],
    ['no window, no sound', { windows: [] }, ['06:00', '06:30'], 'outside-window'],
    ['a window of another weekday', { windows: [{ days: ['TU'], from: '05:30', to: '21:00' }] }, ['06:00', '06:30'], 'outside-window'],
    ['a window over midnight, before it', { quiet: [], windows: [{ days: ['MO'], from: '22:00', to: '02:00' }] }, ['23:30', '24:30'], null],
    ['a window over midnight, after it', { quiet: [], windows: [{ days: ['MO'], from: '22:00', to: '02:00' }] }, ['25:00', '26:00'], null],
    [
      'a window over midnight ends',
      { quiet: [], windows: [{ days: ['MO'], from: '22:00', to: '02:00' }] },
      ['25:30', '26:01'],
      'outside-window',
    ],
    [
      'a window over midnight belongs to the day it begins',
      { quiet: [], windows: [{ days: ['MO'], from: '22:00', to: '02:00' }] },
      ['01:00', '01:30'],
      'outside-window',
    ],
    [
      'two touching windows are one',
      {
        quiet: [],
        windows: [
          { days: ['MO'], from: '06:00', to: '12:00' },
          { days: ['MO'], from: '12:00', to: '18:00' },
        ],
      },
      ['11:50', '12:10'],
      null,
    ],
    [
      'whole days touch at midnight',
      { quiet: [], windows: [{ days: [...allWeek], from: '00:00', to: '24:00' }] },
      ['23:50', '24:10'],
      null,
    ],
    ['a zone that the platform does not know allows nothing', { zone: 'Mars/Olympus' }, ['06:00', '06:30'], 'outside-window'],
  ])('%s', (_title, change, [from, to], expected) => {
    expect(hoursRule(policy(change), at(from), at(to))).toBe(expected);
    expect(verdicts({ sessionMaxMs: 86_400_000, dayMaxMs: 86_400_000, ...change }, [from, to])).toEqual([expected]);
  });

  test('on the day the clock goes back, doubtful minutes are quiet', () => {
    const berlin = policy({
      zone: 'Europe/Berlin',
      windows: [{ days: [...allWeek], from: '00:00', to: '24:00' }],
      quiet: [{ from: '00:00', to: '02:30' }],
    });
    const first = Date.UTC(2026, 9, 25, 0, 40); // 02:40 summer time
    const second = Date.UTC(2026, 9, 25, 1, 40); // 02:40 winter time
    expect(hoursRule(berlin, first, first + 60_000)).toBe('quiet-hours');
    expect(hoursRule(berlin, second, second + 60_000)).toBeNull();
  });
});

describe('sessions and minutes', () => {
  test('plays close together are one session, and the one that makes it too long is refused', () => {
    expect(verdicts({}, ['06:00', '06:20'], ['06:22', '06:40'], ['06:41', '06:46'], ['06:42', '06:45'])).toEqual([
      null,
      null,
      'session-too-long',
      null,
    ]);
  });

  test('a single play longer than a session is refused', () => {
    expect(verdicts({}, ['06:00', '06:46'])).toEqual(['session-too-long']);
    expect(verdicts({}, ['06:00', '06:45'])).toEqual([null]);
  });

  test('the fourth session of a day is refused, a play within the third is not', () => {
    expect(verdicts({}, ['06:00', '06:10'], ['08:00', '08:10'], ['10:00', '10:10'], ['10:12', '10:20'], ['17:00', '17:10'])).toEqual([
      null,
      null,
      null,
      null,
      'too-many-sessions',
    ]);
  });

  test('the gap that ends a session is exact', () => {
    const one = { sessionsPerDay: 1 };
    expect(verdicts(one, ['06:00', '06:10'], ['06:15', '06:20'])).toEqual([null, null]);
    expect(verdicts(one, ['06:00', '06:10'], ['06:15:01', '06:20'])).toEqual([null, 'too-many-sessions']);
  });

  test('minutes of a day end, and a refused play uses up nothing', () => {
    const half = { dayMaxMs: 30 * 60_000, sessionsPerDay: 10 };
    expect(verdicts(half, ['06:00', '06:20'], ['08:00', '08:11'], ['10:00', '10:10'], ['14:00', '14:01'])).toEqual([
      null,
      'day-limit',
      null,
      'day-limit',
    ]);
    expect(verdicts({ sessionsPerDay: 1 }, ['03:00', '03:10'], ['06:00', '06:10'])).toEqual(['outside-window', null]);
  });

  test('plays over one another count once', () => {
    const half = { dayMaxMs: 30 * 60_000 };
    expect(verdicts(half, ['06:00', '06:30'], ['06:10', '06:20'])).toEqual([null, null]);
    expect(verdicts(half, ['06:00', '06:30'], ['06:10', '06:31'])).toEqual([null, 'day-limit']);
  });

  test('a day without sessions is silent', () => {
    expect(verdicts({ sessionsPerDay: 0 }, ['06:00', '06:01'])).toEqual(['too-many-sessions']);
  });

  test('each output has its own sessions', () => {
    const plays = ['a', 'b', 'a'].map((output, i) => ({ output, startMs: at(`${6 + i}:00`), endMs: at(`${6 + i}:10`) }));
    expect(judgeDay(policy({ sessionsPerDay: 1 }), plays)).toEqual([null, null, 'too-many-sessions']);
  });
});

describe('permits', () => {
  const permits = [{ fromMs: at('02:00'), untilMs: at('04:00'), reason: 'Đêm hội' }];

  test('a permit around the whole play frees it of hours and counts', () => {
    expect(verdicts({ permits, sessionsPerDay: 1 }, ['02:30', '03:30'], ['06:00', '06:10'])).toEqual([null, null]);
  });

  test('a permit that ends before the play does nothing', () => {
    expect(verdicts({ permits }, ['03:30', '04:01'])).toEqual(['outside-window']);
    expect(verdicts({ permits }, ['01:59', '03:00'])).toEqual(['outside-window']);
  });
});

test('gain never exceeds the ceiling', () => {
  expect(gainUnder(policy({ gainMaxDb: -6 }), 3)).toBe(-6);
  expect(gainUnder(policy({ gainMaxDb: -6 }), -12)).toBe(-12);
});

test('a policy is checked across its fields', () => {
  const problem = (change: Partial<Policy>) => {
    const checked = checkPolicy(policy(change));
    return checked.ok ? 'ok' : `${checked.problem.code} ${checked.problem.path}`;
  };
  expect(problem({})).toBe('ok');
  expect(problem({ zone: 'Mars/Olympus' })).toBe('zone-unknown /zone');
  expect(problem({ permits: [{ fromMs: 5, untilMs: 5, reason: 'x' }] })).toBe('bad-input /permits/0/untilMs');
  expect(problem({ quiet: [{ from: '24:00', to: '05:00' }] })).toBe('bad-input /quiet/0/from');
});
