// Boxes with unlike crystals stay in step with the clock, and so with one another, through long programmes, underruns and coarse pointers.
import { describe, expect, it } from 'vitest';
import { Chain } from '../../agent/player/chain.ts';
import { GeneratedSource } from '../../agent/player/sources/generated.ts';
import type { Voice } from '../../agent/player/voice.ts';
import { VirtualDac, type VirtualDacOptions } from '../../hardware/audio-out/virtual-dac.ts';
import { bestFit, Recording } from './recording.ts';

const wallZeroMs = 1_800_000_000_000;

/** Smooth noise as a function of the sample number, so that any length has a truth to compare with. */
function wave(sample: number): number {
  const step = 12;
  const whole = Math.floor(sample / step);
  const part = sample / step - whole;
  return 0.6 * (hashed(whole) * (1 - part) + hashed(whole + 1) * part);
}

function hashed(n: number): number {
  let x = Math.imul(n ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
}

interface Box {
  readonly heard: Recording;
  readonly voice: Voice;
  readonly chain: Chain;
}

interface Course {
  readonly dac: VirtualDacOptions;
  readonly durationMs: number;
  readonly startAtMs: number;
  readonly at?: readonly { readonly ms: number; readonly act: (dac: VirtualDac) => void }[];
  readonly pumpEveryMs?: number;
}

/** One box from power-on: a programme from `startAtMs` on its own converter. Pumped by hand, no real time. */
async function run({ dac: options, durationMs, startAtMs, at = [], pumpEveryMs = 21 }: Course): Promise<Box> {
  let nowMs = 0;
  const dac = new VirtualDac({ ...options, now: () => nowMs });
  const heard = new Recording(dac);
  const chain = new Chain(dac, { now: () => ({ wallMs: Math.floor(wallZeroMs + nowMs), monoMs: nowMs, quality: 'signed' }) });
  await dac.open();
  chain.opened();
  const voice = chain.add({
    source: new GeneratedSource(wave, durationMs),
    rank: 3,
    gain: 1,
    fadeInMs: 0,
    startAtMs: wallZeroMs + startAtMs,
    atOnce: false,
    keepsStep: true,
  });
  const acts = [...at];
  for (; nowMs < startAtMs + durationMs + 300; nowMs += pumpEveryMs) {
    for (; acts[0] && acts[0].ms <= nowMs; acts.shift()) acts[0].act(dac);
    chain.pump();
    dac.pump();
  }
  return { heard, voice, chain };
}

/** How far the sound heard at a frame is from where the clock says it should be, ms. */
function errorMs(box: Box, startAtMs: number, atMs: number): number {
  const frame = Math.round(atMs * 48);
  const piece = box.heard.pcm.subarray(frame, frame + 960);
  const wanted = (box.heard.monoAt(frame) - startAtMs) * 48;
  const from = Math.round(wanted) - 480;
  const truth = Int16Array.from({ length: 960 + 960 }, (_, i) => wave(from + i) * 32_767);
  const { frame: best, value } = bestFit(truth, piece, 0, 960);
  expect(value).toBeGreaterThan(0.9);
  return (from + best - wanted) / 48;
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
      expect(Math.abs(errorMs(one, startAtMs, atMs) - errorMs(other, startAtMs, atMs))).toBeLessThan(1);
    }
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
