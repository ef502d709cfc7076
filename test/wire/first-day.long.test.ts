// A new box whose centre is away for its first ten minutes (npm run test:long).
import { afterEach, expect, test } from 'vitest';
import { firstDay } from './first-day.ts';
import { endAll } from './machine.ts';

afterEach(endAll);

test('ten minutes without a centre, a clock at 1970: five acts of a hand to the first programme', async () => {
  expect(await firstDay(600_000)).toHaveLength(5);
});
