// A whole day of two boxes with real samples; the same as `npm run sim -- --day`.
import { expect, test } from 'vitest';
import { liveDays } from './day.ts';

test('twenty-four hours of two boxes at ±100 ppm break no promise, as heard', async () => {
  const day = await liveDays(24, 2);
  expect(day.found).toEqual([]);
  expect(day.receipts).toBeGreaterThan(50);
  expect(day.startErrorMaxMs).toBeLessThan(20);
  expect(day.heapDriftBytes).toBeLessThan(8 * 1024 * 1024);
});
