// Rounds of a playlist: every share is given, nothing stands twice in a row when it need not, and what is even is spread evenly.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rotationOf, shareMax } from '../../schemas/rotation.ts';

const shares = fc.array(fc.integer({ min: 1, max: shareMax }), { minLength: 1, maxLength: 12 });
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Equal neighbours in rounds that follow one another. */
const pairs = (round: readonly number[]) => round.filter((one, at) => one === round[(at + 1) % round.length]).length;

describe('a round', () => {
  test('of plain items is their own order; a double share is spread', () => {
    expect(rotationOf([1, 1, 1])).toEqual([0, 1, 2]);
    expect(rotationOf([3, 3, 3])).toEqual([0, 1, 2]);
    expect(rotationOf([1])).toEqual([0]);
    expect(pairs(rotationOf([2, 1, 1]))).toBe(0);
    expect(rotationOf([5, 1, 1]).filter((one) => one === 0)).toHaveLength(5);
  });

  test('gives every item its share, as often as the shares in their lowest terms say', () => {
    fc.assert(
      fc.property(shares, (counts) => {
        const round = rotationOf(counts);
        const given = counts.map((_, index) => round.filter((one) => one === index).length);
        const rounds = sum(counts) / round.length;
        expect(Number.isInteger(rounds)).toBe(true);
        expect(given.map((count) => count * rounds)).toEqual(counts);
      }),
      { numRuns: 2_000 },
    );
  });

  test('puts no item beside itself, unless it outnumbers all others; then as seldom as can be', () => {
    fc.assert(
      fc.property(shares, (counts) => {
        const round = rotationOf(counts);
        const most = Math.max(...counts.map((_, index) => round.filter((one) => one === index).length));
        expect(pairs(round)).toBe(counts.length === 1 ? 1 : Math.max(0, 2 * most - round.length));
      }),
      { numRuns: 2_000 },
    );
  });

  test('spreads an item: between two of its showings never stand many more than its fair distance', () => {
    fc.assert(
      fc.property(shares, (counts) => {
        const round = rotationOf(counts);
        for (const index of counts.keys()) {
          const places = round.flatMap((one, at) => (one === index ? [at] : []));
          const gaps = places.map((place, at) => (places[at + 1] ?? (places[0] ?? 0) + round.length) - place);
          const fair = round.length / places.length;
          // The wrap and the passing over of neighbours cost some places, never a second fair distance and the number of items.
          expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * fair + counts.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
