// The limiter: no peak above −1 dBFS, nothing changed below it, no distortion at +6 dB, no pumping, and the same again after a rewind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceiling, Limiter, lookFrames } from '../../agent/player/limiter.ts';
import { blockFrames } from '../../agent/player/mixer.ts';

type Wave = (frame: number) => number;

/** What leaves for a wave from frame 0 on, with rewinds: after the block at `at` the limiter goes on again at `to`. */
function limited(wave: Wave, blocks: number, limiter = new Limiter(), rewinds: ReadonlyMap<number, number> = new Map()): Float32Array {
  const heard = new Float32Array(blocks * blockFrames);
  const out = new Float32Array(blockFrames);
  const left = new Map(rewinds);
  for (let frame = 0; frame < heard.length; frame += blockFrames) {
    const raw = Float32Array.from({ length: blockFrames + lookFrames }, (_, i) => wave(frame + i));
    limiter.process(raw, frame, out);
    heard.set(out, frame);
    const to = left.get(frame);
    if (to === undefined) continue;
    left.delete(frame);
    limiter.rewindTo(to);
    frame = to - blockFrames;
  }
  return heard;
}

function peak(pcm: Float32Array): number {
  return pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** Power that is not at `hz`, against the power that is: THD+N. */
function distortion(pcm: Float32Array, hz: number): number {
  let [sin, cos, all] = [0, 0, 0];
  pcm.forEach((sample, i) => {
    sin += sample * Math.sin((2 * Math.PI * hz * i) / 48_000);
    cos += sample * Math.cos((2 * Math.PI * hz * i) / 48_000);
    all += sample * sample;
  });
  const tone = (2 * (sin * sin + cos * cos)) / pcm.length;
  return Math.sqrt(Math.max(0, all - tone) / tone);
}

const sine =
  (hz: number, gainDb: number): Wave =>
  (frame) =>
    10 ** (gainDb / 20) * Math.sin((2 * Math.PI * hz * frame) / 48_000);

describe('the limiter', () => {
  it('never lets a sample above −1 dBFS, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 20, maxLength: 400 }), (peaks) => {
        const wave: Wave = (frame) => (frame % 37 === 0 ? (peaks[(frame / 37) % peaks.length] ?? 0) : 0.3);
        expect(peak(limited(wave, 20))).toBeLessThanOrEqual(ceiling + 1e-5);
      }),
      { numRuns: 40 },
    );
  });

  it('passes what lies under the ceiling bit for bit', () => {
    const wave = sine(997, -1.01);
    expect([...limited(wave, 10)]).toEqual([...Float32Array.from({ length: 10 * blockFrames }, (_, i) => wave(i))]);
  });

  it.each([
    [60, 6, 0.002],
    [100, 6, 0.002],
    [1_000, 6, 0.002],
    [3_000, 6, 0.002],
    [1_000, 12, 0.002],
  ])('a tone of %d Hz at +%d dB leaves with less than %d of distortion', (hz, gainDb, most) => {
    const heard = limited(sine(hz, gainDb), 110);
    expect(peak(heard)).toBeGreaterThan(0.98 * ceiling);
    expect(distortion(heard.subarray(9_600, 9_600 + 43_200), hz)).toBeLessThan(most);
  });

  it('turns down over 5 ms before a peak and not earlier', () => {
    const heard = limited((frame) => (frame === 1_000 ? 4 : 0.5), 4);
    expect(heard[1_000 - lookFrames - 1]).toBe(0.5);
    expect(heard[1_000 - lookFrames / 2]).toBeLessThan(0.4);
    expect(heard[1_000]).toBeLessThanOrEqual(ceiling + 1e-5);
    for (let i = 1; i < 1_000; i += 1) expect(Math.abs((heard[i] ?? 0) - (heard[i - 1] ?? 0))).toBeLessThan(0.003);
  });

  it('lets go within a second and without a step', () => {
    const heard = limited((frame) => (frame === 1_000 ? 2 : 0.5), 260);
    expect(heard[1_001 + 48_000]).toBeGreaterThan(0.48);
    expect(heard.at(-1)).toBe(0.5);
    for (let i = 1_002; i < heard.length; i += 1) expect(Math.abs((heard[i] ?? 0) - (heard[i - 1] ?? 0))).toBeLessThan(0.003);
  });

  it('does not pump: 3 dB too loud, speech-like sound is turned down by 3 to 4 dB and that changes by less than 2.5 dB', () => {
    const syllables: Wave = (frame) => {
      const seconds = frame / 48_000;
      return 1.41 * (0.15 + 0.85 * Math.max(0, Math.sin(2 * Math.PI * 4 * seconds)) ** 2) * Math.sin(2 * Math.PI * 220 * seconds);
    };
    const heard = limited(syllables, 400);
    const gains: number[] = [];
    for (let frame = 48_000; frame < heard.length; frame += 1) {
      const meant = syllables(frame);
      if (Math.abs(meant) > 0.05) gains.push(20 * Math.log10(Math.abs((heard[frame] ?? 0) / meant)));
    }
    expect(Math.min(...gains.slice(0, 100_000))).toBeGreaterThan(-4.2);
    expect(Math.max(...gains.slice(0, 100_000)) - Math.min(...gains.slice(0, 100_000))).toBeLessThan(2.5);
  });

  it('limits frames that were taken back as it did before, but for how long it holds', () => {
    const wave: Wave = (frame) => (1 + (frame % 5_000) / 4_000) * Math.sin(frame / 9);
    const rewinds = new Map([
      [40 * blockFrames, 25 * blockFrames],
      [60 * blockFrames, 59 * blockFrames],
    ]);
    const [plain, again] = [limited(wave, 80), limited(wave, 80, new Limiter(), rewinds)];
    expect(peak(again)).toBeLessThanOrEqual(ceiling + 1e-5);
    again.forEach((sample, i) => {
      expect(Math.abs(sample - (plain[i] ?? 0))).toBeLessThan(0.05);
    });
  });
});
