// The player on a virtual converter: exact starts, exact counts, pre-emption, stops, failures.
import { afterEach, describe, expect, it } from 'vitest';
import { items, Rig, type RigOptions } from './player-rig.ts';
import { bestFit, largestStep, noise } from './recording.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function ready(options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig(options);
  rigs.push(rig);
  await rig.player.start(rig.tell);
  await rig.pass(3_000);
  return rig;
}

describe('a planned sound', () => {
  it.each([-100, 0, 100])('begins on its instant and is heard to the last sample at %d ppm', async (ppm) => {
    const rig = await ready({ ppm });
    const source = noise(2_000);
    const startAtMs = Math.floor(rig.wallMs) + 1_500;
    rig.play(items([rig.item(source, 'a')]), { startAtMs });
    await rig.settle();
    await rig.pass(4_500);
    const [started] = rig.of('playbackStarted');
    const [ended] = rig.of('playbackEnded');
    expect(Math.abs(started?.startErrorMs ?? 99)).toBeLessThan(1);
    expect(ended).toMatchObject({ how: 'completed', audibleMs: 2_000 });
    const { first, last } = rig.heard.edges();
    expect(Math.abs(rig.heard.monoAt(first) + rig.wallMs - rig.nowMs - startAtMs)).toBeLessThan(1);
    expect(Math.abs(last - first - source.length)).toBeLessThan(20);
    expect(bestFit(rig.heard.pcm, source.subarray(24_000, 28_800), first + 23_900, first + 24_100).value).toBeGreaterThan(0.98);
  });

  it('tells how far it is at the wanted pace', async () => {
    const rig = await ready();
    rig.play(items([rig.item(noise(3_500), 'a')]));
    await rig.settle();
    await rig.pass(5_000);
    const told = rig.of('playbackProgressed').map(({ audibleMs }) => audibleMs);
    expect(told.length).toBeGreaterThanOrEqual(3);
    for (let i = 1; i < told.length; i += 1) expect((told[i] ?? 0) - (told[i - 1] ?? 0)).toBeGreaterThan(900);
  });
});

describe('an order over a programme', () => {
  it.each([true, false])('sounds at once and the programme ends with what was heard (rewinds: %s)', async (rewinds) => {
    const rig = await ready({ rewinds });
    const source = noise(10_000);
    const first = rig.play(items([rig.item(source, 'a')]));
    await rig.settle();
    await rig.pass(2_000);
    const orderedFrame = rig.dac.position().playedFrames;
    const second = rig.play({ of: 'tone', hz: 800, durationMs: 1_000 }, { slot: 'emergency' });
    rig.player.stopPlaying(first, 20);
    await rig.pass(2_500);
    const startedMs = rig.of('playbackStarted', second)[0]?.startedMs ?? 0;
    const delayMs = startedMs - (rig.wallMs - 2_500);
    expect(delayMs).toBeLessThanOrEqual(rewinds ? 40 : 310);
    const [ended] = rig.of('playbackEnded', first);
    expect(ended).toMatchObject({ how: 'stopped' });
    expect(Math.abs((ended?.audibleMs ?? 0) - (rewinds ? 2_030 : 2_270))).toBeLessThan(320);
    expect(rig.of('playbackEnded', second)[0]).toMatchObject({ how: 'completed', audibleMs: 1_000 });
    expect(largestStep(rig.heard.pcm.subarray(Math.floor(orderedFrame) - 4_800))).toBeLessThan(6_000);
    const third = rig.play(items([rig.item(source, 'a')], { offsetMs: ended?.audibleMs ?? 0 }), { startAtMs: Math.ceil(rig.wallMs) + 300 });
    await rig.settle();
    await rig.pass(1_500);
    const again = Math.round((rig.heard.pcm.length - (1_200 - 300) * 48) / 1);
    const piece = rig.heard.pcm.subarray(again, again + 4_800);
    const at = Math.round((ended?.audibleMs ?? 0) * 48);
    expect(bestFit(source, piece, at, at + 24_000).value).toBeGreaterThan(0.9);
    expect(rig.of('playbackStarted', third)).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('fades and drops what is queued where the output rewinds', async () => {
    const rig = await ready({ rewinds: true });
    const attempt = rig.play(items([rig.item(noise(10_000), 'a')]));
    await rig.settle();
    await rig.pass(1_000);
    const stopMs = rig.wallMs;
    rig.player.stopPlaying(attempt, 50);
    await rig.pass(500);
    const [ended] = rig.of('playbackEnded', attempt);
    expect(ended?.how).toBe('stopped');
    expect((ended?.endedMs ?? 0) - stopMs).toBeLessThanOrEqual(50 + 10 + 2);
    const { first, last } = rig.heard.edges();
    expect(Math.abs((last - first) / 48 - (ended?.audibleMs ?? 0))).toBeLessThan(2);
  });

  it('ends a sound that has not begun at once, with nothing heard', async () => {
    const rig = await ready();
    const attempt = rig.play(items([rig.item(noise(1_000), 'a')]), { startAtMs: rig.wallMs + 1_000 });
    rig.player.stopPlaying(attempt, 300);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'stopped', audibleMs: 0 }]);
    await rig.pass(2_000);
    expect(rig.heard.edges().first).toBe(-1);
  });
});

describe('stopping about the instant of the start', () => {
  it.each([1_000, 740, 735, 250, 20, 5, 1])('%d ms before it leaves silence or a faded piece, and one end', async (beforeMs) => {
    for (const rewinds of [true, false]) {
      const rig = await ready({ rewinds });
      const attempt = rig.play({ of: 'tone', hz: 300, durationMs: 5_000 }, { startAtMs: rig.wallMs + 1_000 });
      await rig.pass(1_000 - beforeMs);
      rig.player.stopPlaying(attempt, 20);
      await rig.pass(1_500);
      const ends = rig.of('playbackEnded', attempt);
      expect(ends).toHaveLength(1);
      expect(ends[0]?.how).toBe('stopped');
      expect(ends[0]?.audibleMs).toBeLessThanOrEqual(rewinds ? 35 : 300);
      const { first, last } = rig.heard.edges();
      expect(Math.abs((first < 0 ? 0 : last - first) / 48 - (ends[0]?.audibleMs ?? 0))).toBeLessThan(3);
    }
  });
});

describe('an order whose output starves', () => {
  it('loses nothing of what it says: it goes on where it was', async () => {
    const rig = await ready({ rewinds: true });
    const attempt = rig.play({ of: 'tone', hz: 317, durationMs: 3_000 }, { slot: 'emergency' });
    await rig.pass(1_000);
    rig.nowMs += 600;
    await rig.pass(4_000);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'completed', audibleMs: 3_000 }]);
    const sounding = rig.heard.pcm.reduce((sum, sample) => sum + (sample === 0 ? 0 : 1), 0);
    expect(Math.abs(sounding / 48 - 3_000)).toBeLessThan(5);
  });
});

describe('two sounds', () => {
  it('are never heard together: the lower waits for the higher to end', async () => {
    const rig = await ready();
    const high = rig.play({ of: 'tone', hz: 900, durationMs: 1_000 }, { slot: 'emergency' });
    const low = rig.play({ of: 'tone', hz: 300, durationMs: 500 }, { slot: 'normal' });
    await rig.pass(3_000);
    const endedMs = rig.of('playbackEnded', high)[0]?.endedMs ?? 0;
    const [started] = rig.of('playbackStarted', low);
    expect(started?.startedMs).toBeGreaterThanOrEqual(endedMs - 1);
    expect(rig.of('playbackEnded', low)).toMatchObject([{ how: 'completed', audibleMs: 500 }]);
  });

  it('meet in the same slot: the newer one replaces the older', async () => {
    const rig = await ready({ rewinds: true });
    const older = rig.play({ of: 'tone', hz: 900, durationMs: 5_000 });
    await rig.pass(1_000);
    const newer = rig.play({ of: 'tone', hz: 300, durationMs: 500 });
    await rig.pass(2_000);
    expect(rig.of('playbackEnded', older)[0]?.how).toBe('stopped');
    expect(rig.of('playbackEnded', older)[0]?.audibleMs).toBeLessThan(1_060);
    expect(rig.of('playbackEnded', newer)).toMatchObject([{ how: 'completed', audibleMs: 500 }]);
  });

  it('more than eight at once end the oldest', async () => {
    const rig = await ready();
    for (let i = 0; i < 12; i += 1) rig.play({ of: 'tone', hz: 300, durationMs: 100 }, { startAtMs: rig.wallMs + 5_000 });
    expect(rig.of('playbackEnded')).toHaveLength(4);
  });
});

describe('things that fail', () => {
  it('an item that cannot be read gives way to the next, and the session ends as failed with what was heard', async () => {
    const rig = await ready();
    const missing = { ...rig.item(noise(100), 'x'), sha256: 'f'.repeat(64) };
    const attempt = rig.play(items([missing, rig.item(noise(1_000), 'a')]));
    await rig.settle();
    await rig.pass(2_000);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'failed', audibleMs: 1_000, problem: { code: 'not-cached' } }]);
  });

  it('an underrun is caught up by skipping, so neighbours stay in step', async () => {
    const rig = await ready({ rewinds: true });
    const source = noise(6_000);
    const startAtMs = Math.ceil(rig.wallMs) + 500;
    rig.play(items([rig.item(source, 'a')]), { startAtMs });
    await rig.settle();
    await rig.pass(2_000);
    rig.nowMs += 700;
    await rig.settle();
    await rig.pass(1_500);
    const { pcm } = rig.heard;
    const frame = pcm.length - 9_600;
    const inSource = Math.round((rig.heard.monoAt(frame) + rig.wallMs - rig.nowMs - startAtMs) * 48);
    const piece = pcm.subarray(frame, frame + 4_800);
    const fit = bestFit(source, piece, inSource - 200, inSource + 200);
    expect(fit.value).toBeGreaterThan(0.98);
    expect(Math.abs(fit.frame - inSource)).toBeLessThan(48);
  });

  it('an unplugged output ends the sound as failed, is opened again and told', async () => {
    const rig = await ready();
    const attempt = rig.play(items([rig.item(noise(5_000), 'a')]));
    await rig.settle();
    await rig.pass(1_000);
    rig.dac.failNext();
    rig.dac.unplug();
    await rig.pass(2_000);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'failed', problem: { code: 'device-failed' } }]);
    expect(rig.told.map(({ is }) => is).filter((is) => is.startsWith('output'))).toEqual([
      'outputReady',
      'outputFailed',
      'outputFailed',
      'outputReady',
    ]);
    const again = rig.play({ of: 'tone', hz: 440, durationMs: 500 });
    await rig.pass(1_000);
    expect(rig.of('playbackEnded', again)).toMatchObject([{ how: 'completed', audibleMs: 500 }]);
  });
});
