// A short run of what `npm run chaos -- cap` and the long test do at length.
import { expect, test } from 'vitest';
import { tryHostileCap } from '../chaos/cap.ts';

test('a thousand hostile messages: no crash, none slower than 250 ms', async () => {
  const result = await tryHostileCap(1_000, 7, 'controller/demo/data/cap');
  expect(result).toMatchObject({ cases: 1_000, crashes: 0, hangs: 0, found: undefined });
  // Some of them are honest still, so the rules are reached too.
  expect(Object.keys(result.verdicts).some((code) => code.startsWith('accept'))).toBe(true);
});
