// One target under the coverage-guided fuzzer: a child process, what it found in a folder, what it says as figures.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const targets = ['envelope', 'want', 'order', 'cap', 'mqtt', 'sign', 'at', 'boot'] as const;
export type Target = (typeof targets)[number];

export interface FuzzResult {
  readonly target: string;
  readonly seconds: number;
  readonly runs: number;
  /** Edges reached by the seeds alone, and at the end. */
  readonly covFirst: number;
  readonly cov: number;
  /** libFuzzer's features: edges with how often they were passed. */
  readonly features: number;
  readonly corpus: number;
  readonly perSecond: number;
  readonly rssMb: number;
  readonly findings: readonly string[];
}

/** Inputs longer than this teach nothing new. */
const inputBytesMax = 8_192;
const rssMbMax = 2_048;
/** Of the wall: an input that never ends is ended. */
const hangMs = 20_000;

/** Where the package's program lies; undefined where it is not installed or has no native part for this machine. */
export async function fuzzer(root: string): Promise<string | undefined> {
  const require = createRequire(join(root, 'package.json'));
  try {
    const path = require.resolve('@jazzer.js/core/dist/cli.js');
    const probe = spawn(process.execPath, ['-e', "require('@jazzer.js/core')"], { cwd: root, stdio: 'ignore' });
    return (await ended(probe)) === 0 ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Fuzz for so many seconds, or only try what is in the corpus (0). What was learnt stays in `work` for the next run. */
export async function runTarget(root: string, program: string, target: string, seconds: number, tell: (line: string) => void) {
  const work = join(root, 'artifacts/fuzz', target);
  const learnt = join(work, 'corpus');
  const found = join(work, 'found');
  for (const folder of [learnt, found]) mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(found));
  const seeds = join(root, 'test/fuzz/corpus', target);
  const flags = [`-artifact_prefix=${found}/`, `-rss_limit_mb=${rssMbMax}`, `-max_len=${inputBytesMax}`, '-print_final_stats=1'];
  const limit = seconds > 0 ? `-max_total_time=${seconds}` : '-runs=0';
  const bundle = join(root, 'dist/fuzz', `${target}.js`);
  const corpora = [learnt, ...(existsSync(seeds) ? [seeds] : [])];
  const words = [program, bundle, ...corpora, '-i', 'dist/fuzz/', '--sync', '--timeout', String(hangMs), '--', ...flags, limit];
  const startedMs = performance.now();
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const figures = new Figures();
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        figures.read(line);
        tell(line);
      }
    });
  }
  const code = await ended(child);
  const findings = readdirSync(found).filter((name) => !before.has(name));
  const took = (performance.now() - startedMs) / 1000;
  if (code !== 0 && findings.length === 0) findings.push(`ended with ${code}`);
  return figures.result(target, took, findings);
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((done) => child.on('error', () => done(127)).on('close', (code) => done(code ?? 1)));
}

/** Reads libFuzzer's lines: `#123  NEW  cov: 45 ft: 67 corp: 8/90b …` and `stat::NAME: N`. */
export class Figures {
  #covFirst = 0;
  #cov = 0;
  #features = 0;
  #corpus = 0;
  #runs = 0;
  #rssMb = 0;

  read(line: string): void {
    const at = /^#(\d+)\t?\s*(\w+).*?cov: (\d+) ft: (\d+) corp: (\d+)/.exec(line);
    if (at) {
      const [, runs, event, cov, features, corpus] = at;
      if (event === 'INITED') this.#covFirst = Number(cov);
      this.#cov = Number(cov);
      this.#features = Number(features);
      this.#corpus = Number(corpus);
      this.#runs = Math.max(this.#runs, Number(runs));
    }
    const stat = /stat::(\w+):\s+(\d+)/.exec(line);
    if (stat?.[1] === 'number_of_executed_units') this.#runs = Number(stat[2]);
    if (stat?.[1] === 'peak_rss_mb') this.#rssMb = Number(stat[2]);
  }

  result(target: string, seconds: number, findings: readonly string[]): FuzzResult {
    return {
      target,
      seconds: Math.round(seconds * 10) / 10,
      runs: this.#runs,
      covFirst: this.#covFirst,
      cov: this.#cov,
      features: this.#features,
      corpus: this.#corpus,
      perSecond: Math.round(this.#runs / Math.max(0.1, seconds)),
      rssMb: this.#rssMb,
      findings,
    };
  }
}
