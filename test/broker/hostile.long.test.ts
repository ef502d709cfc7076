// A hundred thousand hostile packets: npm run test:long -- test/broker/hostile. LOA_FUZZ_SEED repeats a run.
import { expect, it } from 'vitest';
import { fuzzBroker } from '../wire/hostile-fuzz.ts';

it('holds against a hundred thousand packets and all the broken ones between them', async () => {
  const seed = Number(process.env['LOA_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const facts = await fuzzBroker(seed, 100_000).catch((error: Error) => expect.fail(`LOA_FUZZ_SEED=${seed}: ${error.stack}`));
  console.log(JSON.stringify(facts));
  expect(facts.passed).toBeGreaterThanOrEqual(100_000);
});
