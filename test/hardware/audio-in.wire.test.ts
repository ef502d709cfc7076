// Inputs: the card's door over a fake card in real time, and what the simulated microphone hears.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { AlsaIn } from '../../hardware/audio-in/alsa-in.ts';
import { SimulatedMicrophone } from '../../hardware/audio-in/simulated-microphone.ts';
import type { CapturedBlock } from '../../hardware/audio-in.ts';
import { monoMs } from '../../hardware/host/system-clock.ts';
import type { Problem } from '../../schemas/problems.ts';
import { promiseAudioIn } from '../contract/audio-in.ts';
import { FakeCapture } from './fake-pcm.ts';

describe.each([1, 2])('a fake card with %i channels', (channels) => {
  promiseAudioIn(() => {
    const input = new AlsaIn({ name: 'alsa', openPcm: async () => new FakeCapture({ channels, now: monoMs }) });
    return { input, pass: (ms) => wait(ms), toleranceMs: 1 };
  });
});

test('a capture card pulled out is told once and can be opened again', async () => {
  const cards: FakeCapture[] = [];
  const openPcm = async () => {
    const card = new FakeCapture({ now: monoMs });
    cards.push(card);
    return card;
  };
  const input = new AlsaIn({ name: 'alsa', openPcm });
  const problems: Problem[] = [];
  input.onFailure((problem) => problems.push(problem));
  await input.open();
  cards[0]?.unplug();
  await wait(60);
  expect(problems.map(({ code }) => code)).toEqual(['device-failed']);
  expect(cards[0]?.closed).toBe(true);
  await input.open();
  await input.close();
});

test('a drifting microphone tells the sound at the speed of its crystal', async () => {
  const clock = { nowMs: 0 };
  const input = new SimulatedMicrophone({ ppm: 1000, now: () => clock.nowMs });
  const blocks: CapturedBlock[] = [];
  input.onBlock((block) => blocks.push(block));
  await input.open();
  for (let i = 0; i < 100; i++) {
    clock.nowMs += 100;
    input.pump();
  }
  expect(blocks.reduce((sum, { frames }) => sum + frames.length, 0)).toBeCloseTo(480_480, -1);
  expect(blocks.at(-1)?.atMonoMs).toBeLessThan(10_000);
});

test('a microphone whose file is missing refuses by name', async () => {
  await expect(new SimulatedMicrophone({ wav: '/nowhere.wav' }).open()).rejects.toMatchObject({ problem: { code: 'device-failed' } });
});
