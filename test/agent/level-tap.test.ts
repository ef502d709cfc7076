// How loud an output is fed: known levels, and forgotten after two seconds.
import { expect, test } from 'vitest';
import { LevelTap, silenceDb } from '../../agent/level-tap.ts';
import type { AudioOut } from '../../hardware/audio-out.ts';

test('a sine of full scale is −3 dBFS, a tenth of it −23, and silence is −120 after two seconds', () => {
  const clock = { nowMs: 0 };
  const written: Int16Array[] = [];
  const tap = new LevelTap(() => clock.nowMs);
  const out = tap.tap({ write: (frames: Int16Array) => void written.push(frames) } as unknown as AudioOut);
  const sine = (peak: number) => Int16Array.from({ length: 4_800 }, (_, i) => Math.round(peak * 32_767 * Math.sin((2 * Math.PI * i) / 48)));
  expect(tap.levelDb()).toBe(silenceDb);
  out.write(sine(1));
  expect(tap.levelDb()).toBeCloseTo(-3.01, 1);
  clock.nowMs = 2_100;
  out.write(sine(0.1));
  expect(tap.levelDb()).toBeCloseTo(-23.01, 1);
  clock.nowMs = 4_200;
  out.write(new Int16Array(4_800));
  expect(tap.levelDb()).toBe(silenceDb);
  expect(written).toHaveLength(3);
});
