// What a page does when the centre answers the same again: nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameAnswer } from '../../controller/console/line/same-answer.ts';

const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('two answers are the same exactly when they read the same', () => {
  fc.assert(
    fc.property(fc.jsonValue().map(asSent), fc.jsonValue().map(asSent), (a, b) => {
      expect(sameAnswer(a, asSent(a))).toBe(true);
      // Keys may stand in another order; nothing else may differ.
      if (JSON.stringify(a) === JSON.stringify(b)) expect(sameAnswer(a, b)).toBe(true);
      if (sameAnswer(a, b)) expect(a).toEqual(b);
    }),
  );
});

test('what is no answer in JSON is the same only as itself', () => {
  const map = new Map([['a', 1]]);
  expect([sameAnswer(map, map), sameAnswer(map, new Map(map)), sameAnswer(new Date(0), new Date(0))]).toEqual([true, false, false]);
  expect([sameAnswer({ a: undefined }, { b: undefined }), sameAnswer([], {}), sameAnswer(null, {}), sameAnswer([1], [1, 2])]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
