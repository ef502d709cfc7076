// npm run fuzz -- TARGET --seconds 60: one target, or `all`, under the coverage-guided fuzzer; the last line is JSON.
import { parseArgs } from 'node:util';
import { fuzzer, runTarget, targets } from './run.ts';

const usage = `npm run fuzz -- TARGET [--seconds 60] [--quiet]
TARGET: ${targets.join(', ')}, or all. What was learnt and found lies in artifacts/fuzz/TARGET. Exit 1: something was found; 2: the fuzzer
is not installed, or has no native part for this machine.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      quiet: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  const seconds = Number(values.seconds);
  const chosen = name === 'all' ? targets : targets.filter((one) => one === name);
  if (values.help || chosen.length === 0 || !(seconds >= 0)) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  const root = process.cwd();
  const program = await fuzzer(root);
  if (program === undefined) {
    console.log(JSON.stringify({ state: 'driver-missing', detail: '@jazzer.js/core cannot be loaded here' }));
    return 2;
  }
  const results = [];
  for (const target of chosen) {
    const result = await runTarget(root, program, target, seconds, (line) => values.quiet || console.error(line));
    console.error(`${target}: ${result.runs} inputs, coverage ${result.covFirst} → ${result.cov}, ${result.findings.length} found`);
    results.push(result);
  }
  const found = results.reduce((sum, { findings }) => sum + findings.length, 0);
  console.log(JSON.stringify(chosen.length === 1 ? results[0] : { targets: results, found }));
  return found > 0 ? 1 : 0;
}

process.exitCode = await main();
