// How well real boxes start and stay together: agent processes whose crystals and clocks are wrong, measured on what was heard.
import { parseArgs } from 'node:util';
import { FineWall } from '../../hardware/host/fine-wall.ts';
import { programme } from '../schemas/documents.ts';
import { monoNowMs } from '../wire/ear.ts';
import { type BoxWish, ClockedBox, once, openPolicy } from './parts/clocked-box.ts';
import { percentile, percentiles } from './parts/percentiles.ts';
import { fitNoise, noiseWav } from './parts/step-noise.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    starts: { type: 'string', default: '25' },
  },
  allowPositionals: true,
  strict: false,
});

const minutes = Number(values['minutes']);
const starts = Number(values['starts']);
const wishes: readonly BoxWish[] = [
  { dev: 'loa-1', audioOut: { ppm: 100 }, offsetMs: 10 },
  { dev: 'loa-2', audioOut: { ppm: -100 }, offsetMs: -10 },
  { dev: 'loa-3', audioOut: { ppm: 60 }, offsetMs: 5 },
  { dev: 'loa-4', audioOut: { ppm: -40, quantumMs: 10 }, offsetMs: -5 },
];

const periodMs = 60_000;
const shortMs = 2_000;
const startEveryMs = 5_000;
const lookEveryMs = 1_000;
/** What is heard reaches the ear this much later at most. */
const earMs = 1_200;
const haltMs = 400;
const settleMs = 5_000;
const inStepMs = 1;
const wall = new FineWall(Date.now, monoNowMs);

interface Look {
  readonly atMs: number;
  /** Against its own clock, and against the machine's; the difference is the clock's part. */
  readonly lateMs: number;
  readonly trueLateMs: number;
}

interface Halt {
  readonly box: number;
  readonly atMs: number;
  readonly recoveryMs: number;
}

const boxes = wishes.map((wish) => new ClockedBox(wish));
try {
  await Promise.all(boxes.map((box) => box.start()));
  const firstMs = Math.ceil((Date.now() + 12_000) / 1000) * 1000;
  const longMs = firstMs + starts * startEveryMs + 5_000;
  await Promise.all(boxes.map((box) => plan(box, firstMs, longMs)));
  const begun = await watchStarts(firstMs);
  say(`${starts} starts heard`);
  const { looks, halts } = await watchCourse(longMs);
  report(begun, looks, halts);
} finally {
  await Promise.all(boxes.map((box) => box.stop()));
}

async function plan(box: ClockedBox, firstMs: number, longMs: number): Promise<void> {
  const item = { type: 'audio/wav' as const, title: 'nhiễu', language: 'vi', gainDb: 0 };
  const short = { ...item, ...box.centre.put(noiseWav(shortMs)), durationMs: shortMs };
  const long = { ...item, ...box.centre.put(noiseWav(periodMs)), durationMs: periodMs };
  await box.apply({
    settings: {},
    policy: openPolicy(),
    schedules: {
      programmes: [
        programme({ id: 'short', items: [short] }),
        programme({ id: 'long', items: Array.from({ length: minutes }, () => long) }),
      ],
      schedules: [
        ...Array.from({ length: starts }, (_, i) => once(`start-${i}`, 'short', firstMs + i * startEveryMs)),
        once('course', 'long', longMs),
      ],
      holidays: [],
      localOrder: [],
    },
  });
}

async function watchStarts(firstMs: number) {
  const begun: { readonly ownMs: number; readonly trueMs: number; readonly lateMs: number }[][] = [];
  for (let i = 0; i < starts; i += 1) {
    const atMs = firstMs + i * startEveryMs;
    await untilWall(atMs + 800 + earMs);
    begun.push(boxes.map((box) => startOf(box, atMs)));
    for (const box of boxes) box.ear.forgetBefore(monoNowMs() - 500);
  }
  return begun;
}

/** When the first sample sounded, and how well the first 100 ms keep step. */
function startOf(box: ClockedBox, atMs: number) {
  const meantMono = atMs - box.offsetMs - wall.differenceMs();
  const fromMono = meantMono - 200;
  const first = box.ear.between(fromMono, fromMono + 1_000).findIndex((sample) => sample !== 0);
  const ownMs = first < 0 ? Number.POSITIVE_INFINITY : first / 48 - 200;
  return { ownMs, trueMs: ownMs - box.offsetMs, lateMs: lookAt(box, atMs, atMs + 60, shortMs).lateMs };
}

function lookAt(box: ClockedBox, startMs: number, atMs: number, ofMs: number): Look & { readonly correlation: number } {
  const mono = atMs - wall.differenceMs();
  const { lateMs, correlation } = fitNoise(box.ear.between(mono, mono + 20), atMs + box.offsetMs - startMs, ofMs);
  return { atMs, lateMs, trueLateMs: lateMs - box.offsetMs, correlation };
}

/** Looks at all boxes each second; three of them are halted for a moment and timed until they are back in step. */
async function watchCourse(longMs: number) {
  const endMs = longMs + minutes * periodMs;
  const looks: Look[][] = [];
  const halts: Halt[] = [];
  const haltsAtMs = [0.25, 0.5, 0.75].map((share) => longMs + share * (endMs - longMs) + 300);
  for (let atMs = longMs + 1_000; atMs < endMs - 2_000; atMs += lookEveryMs) {
    await untilWall(atMs + earMs);
    const haltAtMs = haltsAtMs[halts.length];
    if (haltAtMs !== undefined && haltAtMs <= atMs) {
      halts.push(await halt(halts.length, longMs));
      atMs = Math.ceil((Date.now() - longMs) / lookEveryMs) * lookEveryMs + longMs;
      continue;
    }
    looks.push(boxes.map((box) => orFail(lookAt(box, longMs, atMs, periodMs))));
    for (const box of boxes) box.ear.forgetBefore(monoNowMs() - 3_000);
    if (looks.length % 60 === 0) say(`${looks.length} s of the course heard`);
  }
  return { looks, halts };
}

/** A look that does not find the sound is as wrong as a look can be. */
function orFail({ atMs, lateMs, trueLateMs, correlation }: ReturnType<typeof lookAt>): Look {
  return correlation > 0.8 ? { atMs, lateMs, trueLateMs } : { atMs, lateMs: 1_000, trueLateMs: 1_000 };
}

/** The process of one box stands still longer than its output has sound: a true underrun. */
async function halt(index: number, longMs: number): Promise<Halt> {
  const box = boxes[(index + 1) % boxes.length] as ClockedBox;
  process.kill(box.pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, haltMs));
  process.kill(box.pid, 'SIGCONT');
  const fromMs = monoNowMs() + wall.differenceMs();
  await untilWall(fromMs + settleMs + 1_000 + earMs);
  let backMs = Number.POSITIVE_INFINITY;
  for (let atMs = fromMs + settleMs + 1_000; atMs > fromMs; atMs -= 50) {
    const { lateMs, correlation } = lookAt(box, longMs, atMs, periodMs);
    if (correlation < 0.8 || Math.abs(lateMs) > inStepMs) break;
    backMs = atMs - fromMs;
  }
  say(`${box.wish.dev} back in step ${Math.round(backMs)} ms after a halt of ${haltMs} ms`);
  return { box: index, atMs: fromMs, recoveryMs: Math.round(backMs) };
}

function report(begun: Awaited<ReturnType<typeof watchStarts>>, looks: readonly Look[][], halts: readonly Halt[]): void {
  const pairs = (of: readonly number[]) => of.flatMap((a, i) => of.slice(i + 1).map((b) => Math.abs(a - b)));
  const clock = pairs(boxes.map(({ offsetMs }) => offsetMs));
  const running = looks.flatMap((one) => pairs(one.map(({ lateMs }) => lateMs)));
  const startErrors = begun.flat().map(({ trueMs }) => Math.abs(trueMs));
  const result = {
    name: 'skew',
    skewP99Ms: percentile(running, 0.99),
    startErrorP99Ms: percentile(startErrors, 0.99),
    boxes: boxes.length,
    minutes,
    running: percentiles(running),
    startSkew: percentiles(begun.flatMap((one) => pairs(one.map(({ lateMs }) => lateMs)))),
    startErrorOwnClock: percentiles(begun.flat().map(({ ownMs }) => Math.abs(ownMs))),
    clockSkewP99Ms: percentile(clock, 0.99),
    totalSkewP99Ms: percentile(
      looks.flatMap((one) => pairs(one.map(({ trueLateMs }) => trueLateMs))),
      0.99,
    ),
    xrunRecoveryMs: Math.max(...halts.map(({ recoveryMs }) => recoveryMs)),
    halts: halts.length,
    gaps: looks.flat().filter(({ lateMs }) => lateMs === 1_000).length,
    starts: begun.flat().length,
    looks: looks.length,
  };
  if (!values['json']) console.table(wishes);
  console.log(values['json'] ? JSON.stringify(result) : result);
}

async function untilWall(atMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
}

function say(line: string): void {
  if (!values['json']) console.log(line);
}
