import { expect, test } from 'vitest';
import { type HeardChunk, VirtualDac, type VirtualDacOptions } from '../../hardware/audio-out/virtual-dac.ts';
import { sampleRateHz } from '../../hardware/audio-out.ts';
import type { Problem } from '../../schemas/problems.ts';

function bench(options: VirtualDacOptions = {}) {
  const clock = { nowMs: 1000 };
  const dac = new VirtualDac({ ...options, now: () => clock.nowMs });
  const chunks: HeardChunk[] = [];
  dac.onHeard((chunk) => chunks.push(chunk));
  const pass = (ms: number) => {
    clock.nowMs += ms;
    dac.pump();
  };
  const heard = () => {
    const all = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.frames.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      expect(chunk.firstFrame).toBe(at);
      all.set(chunk.frames, at);
      at += chunk.frames.length;
    }
    return all;
  };
  return { dac, clock, pass, heard, chunks };
}

const count = (n: number, from = 1) => Int16Array.from({ length: n }, (_, i) => from + i);

test('what is written is heard once, in order and without a hole', async () => {
  const { dac, pass, heard } = bench();
  await dac.open();
  dac.write(count(4800));
  for (let i = 0; i < 5; i++) pass(20);
  expect(heard()).toEqual(count(4800));
});

test('each chunk tells the instant of its first frame by the converter’s own clock', async () => {
  const { dac, pass, chunks } = bench({ ppm: 100 });
  await dac.open();
  dac.write(new Int16Array(sampleRateHz));
  for (let i = 0; i < 40; i++) pass(20);
  for (const { firstFrame, atMonoMs } of chunks) expect(atMonoMs).toBeCloseTo(1000 + firstFrame / (48 * 1.0001), 6);
});

test('a converter 100 ppm fast plays 4.8 frames more in a second', async () => {
  const { dac, clock } = bench({ ppm: 100 });
  await dac.open();
  dac.write(new Int16Array(sampleRateHz * 2));
  clock.nowMs += 1000;
  expect(dac.position().playedFrames).toBeCloseTo(sampleRateHz + 4.8, 3);
});

test('a starved converter plays silence, and what comes later sounds at once', async () => {
  const { dac, pass, heard } = bench();
  await dac.open();
  dac.write(count(480));
  pass(20);
  dac.write(count(480, 5000));
  pass(10);
  expect(heard()).toEqual(Int16Array.from([...count(480), ...new Int16Array(480), ...count(480, 5000)]));
  expect(dac.position().xruns).toBe(1);
});

test('after a long halt of the process the sound that was queued is told, then silence', async () => {
  const { dac, pass, heard } = bench();
  await dac.open();
  dac.write(count(12_000));
  pass(30_000);
  const all = heard();
  expect(all.length).toBe(30 * sampleRateHz);
  expect(all.subarray(0, 12_000)).toEqual(count(12_000));
  expect(all.subarray(12_000).every((sample) => sample === 0)).toBe(true);
});

test('a rewind leaves the margin and the next frames follow it', async () => {
  const { dac, pass, heard } = bench({ rewinds: true });
  await dac.open();
  dac.write(new Int16Array(9600).fill(7));
  pass(50);
  expect(dac.discardAhead()).toBe(9600 - 2400 - 480);
  dac.write(new Int16Array(480).fill(9));
  pass(20);
  const all = heard();
  expect(all.lastIndexOf(7)).toBe(2879);
  expect(all.indexOf(9)).toBe(2880);
});

test('the told pointer can move in steps of a period', async () => {
  const { dac, clock } = bench({ quantumMs: 10 });
  await dac.open();
  dac.write(new Int16Array(4800));
  clock.nowMs += 29;
  expect(dac.position().playedFrames).toBe(960);
  clock.nowMs += 1;
  expect(dac.position().playedFrames).toBe(1440);
});

test('an injected underrun loses what is queued and is counted', async () => {
  const { dac, pass, heard } = bench();
  await dac.open();
  dac.write(new Int16Array(4800).fill(7));
  pass(10);
  dac.injectXrun();
  pass(10);
  expect(dac.position().xruns).toBe(1);
  expect(heard().filter((sample) => sample === 7).length).toBe(480);
});

test('a refused open rejects with its problem, and the next succeeds', async () => {
  const { dac } = bench();
  dac.failNext('device-busy');
  await expect(dac.open()).rejects.toMatchObject({ problem: { code: 'device-busy' } });
  await dac.open();
});

test('an unplugged output tells it once and ignores writes until it is opened again', async () => {
  const { dac, pass } = bench();
  const problems: Problem[] = [];
  dac.onFailure((problem) => problems.push(problem));
  await dac.open();
  dac.unplug();
  dac.write(new Int16Array(480));
  dac.unplug();
  expect(problems.map(({ code }) => code)).toEqual(['device-failed']);
  await dac.open();
  dac.write(count(480));
  pass(10);
  expect(dac.position().writtenFrames).toBe(480);
});

test('a writer that does not pace itself is a bug and is told so', async () => {
  const { dac } = bench();
  await dac.open();
  expect(() => dac.write(new Int16Array(6 * sampleRateHz))).toThrow(RangeError);
});

test('a pointer that stands is told once, after most of a second, and nothing is heard from then on', async () => {
  const { dac, pass, heard } = bench();
  const problems: Problem[] = [];
  dac.onFailure((problem) => problems.push(problem));
  await dac.open();
  dac.write(count(48_000).fill(7));
  pass(100);
  dac.stick();
  const { playedFrames } = dac.position();
  for (let i = 0; i < 8; i++) pass(100);
  expect(dac.position().playedFrames).toBe(playedFrames);
  expect(problems).toEqual([]);
  for (let i = 0; i < 4; i++) pass(100);
  expect(problems.map(({ code, detail }) => [code, detail])).toEqual([['device-failed', 'the position stands']]);
  expect(heard().length).toBe(4_800);
  await dac.open();
  dac.write(count(480));
  pass(10);
  expect(dac.position().playedFrames).toBe(480);
});

test('a quantised pointer stands between its steps, as the on-board jack does, and is never ahead of the sound', async () => {
  const { dac, pass } = bench({ quantumMs: 10 });
  await dac.open();
  dac.write(count(9_600));
  const seen = [];
  for (let i = 0; i < 8; i++) {
    pass(4);
    seen.push(dac.position().playedFrames);
  }
  expect(seen).toEqual([0, 0, 480, 480, 960, 960, 960, 1_440]);
});
