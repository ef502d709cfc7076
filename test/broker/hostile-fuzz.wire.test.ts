// Two thousand hostile packets in several streams; a hundred thousand in hostile.long.test.ts.
import { expect, it } from 'vitest';
import { fuzzBroker } from '../wire/hostile-fuzz.ts';

it('holds against two thousand packets and all the broken ones between them', async () => {
  const seed = Number(process.env['LOA_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const facts = await fuzzBroker(seed, 2000).catch((error: Error) => expect.fail(`LOA_FUZZ_SEED=${seed}: ${error.stack}`));
  console.log(JSON.stringify(facts));
  expect(facts.passed).toBeGreaterThanOrEqual(2000);
  expect(Object.keys(facts.refused)).toEqual(expect.arrayContaining(['malformed', 'qos-2', 'subscribe']));
});
