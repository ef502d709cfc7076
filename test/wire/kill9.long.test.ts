// A few kills of `npm run chaos -- kill9`: boxes, centre and broker die in mid-schedule, and nothing is lost, doubled or heard that may not be.
import { expect, test } from 'vitest';
import { killAll } from '../chaos/kill9.ts';

test('a district whose processes are killed at random keeps every row and every promise', async () => {
  const result = await killAll(30, 2);
  expect(result.found).toEqual([]);
  expect(result).toMatchObject({ times: 30, violations: 0 });
  expect(result.produced).toBeGreaterThan(50);
  expect(result.calm).toBeGreaterThan(0);
  expect(result.soundingSeconds).toBeGreaterThan(5);
});
