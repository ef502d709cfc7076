// Random lives with power cuts at any point, held to every promise of DESIGN §8; and proof that a broken rule is noticed.
import { expect, test } from 'vitest';
import { type Break, breaks, simulate } from './sim.ts';

/** Boards made a life half as long again; thousands of them are `npm run sim`'s. Moves with the day when asked for, so that CI looks further; fixed otherwise, so that a failure repeats. */
const seed = Number(process.env['SIM_SEED'] ?? 20_261_123);

test('no promise is broken in 300 random lives', { timeout: 900_000 }, () => {
  const { cases, found } = simulate(300, seed);
  expect(found && { ...found, script: JSON.stringify(found.script) }).toBeNull();
  expect(cases).toBe(300);
});

const promises: Record<Break, string> = {
  'early-amp': '2',
  'double-receipt': '3',
  replay: '5',
  silence: '0',
  'loud-service': '7',
  'deaf-mute': '7',
  battery: '7',
  overrun: '4',
  'any-tone': '4',
};

for (const name of Object.keys(breaks) as Break[])
  test(`a box with the rule ${name} broken is found out and its script is shrunk`, { timeout: 600_000 }, () => {
    const { violations, found } = simulate(400, 7, name);
    expect(violations).toBe(1);
    expect(found?.violation.invariant[0]).toBe(promises[name]);
    expect(found?.script.acts.length).toBeLessThanOrEqual(3);
  });
