// The output through aplay, with a program in aplay's place that keeps the contract, or breaks every promise it can.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { monoMs } from '../../hardware/host/system-clock.ts';
import type { Problem } from '../../schemas/problems.ts';
import { promiseAudioOut } from '../contract/audio-out.ts';
import { FakeCard } from './fake-card.ts';

const cards: FakeCard[] = [];
function plugged(mode?: string): FakeCard {
  const card = new FakeCard(mode);
  cards.push(card);
  return card;
}
afterEach(() => {
  for (const card of cards.splice(0)) card.remove();
});

// A busy machine may let the first 60 ms run out before the test has written: then the start is tried again.
describe('aplay over a fake card', { retry: 2 }, () => {
  promiseAudioOut(() => ({ out: plugged().output(), pass: (ms) => wait(ms), toleranceFrames: 48 * 40 }));
});

describe('aplay that misbehaves', () => {
  /** Feed an output until it fails; answers the problem and after how long. */
  async function failureOf(card: FakeCard, fed = true): Promise<{ problems: Problem[]; afterMs: number }> {
    const out = card.output();
    const problems: Problem[] = [];
    out.onFailure((problem) => problems.push(problem));
    await out.open();
    const beganMs = monoMs();
    while (problems.length === 0 && monoMs() - beganMs < 5_000) {
      const { writtenFrames, playedFrames } = out.position();
      if (fed && writtenFrames - playedFrames < 250 * 48) out.write(new Int16Array(960));
      await wait(20);
    }
    const afterMs = monoMs() - beganMs;
    await wait(300);
    await out.close();
    return { problems, afterMs };
  }

  test('a card in use refuses with the program that holds it', async () => {
    const card = plugged('busy');
    card.hold(812, 'mpv');
    await expect(card.output().open()).rejects.toMatchObject({
      problem: { code: 'device-busy', detail: expect.stringContaining('pid 812 (mpv)') },
    });
  });

  test('an aplay that ends at once refuses with its last words', async () => {
    await expect(plugged('exits').output().open()).rejects.toMatchObject({
      problem: { code: 'device-failed', detail: expect.stringContaining('No such file') },
    });
  });

  test('an aplay that hangs without reading refuses in time', async () => {
    const beganMs = monoMs();
    await expect(plugged('hangs').output().open()).rejects.toMatchObject({ problem: { code: 'device-failed' } });
    expect(monoMs() - beganMs).toBeLessThan(5_000);
  });

  test('a card that is not there refuses and names those that are', async () => {
    const card = plugged();
    card.put('asound/cards', ' 0 [HDMI           ]: vc4-hdmi - vc4-hdmi\n');
    await expect(card.output().open()).rejects.toMatchObject({ problem: { detail: expect.stringContaining('present: HDMI') } });
  });

  test('a card that knows stereo only gets the sound on both channels', async () => {
    const out = plugged('stereo').output();
    await out.open();
    out.write(new Int16Array(9_600));
    const before = out.position();
    await wait(120);
    const { playedFrames, atMonoMs } = out.position();
    expect(Math.abs(playedFrames - before.playedFrames - (atMonoMs - before.atMonoMs) * 48)).toBeLessThan(48 * 40);
    await out.close();
  });

  test('a card that runs at another rate is refused, never resampled', async () => {
    await expect(plugged('slow').output().open()).rejects.toMatchObject({ problem: { detail: expect.stringContaining('44100 Hz') } });
  });

  test('an aplay that dies while it plays is told once, at once', async () => {
    const { problems, afterMs } = await failureOf(plugged('dies:600'));
    expect(problems).toEqual([{ code: 'device-failed', path: '', detail: expect.stringContaining('Input/output error') }]);
    expect(afterMs).toBeLessThan(1_500);
  });

  test('a pointer that stands although frames are queued is told within two seconds', async () => {
    const { problems, afterMs } = await failureOf(plugged('freezes:600'));
    expect(problems.map(({ detail }) => detail)).toEqual([expect.stringContaining('position stands')]);
    expect(afterMs).toBeLessThan(2_500);
  });

  test('a card pulled out is told within a second, and it opens again when it is back', async () => {
    const card = plugged('vanishes:500');
    const { problems, afterMs } = await failureOf(card, false);
    expect(problems).toEqual([{ code: 'device-failed', path: '', detail: expect.stringContaining('the card is gone') }]);
    expect(afterMs).toBeLessThan(1_600);
    card.plug();
    card.behave('plays');
    const out = card.output();
    await out.open();
    await out.close();
  });
});
