// The ladder in fake time: whom it rings when, when it offers to break the glass, and what makes it wait.
import { describe, expect, test } from 'vitest';
import type { RosterEntry, Shift } from '../../controller/core/duty.ts';
import { decide, type Rung, ringsMax, type Watched } from '../../controller/core/ladder.ts';
import { type Crew, stepsFor } from '../../controller/core/ladder-steps.ts';

const rungMs = 90_000;
const request: Watched = { kind: 'request', id: 'order-1', sinceMs: 0, severity: 'Extreme', by: 'an', mayBreakGlass: true };
const alert: Watched = { kind: 'alert', id: 'alert-1', sinceMs: 0, severity: 'Extreme' };

/** Runs the ladder as its timer would until nothing changes or `untilMs`; answers what happened, as lines. */
function climb(
  watched: Watched,
  steps: readonly (readonly string[])[],
  untilMs: number,
  answers: Readonly<Record<string, number>> = {},
): string[] {
  const lines: string[] = [];
  let rung: Rung[] = [];
  let offered = false;
  for (let nowMs = watched.sinceMs; nowMs <= untilMs; ) {
    const { ring, offer, wakeAt } = decide(nowMs, { watched, steps, rung, rungMs });
    for (const person of ring) lines.push(`${nowMs / 1000} ${person}`);
    if (offer && !offered) lines.push(`${nowMs / 1000} ${offer}`);
    offered ||= offer !== null;
    rung = [...rung, ...ring.map((person) => ({ person, atMs: nowMs, answeredMs: null }))];
    if (wakeAt === null) break;
    const from = nowMs;
    const soon = Object.entries(answers).find(([, atMs]) => atMs > from && atMs <= wakeAt);
    nowMs = soon ? soon[1] : wakeAt;
    if (soon) rung = rung.map((one) => (one.person === soon[0] ? { ...one, answeredMs: soon[1] } : one));
  }
  return lines;
}

describe('an order that waits for its second officer', () => {
  test.each([
    [
      'rings the second, then the next, then offers the glass',
      [['binh'], ['chi'], ['dung']],
      ['0 binh', '90 chi', '180 dung', '180 break-glass'],
    ],
    ['offers the glass as soon as everybody was rung in vain', [['binh']], ['0 binh', '90 binh', '90 break-glass', '180 binh']],
    ['offers it at once when there is nobody to ring', [], ['0 break-glass']],
    ['never rings the one who gives it', [['an', 'binh'], ['an']], ['0 binh', '90 binh', '90 break-glass', '180 binh']],
    [
      'rings the people of one step together',
      [['binh', 'chi'], ['dung']],
      ['0 binh', '0 chi', '90 dung', '180 binh', '180 chi', '180 break-glass'],
    ],
  ])('%s', (_, steps, lines) => expect(climb(request, steps, 180_000)).toEqual(lines));

  test('offers no glass to a key that may not break it, and goes on ringing', () => {
    const lines = climb({ ...request, mayBreakGlass: false }, [['binh'], ['chi']], 270_000);
    expect(lines).toEqual(['0 binh', '90 chi', '180 binh', '270 chi']);
  });

  test('waits one rung longer for somebody who answered, and offers the glass in three minutes all the same', () => {
    expect(climb(request, [['binh'], ['chi']], 200_000, { binh: 60_000 })).toEqual(['0 binh', '150 chi', '180 break-glass']);
    expect(climb(request, [['binh']], 200_000, { binh: 60_000 })).toEqual(['0 binh', '150 binh', '150 break-glass']);
  });

  test('tells whom the next ring is for and when', () => {
    const steps = [['binh'], ['chi']];
    expect(decide(0, { watched: request, steps, rung: [], rungMs }).next).toEqual({ people: ['chi'], atMs: 90_000 });
    const rung = [{ person: 'binh', atMs: 0, answeredMs: null }];
    expect(decide(45_000, { watched: request, steps, rung, rungMs })).toEqual({
      ring: [],
      offer: null,
      wakeAt: 90_000,
      next: { people: ['chi'], atMs: 90_000 },
    });
  });
});

describe('an alert that waits for a person', () => {
  test('climbs to the leader and begins again', () => {
    expect(climb(alert, [['an'], ['binh'], ['lanh-dao']], 280_000)).toEqual(['0 an', '90 binh', '180 lanh-dao', '270 an']);
  });

  test('climbs three times as slowly when it is neither Extreme nor Severe', () => {
    expect(climb({ ...alert, severity: 'Moderate' }, [['an'], ['binh']], 300_000)).toEqual(['0 an', '270 binh']);
  });

  test('ends after so many rings that nobody would come any more', () => {
    expect(climb(alert, [['an']], 1e9)).toHaveLength(ringsMax);
  });
});

describe('whom it rings', () => {
  const day = 86_400_000;
  const entry = (person: string, place: RosterEntry['place'], fromMs: number, toMs: number): RosterEntry => ({
    id: `${person}-${fromMs}`,
    person,
    place,
    fromMs,
    toMs,
  });
  const shift = (person: string, place: Shift['place']): Shift => ({
    id: person,
    person,
    place,
    startedMs: 0,
    untilMs: day,
    ...{ endedMs: null, endedWhy: null, handedTo: null, note: '', wrongPins: 0 },
  });
  const crew: Crew = {
    roster: [
      entry('an', 'first', 0, day),
      entry('binh', 'second', 0, day),
      entry('chi', 'first', day, 2 * day),
      entry('lan', 'leader', 0, day),
    ],
    shifts: [shift('an', 'first')],
    officers: ['an', 'binh', 'chi', 'dung'],
    leaders: ['lan', 'minh'],
    signers: ['an', 'binh', 'chi', 'dung'],
  };

  test('for an order: the second, who comes next, every other officer who can sign, the leader', () => {
    expect(stepsFor(request, crew, 10)).toEqual([['binh'], ['chi'], ['dung'], ['lan']]);
    expect(stepsFor(request, { ...crew, signers: ['an', 'chi'] }, 10)).toEqual([['chi'], ['lan']]);
    expect(stepsFor(request, { ...crew, signers: ['an'] }, 10)).toEqual([]);
  });

  test('for an alert: who stands, the leader, everybody with the role', () => {
    expect(stepsFor(alert, crew, 10)).toEqual([['an'], ['binh'], ['lan'], ['chi', 'dung'], ['minh']]);
    expect(stepsFor(alert, { ...crew, roster: [], shifts: [] }, 10)).toEqual([
      ['an', 'binh', 'chi', 'dung'],
      ['lan', 'minh'],
    ]);
  });

  test('who started a shift outside the roster is rung too', () => {
    expect(stepsFor(alert, { ...crew, roster: [], shifts: [shift('dung', 'first')] }, 10)[0]).toEqual(['dung']);
  });
});
