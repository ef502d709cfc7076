// The first kills of chaos update, with the real launcher: a version always runs, and every update comes to its right end.
import { expect, test } from 'vitest';
import { killUpdates } from '../chaos/update.ts';

test('boxes that are killed again and again during updates always have a version to run', async () => {
  const { found, ...result } = await killUpdates(60, 3);
  expect(found).toEqual([]);
  expect(result).toMatchObject({ kills: 60, none: 0, wrongEnds: 0 });
  expect(result.committed).toBeGreaterThan(0);
}, 300_000);
