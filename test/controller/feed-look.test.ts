// A feed's entries at one look: what is new comes before what failed, the newest first, and neither keeps the other out.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadTriesMax, type Missed, missedAgain, toTake } from '../../controller/core/feed-look.ts';

const names = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word}-${at}`);
const everyMs = 60_000;

describe('one look', () => {
  test('takes the thirty newest and offers the oldest of them first', () => {
    const taken = toTake({ names: names(40, 'a'), taken: new Set(), missed: new Map() }, 0);
    expect(taken).toEqual(names(30, 'a').reverse());
  });

  test('takes a new one behind thirty dead ones, whose turn has come too', () => {
    const dead = names(30, 'dead');
    const missed = new Map(dead.map((name) => [name, { tries: 1, againMs: 0 }]));
    const taken = toTake({ names: [...dead, 'live'], taken: new Set(), missed }, 1);
    expect(taken[0]).toBe('live');
    expect(taken).toHaveLength(30);
  });

  test('keeps ten places for what failed when many are new', () => {
    const missed = new Map(names(20, 'dead').map((name) => [name, { tries: 1, againMs: 0 }]));
    const taken = toTake({ names: [...names(100, 'new'), ...names(20, 'dead')], taken: new Set(), missed }, 1);
    expect(taken.filter((name) => name.startsWith('dead'))).toHaveLength(10);
    expect(taken).toHaveLength(30);
  });

  test('reaches every live entry within a bounded number of looks, whatever is dead', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (alive) => {
        const all = alive.map((_, at) => `e-${at}`);
        const taken = new Set<string>();
        const missed = new Map<string, Missed>();
        for (let look = 0; look < Math.ceil(200 / 20) && all.length > 0; look++) {
          const chosen = toTake({ names: all, taken, missed }, look * everyMs);
          expect(chosen.length).toBeLessThanOrEqual(30);
          for (const name of chosen) {
            if (alive[all.indexOf(name)]) taken.add(name);
            else missed.set(name, missedAgain(missed.get(name), { why: 'dead', everyMs, nowMs: look * everyMs }));
          }
        }
        expect(all.filter((name, at) => alive[at] && !taken.has(name))).toEqual([]);
      }),
    );
  });
});

describe('what failed', () => {
  const tried = (why: 'dead' | 'away', times: number) => {
    let missed: Missed | undefined;
    const pauses: number[] = [];
    for (let at = 0; at < times; at++) {
      missed = missedAgain(missed, { why, everyMs, nowMs: 0 });
      pauses.push(missed.againMs / 60_000);
    }
    return pauses;
  };

  test('is tried at growing pauses, and given up when it is dead', () => {
    expect(tried('dead', deadTriesMax)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, Infinity]);
  });

  test('is never given up while its server is only away', () => {
    expect(tried('away', 12)).toEqual([1, 2, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
  });
});
