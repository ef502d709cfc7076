// How long the timeline of a week takes for 1,000 schedules: fresh documents each run, so that nothing is remembered.
import { parseArgs } from 'node:util';
import { agenda } from '../../schemas/timeline.ts';
import { plan, programme, schedule } from '../schemas/documents.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true, strict: false });

const schedules = 1000;
const runs = 40;
const weekMs = 7 * 86_400_000;
const fromMs = Date.UTC(2026, 10, 23);
const rules = [
  'FREQ=DAILY;BYHOUR=5,17;BYMINUTE=0,30',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=6',
  'FREQ=DAILY;INTERVAL=2',
  'FREQ=WEEKLY;BYDAY=SA,SU;COUNT=500',
  'FREQ=DAILY;UNTIL=20271231T165959Z',
];

/** New objects, so that no compiled rule of an earlier run helps. */
function freshPlan() {
  const programmes = Array.from({ length: 100 }, (_, i) => programme({ id: `p${i}`, durationMs: 120_000 + i * 1000 }));
  return plan({
    programmes,
    schedules: Array.from({ length: schedules }, (_, i) =>
      schedule({
        id: `s${i}`,
        programme: `p${i % 100}`,
        start: `2026${String(1 + (i % 9)).padStart(2, '0')}1${i % 10}T${String(5 + (i % 15)).padStart(2, '0')}${String(i % 60).padStart(2, '0')}00`,
        rrule: rules[i % rules.length] ?? 'FREQ=DAILY',
      }),
    ),
  });
}

const cold: number[] = [];
const warm: number[] = [];
let occurrences = 0;
for (let run = 0; run < runs; run++) {
  const fresh = freshPlan();
  const times = [cold, warm];
  for (const into of times) {
    const begunMs = performance.now();
    occurrences = agenda(fresh, fromMs, fromMs + weekMs).length;
    into.push(performance.now() - begunMs);
  }
}

function quantile(of: readonly number[], q: number): number {
  const sorted = [...of].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0) * 100) / 100;
}

const result = {
  name: 'timeline',
  schedules,
  occurrences,
  p50Ms: quantile(cold, 0.5),
  p99Ms: quantile(cold, 0.99),
  firstMs: Math.round((cold[0] ?? 0) * 100) / 100,
  againP50Ms: quantile(warm, 0.5),
};
if (!values['json'])
  console.log(`a week of ${schedules} schedules: ${result.p50Ms} ms (first ${result.firstMs}, again ${result.againP50Ms})`);
console.log(JSON.stringify(result));
