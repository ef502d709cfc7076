// npm run sim: random lives of a box against the promises of DESIGN §8.
import { parseArgs } from 'node:util';
import { type Break, breaks, simulate } from './world/sim.ts';

function main(): number {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      break: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const broken = values.break;
  if (broken !== undefined && !(broken in breaks)) {
    console.error(`--break knows ${Object.keys(breaks).join(', ')}`);
    return 2;
  }
  const startedMs = performance.now();
  const { cases, violations, found } = simulate(Number(values.cases), Number(values.seed), broken as Break | undefined);
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  if (found) {
    console.log(`seed ${found.seed}: invariant ${found.violation.invariant}: ${found.violation.detail}`);
    console.log(JSON.stringify(found.script, null, 2));
    console.log(found.transcript.join('\n'));
  }
  console.log(values.json ? JSON.stringify({ cases, violations, seconds }) : `${cases} cases, ${seconds} s, ${violations} violations`);
  return violations > 0 ? 1 : 0;
}

process.exitCode = main();
