// The last page of `npm test`: what held, on which doors, what was left out and why, where to look and listen.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { artifacts, type RunFacts } from './tell.ts';

const packageOf: Readonly<Record<string, string>> = {
  aplay: 'alsa-utils',
  opusdec: 'opus-tools',
  opusenc: 'opus-tools',
  postgres: 'postgresql',
  sfdisk: 'fdisk',
  'mkfs.vfat': 'dosfstools',
  mke2fs: 'e2fsprogs',
  cc: 'g++',
};

/** So many failures are told in words at the end; more than this have one cause. */
const mostFailures = 20;

interface Failure {
  readonly name: string;
  /** On one line; the seed of a property is in it. */
  readonly message: string;
}

interface FailedFile {
  readonly project: string;
  readonly file: string;
}

interface Count {
  passed: number;
  failed: number;
  readonly failures: Failure[];
  readonly leftOut: TestCase[];
  readonly failedFiles: FailedFile[];
  readonly slow: { readonly name: string; readonly ms: number }[];
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return String(message ?? error)
    .replace(/\s*\n\s*/g, ' · ')
    .slice(0, 600);
}

function failedFile(module: TestModule): FailedFile {
  return { project: module.project.name, file: relative('.', module.moduleId) };
}

/** The file that ran when something failed outside any test; the runner notes it on the error. */
function fileOf(error: unknown, modules: readonly TestModule[]): FailedFile | undefined {
  const path = (error as { readonly VITEST_TEST_PATH?: unknown } | null)?.VITEST_TEST_PATH;
  const module = modules.find(({ moduleId }) => moduleId === path);
  return module && failedFile(module);
}

function count(modules: readonly TestModule[]): Count {
  const seen: Count = { passed: 0, failed: 0, failures: [], leftOut: [], failedFiles: [], slow: [] };
  for (const module of modules) {
    if (!module.ok()) seen.failedFiles.push(failedFile(module));
    const fail = (what: string, errors: readonly unknown[]): void => {
      seen.failed++;
      seen.failures.push({ name: `${relative('.', module.moduleId)} › ${what}`, message: messageOf(errors[0]) });
    };
    if (module.errors().length > 0) fail('the file', module.errors());
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result();
      if (state === 'passed') seen.passed++;
      else if (state === 'failed') fail(test.fullName, errors);
      else seen.leftOut.push(test);
      seen.slow.push({ name: `${relative('.', module.moduleId)} › ${test.name}`, ms: test.diagnostic()?.duration ?? 0 });
    }
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) fail(suite.fullName, suite.errors());
  }
  return seen;
}

function readFacts(): RunFacts[] {
  const folder = join(artifacts, 'facts');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunFacts);
}

function* keptFiles(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* keptFiles(path);
    else if (/\.(wav|png)$/.test(entry.name)) yield path;
  }
}

function tableLines(facts: readonly RunFacts[], since: number): string[] {
  const lines: string[] = [];
  const invariants = facts.flatMap((one) => one.invariants ?? []);
  if (invariants.length > 0) {
    const width = Math.max(...invariants.map((one) => one.name.length));
    lines.push('', `${'Invariant'.padEnd(width)}  ${'scripts'.padStart(9)}  violations`);
    for (const { name, scripts, violations } of invariants)
      lines.push(`${name.padEnd(width)}  ${String(scripts).padStart(9)}  ${violations}`);
  }
  const doors = new Map(facts.flatMap((one) => one.doors ?? []).map((one) => [`${one.door}: ${one.how}`, one]));
  if (doors.size > 0) lines.push('', `Doors       ${[...doors.keys()].sort().join(' · ')}`);
  const figures = facts.flatMap((one) => Object.entries(one.figures ?? {}));
  if (figures.length > 0) lines.push('', ...figures.map(([name, value]) => `${name}: ${value}`));
  const kept = [...keptFiles(artifacts)].filter((path) => statSync(path).mtimeMs >= since);
  const folders = new Map<string, number>();
  for (const folder of kept.map((path) => relative('.', dirname(path)))) folders.set(folder, (folders.get(folder) ?? 0) + 1);
  const folderLines = [...folders].sort().map(([folder, files]) => `  ${String(files).padStart(4)} in ${folder}/`);
  if (kept.length > 0) lines.push('', 'To hear and to see', ...folderLines);
  return lines;
}

/** What failed, once more and last: whoever reads only the end of a long run reads this. */
function failedLines(all: readonly Failure[]): string[] {
  if (all.length === 0) return [];
  return ['', 'Failed', ...all.slice(0, mostFailures).flatMap(({ name, message }) => [`  ${name}`, `      ${message}`])];
}

function leftOutLines(leftOut: readonly TestCase[]): string[] {
  if (leftOut.length === 0) return [];
  const needed = new Set<string>();
  const lines = leftOut.map((test) => {
    const needs = /\[needs ([^\]]+)\]/.exec(test.fullName)?.[1]?.split(/[ ,]+/) ?? [];
    for (const program of needs) needed.add(packageOf[program] ?? program);
    return `  ${test.fullName}`;
  });
  const apt = needed.size > 0 ? [`  to run them: sudo apt-get install -y --no-install-recommends ${[...needed].sort().join(' ')}`] : [];
  return ['', 'Left out', ...lines, ...apt];
}

export default class ClosingReporter implements Reporter {
  private started = 0;

  onTestRunStart(): void {
    this.started = Date.now();
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const seen = count(modules);
    const strict = process.env['CI'] === 'true' && process.argv.every((argument) => !/^-t|--testNamePattern/.test(argument));
    const failed = seen.failed + errors.length + (strict ? seen.leftOut.length : 0);
    if (failed > 0) process.exitCode = 1;
    const elsewhere = errors.map((error) => fileOf(error, modules));
    const others = elsewhere.filter((file) => file === undefined).length + (strict ? seen.leftOut.length : 0);
    const files = [...seen.failedFiles, ...elsewhere.filter((file) => file !== undefined)];
    const distinct = [...new Map(files.map((one) => [one.file, one])).values()];
    if (failed > 0) writeFileSync(join(artifacts, 'failed.json'), JSON.stringify({ files: distinct, others }));
    const slowest = seen.slow.sort((a, b) => b.ms - a.ms).slice(0, 5);
    const lines = [
      ...tableLines(readFacts(), this.started),
      ...leftOutLines(seen.leftOut),
      '',
      'Slowest',
      ...slowest.map(({ name, ms }) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`),
      ...failedLines([
        ...seen.failures,
        ...errors.map((error, n) => ({ name: `${elsewhere[n]?.file ?? ''} › outside any test`, message: messageOf(error) })),
      ]),
      '',
      `${seen.passed} passed, ${failed} failed`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
