// The pure parts of the playback chain: estimator, limiter, sirens, session arithmetic.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riseAt, toPcm } from '../../agent/player/mixer.ts';
import { linearOf } from '../../agent/player/phrases/mu-law.ts';
import { PositionEstimator } from '../../agent/player/position-estimator.ts';
import { chimeMs, chimeWave, type SirenKind, siren } from '../../agent/player/siren.ts';
import { Pauses } from '../../agent/player/sources/pauses.ts';
import { stretchesOf } from '../../agent/player/sources/session.ts';
import { readWavHead } from '../../agent/player/sources/wav-file.ts';
import { WallOffset } from '../../agent/player/wall-offset.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import type { Item } from '../../schemas/programme.ts';
import { largestStep } from './recording.ts';

describe('the position estimator', () => {
  function positions(
    estimator: PositionEstimator,
    ppm: number,
    forMs: number,
    more: { fromMs?: number; xruns?: number; shift?: number } = {},
  ) {
    const { fromMs = 1_000_000, xruns = 0, shift = 0 } = more;
    for (let ms = 0; ms <= forMs; ms += 21) {
      const playedFrames = shift + ms * 48 * (1 + ppm / 1e6);
      estimator.add({ playedFrames, writtenFrames: playedFrames + 12_000, atMonoMs: fromMs + ms, xruns });
    }
  }

  it.each([-100, -40, 0, 60, 100])('finds a rate of %d ppm within 20 s, and any frame within 0.01 ms', (ppm) => {
    const estimator = new PositionEstimator();
    positions(estimator, ppm, 20_000);
    expect(estimator.ppm).toBeCloseTo(ppm, 0);
    const inAMinute = 1_000_000 + 21_000;
    const frame = 21_000 * 48 * (1 + ppm / 1e6);
    expect(Math.abs(estimator.frameAt(inAMinute) - frame)).toBeLessThan(0.5);
    expect(Math.abs(estimator.monoAt(frame) - inAMinute)).toBeLessThan(0.01);
  });

  it('begins anew after an underrun and keeps the rate', () => {
    const estimator = new PositionEstimator();
    positions(estimator, 90, 20_000);
    positions(estimator, 90, 100, { fromMs: 1_030_000, xruns: 1, shift: 960_000 });
    expect(estimator.restarts).toBe(1);
    expect(estimator.ppm).toBeCloseTo(90, 0);
    expect(Math.abs(estimator.frameAt(1_030_050) - (960_000 + 2_400))).toBeLessThan(2);
  });

  it('begins anew when the pointer jumps although no underrun was told', () => {
    const estimator = new PositionEstimator();
    positions(estimator, 0, 5_000);
    positions(estimator, 0, 100, { fromMs: 1_010_000, shift: 100_000 });
    expect(estimator.restarts).toBe(1);
    expect(Math.abs(estimator.frameAt(1_010_100) - 104_800)).toBeLessThan(1);
  });

  it.each([5, 10, 20])(
    'corrects half a step of a pointer that steps by %d ms, and is back within 1 ms 0.3 s after an underrun',
    (stepMs) => {
      const estimator = new PositionEstimator();
      const look = (ms: number, xruns: number) => {
        const playedFrames = Math.floor(ms / stepMs) * stepMs * 48;
        estimator.add({ playedFrames, writtenFrames: playedFrames + 12_000, atMonoMs: ms, xruns });
      };
      let ms = 0.37;
      for (let i = 0; i < 300; i += 1, ms += 21 + (i % 3) * 0.31) look(ms, 0);
      expect(Math.abs(estimator.frameAt(ms) - ms * 48)).toBeLessThan(24);
      for (let i = 0; i < 15; i += 1, ms += 21 + (i % 3) * 0.31) look(ms, 1);
      expect(estimator.settled).toBe(true);
      expect(Math.abs(estimator.frameAt(ms) - ms * 48)).toBeLessThan(48);
    },
  );

  it('takes an exact pointer that is looked at evenly for exact', () => {
    const estimator = new PositionEstimator();
    positions(estimator, 0, 10_000);
    expect(estimator.settled).toBe(true);
    expect(estimator.frameAt(1_010_000)).toBeCloseTo(480_000, 3);
  });

  it('maps frames and instants to one another and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 5_000_000 }), (ppm, frame) => {
        const estimator = new PositionEstimator();
        positions(estimator, ppm, 3_000);
        expect(estimator.frameAt(estimator.monoAt(frame))).toBeCloseTo(frame, 3);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the wall offset', () => {
  it('averages out whole milliseconds and tells steps', () => {
    const offset = new WallOffset();
    let stepped = 0;
    for (let ms = 0; ms < 4_000; ms += 20.37) stepped += offset.add(Math.floor(ms + 1_000_000.4) - ms, ms);
    expect(stepped).toBe(0);
    expect(Math.abs(offset.wallOf(4_000) - 1_003_999.9)).toBeLessThan(0.2);
    expect(offset.add(1_000_250, 4_020)).toBeCloseTo(250, 0);
    expect(offset.monoOf(offset.wallOf(77))).toBeCloseTo(77, 6);
  });
});

describe('mixing', () => {
  it('keeps a mixed block within 16 bit', () => {
    const pcm = new Int16Array(3);
    toPcm(new Float32Array([3, -3, 0.5]), pcm);
    expect([...pcm]).toEqual([32_767, -32_767, 16_384]);
  });

  it.each([
    [0, 0],
    [100, 0],
    [150, 0.5],
    [200, 1],
    [9_999, 1],
  ])('a rise from frame 100 over 100 frames stands at frame %d at %d', (frame, level) => {
    expect(riseAt(frame, 100, 100)).toBe(level);
  });
});

describe('own sounds', () => {
  it.each<SirenKind>(['alarm', 'water', 'ground', 'weather', 'fire', 'exercise', 'all-clear'])(
    'the %s siren is loud, unclipped and without clicks',
    (kind) => {
      const pcm = siren(kind, 4_000);
      const peak = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      expect(pcm.length).toBe(192_000);
      expect(peak).toBeGreaterThan(0.5 * 32_767);
      expect(peak).toBeLessThan(0.95 * 32_767);
      // A tone of 1100 Hz with its harmonics moves at most this much between samples.
      expect(largestStep(pcm)).toBeLessThan(6_500);
    },
  );

  it('the chime has died away at its end', () => {
    expect(Math.abs(chimeWave(chimeMs * 48))).toBeLessThan(0.02);
    let peak = 0;
    for (let i = 0; i < chimeMs * 48; i += 1) peak = Math.max(peak, Math.abs(chimeWave(i)));
    expect(peak).toBeLessThan(1);
  });

  it.each([
    [0xff, 0],
    [0x7f, 0],
    [0x80, 32_124],
    [0x00, -32_124],
  ])('µ-law byte %d is %d', (byte, linear) => {
    expect(linearOf(byte) + 0).toBe(linear);
  });
});

describe('a session', () => {
  const item = (name: string, durationMs: number): Item => ({
    sha256: name.repeat(64),
    bytes: 1,
    type: 'audio/wav',
    title: name,
    language: 'vi',
    durationMs,
    gainDb: 0,
  });
  const plan = { items: [item('a', 1_000), item('b', 500)], times: 2, gapMs: 300 };
  const names = (offsetMs: number) =>
    stretchesOf({ ...plan, offsetMs }).map((one) => ('silentMs' in one ? `-${one.silentMs}` : `${one.item.title}${one.fromMs}`));

  it.each([
    [0, ['a0', 'b0', '-300', 'a0', 'b0']],
    [400, ['a400', 'b0', '-300', 'a0', 'b0']],
    [1_000, ['b0', '-300', 'a0', 'b0']],
    [1_600, ['-200', 'a0', 'b0']],
    [1_800, ['a0', 'b0']],
    [3_200, ['b400']],
    [3_300, []],
    [9_999, []],
  ])('at %d ms has left %j', (offsetMs, left) => {
    expect(names(offsetMs)).toEqual(left);
  });

  it('has left exactly what its position leaves, whatever the position', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_300 }), (offsetMs) => {
        const left = stretchesOf({ ...plan, offsetMs });
        const sum = left.reduce((all, one) => all + ('silentMs' in one ? one.silentMs : one.item.durationMs - one.fromMs), 0);
        expect(sum).toBe(3_300 - offsetMs);
      }),
    );
  });

  it('counts sound without its pauses', () => {
    const pauses = new Pauses();
    pauses.note(100, 30);
    pauses.note(130, 20);
    pauses.note(500, 10);
    expect([50, 100, 120, 150, 400, 505, 1_000].map((samples) => pauses.soundUpTo(samples))).toEqual([50, 100, 100, 100, 350, 450, 940]);
  });
});

describe('WAV heads', () => {
  it('are read where they are 16-bit PCM, whatever stands before the sound', () => {
    const plain = wavHead(44_100, 88_200);
    expect(readWavHead(plain)).toEqual({ channels: 1, rateHz: 44_100, dataFrom: 44, dataBytes: 88_200 });
    const list = Buffer.concat([plain.subarray(0, 36), Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'), plain.subarray(36)]);
    expect(readWavHead(list)).toMatchObject({ dataFrom: 56 });
    const floats = Buffer.from(plain);
    floats.writeUInt16LE(3, 20);
    expect(readWavHead(floats)).toBeUndefined();
  });

  it('never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (bytes, at) => {
        const mutated = Buffer.concat([wavHead(48_000, 10), Buffer.from(bytes)]);
        mutated[at % mutated.length] = bytes[0] ?? 0;
        readWavHead(mutated.subarray(0, 12 + at));
        readWavHead(Buffer.from(bytes));
      }),
    );
  });
});
