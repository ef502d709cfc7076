// The audio input's promises, kept by the simulated microphone, moved by hand and by its own timer.
import { afterEach, beforeEach, describe, vi } from 'vitest';
import { SimulatedMicrophone } from '../../hardware/audio-in/simulated-microphone.ts';
import { promiseAudioIn } from './audio-in.ts';

for (const ppm of [0, 100, -100]) {
  describe(`simulated microphone at ${ppm} ppm`, () => {
    promiseAudioIn(() => {
      const clock = { nowMs: 55_000.25 };
      const input = new SimulatedMicrophone({ ppm, now: () => clock.nowMs });
      const pass = async (ms: number) => {
        clock.nowMs += ms;
        input.pump();
      };
      return { input, pass, toleranceMs: 0.1 };
    });
  });
}

/** Its clock and its timer are the process's, and those stand still between two steps however busy the machine is. */
describe('simulated microphone by its own timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  promiseAudioIn(() => ({
    input: new SimulatedMicrophone(),
    pass: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
    toleranceMs: 1,
  }));
});
