// Hostile CAP messages for as long as it takes; the same as `npm run chaos -- cap --cases 100000`.
import { expect, test } from 'vitest';
import { tryHostileCap } from '../chaos/cap.ts';

test('a hundred thousand hostile messages: no crash, none slower than 250 ms', async () => {
  expect(await tryHostileCap(100_000, 11, 'controller/demo/data/cap')).toMatchObject({ crashes: 0, hangs: 0, found: undefined });
});
