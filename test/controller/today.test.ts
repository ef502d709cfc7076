// The centre's day: the sum of the boxes' own timelines, without asking each box; its figures.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CentreContent, planFor } from '../../controller/core/compile-want.ts';
import { essentialOf } from '../../controller/core/essential.ts';
import { type DayBox, kindsOf, playsOfDay, worstFirst } from '../../controller/core/today.ts';
import type { Fault } from '../../schemas/faults.ts';
import { defaultBoxSettings, type Output } from '../../schemas/settings.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';

const hourMs = 3600_000;
const monday = Date.UTC(2026, 10, 22, 17);
const span = { fromMs: monday + 5 * hourMs, toMs: monday + 29 * hourMs };

const loudspeaker = { id: 'main', kind: 'loudspeaker' } as const;
const twice = { id: 'second', kind: 'loudspeaker' } as const;
const board = { id: 'bang', kind: 'board' } as const;

const boxOf = (id: string, change: Partial<DayBox> & { readonly outputs?: readonly Output[]; staggerMs?: number } = {}): DayBox => {
  const { outputs = [loudspeaker], staggerMs = 0, ...rest } = change;
  const settings = { ...defaultBoxSettings, outputs: [...outputs], staggerMs };
  return { id, area: '08/02536', groups: ['xa'], settings, enrolled: true, online: true, health: 'ok', sounding: [], ...rest };
};

const boxAny = fc.record({
  area: fc.constantFrom('08/02536', '08/02536/thon-1', '08/02536/thon-2'),
  groups: fc.subarray(['xa', 'thon-1', 'thon-2'], { minLength: 1 }),
  outputs: fc.constantFrom<(readonly Output[])[]>([loudspeaker], [loudspeaker, twice], [board], [loudspeaker, board]),
  staggerMs: fc.constantFrom(0, 0, 2_000, 5_000),
  online: fc.boolean(),
});
const scheduleAny = fc.record({
  groups: fc.subarray(['xa', 'thon-1', 'thon-2'], { minLength: 1 }),
  programme: fc.constantFrom('tin', 'bang', 'cho-duyet'),
  hour: fc.integer({ min: 0, max: 23 }),
  rrule: fc.constantFrom('FREQ=DAILY', 'FREQ=HOURLY'),
  neighbours: fc.constantFrom('together' as const, 'staggered' as const),
  times: fc.constantFrom(1, 3),
});
const contentAny = fc.array(scheduleAny, { maxLength: 6 }).map((wishes): CentreContent => {
  return {
    policy: policy(),
    areaPolicies: [{ area: '08/02536/thon-2', policy: policy({ sessionsPerDay: 1, quiet: [{ from: '16:00', to: '08:00' }] }) }],
    programmes: [
      { programme: programme({ id: 'tin' }), state: 'approved' },
      { programme: programme({ id: 'bang', form: 'bulletin' }), state: 'approved' },
      { programme: programme({ id: 'cho-duyet' }), state: 'submitted' },
    ],
    schedules: wishes.map(({ groups, programme: id, hour, rrule, neighbours, times }, n) => ({
      groups,
      schedule: schedule({
        ...{ id: `lich-${n}`, programme: id, start: `20261123T${String(hour).padStart(2, '0')}0000`, rrule, neighbours },
        repeat: { times, gapMs: 0 },
      }),
    })),
    holidays: [],
    localOrder: [],
  };
});

/** What a box's own timeline says, whatever others plan: each start once, on how many outputs ever. */
function startsOf(box: DayBox, content: CentreContent): Map<string, Occurrence> {
  return new Map(
    agenda(planFor(box, content), span.fromMs, span.toMs).map((one) => [`${one.id.split('@', 2).join('@')} ${one.refused}`, one]),
  );
}

function summedUp(boxes: readonly DayBox[], content: CentreContent) {
  const sums = new Map<string, { first: Occurrence; starts: number[]; ends: number[]; boxes: DayBox[] }>();
  for (const box of boxes)
    for (const [key, one] of startsOf(box, content)) {
      const sum = sums.get(key) ?? { first: one, starts: [], ends: [], boxes: [] };
      sums.set(key, sum);
      sum.starts.push(one.startMs);
      sum.ends.push(one.endMs);
      sum.boxes.push(box);
    }
  return [...sums].map(([key, { first, starts, ends, boxes: those }]) => ({
    ...{ schedule: first.schedule, refused: first.refused, class: first.class, boxes: those.length },
    ...{ startMs: Math.min(...starts), endMs: Math.max(...ends), spreadMs: Math.max(...starts) - Math.min(...starts) },
    online: those.filter(({ online }) => online).length,
    sounding: those.filter(({ sounding }) => sounding.some((id) => key.startsWith(`${id.split('@', 2).join('@')} `))).length,
    areas: [...new Set(those.map(({ area }) => area))].sort(),
  }));
}

const byName = (all: readonly object[]) => all.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();

describe('plays of many boxes', () => {
  test('are the sum of what each box’s own timeline says, with refusals, boards and staggered starts', () => {
    fc.assert(
      fc.property(fc.array(boxAny, { maxLength: 10 }), contentAny, fc.nat(), (made, content, saying) => {
        const silent = made.map((one, n) => boxOf(`hop-${n}`, one));
        const boxes = silent.map((box, n) => {
          const all = agenda(planFor(box, content), span.fromMs, span.toMs);
          const says = box.online && (saying >> (n % 8)) % 2 === 1 ? all[saying % Math.max(1, all.length)] : undefined;
          return { ...box, sounding: says ? [says.id] : [] };
        });
        const { plays, all } = playsOfDay(boxes, content, { ...span, most: 10_000 });
        const told = plays.map(({ programme: _, title: _title, tier: _tier, form: _form, groups: _groups, ...rest }) => rest);
        expect(byName(told)).toEqual(byName(summedUp(boxes, content)));
        expect(all).toBe(plays.length);
        expect(plays.map(({ startMs }) => startMs)).toEqual(plays.map(({ startMs }) => startMs).sort((a, b) => a - b));
        const planned = new Map(content.schedules.map((one) => [one.schedule.id, one.groups]));
        for (const play of plays) {
          expect(play.form).toBe(play.programme === 'bang' ? 'bulletin' : 'audio');
          expect(play.groups.length).toBeGreaterThan(0);
          expect(planned.get(play.schedule)).toEqual(expect.arrayContaining([...play.groups]));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('are bounded: the first ones, and how many there are', () => {
    const content: CentreContent = {
      ...{ policy: policy(), programmes: [{ programme: programme(), state: 'approved' }], holidays: [], localOrder: [] },
      schedules: [{ groups: ['xa'], schedule: schedule({ rrule: 'FREQ=MINUTELY;INTERVAL=15' }) }],
    };
    const whole = playsOfDay([boxOf('hop-1')], content, { ...span, most: 1_000 });
    const cut = playsOfDay([boxOf('hop-1')], content, { ...span, most: 7 });
    expect(whole.plays.length).toBeGreaterThan(50);
    expect(cut.plays).toEqual(whole.plays.slice(0, 7));
    expect(cut.all).toBe(whole.all);
  });

  test('cost what boxes differ in, not how many they are', () => {
    const looks = (count: number) => {
      let read = 0;
      const counted = <T extends object>(value: T): T =>
        new Proxy(value, {
          get: (of, name) => {
            read++;
            return Reflect.get(of, name);
          },
        });
      const content: CentreContent = {
        ...{ policy: policy(), holidays: [], localOrder: [] },
        areaPolicies: [{ area: '08/02536/thon-2', policy: policy({ quiet: [] }) }],
        programmes: [{ programme: counted(programme()), state: 'approved' }],
        schedules: Array.from({ length: 20 }, (_, n) =>
          counted({ groups: ['xa'], schedule: counted(schedule({ id: `lich-${n}`, rrule: 'FREQ=DAILY' })) }),
        ),
      };
      // Hamlets listen to groups of their own as well, on which nothing is planned.
      const boxes = Array.from({ length: count }, (_, n) =>
        boxOf(`hop-${n}`, { area: `08/02536/thon-${n % 4}`, groups: ['xa', `g-${n % 4}`] }),
      );
      const { plays } = playsOfDay(boxes, content, { ...span, most: 200 });
      expect(plays.reduce((sum, one) => sum + one.boxes, 0) % count).toBe(0);
      return { read, kinds: kindsOf(boxes, content).length };
    };
    const [few, many] = [looks(20), looks(2_000)];
    expect(many.kinds).toBe(2);
    expect(many.read).toBe(few.read);
  });
});

test('of faults the worst come first', () => {
  const fault = (id: string, reason: Fault['reason'], openedMs: number, answeredMs: number | null = null): Fault => ({
    ...{ id, box: 'hop-1', reason, openedMs, standingMs: openedMs, endedMs: null, times: 1, answeredBy: null, answeredMs },
    ...{ assignee: null, resolvedBy: null, resolvedMs: null, note: '' },
  });
  const all = [fault('a', 'hot', 1), fault('b', 'offline', 5), fault('c', 'audio-failed', 3), fault('d', 'offline', 1, 2)];
  expect(worstFirst(all).map(({ id }) => id)).toEqual(['c', 'b', 'd', 'a']);
});

test('essential figures: the best of a unit counts, what was taken back or nobody knows does not, and nothing is no percentage', () => {
  const row = (unit: string, state: Parameters<typeof essentialOf>[0][number]['state'], done = false) => ({
    item: 'tin',
    unit,
    state,
    done,
  });
  expect(essentialOf([])).toEqual({ due: 0, done: 0, overdue: 0, unknown: 0, share: null });
  expect(essentialOf([row('a', 'withdrawn'), row('b', 'unknown')])).toEqual({ due: 0, done: 0, overdue: 0, unknown: 1, share: null });
  const rows = [row('a', 'overdue'), row('a', 'played', true), row('b', 'overdue'), row('c', 'waiting'), row('d', 'taken', true)];
  expect(essentialOf(rows)).toEqual({ due: 4, done: 2, overdue: 1, unknown: 0, share: 0.5 });
});
