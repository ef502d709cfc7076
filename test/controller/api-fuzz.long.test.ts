// The same questions to the REST door, many more of them.
import { expect, test } from 'vitest';
import { askAll, askStrangers, openDoor } from './api-asks.ts';

const runs = Number(process.env['LOA_FUZZ'] ?? 150);

test.each([1, 2, 3])('by seed %s no route is answered with a fault of ours', async (seed) => {
  const door = await openDoor();
  try {
    expect((await askAll(door, runs, seed)).broken).toEqual([]);
    expect((await askStrangers(door, runs, seed)).broken).toEqual([]);
  } finally {
    await door.built.stop();
  }
});
