// The gate of known holes: what counts, what is borne, and that no answer is no pass.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const file = join(resolve(import.meta.dirname, '../..'), 'hardware/package/audit.mjs');
const { verdictOf, reportIn } = await import(pathToFileURL(file).href);

const hole = (severity: string, id: string) => ({ source: 1, name: 'p', title: 't', url: `https://github.com/advisories/${id}`, severity });
const report = (...via: unknown[]) => ({ vulnerabilities: { p: { via }, q: { via: ['p', ...via] } }, metadata: { vulnerabilities: {} } });

test('nothing found is a pass, and a grave hole is not, told once', () => {
  expect(verdictOf(report(), '2026-11-29')).toMatchObject({ asked: true, faults: [], lesser: 0 });
  expect(verdictOf(report(hole('high', 'GHSA-1'), hole('moderate', 'GHSA-2')), '2026-11-29')).toMatchObject({
    faults: ['high  p: t (GHSA-1)'],
    lesser: 1,
  });
  expect(verdictOf(report(hole('never heard of', 'GHSA-3')), '2026-11-29').faults).toHaveLength(1);
});

test('a hole is borne until its day and not a day longer', () => {
  const borne = { 'GHSA-1': { why: 'not reached', until: '2026-12-31' } };
  expect(verdictOf(report(hole('critical', 'GHSA-1')), '2026-12-31', borne)).toMatchObject({
    faults: [],
    borne: [expect.stringContaining('not reached')],
  });
  expect(verdictOf(report(hole('critical', 'GHSA-1')), '2027-01-01', borne).faults).toHaveLength(1);
});

test('a registry that cannot be asked is told as that, never as a pass', () => {
  const refused = { message: '405 Method Not Allowed', error: { summary: '', detail: '' } };
  for (const answer of [refused, {}, null, [], { vulnerabilities: {} }, reportIn(''), reportIn('npm error network')])
    expect(verdictOf(answer, '2026-11-29')).toMatchObject({ asked: false, reason: expect.stringMatching(/./) });
});
