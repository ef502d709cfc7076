// More of `npm run chaos -- powercut`: a centre under writes, and cards that lie about it and about a box's files.
import { expect, test } from 'vitest';
import { compiler } from '../chaos/powercut/shadow.ts';
import { cutPower } from '../chaos/powercut.ts';

const cc = compiler();
const some = { cuts: 80, boots: 2, seconds: 16, seed: 2 };

test.skipIf(!cc)('a centre whose power goes at any operation on its disk has all that it said yes to [needs cc]', async () => {
  const result = await cutPower(cc ?? '', { ...some, of: ['centre'] });
  expect(result.found).toEqual([]);
  expect(result).toMatchObject({ cuts: 80, lost: 0, twice: 0, broken: 0, boots: 2 });
  expect(result.seen['accepted']).toBeGreaterThan(20);
  expect(result.seen['acknowledged']).toBeGreaterThan(20);
});

test.skipIf(!cc).each([
  ['centre', 'databases'],
  ['centre', 'files'],
  ['box', 'files'],
  ['box', 'all'],
] as const)('a %s on a card that lies about %s loses, and that is told [needs cc]', async (of, lie) => {
  const result = await cutPower(cc ?? '', { ...some, boots: 0, lie, of: [of] });
  expect(result.lost).toBeGreaterThan(0);
});
