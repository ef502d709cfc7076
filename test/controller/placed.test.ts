// Things by where they stand, beside looking through all of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placed, upward } from '../../controller/core/placed.ts';
import { within } from '../../schemas/ids.ts';

const area = fc.array(fc.constantFrom('a', 'b', 'ab', '1'), { minLength: 1, maxLength: 6 }).map((ids) => ids.join('/'));

test('in a place are those that lie within it, in the order given', () => {
  fc.assert(
    fc.property(fc.array(area, { maxLength: 40 }), area, (areas, place) => {
      const things = areas.map((one, n) => ({ area: one, n }));
      expect(placed(things).in(place)).toEqual(things.filter((thing) => within(thing.area, place)));
    }),
  );
});

test('upward are the place and all above it', () => {
  expect(upward('08/02536/thon-1')).toEqual(['08/02536/thon-1', '08/02536', '08']);
  expect(upward('08')).toEqual(['08']);
});
