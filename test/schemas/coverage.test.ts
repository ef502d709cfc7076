import { expect, test } from 'vitest';
import { type CoveredTemplate, coverage } from '../../schemas/coverage.ts';

const clusters = [
  { id: 'trung-tam', languages: ['vi'] },
  { id: 'ban-tay', languages: ['tyz', 'vi-VN'] },
  { id: 'ban-mong', languages: ['hmn'] },
];
function template(speech: Record<string, boolean>): CoveredTemplate {
  return { id: 'lu-quet', hazard: 'flash-flood', speech: Object.entries(speech).map(([language, recorded]) => ({ language, recorded })) };
}

test.each([
  // speech (true: recorded)                 machine   vi          tyz          hmn         Vietnamese instead  siren alone
  [{ vi: true, tyz: true, hmn: true }, ['vi'], 'recorded', 'recorded', 'recorded', [], []],
  [{ vi: false, tyz: true, hmn: false }, ['vi'], 'machine', 'recorded', 'silent', ['ban-mong'], []],
  [{ vi: true }, [], 'recorded', 'missing', 'missing', ['ban-mong'], []],
  [{ vi: false }, [], 'silent', 'missing', 'missing', [], ['trung-tam', 'ban-tay', 'ban-mong']],
  [{ hmn: true }, ['vi'], 'missing', 'missing', 'recorded', [], ['trung-tam', 'ban-tay']],
] as const)('%j, machine %j', (speech, machine, vi, tyz, hmn, instead, siren) => {
  const [row] = coverage([template(speech)], clusters, machine);
  expect(row?.cells.map(({ language, state }) => [language, state])).toEqual([
    ['vi', vi],
    ['tyz', tyz],
    ['hmn', hmn],
  ]);
  expect([row?.vietnameseInstead, row?.sirenAlone]).toEqual([instead, siren]);
});

test('a cell names the clusters that list its language, whatever region they write', () => {
  const [row] = coverage([template({ vi: true })], clusters, []);
  expect(row?.cells[0]).toEqual({ language: 'vi', state: 'recorded', clusters: ['trung-tam', 'ban-tay'] });
});

test('no clusters, no cells; no templates, no rows', () => {
  expect(coverage([template({ vi: true })], [], [])[0]?.cells).toEqual([]);
  expect(coverage([], clusters, ['vi'])).toEqual([]);
});
