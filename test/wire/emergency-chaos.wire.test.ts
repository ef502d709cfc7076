// A few rows of `npm run chaos -- emergency`, those that take seconds: the others run by that command.
import { expect, test } from 'vitest';
import { has } from '../chaos/emergency/programs.ts';
import { rows } from '../chaos/emergency.ts';

const quick = [
  'duplicate-100',
  'clear-before-order',
  'killed-cleared',
  'boot-without-state',
  'voice-9-phrase',
  'certificate-expired',
  'files-exhausted',
];

test('every row of the table has a name of its own', () => {
  const names = rows.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(quick));
});

const chosen = rows.filter(({ name }) => quick.includes(name));
for (const row of chosen) {
  const missing = (row.needs ?? []).filter((need) => !has(need));
  const name = `${row.name}: ${row.done}: ${row.holds}${missing.map((need) => ` [needs ${need}]`).join('')}`;
  test.skipIf(missing.length > 0)(name, { timeout: 60_000 }, async () => {
    expect(await row.run()).toMatch(/./);
  });
}
