// Who is on duty, who is next, where nobody stands, as tables in fake time.
import { describe, expect, test } from 'vitest';
import {
  checkEntry,
  dutyState,
  gapsIn,
  placeOf,
  placesNeeded,
  type RosterEntry,
  rosterNext,
  rosterNow,
  type Shift,
  weakPin,
} from '../../controller/core/duty.ts';

const hour = 3600_000;
let made = 0;
const entry = (person: string, place: RosterEntry['place'], from: number, to: number): RosterEntry => ({
  id: `r${made++}`,
  person,
  place,
  fromMs: from * hour,
  toMs: to * hour,
});
const shift = (person: string, changes: Partial<Shift> = {}): Shift => ({
  id: person,
  person,
  place: 'first',
  startedMs: 0,
  untilMs: 24 * hour,
  ...{ endedMs: null, endedWhy: null, handedTo: null, note: '', wrongPins: 0 },
  ...changes,
});
const people = (entries: readonly RosterEntry[]) => entries.map(({ person }) => person);

describe('the roster', () => {
  const roster = [
    entry('lan', 'leader', 0, 12),
    entry('binh', 'second', 0, 12),
    entry('an', 'first', 0, 12),
    entry('chi', 'first', 12, 24),
    entry('dung', 'first', 26, 36),
  ];

  test('names who stands now, first before second before leader; an hour belongs to the one who comes', () => {
    expect(people(rosterNow(roster, 0))).toEqual(['an', 'binh', 'lan']);
    expect(people(rosterNow(roster, 12 * hour))).toEqual(['chi']);
    expect(people(rosterNow(roster, 25 * hour))).toEqual([]);
  });

  test('names the next of each place', () => {
    expect(people(rosterNext(roster, 1 * hour))).toEqual(['chi']);
    expect(people(rosterNext(roster, -1 * hour))).toEqual(['an', 'binh', 'lan']);
  });

  test.each([
    [
      'first',
      0,
      48,
      [
        [24, 26],
        [36, 48],
      ],
    ],
    ['second', 0, 48, [[12, 48]]],
    ['first', 30, 34, []],
    ['leader', 12, 14, [[12, 14]]],
  ] as const)('has its holes: %s from %i to %i', (place, from, to, holes) => {
    const span = { fromMs: from * hour, toMs: to * hour };
    expect(gapsIn(roster, place, span)).toEqual(holes.map(([a, b]) => ({ fromMs: a * hour, toMs: b * hour })));
  });

  test('needs a second officer beyond a commune', () => {
    expect(placesNeeded('commune')).toEqual(['first']);
    expect(placesNeeded('province')).toEqual(['first', 'second']);
  });

  test.each([
    [entry('an', 'first', 5, 5), 'bad-input'],
    [entry('an', 'first', 0, 49), 'bad-input'],
    [entry('an', 'second', 11, 13), 'conflict'],
    [entry('an', 'second', 12, 13), undefined],
    [entry('moi', 'first', 0, 12), undefined],
  ])('refuses a line that cannot be: %#', (line, code) => {
    const checked = checkEntry(line, roster);
    expect(checked.ok ? undefined : checked.problem.code).toBe(code);
  });
});

describe('nobody on duty', () => {
  const roster = [entry('an', 'first', 0, 12), entry('binh', 'second', 0, 24)];
  test.each([
    ['is red when neither roster nor shift names anybody', [], [], 1, false, 'nobody'],
    ['is red when the roster names only a second officer', roster, [], 13, false, 'nobody'],
    ['is red until the one whom the roster names has proved who they are', roster, [], 1, false, 'not-started'],
    ['ends with a shift', roster, [shift('an')], 1, false, 'staffed'],
    ['ends with anybody’s shift', [], [shift('thay')], 1, false, 'staffed'],
    ['is back when the shift has ended', roster, [shift('an', { endedMs: 1, endedWhy: 'ended' })], 1, false, 'not-started'],
    ['is back when the shift has run out', [], [shift('an')], 24, false, 'nobody'],
    ['needs no shift in a demo', roster, [], 1, true, 'staffed'],
    ['shows in a demo without a roster', [], [], 1, true, 'nobody'],
  ] as const)('%s', (_, entries, shifts, at, demo, state) => expect(dutyState(entries, shifts, at * hour, demo)).toBe(state));
});

describe('a shift', () => {
  const roster = [entry('an', 'first', 2, 12), entry('binh', 'second', 0, 12), entry('lan', 'leader', 0, 12)];
  test.each([
    ['an', 0, [], 'first'],
    ['an', -1, [shift('khac')], 'second'],
    ['binh', 3, [], 'second'],
    ['binh', 13, [], 'first'],
    ['thay', 3, [shift('an')], 'second'],
    ['lan', 3, [], 'first'],
  ] as const)('of %s at %i takes the place that fits', (person, at, shifts, place) =>
    expect(placeOf(person, roster, shifts, at * hour)).toBe(place),
  );

  test.each([
    ['000000', true],
    ['777777', true],
    ['123456', true],
    ['654321', true],
    ['890123', true],
    ['135790', false],
    ['482913', false],
    ['112233', false],
  ])('refuses a PIN that anybody would try first: %s %s', (pin, weak) => expect(weakPin(pin)).toBe(weak));
});
