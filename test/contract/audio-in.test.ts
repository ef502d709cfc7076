// The audio input's promises, kept by the simulated microphone in fake and in real time.
import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
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

describe('simulated microphone in real time', () => {
  promiseAudioIn(() => ({ input: new SimulatedMicrophone(), pass: (ms) => wait(ms), toleranceMs: 1 }));
});
