// What an idle box costs: memory of the agent, connected and with a plan, beside a process that only loads the same packages.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enrol } from '../../agent/enrol.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { until } from '../wire/waiting.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true, strict: false });

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const packages = ['mqtt', 'pino', 'sqlite3', 'valibot', 'rrule-temporal', 'temporal-polyfill'];
/** As the box's service unit sets them (DESIGN §10). */
const flags = ['--max-semi-space-size=1'];
const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
const starts = 3;
const settleMs = 10_000;

interface Started {
  readonly child: ChildProcess;
  readonly readyMs: number;
}

function start(args: readonly string[]): Promise<Started> {
  const begunMs = performance.now();
  const child = spawn(process.execPath, [...flags, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', () => resolve({ child, readyMs: performance.now() - begunMs }));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

async function rssMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

function end(child: ChildProcess): Promise<number> {
  const begunMs = performance.now();
  child.removeAllListeners('exit');
  return new Promise((resolve) => {
    child.once('exit', () => resolve(performance.now() - begunMs));
    child.kill('SIGTERM');
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const centre = new SmallCentre();
await centre.start();
const dataDir = await mkdtemp(join(tmpdir(), 'loa-idle-'));
await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
await writeFile(
  join(dataDir, 'config.json'),
  JSON.stringify({ page: { port: 0 }, log: { level: 'warn' }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }),
);
const enrolled = await enrol(dataDir, join(dataDir, 'claim.json'));
if (!enrolled.ok) throw new Error(enrolled.problem.detail);
const programmes = Array.from({ length: 20 }, (_, i) => programme({ id: `p${i}` }));
const schedules = Array.from({ length: 20 }, (_, i) => schedule({ id: `s${i}`, programme: `p${i}`, rrule: 'FREQ=DAILY;BYHOUR=5,17' }));
await centre.want({ settings: {}, policy: policy(), schedules: { programmes, schedules, holidays: [], localOrder: [] } });

const reference = await start([
  '--input-type=module',
  '-e',
  `${packages.map((name) => `await import('${name}');`).join('')}console.log('ready');setInterval(()=>{},1e6)`,
]);
const ready: number[] = [];
let agent = await start([join(root, 'dist/agent.js'), '--data', dataDir]);
ready.push(agent.readyMs);
await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
let stopMs = 0;
for (let i = 1; i < starts; i++) {
  stopMs = Math.max(stopMs, await end(agent.child));
  agent = await start([join(root, 'dist/agent.js'), '--data', dataDir]);
  ready.push(agent.readyMs);
}
await new Promise((go) => setTimeout(go, settleMs));
const [agentMb, referenceMb] = [await rssMb(agent.child), await rssMb(reference.child)];
stopMs = Math.max(stopMs, await end(agent.child));
reference.child.removeAllListeners('exit');
reference.child.kill('SIGKILL');
await centre.stop();

const result = {
  name: 'agent-idle',
  rssMb: round(agentMb),
  readyMs: Math.round(ready.sort((a, b) => a - b)[Math.floor(ready.length / 2)] ?? 0),
  referenceRssMb: round(referenceMb),
  ratio: Math.round((agentMb / referenceMb) * 100) / 100,
  stopMs: Math.round(stopMs),
  starts,
};
if (values['json'] !== true)
  console.log(
    `agent idle ${result.rssMb} MB, packages alone ${result.referenceRssMb} MB (× ${result.ratio}), ready in ${result.readyMs} ms`,
  );
console.log(JSON.stringify(result));
process.exit(0);
