import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitPeaks } from '../../hardware/host/limiter.ts';
import { gainTowards, measurePcm } from '../../hardware/host/loudness.ts';

const sine = (hz: number, amplitude: number, ms: number, turns = 0) =>
  Int16Array.from({ length: ms * 48 }, (_, i) => Math.round(32_767 * amplitude * Math.sin(2 * Math.PI * ((hz * i) / 48_000 + turns))));

test('a full-scale 997 Hz tone measures 0 LUFS as two channels, −3.01 less for each halving of power', () => {
  expect(measurePcm(sine(997, 1, 4_000)).integratedLufs).toBeCloseTo(0, 1);
  expect(measurePcm(sine(997, 0.1, 4_000)).integratedLufs).toBeCloseTo(-20, 1);
});

test('pauses do not make a sound quieter', () => {
  const loud = sine(1_000, 0.2, 3_000);
  const withPause = new Int16Array(loud.length * 3);
  withPause.set(loud);
  expect(measurePcm(withPause).integratedLufs).toBeCloseTo(measurePcm(loud).integratedLufs ?? 0, 0);
});

test('peaks between samples are found', () => {
  const quarter = sine(12_000, 0.9, 500, 1 / 8);
  expect(Math.max(...quarter)).toBeLessThan(0.65 * 32_767);
  expect(measurePcm(quarter).truePeakDb).toBeGreaterThan(20 * Math.log10(0.9) - 0.4);
});

test('silence and a blink have no loudness and are never raised', () => {
  const aim = { lufs: -16, truePeakDb: -1.5 };
  for (const pcm of [new Int16Array(0), new Int16Array(48_000), sine(440, 0.1, 200)]) {
    const measured = measurePcm(pcm);
    expect(measured.integratedLufs).toBeUndefined();
    expect(gainTowards(measured, aim)).toBeLessThanOrEqual(0);
    expect(Number.isFinite(gainTowards(measured, aim))).toBe(true);
  }
  expect(gainTowards(measurePcm(sine(440, 1, 200)), aim)).toBeCloseTo(-1.5, 1);
});

test('the peak bounds the gain', () => {
  expect(gainTowards({ integratedLufs: -30, truePeakDb: -6 }, { lufs: -16, truePeakDb: -1.5 })).toBe(4.5);
  expect(gainTowards({ integratedLufs: -10, truePeakDb: 0.5 }, { lufs: -16, truePeakDb: -1.5 })).toBe(-6);
});

test('limited sound never passes its ceiling, and sound under it is untouched', () => {
  const sample = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 1_200 }), (samples) => {
      const limited = limitPeaks(Float64Array.from(samples), 0.8);
      expect(limited.length).toBe(samples.length);
      for (const one of limited) expect(Math.abs(one)).toBeLessThanOrEqual(0.8 + 1e-9);
    }),
    { numRuns: 60 },
  );
  const quiet = Float64Array.from(sine(440, 0.5, 50), (one) => one / 32_768);
  expect([...limitPeaks(quiet, 0.8)]).toEqual([...quiet]);
  const spike = new Float64Array(4_800).fill(0.5);
  spike[2_400] = 1.6;
  const limited = limitPeaks(spike, 0.8);
  expect([limited[1_800], limited[3_000]]).toEqual([0.5, 0.5]);
  expect(limited[2_400]).toBeCloseTo(0.8, 6);
});
