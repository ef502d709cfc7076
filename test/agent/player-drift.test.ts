// Boxes with unlike crystals stay in step with the clock, and so with one another, through long programmes, underruns and coarse pointers.
import { describe, expect, it } from 'vitest';
import type { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { errorMs as errorAt, type FakeBox, run } from './fake-box.ts';

function errorMs(box: FakeBox, startAtMs: number, atMs: number): number {
  const { ms, correlation } = errorAt(box, startAtMs, atMs);
  expect(correlation).toBeGreaterThan(0.9);
  return ms;
}

describe('a long programme', () => {
  it('stays within 1 ms of the clock and of its neighbour at ±100 ppm', async () => {
    const startAtMs = 2_000;
    const course = { durationMs: 300_000, startAtMs };
    const [fast, slow] = [await run({ ...course, dac: { ppm: 100 } }), await run({ ...course, dac: { ppm: -100 } })];
    for (let atMs = startAtMs + 200; atMs < 300_000; atMs += 7_000) {
      const [a, b] = [errorMs(fast, startAtMs, atMs), errorMs(slow, startAtMs, atMs)];
      expect(Math.abs(a)).toBeLessThan(1);
      expect(Math.abs(b)).toBeLessThan(1);
      expect(Math.abs(a - b)).toBeLessThan(1);
    }
    expect(fast.voice.gaps + slow.voice.gaps).toBe(0);
    expect(fast.chain.estimator.ppm).toBeCloseTo(100, 0);
    expect(slow.chain.estimator.ppm).toBeCloseTo(-100, 0);
  });

  it('stays in step on converters that tell their position only each 10 ms', async () => {
    const startAtMs = 8_000;
    const course = { durationMs: 60_000, startAtMs };
    const [one, other] = [
      await run({ ...course, dac: { ppm: 60, quantumMs: 10 } }),
      await run({ ...course, dac: { ppm: -40, quantumMs: 10 } }),
    ];
    for (let atMs = 20_000; atMs < 60_000; atMs += 5_000) {
      for (const box of [one, other]) expect(Math.abs(errorMs(box, startAtMs, atMs))).toBeLessThan(1);
    }
  });

  it('is back within 1 ms of the clock 5 s after an underrun of a converter that tells its position only each 10 ms', async () => {
    const startAtMs = 8_000;
    const at = [{ ms: 20_000, act: (dac: VirtualDac) => dac.injectXrun() }];
    const box = await run({ dac: { ppm: -100, quantumMs: 10 }, durationMs: 30_000, startAtMs, at });
    for (let atMs = 21_000; atMs < 37_000; atMs += 1_000) expect(Math.abs(errorMs(box, startAtMs, atMs))).toBeLessThan(1);
  });

  it('is back in step right after underruns, and the rate learnt survives them', async () => {
    const startAtMs = 2_000;
    const xruns = [10_000, 20_000, 20_300].map((ms) => ({ ms, act: (dac: VirtualDac) => dac.injectXrun() }));
    const box = await run({ dac: { ppm: 80 }, durationMs: 40_000, startAtMs, at: xruns });
    for (const atMs of [5_000, 10_500, 15_000, 21_000, 35_000]) expect(Math.abs(errorMs(box, startAtMs, atMs))).toBeLessThan(1);
    expect(box.chain.estimator.ppm).toBeCloseTo(80, -1);
    expect(box.voice.gaps).toBeGreaterThan(0);
  });
});
