// The forger's own test: a whole box is never fooled, a box with one rule broken is.
import { expect, test } from 'vitest';
import { breaks, tryForgeries } from '../chaos/forge.ts';

test('no forged order is accepted and no genuine one missed, in 1,500 cases', () => {
  const { sounded, genuineMissed, found, kinds } = tryForgeries(1_500, 7);
  expect({ sounded, genuineMissed, found }).toEqual({ sounded: 0, genuineMissed: 0, found: undefined });
  expect(Object.keys(kinds).length).toBeGreaterThan(40);
});

test.each(breaks)('a box with the rule %s broken is caught', (broken) => {
  expect(tryForgeries(300, 7, broken).sounded).toBeGreaterThan(0);
});
