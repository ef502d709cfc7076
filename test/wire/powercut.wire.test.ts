// Some cuts of `npm run chaos -- powercut`: a box loses nothing that anybody was told, and the laboratory sees when it would.
import { expect, test } from 'vitest';
import { compiler } from '../chaos/powercut/shadow.ts';
import { cutPower } from '../chaos/powercut.ts';

const cc = compiler();
const some = { cuts: 40, boots: 1, seconds: 9, seed: 4, of: ['box'] as const };

test.skipIf(!cc)(
  'a box whose power goes at any operation on its disk comes up with all that was told of it [needs cc]',
  async () => {
    const result = await cutPower(cc ?? '', some);
    expect(result.found).toEqual([]);
    expect(result).toMatchObject({ cuts: 40, lost: 0, twice: 0, broken: 0, boots: 1 });
    expect(result.seen).toMatchObject({ enrolled: 1, row: expect.any(Number), sounding: expect.any(Number) });
  },
  180_000,
);

test.skipIf(!cc)(
  'on a card that does not sync databases rows are lost, and that is told [needs cc]',
  async () => {
    const { lost, found } = await cutPower(cc ?? '', { ...some, boots: 0, lie: 'databases' });
    expect(lost).toBeGreaterThan(0);
    expect(found.some((line) => line.includes('lost: row'))).toBe(true);
  },
  180_000,
);
