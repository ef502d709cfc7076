// Every target under the coverage-guided fuzzer: npm run test:long -- test/fuzz. LOA_FUZZ_SECONDS says for how long each.
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzzer, runTarget, targets } from './run.ts';

const root = resolve(import.meta.dirname, '../..');
const seconds = Number(process.env['LOA_FUZZ_SECONDS'] ?? 60);
const program = await fuzzer(root);

describe.skipIf(program === undefined)('coverage-guided fuzzing, where the native part of its package loads (glibc 2.38)', () => {
  it.each(targets)('%s holds, and its coverage grows', async (target) => {
    const lines: string[] = [];
    const result = await runTarget(root, program ?? '', target, seconds, (line) => lines.push(line));
    console.log(JSON.stringify(result));
    expect(result.findings, lines.filter((line) => /Error|Exception/.test(line)).join('\n')).toEqual([]);
    expect(result.covFirst).toBeGreaterThan(50);
    expect(result.runs).toBeGreaterThan(seconds);
    // What an earlier run learnt is where this one begins.
    expect(result.cov).toBeGreaterThanOrEqual(result.covFirst);
  });
});
