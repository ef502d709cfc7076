// What will sound when, and why: interruptions, late starts, the commune's order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Preview, preview } from '../../schemas/preview.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import type { Plan } from '../../schemas/want.ts';
import { plan, programme, schedule } from './documents.ts';

const minute = 60_000;
const day = 86_400_000;
/** Local midnight of Monday 2026-11-23 in Vietnam. */
const monday = Date.UTC(2026, 10, 22, 17);

/** `06:00-06:05 s1+0 planned` for each segment of the day, then what was left out. */
function told(of: Plan): string[] {
  return words(preview(of, monday, monday + day));
}

function words({ segments, leftOut }: Preview): string[] {
  const clock = (ms: number) => new Date(ms + 7 * 3600_000).toISOString().slice(11, 16);
  return [
    ...segments.map((one) => `${clock(one.fromMs)}-${clock(one.toMs)} ${one.occurrence.schedule}+${one.offsetMs / minute} ${one.why}`),
    ...leftOut.map((one) => `${clock(one.atMs)} ${one.occurrence.schedule} left out: ${one.why}`),
  ];
}

const programmes = [
  programme({ durationMs: 20 * minute }),
  programme({ id: 'p2', tier: 'priority', durationMs: 5 * minute }),
  programme({ id: 'p3', tier: 'priority', level: 'province', durationMs: 5 * minute }),
];
const news = (change: Partial<Schedule> = {}) => schedule(change);
const commune = (change: Partial<Schedule> = {}) =>
  schedule({ id: 's2', programme: 'p2', class: 'priority', start: '20261123T060500', ...change });
const province = (change: Partial<Schedule> = {}) =>
  schedule({ id: 's3', programme: 'p3', class: 'priority', start: '20261123T060500', ...change });

describe('interruptions', () => {
  test('an interrupted programme resumes where it stopped', () => {
    expect(told(plan({ programmes, schedules: [news(), commune()] }))).toEqual([
      '06:00-06:05 s1+0 planned',
      '06:05-06:10 s2+0 planned',
      '06:10-06:25 s1+5 resumed',
    ]);
  });

  test('or begins again', () => {
    expect(told(plan({ programmes, schedules: [news({ interrupted: 'restart' }), commune()] }))).toEqual([
      '06:00-06:05 s1+0 planned',
      '06:05-06:10 s2+0 planned',
      '06:10-06:30 s1+0 restarted',
    ]);
  });

  test('or gives up', () => {
    expect(told(plan({ programmes, schedules: [news({ interrupted: 'skip' }), commune()] }))).toEqual([
      '06:00-06:05 s1+0 planned',
      '06:05-06:10 s2+0 planned',
      '06:05 s1 left out: higher-class',
    ]);
  });

  test('a programme does not resume into quiet hours', () => {
    const late = plan({ programmes, schedules: [news({ start: '20261123T111000' }), commune({ start: '20261123T111500' })] });
    expect(told(late)).toEqual(['11:10-11:15 s1+0 planned', '11:15-11:20 s2+0 planned', '11:40 s1 left out: higher-class']);
  });

  test('a programme does not resume later than its missed-start rule allows', () => {
    const long = [...programmes.slice(0, 1), programme({ id: 'p2', tier: 'priority', durationMs: 32 * minute })];
    const still = (withinMs: number) =>
      told(plan({ programmes: long, schedules: [news({ missedStart: { rule: 'join', withinMs } }), commune()] }));
    expect(still(10 * minute)).toEqual(['06:00-06:05 s1+0 planned', '06:05-06:37 s2+0 planned', '06:30 s1 left out: higher-class']);
    expect(still(17 * minute)).toEqual(['06:00-06:05 s1+0 planned', '06:05-06:37 s2+0 planned', '06:37-06:52 s1+5 resumed']);
  });
});

describe('late starts', () => {
  test('who finds the output busy joins at the right position, within the limit', () => {
    const busy = [commune({ start: '20261123T060000' }), news()];
    expect(told(plan({ programmes, schedules: busy }))).toEqual(['06:00-06:05 s2+0 planned', '06:05-06:20 s1+5 joined-late']);
  });

  test('or skips', () => {
    const busy = [commune({ start: '20261123T060000' }), news({ missedStart: { rule: 'skip', withinMs: 0 } })];
    expect(told(plan({ programmes, schedules: busy }))).toEqual(['06:00-06:05 s2+0 planned', '06:00 s1 left out: output-busy']);
  });
});

describe('priority items of two levels', () => {
  const both = { programmes, schedules: [province(), commune()] };

  test('the same two items, no choice and two choices, give the timelines the commune chose', () => {
    const waits = { rule: 'join', withinMs: 0 } as const;
    const schedules = [province({ missedStart: waits }), commune({ missedStart: waits })];
    const order = (localOrder: string[]) => told(plan({ programmes, schedules, localOrder }));
    expect(order([])).toEqual(['06:05-06:10 s3+0 planned', '06:05 s2 left out: output-busy']);
    expect(order(['p3', 'p2'])).toEqual(order([]));
    expect(order(['p2', 'p3'])).toEqual(['06:05-06:10 s2+0 planned', '06:05 s3 left out: output-busy']);
  });

  test('one that meets the other half way is interrupted or waits, as the order says', () => {
    const schedules = [province({ start: '20261123T060700' }), commune()];
    const order = (localOrder: string[]) => told(plan({ ...both, schedules, localOrder }));
    expect(order([])).toEqual(['06:05-06:07 s2+0 planned', '06:07-06:12 s3+0 planned', '06:12-06:15 s2+2 resumed']);
    expect(order(['p2', 'p3'])).toEqual(['06:05-06:10 s2+0 planned', '06:10-06:12 s3+3 joined-late']);
  });

  test('a priority item never sounds in quiet hours', () => {
    const night = plan({ programmes, schedules: [commune({ start: '20261123T031500' })] });
    expect(told(night)).toEqual(['03:15 s2 left out: outside-window']);
  });
});

describe('any plan', () => {
  const one = fc.record({
    programme: fc.constantFrom('p1', 'p2', 'p3'),
    class: fc.constantFrom<Schedule['class']>('drill', 'priority', 'normal', 'filler'),
    minute: fc.integer({ min: 5 * 60, max: 9 * 60 }),
    interrupted: fc.constantFrom<Schedule['interrupted']>('resume', 'restart', 'skip'),
    rule: fc.constantFrom<Schedule['missedStart']['rule']>('join', 'skip'),
    withinMs: fc.integer({ min: 0, max: 30 }).map((minutes) => minutes * minute),
  });
  const planOf = (all: readonly (typeof one extends fc.Arbitrary<infer T> ? T : never)[]) =>
    plan(
      {
        programmes,
        schedules: all.map(({ minute: of, rule, withinMs, ...rest }, i) =>
          schedule({
            ...rest,
            id: `s${i}`,
            start: `20261101T${String(Math.floor(of / 60)).padStart(2, '0')}${String(of % 60).padStart(2, '0')}00`,
            rrule: 'FREQ=DAILY',
            missedStart: { rule, withinMs },
          }),
        ),
      },
      { policy: { sessionMaxMs: 240 * minute, sessionsPerDay: 20, dayMaxMs: 400 * minute } },
    );

  test('gives an output to one at a time, never outside policy, and accounts for every occurrence', () => {
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (all) => {
        const made = planOf(all);
        const { segments, leftOut } = preview(made, monday, monday + day);
        for (const [i, segment] of segments.entries()) {
          expect(segment.fromMs).toBeLessThan(segment.toMs);
          expect(segment.offsetMs + segment.toMs - segment.fromMs).toBeLessThanOrEqual(
            segment.occurrence.endMs - segment.occurrence.startMs,
          );
          expect(segments[i + 1]?.fromMs ?? segment.toMs).toBeGreaterThanOrEqual(segment.toMs);
          expect(segment.occurrence.refused).toBeNull();
        }
        const heard = new Set([...segments, ...leftOut].map((each) => each.occurrence.schedule));
        expect(heard.size).toBe(all.length);
        for (const segment of segments) {
          const { occurrence } = segment;
          const whole = segments.some(
            (each) => each.occurrence === occurrence && each.offsetMs + each.toMs - each.fromMs === occurrence.endMs - occurrence.startMs,
          );
          expect(whole || leftOut.some((each) => each.occurrence === occurrence)).toBe(true);
        }
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  test('shows the same in a narrow window as in a wide one', () => {
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 1, max: 300 }),
        (all, from, length) => {
          const made = planOf(all);
          const [fromMs, toMs] = [monday + from * minute, monday + (from + length) * minute];
          const cut = preview(made, monday, monday + day).segments.flatMap((segment) => {
            const startMs = Math.max(segment.fromMs, fromMs);
            const endMs = Math.min(segment.toMs, toMs);
            return startMs < endMs ? [`${segment.occurrence.id} ${startMs} ${endMs} ${segment.offsetMs + startMs - segment.fromMs}`] : [];
          });
          const narrow = preview(made, fromMs, toMs).segments.map(
            (each) => `${each.occurrence.id} ${each.fromMs} ${each.toMs} ${each.offsetMs}`,
          );
          expect(narrow).toEqual(cut);
        },
      ),
      { numRuns: 100, seed: 10 },
    );
  });
});
