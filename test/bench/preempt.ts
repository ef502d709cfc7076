// An order cuts into a sounding box: how soon its siren is heard, and how the programme beneath comes back. Measured at the converter.
import { parseArgs } from 'node:util';
import type { Order } from '../../schemas/order.ts';
import { programme } from '../schemas/documents.ts';
import { monoNowMs, monoOf } from '../wire/ear.ts';
import { until } from '../wire/waiting.ts';
import { ClockedBox, once, openPolicy } from './parts/clocked-box.ts';
import { percentile, percentiles } from './parts/percentiles.ts';
import { fitNoise, noiseWav } from './parts/step-noise.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, orders: { type: 'string', default: '60' } },
  allowPositionals: true,
  strict: false,
});

const orders = Number(values['orders']);
const leadMs = 250;
/** The programme beneath never reaches this; the siren does in its first milliseconds. */
const beneathGain = 0.03;
const sirenLevel = 1_500;
/** As good as nothing: the ends of fades. */
const silentLevel = 2;
const periodMs = 60_000;
const minutes = 60;

interface Cut {
  readonly sirenMs: number;
  /** Silence between the siren's last sample and the programme's first. */
  readonly gapMs: number;
  /** Programme passed over (or, negative, heard twice) by the cut. */
  readonly lostMs: number;
  /** The largest step between two samples about both joints, in parts of full scale. */
  readonly step: number;
  /** The disk was slow: the siren did not wait for its row. */
  readonly unpersisted: boolean;
}

/** Where the programme beneath would have begun, had it not been cut since. */
let beganMonoMs = 0;
const runs: { readonly rewinds: boolean; readonly cuts: readonly Cut[] }[] = [];
for (const rewinds of [true, false]) runs.push({ rewinds, cuts: await measure(rewinds) });
report();

async function measure(rewinds: boolean): Promise<Cut[]> {
  const box = new ClockedBox({ dev: 'loa-1', audioOut: { rewinds, leadMs } });
  const cuts: Cut[] = [];
  try {
    await box.start();
    await box.apply({ settings: {}, policy: openPolicy(), schedules: beneath(box) });
    await until('the programme beneath to sound', () => (loudest(heardBefore(box, 300)) > 100 ? true : undefined));
    for (let i = 0; i < orders; i += 1) {
      await pause(900 + ((i * 37) % 200));
      cuts.push(await cut(box, i));
      box.ear.forgetBefore(monoNowMs() - 1_000);
      if (!values['json']) console.log(`${rewinds ? 'rewinds' : 'no rewind'} ${i + 1}/${orders}`, cuts.at(-1));
    }
  } finally {
    await box.stop();
  }
  return cuts;
}

function beneath(box: ClockedBox) {
  const sound = { ...box.centre.put(noiseWav(periodMs, beneathGain)), type: 'audio/wav' as const, durationMs: periodMs };
  const items = Array.from({ length: minutes }, () => ({ ...sound, title: 'nền', language: 'vi', gainDb: 0 }));
  const startMs = Math.ceil((Date.now() + 4_000) / 1000) * 1000;
  beganMonoMs = monoOf(startMs);
  const schedules = [once('beneath', 'long', startMs)];
  return { programmes: [programme({ id: 'long', items })], schedules, holidays: [], localOrder: [] };
}

/** One order: published, heard, cleared, and the programme beneath heard again. */
async function cut(box: ClockedBox, i: number): Promise<Cut> {
  const { centre, ear } = box;
  const id = `cut-${i}`;
  const envelope = centre.sign('order', `g/${centre.groups[0]}`, orderFor(centre.area), { id });
  const publishedMonoMs = monoNowMs();
  await centre.order([envelope]);
  const sirenMonoMs = await until(`order ${id} to sound`, () => ear.firstAbove(sirenLevel, publishedMonoMs), 10_000);
  await pause(600);
  const clearedMonoMs = monoNowMs();
  await centre.order([centre.sign('clear', `g/${centre.groups[0]}`, { ids: [id], level: 'commune', reason: '' })]);
  const back = await until('the programme to come back', () => programmeAfter(box, clearedMonoMs), 10_000);
  const step = Math.max(
    largestStep(ear.between(sirenMonoMs - 30, sirenMonoMs + 2)),
    largestStep(ear.between(back.monoMs - 5, back.monoMs + 20)),
  );
  const lostMs = lostBetween(box, sirenMonoMs, back.monoMs);
  const unpersisted = centre.facts.some((fact) => fact.kind === 'order' && fact.order === id && fact.unpersisted === true);
  return { sirenMs: sirenMonoMs - publishedMonoMs, gapMs: back.gapMs, lostMs, step, unpersisted };
}

function orderFor(area: string): Order {
  return {
    class: 'actual',
    level: 'commune',
    area,
    hazard: 'flash-flood',
    severity: 'Extreme',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 5_000,
    times: 1,
    pauseMs: 0,
    speech: [{ language: 'vi', speak: 'Đo thời gian.' }],
    screen: { title: 'ĐO', text: '' },
  };
}

/** The longest silence after the siren's last loud sample, once a second of sound has followed it. */
function programmeAfter({ ear }: ClockedBox, fromMonoMs: number): { readonly monoMs: number; readonly gapMs: number } | undefined {
  const heard = ear.between(fromMonoMs, fromMonoMs + 4_000);
  const loud = heard.findLastIndex((sample) => Math.abs(sample) > sirenLevel);
  const known = heard.findLastIndex((sample) => sample !== 0);
  if (loud < 0 || known - loud < 48_000) return undefined;
  let [longest, end, run] = [0, loud, 0];
  for (let at = loud; at < known; at += 1) {
    run = Math.abs(heard[at] ?? 0) <= silentLevel ? run + 1 : 0;
    if (run <= longest) continue;
    longest = run;
    end = at;
  }
  return { monoMs: fromMonoMs + end / 48, gapMs: longest / 48 };
}

/** How much of the programme lies between its last and its first samples about a cut; `positionMs` is where it stood, about. */
function lostBetween({ ear }: ClockedBox, sirenMonoMs: number, backMonoMs: number): number {
  const before = positionOf(ear.between(sirenMonoMs - 80, sirenMonoMs - 60), (sirenMonoMs - 80 - beganMonoMs) % periodMs, 300);
  const after = before === undefined ? undefined : positionOf(ear.between(backMonoMs + 200, backMonoMs + 220), before, 1_500);
  if (before === undefined || after === undefined) return Number.NaN;
  beganMonoMs = backMonoMs + 200 - after;
  // 80 ms more were heard before the siren, 200 ms after the return.
  return after - 200 - (before + 80);
}

function positionOf(piece: Int16Array, aboutMs: number, searchMs: number): number | undefined {
  const { lateMs, correlation } = fitNoise(piece, aboutMs, periodMs, searchMs);
  return correlation > 0.8 ? aboutMs - lateMs : undefined;
}

function heardBefore({ ear }: ClockedBox, ms: number): Int16Array {
  return ear.between(monoNowMs() - ms, monoNowMs());
}

function loudest(pcm: Int16Array): number {
  return pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

function largestStep(pcm: Int16Array): number {
  let most = 0;
  for (let i = 1; i < pcm.length; i += 1) most = Math.max(most, Math.abs((pcm[i] ?? 0) - (pcm[i - 1] ?? 0)));
  return most / 32_768;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function report(): void {
  const [rewinding, plain] = runs.map(({ cuts }) => cuts);
  if (!rewinding || !plain) return;
  const all = [...rewinding, ...plain];
  const lost = all.map(({ lostMs }) => Math.abs(lostMs));
  const result = {
    name: 'preempt',
    p99Ms: percentile(
      rewinding.map(({ sirenMs }) => sirenMs),
      0.99,
    ),
    p99NoRewindMs: percentile(
      plain.map(({ sirenMs }) => sirenMs),
      0.99,
    ),
    barMs: 150,
    barNoRewindMs: leadMs + 60,
    leadMs,
    orders,
    rewinding: percentiles(rewinding.map(({ sirenMs }) => sirenMs)),
    noRewind: percentiles(plain.map(({ sirenMs }) => sirenMs)),
    handBackGap: percentiles(all.map(({ gapMs }) => gapMs)),
    programmeLost: percentiles(lost),
    unpersisted: all.filter((one) => one.unpersisted).length,
    largestStep: Math.round(Math.max(...all.map(({ step }) => step)) * 1000) / 1000,
  };
  console.log(values['json'] ? JSON.stringify(result) : result);
}
