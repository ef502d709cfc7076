// The acceptance record: twelve lines in their order, whatever was looked at.
import { expect, test } from 'vitest';
import { acceptanceLines, acceptanceRecord, accepted } from '../../schemas/acceptance.ts';

const answers = { toneHeard: true, by: 'ky-thuat' };
const value = (checks: readonly unknown[], said: unknown = answers) => {
  const made = acceptanceRecord(checks, said);
  if (!made.ok) throw new Error(`${made.problem.path}: ${made.problem.detail}`);
  return made.value;
};

test('lines come in their order, and what nobody looked at is unknown', () => {
  const record = value([
    { line: 'amplifier', result: 'pass', value: '1,2 A' },
    { line: 'power', result: 'pass' },
  ]);
  expect(record.checks.map(({ line }) => line)).toEqual(acceptanceLines);
  expect(record.checks.filter(({ result }) => result === 'pass').map(({ line }) => line)).toEqual(['power', 'amplifier', 'tone']);
  expect(record.checks.filter(({ result }) => result === 'unknown')).toHaveLength(9);
  expect(accepted(record)).toBe(true);
});

test('the line of the tone is what the technician heard, whatever the page says', () => {
  const record = value([{ line: 'tone', result: 'pass', value: '78 dB' }], { ...answers, toneHeard: false });
  expect(record.checks.find(({ line }) => line === 'tone')).toEqual({ line: 'tone', result: 'fail', reason: '', value: '78 dB' });
  expect(accepted(record)).toBe(false);
});

test('a photo or a position fills the line of the place', () => {
  const placed = value([], { ...answers, position: { latitude: 21.7, longitude: 105.4 } });
  expect(placed.checks.at(-1)).toMatchObject({ line: 'place', result: 'pass' });
  expect(value([]).checks.at(-1)).toMatchObject({ line: 'place', result: 'unknown' });
});

test.each([
  [
    'a line twice',
    [
      { line: 'card', result: 'pass' },
      { line: 'card', result: 'fail' },
    ],
    answers,
    '/checks/1/line',
  ],
  ['a line nobody knows', [{ line: 'moon', result: 'pass' }], answers, '/checks/0/line'],
  ['a word that is too long', [{ line: 'card', result: 'pass', reason: 'x'.repeat(121) }], answers, '/checks/0/reason'],
  ['thirteen lines', Array.from({ length: 13 }, () => ({ line: 'card', result: 'pass' })), answers, '/checks'],
  ['no name', [], { toneHeard: true, by: '  ' }, '/answers/by'],
  ['no answer', [], { by: 'ky-thuat' }, '/answers/toneHeard'],
  ['a place beside the earth', [], { ...answers, position: { latitude: 91, longitude: 0 } }, '/answers/position/latitude'],
])('%s is one problem with its path', (_, checks, said, path) => {
  expect(acceptanceRecord(checks, said)).toMatchObject({ ok: false, problem: { code: 'bad-input', path } });
});
