// npm run bench -- all: every bench with its own sizes, one after another, and with `--report docs` the page of their figures.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { catalogue } from './parts/catalogue.ts';
import type { Bench } from './parts/figures.ts';
import { type Machine, machineHere } from './parts/machine.ts';
import { type BenchRun, judgeFigure, merged, type Report, reportFiles } from './parts/report.ts';

const usage = `npm run bench -- all [--only NAME,NAME] [--quick] [--report docs|FOLDER] [--json]
NAME: ${catalogue.map(({ name }) => name).join(', ')}
--report docs   write controller/docs/benchmarks.md, its pictures and its lines; benches left out keep what stands there
--report-only   run nothing, make the page again from the lines that are there
--quick         smaller sizes; such figures are marked and are not the product's`;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    report: { type: 'string' },
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const benches = dirname(fileURLToPath(import.meta.url));
/** The longest has ten minutes and more of its own; a bench that hangs must not hold up the others for ever. */
const withinMs = 90 * 60_000;
const told = 4_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const names = values.only.split(',').filter(Boolean);
  const unknown = names.filter((name) => !catalogue.some((one) => one.name === name));
  if (values.help || unknown.length > 0) {
    console.error(unknown.length > 0 ? `no bench ${unknown.join(', ')}\n${usage}` : usage);
    return values.help ? 0 : 2;
  }
  const chosen = catalogue.filter(
    ({ name, quick }) => (names.length === 0 || names.includes(name)) && !(values.quick && quick === undefined),
  );
  const machine = machineHere();
  const runs: BenchRun[] = [];
  const folder = values.report === 'docs' ? 'controller/docs' : values.report;
  if (folder !== undefined && values['report-only']) write(folder, []);
  else
    for (const bench of chosen) {
      const run = await runBench(bench, machine);
      runs.push(run);
      if (!values.json) console.log(`${bench.name}: ${run.failed ?? summary(bench, run)} (${run.seconds} s)`);
      // Written after each: hours of measuring are not lost with the last one.
      if (folder !== undefined) write(folder, [run]);
    }
  const missed = runs.flatMap((run) => missedOf(run));
  const failed = runs.filter(({ failed: why }) => why !== undefined).map(({ name }) => name);
  console.log(
    JSON.stringify({ name: 'all', quick: values.quick, ran: runs.length - failed.length, failed, missed, report: folder ?? null }),
  );
  return failed.length > 0 ? 1 : 0;
}

async function runBench({ name, quick = [] }: Bench, machine: Machine): Promise<BenchRun> {
  const words = values.quick ? quick : [];
  const [startedAt, before, fromMs] = [new Date().toISOString(), loadNow(), performance.now()];
  const { code, out, err } = await output([join(benches, `${name}.js`), '--json', ...words]);
  const line = lastJson(out);
  const seconds = Math.round((performance.now() - fromMs) / 100) / 10;
  const run = {
    name,
    startedAt,
    seconds,
    words: ['--json', ...words],
    quick: words.length > 0,
    load: [before, loadNow()] as const,
    machine,
  };
  if (code === 0 && line) return { ...run, line };
  return { ...run, failed: `ended with ${code}: ${(err || out).trim().split('\n').slice(-3).join(' ').slice(-600)}` };
}

function output(args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = `${err}${text}`.slice(-told);
    });
    child.on('error', (error) => resolve({ code: 127, out, err: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

function lastJson(out: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function write(folder: string, fresh: readonly BenchRun[]): void {
  const file = join(folder, 'benchmarks.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
  const report = merged(before, fresh);
  const pictures = join(folder, 'benchmarks');
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  for (const [name, text] of reportFiles(report)) writeFileSync(join(folder, name), text);
}

function missedOf({ name, line }: BenchRun): string[] {
  const bench = catalogue.find((one) => one.name === name);
  return (bench?.figures ?? []).flatMap((figure) => (judgeFigure(line, figure) === 'missed' ? [`${name}: ${figure.says}`] : []));
}

function summary({ figures }: Bench, { line }: BenchRun): string {
  return figures.map((figure) => `${figure.says} ${judgeFigure(line, figure)}`).join('; ');
}

function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
