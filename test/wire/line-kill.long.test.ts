// A few kills of `npm run chaos -- line-kill`: a centre dies with its broker while boxes say rows, and each row counts once.
import { expect, test } from 'vitest';
import { killLine } from '../chaos/line-kill.ts';

test('rows of boxes whose centre and broker are killed are all stored, and each once', async () => {
  const result = await killLine(3, 5);
  expect(result).toMatchObject({ kills: 3, lost: 0, twice: 0, conflicts: 0 });
  expect(result.rows).toBeGreaterThan(60);
}, 240_000);
