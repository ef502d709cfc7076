// The output through libasound over a fake card in fake time: its contract, and all that a card can do to it.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LibasoundOut } from '../../hardware/audio-out/libasound-out.ts';
import { Failure } from '../../hardware/host/failure.ts';
import type { Problem } from '../../schemas/problems.ts';
import { promiseAudioOut } from '../contract/audio-out.ts';
import { FakePcm, type FakePcmOptions } from './fake-pcm.ts';

function bench(options: Omit<FakePcmOptions, 'now'> = {}) {
  const clock = { nowMs: 9_000.5 };
  const cards: FakePcm[] = [];
  const openPcm = () => {
    const pcm = new FakePcm({ ...options, now: () => clock.nowMs });
    cards.push(pcm);
    return pcm;
  };
  const out = new LibasoundOut({ name: 'alsa hw:CARD=Fake,DEV=0', openPcm, watchesItself: false, now: () => clock.nowMs });
  const problems: Problem[] = [];
  out.onFailure((problem) => problems.push(problem));
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      clock.nowMs += Math.min(100, left);
      out.watch();
    }
    await turn();
  };
  /** Time in which nobody looks. */
  const halt = (ms: number) => {
    clock.nowMs += ms;
  };
  const card = () => cards.at(-1) ?? expect.fail('no card was opened');
  return { out, pass, card, problems, halt };
}

const shapes = [{}, { channels: 2 }, { ppm: 100 }, { coarse: true }, { bufferFrames: 12_000 }];
for (const shape of shapes) {
  describe(`libasound over a fake card ${JSON.stringify(shape)}`, () => {
    promiseAudioOut(() => ({ ...bench(shape), toleranceFrames: 2 }));
  });
}

describe('what a card can do', () => {
  test('frames sound at the places that their numbers say, also where more is written than the card holds', async () => {
    const { out, pass, card } = bench({ bufferFrames: 9_600 });
    await out.open();
    const { writtenFrames } = out.position();
    out.write(Int16Array.from({ length: 24_000 }, (_, i) => i % 30_000));
    await pass(600);
    for (const at of [0, 9_599, 9_600, 23_999]) expect(card().ring.get(writtenFrames + at)).toBe(at);
  });

  test('a block that its writer uses again keeps the sound it had when it was written', async () => {
    const { out, pass, card } = bench({ bufferFrames: 960 });
    await out.open();
    const block = new Int16Array(2_400).fill(5);
    out.write(block);
    block.fill(6);
    await pass(100);
    expect([...card().ring.values()].filter((sample) => sample === 6)).toEqual([]);
  });

  test('what is taken back is replaced by what is written next, without a gap', async () => {
    const { out, pass, card } = bench();
    await out.open();
    out.write(new Int16Array(12_000).fill(1));
    await pass(50);
    out.discardAhead();
    const { writtenFrames } = out.position();
    out.write(new Int16Array(960).fill(2));
    expect(card().ring.get(writtenFrames - 1)).toBe(1);
    expect(card().ring.get(writtenFrames)).toBe(2);
  });

  test('a card that counts whole periods keeps one period more from being taken back', async () => {
    const kept = async (coarse: boolean) => {
      const { out } = bench({ coarse, periodFrames: 960 });
      await out.open();
      out.write(new Int16Array(12_000));
      out.discardAhead();
      const { writtenFrames, playedFrames } = out.position();
      return writtenFrames - playedFrames;
    };
    expect((await kept(true)) - (await kept(false))).toBe(960);
  });

  test('a driver that stops by itself is set on again and counted, and the numbers go on', async () => {
    const { out, pass, card, problems } = bench();
    await out.open();
    out.write(new Int16Array(4_800));
    await pass(50);
    const before = out.position();
    card().stop();
    const after = out.position();
    expect(after.xruns).toBe(before.xruns + 1);
    expect(after.playedFrames).toBeGreaterThanOrEqual(before.playedFrames);
    out.write(new Int16Array(9_600));
    const written = out.position();
    await pass(100);
    expect(out.position().playedFrames - written.playedFrames).toBeCloseTo(4_800, 0);
    expect(problems).toEqual([]);
  });

  test('a card pulled out is told once, later calls are harmless, and it opens again', async () => {
    const { out, pass, card, problems } = bench();
    await out.open();
    out.write(new Int16Array(12_000));
    card().unplug();
    out.write(new Int16Array(480));
    expect(problems).toEqual([]); // never in the middle of a write
    await pass(500);
    out.write(new Int16Array(480));
    expect(out.discardAhead()).toBe(0);
    expect(problems.map(({ code }) => code)).toEqual(['device-failed']);
    expect(card().closed).toBe(true);
    await out.open();
    expect(out.position().playedFrames).toBe(0);
  });

  test('a pointer that stands is told within a second', async () => {
    const { out, pass, card, problems } = bench();
    await out.open();
    await pass(400);
    card().stand();
    await pass(800);
    expect(problems).toEqual([]);
    await pass(300);
    expect(problems.map(({ detail }) => detail)).toEqual([expect.stringContaining('position stands')]);
  });

  test('a halt of the whole process is no dead card', async () => {
    const { out, pass, card, problems, halt } = bench();
    await out.open();
    out.write(new Int16Array(12_000));
    await pass(200);
    card().stand();
    halt(5_000);
    await pass(200);
    expect(problems).toEqual([]);
  });

  test('a refused card refuses the open and nothing is left behind', async () => {
    const openPcm = () => {
      throw new Failure('device-busy', 'hw:CARD=Fake,DEV=0 is in use by pid 7 (mpv)');
    };
    const out = new LibasoundOut({ name: 'alsa', openPcm });
    await expect(out.open()).rejects.toMatchObject({ problem: { code: 'device-busy' } });
    expect(out.position().writtenFrames).toBe(0);
    out.write(new Int16Array(10));
    await out.close();
  });

  test('a writer that does not pace itself is a bug and is told so', async () => {
    const { out } = bench();
    await out.open();
    expect(() => out.write(new Int16Array(6 * 48_000))).toThrow(RangeError);
  });
});
