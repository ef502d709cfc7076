// How long from publishing an order to its first siren sample at the converter: real broker, mutual TLS, real box process.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enrol } from '../../agent/enrol.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import type { Order } from '../../schemas/order.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { Ear, monoNowMs } from '../wire/ear.ts';
import { Program } from '../wire/program.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { until } from '../wire/waiting.ts';

/** The programme beneath is this quiet, so anything louder is the siren. */
const beneathLevel = 60;
const sirenLevel = 1_500;
const relayDelayMs = 200;
const warmUpMs = 500;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '60' },
    cold: { type: 'string', default: '20' },
    'no-rewind': { type: 'boolean', default: false },
  },
});

const rewind = !values['no-rewind'];
const centre = new SmallCentre();
const ear = new Ear();
await centre.start();
const dir = await mkdtemp(join(tmpdir(), 'loa-order-'));
await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
const config = {
  page: { port: 0 },
  outputs: [{ id: 'main', kind: 'loudspeaker' }],
  audioOut: { kind: 'virtual', rewinds: rewind },
  board: { kind: 'simulated', relayDelayMs },
  log: { level: 'warn' },
};
await writeFile(join(dir, 'config.json'), JSON.stringify(config));
const agent = new Program('agent', ['--data', dir]);
const enrolled = await enrol(dir, join(dir, 'claim.json'));
if (!enrolled.ok) throw new Error(`enrol: ${enrolled.problem.detail}`);

const order: Order = {
  class: 'actual',
  level: 'commune',
  area: centre.area,
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 3_000,
  times: 1,
  pauseMs: 0,
  speech: [{ language: 'vi', speak: 'Đo thời gian.' }],
  screen: { title: 'ĐO', text: '' },
};

try {
  const ready = await agent.start();
  const page = String(ready['page']);
  await ear.listen(page);
  await applied({
    settings: { holdMs: 0 },
    policy: openPolicy(),
    schedules: { programmes: [], schedules: [], holidays: [], localOrder: [] },
  });
  const cold = await measure(Number(values.cold), 'cold', async () => {
    await until('the amplifier to be off', async () => ((await stateOf(page))?.amplifier === 'off' ? true : undefined));
  });
  await applied({ settings: {}, policy: openPolicy(), schedules: quietProgramme() });
  await until('the programme beneath to sound', async () => {
    const state = await stateOf(page);
    return state?.sounding?.kind === 'occurrence' && state.amplifier === 'on' ? true : undefined;
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const warm = await measure(Number(values.runs), 'armed and playing', () => new Promise((resolve) => setTimeout(resolve, 700)));
  const leadMs = config.audioOut.rewinds ? 0 : 250;
  const bar = rewind ? 150 : leadMs + 60;
  if (!values.json) console.log(`bar: p99 ≤ ${bar} ms armed, ≤ ${relayDelayMs + warmUpMs + 150} ms cold`);
  console.log(
    JSON.stringify({
      name: 'order',
      p50Ms: at(warm, 0.5),
      p99Ms: at(warm, 0.99),
      maxMs: at(warm, 1),
      n: warm.length,
      coldP50Ms: at(cold, 0.5),
      coldP99Ms: at(cold, 0.99),
      coldN: cold.length,
      leadMs: 250,
      warmUpMs,
      relayDelayMs,
      rewind,
    }),
  );
} finally {
  ear.stop();
  await agent.stop();
  await centre.stop();
}

/** Publish, hear, clear; once per run, after `prepare`. */
async function measure(runs: number, what: string, prepare: () => Promise<void>): Promise<number[]> {
  const delays: number[] = [];
  for (let run = 0; run < runs; run++) {
    await prepare();
    ear.forgetBefore(monoNowMs() - 2_000);
    const id = `bench-${what.slice(0, 4)}-${run}`;
    const envelope = centre.sign('order', `g/${centre.groups[0]}`, order, { id });
    const publishedMonoMs = monoNowMs();
    await centre.order([envelope]);
    const heardMonoMs = await until(`order ${id} to sound`, () => ear.firstAbove(sirenLevel, publishedMonoMs), 10_000);
    delays.push(heardMonoMs - publishedMonoMs);
    await centre.order([centre.sign('clear', `g/${centre.groups[0]}`, { ids: [id], level: 'commune', reason: '' })]);
    await until(`order ${id} to end`, () =>
      centre.facts.find((fact) => fact.kind === 'order' && fact.order === id && fact.state === 'cleared'),
    );
    if (!values.json) console.log(`${what} ${run + 1}/${runs}: ${(heardMonoMs - publishedMonoMs).toFixed(1)} ms`);
  }
  return delays.sort((a, b) => a - b);
}

async function applied(parts: Parameters<SmallCentre['want']>[0]): Promise<void> {
  const before = centre.facts.filter((fact) => fact.kind === 'want').length;
  await centre.want(parts);
  await until('the plan to be applied', () => (centre.facts.filter((fact) => fact.kind === 'want').length > before ? true : undefined));
}

async function stateOf(page: string): Promise<{ amplifier: string; sounding: { kind: string } | null } | undefined> {
  const state = (await (await fetch(`${page}/state.json`)).json()) as {
    outputs: { amplifier: string; sounding: { kind: string } | null }[];
  };
  return state.outputs[0];
}

function openPolicy() {
  return policy({
    permits: [{ fromMs: Date.now() - 3600_000, untilMs: Date.now() + 24 * 3600_000, reason: 'đo' }],
    sessionMaxMs: 24 * 3600_000,
    dayMaxMs: 24 * 3600_000,
  });
}

/** One WAV of a barely audible tone, repeated for as long as the run lasts. */
function quietProgramme() {
  const frames = Int16Array.from({ length: 60 * 48_000 }, (_, i) => Math.round(beneathLevel * Math.sin((2 * Math.PI * 200 * i) / 48_000)));
  const sound = centre.put(Buffer.concat([wavHead(48_000, frames.byteLength), Buffer.from(frames.buffer)]));
  const item = { ...sound, type: 'audio/wav' as const, title: 'nền', language: 'vi', durationMs: 60_000, gainDb: 0 };
  const start = new Date(Math.ceil((Date.now() + 3_000) / 1000) * 1000 + 7 * 3600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
  return {
    programmes: [programme({ items: Array.from({ length: 20 }, () => item) })],
    schedules: [schedule({ start })],
    holidays: [],
    localOrder: [],
  };
}

function at(sorted: readonly number[], quantile: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN).toFixed(1));
}
