// How well boxes start and stay together: converters at up to ±100 ppm in fake time, measured on what was heard.
import { parseArgs } from 'node:util';
import { errorMs, type FakeBox, run } from '../agent/fake-box.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, minutes: { type: 'string', default: '20' } },
  allowPositionals: true,
  strict: false,
});

const startAtMs = 2_000;
const minutes = Number(values['minutes']);
const pairs = 100;

function percentile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1000) / 1000;
}

/** Two boxes switched on at unlike times start one short programme: skew and error of their first tenths of a second. */
async function starts(): Promise<{ skewMs: number[]; startMs: number[] }> {
  const skewMs: number[] = [];
  const startMs: number[] = [];
  for (let i = 0; i < pairs; i += 1) {
    const ppm = 200 * ((i * 0.618) % 1) - 100;
    const at = startAtMs + i * 7.3;
    const boxes = [
      await run({ dac: { ppm }, durationMs: 600, startAtMs: at }),
      await run({ dac: { ppm: -ppm }, durationMs: 600, startAtMs: at }),
    ];
    const [a, b] = boxes.map((box) => errorMs(box, at, at + 100).ms);
    skewMs.push(Math.abs((a ?? 0) - (b ?? 0)));
    for (const box of boxes) startMs.push(Math.abs(box.heard.monoAt(box.heard.edges().first) - at));
  }
  return { skewMs, startMs };
}

/** One programme without an end, looked at each ten seconds. */
async function course(): Promise<{ skewMs: number[]; gaps: number }> {
  const durationMs = minutes * 60_000;
  const boxes: [FakeBox, FakeBox] = [
    await run({ dac: { ppm: 100 }, durationMs, startAtMs }),
    await run({ dac: { ppm: -100 }, durationMs, startAtMs }),
  ];
  const skewMs: number[] = [];
  for (let atMs = startAtMs + 1_000; atMs < durationMs; atMs += 10_000) {
    const [a, b] = [errorMs(boxes[0], startAtMs, atMs).ms, errorMs(boxes[1], startAtMs, atMs).ms];
    skewMs.push(Math.abs(a - b));
  }
  return { skewMs, gaps: boxes[0].voice.gaps + boxes[1].voice.gaps };
}

const [first, long] = [await starts(), await course()];
const result = {
  name: 'skew-fake',
  startErrorP99Ms: percentile(first.startMs, 0.99),
  startSkewP99Ms: percentile(first.skewMs, 0.99),
  courseSkewP99Ms: percentile(long.skewMs, 0.99),
  courseSkewMaxMs: percentile(long.skewMs, 1),
  gaps: long.gaps,
  minutes,
  starts: pairs,
  ppm: 100,
};
if (values['json']) console.log(JSON.stringify(result));
else console.table(result);
