import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  behindFromMs,
  blackListed,
  fall,
  type Ladder,
  look,
  lostWithinMs,
  orderWithinMs,
  type Step,
  type Strikes,
  standing,
  steadyAfterMs,
  stillWithinMs,
  strike,
  strikesMax,
  struckMax,
} from '../../hardware/display/health-ladder.ts';

type Told = readonly [atMs: number, paintedFrames: number | undefined, browserAnswers: boolean];
const wait = { do: 'wait' };
const reload = { do: 'reload' };
const restart = (afterMs: number, safe = false) => ({ do: 'restart', afterMs, safe });

/** All steps of a course of looks. */
function steps(looks: readonly Told[], from: Ladder = standing(0)): Step[] {
  let ladder = from;
  return looks.map(([atMs, paintedFrames, browserAnswers]) => {
    const looked = look(ladder, { atMs, paintedFrames, browserAnswers });
    ladder = looked.ladder;
    return looked.step;
  });
}

const table: readonly [string, readonly Told[], readonly unknown[]][] = [
  [
    'a screen that paints is left alone',
    [
      [0, 1, true],
      [2_000, 3, true],
      [90_000, 60, true],
    ],
    [wait, wait, wait],
  ],
  [
    'one missed answer is no trouble',
    [
      [0, 1, true],
      [2_000, undefined, true],
      [4_000, 4, true],
    ],
    [wait, wait, wait],
  ],
  [
    'frames that stand are noticed, though the page answers',
    [
      [0, 7, true],
      [stillWithinMs - 1, 7, true],
      [stillWithinMs, 7, true],
    ],
    [wait, wait, reload],
  ],
  [
    'a page without an answer is loaded again',
    [
      [0, 7, true],
      [stillWithinMs, undefined, true],
    ],
    [wait, reload],
  ],
  [
    'a browser without an answer is started again at once',
    [
      [0, 7, true],
      [stillWithinMs, undefined, false],
    ],
    [wait, restart(0)],
  ],
  [
    'a new page counts anew, which is movement',
    [
      [0, 900, true],
      [2_000, 1, true],
    ],
    [wait, wait],
  ],
  [
    'reload, restart, then the safe page, with growing pauses',
    [
      [6_000, undefined, true],
      [12_000, undefined, true],
      [18_000, undefined, true],
      [24_000, undefined, true],
    ],
    [reload, restart(0), restart(1_000, true), restart(2_000, true)],
  ],
  [
    'after a steady time the ladder begins at its foot',
    [
      [6_000, undefined, true],
      [8_000, 5, true],
      [6_000 + steadyAfterMs, 50, true],
      [6_000 + steadyAfterMs + stillWithinMs, 50, true],
    ],
    [reload, wait, wait, reload],
  ],
];

describe('the ladder of a screen', () => {
  test.each(table)('%s', (_, looks, expected) => expect(steps(looks)).toEqual(expected));

  test('a lost browser is never reloaded, and the pause grows to its end', () => {
    let ladder = standing(0);
    const pauses = Array.from({ length: 9 }, (_, i) => {
      const fallen = fall(ladder, 'browser', i * 100);
      ladder = fallen.ladder;
      return fallen.step.do === 'restart' ? fallen.step.afterMs : 'reload';
    });
    expect(pauses).toEqual([0, 0, 1_000, 2_000, 5_000, 10_000, 15_000, 15_000, 15_000]);
  });
});

describe('the display behind a browser', () => {
  const kinds = ['order', 'bulletin', 'safe'] as const;
  const cases: readonly [string, Parameters<typeof behindFromMs>, number][] = [
    ['while it is seen it shows what is asked for at once', [{ replaced: true, lostMs: undefined }, 'bulletin', 500], 500],
    ['an order does not wait for a browser that is lost', [{ replaced: false, lostMs: 400 }, 'order', 500], 500],
    [
      'an order gives a browser that seems to live two seconds',
      [{ replaced: false, lostMs: undefined }, 'order', 500],
      500 + orderWithinMs,
    ],
    [
      'a bulletin gives a lost browser the time of its return',
      [{ replaced: false, lostMs: 400 }, 'bulletin', 500],
      400 + lostWithinMs.bulletin,
    ],
    [
      'a browser that seems to live answers bulletins itself',
      [{ replaced: false, lostMs: undefined }, 'safe', 500],
      Number.POSITIVE_INFINITY,
    ],
  ];
  test.each(cases)('%s', (_, asked, expected) => expect(behindFromMs(...asked)).toBe(expected));

  test('no page is shown before it is asked for, no order later than two seconds, and a browser that is lost earlier is never waited for longer', () => {
    const at = fc.nat(100_000);
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.option(at, { nil: undefined }),
        at,
        fc.constantFrom(...kinds),
        at,
        (replaced, lostMs, earlierMs, kind, askedMs) => {
          const fromMs = behindFromMs({ replaced, lostMs }, kind, askedMs);
          expect(fromMs).toBeGreaterThanOrEqual(askedMs);
          if (kind === 'order' && (lostMs ?? 0) <= askedMs) expect(fromMs).toBeLessThanOrEqual(askedMs + orderWithinMs);
          const earlier = behindFromMs({ replaced, lostMs: Math.min(lostMs ?? earlierMs, earlierMs) }, kind, askedMs);
          if (lostMs !== undefined) expect(earlier).toBeLessThanOrEqual(fromMs);
        },
      ),
    );
  });
});

describe('strikes', () => {
  const struck = (...names: string[]): Strikes => names.reduce<Strikes>(strike, new Map());

  test('three put a bulletin out, and other content is another bulletin', () => {
    expect(blackListed(struck('a', 'a'), 'a')).toBe(false);
    expect(strikesMax).toBe(3);
    expect(blackListed(struck('a', 'b', 'a', 'a'), 'a')).toBe(true);
    expect(blackListed(struck('a', 'b', 'a', 'a'), 'b')).toBe(false);
  });

  test('the list is bounded; the one struck longest ago is forgotten', () => {
    const many = struck(...Array.from({ length: struckMax + 1 }, (_, i) => `b${i}`));
    expect(many.size).toBe(struckMax);
    expect(many.has('b0')).toBe(false);
  });
});
