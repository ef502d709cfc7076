// npm run sim: random lives of a box against the promises of DESIGN §8; with --day, a whole day of real sound.
import { parseArgs } from 'node:util';
import { liveDays } from './world/day.ts';
import { type Break, breaks, simulate } from './world/sim.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      break: { type: 'string' },
      day: { type: 'boolean', default: false },
      hours: { type: 'string', default: '24' },
      boxes: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.day) return day(Number(values.hours), Number(values.boxes), values.json);
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

async function day(hours: number, boxes: number, json: boolean): Promise<number> {
  const startedMs = performance.now();
  const { found, ...figures } = await liveDays(hours, boxes);
  for (const text of found) console.log(text);
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  console.log(
    json ? JSON.stringify({ ...figures, seconds }) : `${hours} hours of ${boxes} boxes, ${seconds} s, ${figures.invariantBreaks} breaks`,
  );
  return figures.invariantBreaks > 0 ? 1 : 0;
}

process.exitCode = await main();
