// The page of the benches from the lines they printed: tables, pictures, and what was missed. Pure; the same lines make the same page.
import { numberText } from '../../plots/axis.ts';
import { type BarGroup, plotBars } from '../../plots/bars.ts';
import { catalogue } from './catalogue.ts';
import { type Bench, barOf, type Figure, valueAt } from './figures.ts';
import type { Machine } from './machine.ts';

/** One bench as it was run. */
export interface BenchRun {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly words: readonly string[];
  /** Smaller than a bench's own sizes: no figure of it is the product's. */
  readonly quick: boolean;
  /** Load average over a minute, before and after. */
  readonly load: readonly [before: number, after: number];
  readonly machine: Machine;
  /** Its last line; absent where it failed. */
  readonly line?: Readonly<Record<string, unknown>>;
  readonly failed?: string;
}

export interface Report {
  readonly version: 1;
  readonly runs: readonly BenchRun[];
}

export type Judged = 'reached' | 'missed' | 'no bar' | 'not measured';

export function judgeFigure(line: unknown, { at, atMost, atLeast }: Figure): Judged {
  const value = valueAt(line, at);
  if (value === undefined) return 'not measured';
  const [most, least] = [barOf(line, atMost), barOf(line, atLeast)];
  if (most === undefined && least === undefined) return 'no bar';
  return (most === undefined || value <= most) && (least === undefined || value >= least) ? 'reached' : 'missed';
}

/** Runs of one report, newer ones in the place of older ones, in the catalogue's order. */
export function merged(before: Report | undefined, fresh: readonly BenchRun[]): Report {
  const runs = new Map([...(before?.runs ?? []), ...fresh].map((run) => [run.name, run]));
  return { version: 1, runs: catalogue.flatMap(({ name }) => runs.get(name) ?? []) };
}

/** Files of a report by name, besides the lines themselves. */
export function reportFiles(report: Report): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const run of report.runs) {
    const picture = pictureOf(run);
    if (picture) files.set(`benchmarks/${run.name}.svg`, picture);
  }
  files.set('benchmarks.md', pageOf(report, new Set(files.keys())));
  return files;
}

function benchOf({ name }: BenchRun): Bench {
  const bench = catalogue.find((one) => one.name === name);
  if (!bench) throw new Error(`no bench ${name}`);
  return bench;
}

function pictureOf(run: BenchRun): string | undefined {
  const { line, quick } = run;
  const bench = benchOf(run);
  const groups = bench.figures.flatMap((figure): BarGroup[] => {
    const value = valueAt(line, figure.at);
    // Nothing lost is nothing to draw.
    if (value === undefined || (value === 0 && (figure.peers ?? []).length === 0)) return [];
    const peers = (figure.peers ?? []).flatMap(({ name, at }) => {
      const other = valueAt(line, at);
      return other === undefined ? [] : [{ name, value: other }];
    });
    const target = targetOf(line, figure);
    return [
      {
        ...{ title: figure.says, unit: figure.unit, bars: [{ name: 'Loa', value, own: true }, ...peers] },
        missed: judgeFigure(line, figure) === 'missed',
        ...(target && { target }),
      },
    ];
  });
  if (groups.length === 0) return undefined;
  return plotBars({
    title: bench.title,
    subtitle: `${run.startedAt.slice(0, 10)}${quick ? ' · a quick run, smaller than the bench’s own sizes' : ''}`,
    groups,
  });
}

function targetOf(line: unknown, { atMost, atLeast }: Figure): BarGroup['target'] {
  const [most, least] = [barOf(line, atMost), barOf(line, atLeast)];
  const value = most ?? least;
  return value === undefined || value === 0
    ? undefined
    : { value, says: `${most === undefined ? 'at least' : 'at most'} ${numberText(value)}` };
}

function pageOf({ runs }: Report, pictures: ReadonlySet<string>): string {
  const newest = [...runs].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
  const absent = catalogue.filter(({ name }) => !runs.some((run) => run.name === name));
  return [
    '# Benchmarks',
    '',
    '<!-- Made by a program from benchmarks.json beside it; changes by hand are lost. -->',
    'Each bench prints one line of JSON; this page and its pictures are made of those lines, which lie beside it in `controller/docs/benchmarks.json`.',
    'To measure again on your machine and make the page anew: `npm run bench -- all --report docs`. Peers ran on the same machine in the same run.',
    'A figure that misses its bar is shown as missed.',
    '',
    ...(newest ? machineTable(newest.machine) : ['Nothing was measured yet.', '']),
    '## All figures',
    '',
    '| Bench | Figure | Measured | Bar | |',
    '|---|---|---|---|---|',
    ...catalogue.flatMap(({ name, title }) => {
      const run = runs.find((one) => one.name === name);
      return run ? rowsOf(run) : [`| [${name}](#${name}) | ${title} | not run | | |`];
    }),
    '',
    ...runs.flatMap((run) => sectionOf(run, newest?.machine, pictures.has(`benchmarks/${run.name}.svg`))),
    ...absent.flatMap(({ name, title }) => [`## ${name}`, '', `${title}. Not run yet: \`npm run bench -- ${name} --json\`.`, '']),
  ].join('\n');
}

function machineTable({ processor, cores, memoryGb, system, kernel, node, sqlite, programs }: Machine): string[] {
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  return [
    '| The machine | |',
    '|---|---|',
    `| Processor | ${cell(processor)}, ${cores} cores |`,
    `| Memory | ${memoryGb} GB |`,
    `| System | ${cell(system)}, ${cell(kernel)} |`,
    `| Node, SQLite | ${node}, ${cell(sqlite)} |`,
    `| Peers and programs | ${versions.map(cell).join(', ') || 'none'} |`,
    '',
  ];
}

function rowsOf(run: BenchRun): string[] {
  const { name, line, quick } = run;
  return benchOf(run).figures.map((figure) => {
    const judged = judgeFigure(line, figure);
    const verdict = { reached: '✓', missed: '**missed**', 'no bar': '', 'not measured': line ? 'not measured here' : 'failed' }[judged];
    return `| [${name}](#${name}) | ${cell(figure.says)} | ${measured(line, figure.at, figure.unit)} | ${barText(line, figure)} | ${[verdict, ...(quick ? ['quick'] : [])].filter(Boolean).join(', ')} |`;
  });
}

function measured(line: unknown, at: string, unit: string): string {
  const value = valueAt(line, at);
  return value === undefined ? '–' : `${value}${unit === '' ? '' : ` ${unit}`}`;
}

function barText(line: unknown, { atMost, atLeast, unit }: Figure): string {
  const [most, least] = [barOf(line, atMost), barOf(line, atLeast)];
  const value = most ?? least;
  return value === undefined ? '' : `${most === undefined ? '≥' : '≤'} ${value}${unit === '' ? '' : ` ${unit}`}`;
}

function sectionOf(run: BenchRun, newest: Machine | undefined, drawn: boolean): string[] {
  const { name, line, startedAt, seconds, load, words, quick, failed, machine } = run;
  const { title, figures } = benchOf(run);
  const command = ['npm run bench --', name, ...words].join(' ');
  const peers = figures.filter(({ peers: others = [] }) => others.length > 0);
  const other =
    JSON.stringify(machine) === JSON.stringify(newest)
      ? ''
      : ` On another machine: ${cell(machine.processor)}, ${machine.cores} cores, ${machine.node}.`;
  return [
    `## ${name}`,
    '',
    `${title}. \`${command}\`, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${seconds} s; load ${load[0]} before, ${load[1]} after.${other}`,
    ...(quick ? ['', 'A quick run: smaller than the bench’s own sizes, so no figure of the product.'] : []),
    ...(failed === undefined ? [] : ['', `It failed: ${cell(failed)}`]),
    '',
    ...(drawn ? [`![${title}](benchmarks/${name}.svg)`, ''] : []),
    ...(line && peers.length > 0
      ? [
          '| Beside peers | Loa | |',
          '|---|---|---|',
          ...peers.map(
            ({ says, at, unit, peers: others = [] }) =>
              `| ${cell(says)} | ${measured(line, at, unit)} | ${others.map((peer) => `${cell(peer.name)} ${measured(line, peer.at, unit)}`).join(', ')} |`,
          ),
          '',
        ]
      : []),
  ];
}

/** Words that may stand in a cell of a table. */
function cell(text: string): string {
  return text.replace(/[|\\`<>]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ');
}
