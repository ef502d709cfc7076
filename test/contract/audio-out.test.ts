// The audio output's promises, kept by the virtual converter in several options, moved by hand and by its own timer.
import { afterEach, beforeEach, describe, vi } from 'vitest';
import { VirtualDac, type VirtualDacOptions } from '../../hardware/audio-out/virtual-dac.ts';
import { promiseAudioOut } from './audio-out.ts';

const cases: readonly VirtualDacOptions[] = [{}, { ppm: 100 }, { ppm: -100, rewinds: true }, { quantumMs: 10, leadMs: 300 }];

for (const options of cases) {
  describe(`virtual converter ${JSON.stringify(options)}`, () => {
    promiseAudioOut(() => {
      const clock = { nowMs: 123_456.75 };
      const out = new VirtualDac({ ...options, now: () => clock.nowMs });
      const pass = async (ms: number) => {
        clock.nowMs += ms;
        out.pump();
      };
      return { out, pass, toleranceFrames: 1 + ((options.quantumMs ?? 0) * 48_000) / 1000 };
    });
  });
}

/** Its clock and its timer are the process's, and those stand still between two steps however busy the machine is. */
describe('virtual converter by its own timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  promiseAudioOut(() => ({
    out: new VirtualDac({ rewinds: true }),
    pass: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
    toleranceFrames: 2,
  }));
});
