import { expect, test } from 'vitest';
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
