// Runs tests by file and title with the project's own runner of tests, in processes of their own, and reads what became of each.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Proof } from './fault.ts';
import { patternOf, type RanTest, testsOf, verdictOfTests } from './judge.ts';

type TestProof = Extract<Proof, { kind: 'test' }>;

/** As vitest's JSON reporter writes it (the form of Jest's). */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** Every proof's tests once; files with something that failed are run a second time, alone. */
export async function runTests(
  proofs: readonly TestProof[],
  say: (line: string) => void,
): Promise<{ readonly ran: readonly RanTest[]; readonly secondTries: number }> {
  const [long, short] = [proofs.filter(isLong), proofs.filter((proof) => !isLong(proof))];
  const ran = [...(await runOnce(short, [])), ...(await runOnce(long, ['--mode', 'long']))];
  const again = new Set(proofs.filter((proof) => verdictOfTests(testsOf(proof, ran)).result === 'failed').map(({ file }) => file));
  const kept = ran.filter(({ file }) => !again.has(file));
  for (const file of again) {
    say(`a second try, alone: ${file}`);
    const own = proofs.filter((proof) => proof.file === file);
    kept.push(...(await runOnce(own, own.some(isLong) ? ['--mode', 'long'] : [])));
  }
  return { ran: kept, secondTries: again.size };
}

const isLong = ({ file }: TestProof) => file.endsWith('.long.test.ts');

async function runOnce(proofs: readonly TestProof[], mode: readonly string[]): Promise<RanTest[]> {
  if (proofs.length === 0) return [];
  const dir = mkdtempSync(join(tmpdir(), 'loa-table-'));
  try {
    const out = join(dir, 'ran.json');
    const files = [...new Set(proofs.map(({ file }) => file))];
    const titles = [...new Set(proofs.map(({ title }) => patternOf(title)))].join('|');
    const wish = ['-t', `(^| )(${titles})( |$)`, '--reporter=json', `--outputFile=${out}`];
    await ended(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...mode, ...wish, ...files]);
    return read(out);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What it says goes with the errors: the last line of this program's own words is read by machines. */
function ended(words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

/** Nothing when the runner died before it could write: then no test was run. */
function read(out: string): RanTest[] {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(out, 'utf8')) as Report;
  } catch {
    return [];
  }
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status, failureMessages }) => ({
      file: relative('.', name),
      titles: [...ancestorTitles, title],
      state: status === 'passed' ? ('passed' as const) : status === 'failed' ? ('failed' as const) : ('skipped' as const),
      message: (failureMessages?.[0] ?? '').split('\n').slice(0, 3).join(' · '),
    })),
  );
}
