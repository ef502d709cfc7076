// What a plan means: occurrences with verdicts, and who an output is given to.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Level } from '../../schemas/programme.ts';
import type { PlayClass } from '../../schemas/schedule.ts';
import { agenda, type Occurrence, undecided, winner } from '../../schemas/timeline.ts';
import { plan, programme, schedule } from './documents.ts';

const minute = 60_000;
const day = 86_400_000;
/** Local midnight of Monday 2026-11-23 in Vietnam. */
const monday = Date.UTC(2026, 10, 22, 17);
const at = (hours: number, minutes = 0) => monday + (hours * 60 + minutes) * minute;

describe('agenda', () => {
  test('sound goes to every loudspeaker, bulletins to every board, with ids of schedule, instant and output', () => {
    const both = plan(
      {
        programmes: [programme(), programme({ id: 'p2', form: 'bulletin' })],
        schedules: [schedule(), schedule({ id: 's2', programme: 'p2' })],
      },
      {
        settings: {
          outputs: [
            { id: 'a', kind: 'loudspeaker' },
            { id: 'b', kind: 'board' },
            { id: 'c', kind: 'loudspeaker' },
          ],
        },
      },
    );
    const start = at(6);
    expect(agenda(both, monday, monday + day).map((one) => [one.id, one.kind])).toEqual([
      [`s1@${start}@a`, 'loudspeaker'],
      [`s1@${start}@c`, 'loudspeaker'],
      [`s2@${start}@b`, 'board'],
    ]);
  });

  test('a session is its items, repeats and gaps', () => {
    const twice = plan({ schedules: [schedule({ repeat: { times: 3, gapMs: 5_000 } })] });
    const [one] = agenda(twice, monday, monday + day);
    expect(one && one.endMs - one.startMs).toBe(3 * 600_000 + 2 * 5_000);
  });

  test('what is under way at the start of the window belongs to it, what ends there does not', () => {
    const one = plan({});
    expect(agenda(one, at(6, 5), at(6, 6))).toHaveLength(1);
    expect(agenda(one, at(6, 10), at(7))).toHaveLength(0);
    expect(agenda(one, at(5), at(6))).toHaveLength(0);
    expect(agenda(one, at(7), at(5))).toEqual([]);
  });

  test('03:15 after a wrong setting is refused; a bulletin at 03:15 is not sound', () => {
    const night = plan(
      {
        programmes: [programme(), programme({ id: 'p2', form: 'bulletin' })],
        schedules: [schedule({ start: '20261123T031500' }), schedule({ id: 's2', programme: 'p2', start: '20261123T031500' })],
      },
      {
        settings: {
          outputs: [
            { id: 'main', kind: 'loudspeaker' },
            { id: 'bang', kind: 'board' },
          ],
        },
      },
    );
    expect(agenda(night, monday, monday + day).map((one) => [one.output, one.refused])).toEqual([
      ['main', 'outside-window'],
      ['bang', null],
    ]);
  });

  test('the verdict on the fourth session is the same however narrow the window', () => {
    const busy = plan({ schedules: [schedule({ rrule: 'FREQ=DAILY;BYHOUR=6,8,10,14,17' })] });
    const whole = agenda(busy, monday, monday + day);
    expect(whole.map((one) => one.refused)).toEqual([null, null, null, 'too-many-sessions', 'too-many-sessions']);
    expect(agenda(busy, at(17), at(17, 1))).toEqual(whole.slice(4));
  });

  test('any window shows exactly the part of the timeline it touches', () => {
    const mixed = plan({
      programmes: [
        programme({ durationMs: 40 * minute }),
        programme({ id: 'p2', tier: 'priority' }),
        programme({ id: 'p3', durationMs: 300 * minute }),
      ],
      schedules: [
        schedule({ rrule: 'FREQ=DAILY;BYHOUR=3,6,17,20;BYMINUTE=0,45' }),
        schedule({ id: 's2', programme: 'p2', class: 'priority', start: '20261101T173000', rrule: 'FREQ=DAILY' }),
        schedule({ id: 's3', programme: 'p3', class: 'filler', start: '20261101T220000', rrule: 'FREQ=DAILY' }),
      ],
    });
    const whole = agenda(mixed, monday - 5 * day, monday + 60 * day);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 * 24 * 60 }), fc.integer({ min: 1, max: 3 * 24 * 60 }), (from, length) => {
        const [fromMs, toMs] = [monday + from * minute, monday + (from + length) * minute];
        expect(agenda(mixed, fromMs, toMs)).toEqual(whole.filter((one) => one.startMs < toMs && one.endMs > fromMs));
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  test('a schedule that cannot be read has no plays and harms no other', () => {
    const half = plan({
      schedules: [schedule({ id: 'bad', rrule: 'FREQ=NEVER' }), schedule({ id: 'lost', programme: 'nowhere' }), schedule()],
    });
    expect(agenda(half, monday, monday + day).map((one) => one.schedule)).toEqual(['s1']);
  });
});

// ── the winner ───────────────────────────────────────────────────────────────────────────────────

function play(id: string, change: Partial<Occurrence> = {}): Occurrence {
  return {
    id,
    schedule: id,
    programme: id,
    title: id,
    output: 'main',
    kind: 'loudspeaker',
    class: 'normal',
    level: 'commune',
    startMs: at(6),
    endMs: at(6, 10),
    items: [],
    repeat: { times: 1, gapMs: 0 },
    missedStart: { rule: 'join', withinMs: 0 },
    interrupted: 'resume',
    gainDb: 0,
    refused: null,
    ...change,
  };
}

describe('the winner of an output', () => {
  test.each<[string, Partial<Occurrence>, Partial<Occurrence>, string[]]>([
    ['a drill beats priority', { class: 'drill' }, { class: 'priority' }, []],
    ['priority beats normal', { class: 'priority' }, { class: 'normal', level: 'ministry' }, []],
    ['normal beats filler', { class: 'normal', level: 'hamlet' }, { class: 'filler', level: 'ministry' }, []],
    ['the higher level beats the lower', { level: 'province', startMs: at(6, 5) }, { level: 'commune' }, []],
    ['the earlier start beats the later', { startMs: at(6) }, { startMs: at(6, 1) }, []],
    ['the id decides at last', {}, {}, []],
    ['priority: upper level first while the commune has not decided', { class: 'priority', level: 'province' }, { class: 'priority' }, []],
    ['priority: one of the two in the order is no decision', { class: 'priority', level: 'province' }, { class: 'priority' }, ['b', 'c']],
    ['priority: the commune’s order decides', { class: 'priority' }, { class: 'priority', level: 'province', startMs: at(5) }, ['a', 'b']],
    ['the commune’s order decides among priority only', { level: 'province' }, {}, ['b', 'a']],
    ['what policy refused never wins', { class: 'filler' }, { class: 'drill', refused: 'quiet-hours' }, []],
  ])('%s', (_title, first, second, localOrder) => {
    const [a, b] = [play('a', first), play('b', second)];
    expect(winner([a, b], localOrder)?.id).toBe('a');
    expect(winner([b, a], localOrder)?.id).toBe('a');
  });

  test('nobody wins when nobody may', () => {
    expect(winner([], [])).toBeUndefined();
    expect(winner([play('a', { refused: 'day-limit' })], [])).toBeUndefined();
  });

  const contestant = fc
    .record({
      class: fc.constantFrom<PlayClass>('drill', 'priority', 'priority', 'normal', 'filler'),
      level: fc.constantFrom<Level>('province', 'district', 'commune'),
      programme: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
      startMs: fc.integer({ min: 0, max: 3 }),
    })
    .map((change) => change);

  test('the answer depends on who contends, not on the order they are named in', () => {
    fc.assert(
      fc.property(
        fc.array(contestant, { minLength: 1, maxLength: 6 }),
        fc.shuffledSubarray(['p1', 'p2', 'p3', 'p4', 'p5']),
        fc.infiniteStream(fc.nat()),
        (changes, localOrder, dice) => {
          const all = changes.map((change, i) => play(`o${i}`, change));
          const mixed = [...all].sort(() => (dice.next().value % 2 === 0 ? 1 : -1));
          const won = winner(all, localOrder);
          expect(winner(mixed, localOrder)).toBe(won);
          // Among ordered priority programmes the commune's first always stands before its second.
          const rank = (one: Occurrence) => localOrder.indexOf(one.programme);
          if (won && won.class === 'priority' && rank(won) >= 0)
            expect(all.every((one) => one.class !== 'priority' || rank(one) < 0 || rank(one) >= rank(won))).toBe(true);
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });
});

describe('what the commune must decide', () => {
  const province = play('p', { class: 'priority', level: 'province', startMs: at(6, 5), endMs: at(6, 15) });
  const commune = play('c', { class: 'priority' });

  test('two priority programmes of different levels that meet, the upper level first', () => {
    expect(undecided([commune, province], [])).toEqual([{ output: 'main', first: province, second: commune }]);
    expect(undecided([commune, province], ['c'])).toHaveLength(1);
  });

  test('nothing once both stand in the order', () => {
    expect(undecided([commune, province], ['c', 'p'])).toEqual([]);
  });

  test('nothing when they do not meet, are of one level, of another output, refused or not priority', () => {
    const cases: Partial<Occurrence>[] = [
      { startMs: at(6, 10), endMs: at(6, 20) },
      { level: 'commune' },
      { output: 'other' },
      { refused: 'day-limit' },
      { class: 'normal' },
    ];
    for (const change of cases) expect(undecided([commune, { ...province, ...change }], []), JSON.stringify(change)).toEqual([]);
  });

  test('each pair of programmes is named once, however often they meet', () => {
    const again = [commune, province].map((one) => ({ ...one, id: `${one.id}2`, startMs: one.startMs + day, endMs: one.endMs + day }));
    expect(undecided([commune, province, ...again], [])).toHaveLength(1);
  });
});
