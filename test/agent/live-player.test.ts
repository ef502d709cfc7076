// Live sound through the whole playback chain in fake time: boxes with unlike crystals in step, 300 ms behind the microphone.
import { expect, it, vi } from 'vitest';
import { LiveFeed } from '../../agent/live/feed.ts';
import { chirp, opusFrames } from './opus-chirp.ts';
import { Rig, wallZeroMs } from './player-rig.ts';
import { bestFit, noise } from './recording.ts';

interface Course {
  readonly ppm: number;
  readonly rewinds?: boolean;
  readonly delayMs: number;
  readonly batchMs: number;
  readonly seconds: number;
}

/** A feed that knows when its box has a decoder and listens, so many times: that takes as long as the machine takes. */
function watchedFeed() {
  const feed = new LiveFeed();
  const listen = vi.spyOn(feed, 'listen');
  const heard = (times: number) => vi.waitFor(() => expect(listen).toHaveBeenCalledTimes(times), { timeout: 20_000, interval: 5 });
  return { feed, heard };
}

/** One box hears a microphone for a while; batches come 40 ms after their last frame. */
async function listen({ ppm, rewinds = true, delayMs, batchMs, seconds }: Course): Promise<Rig> {
  const { feed, heard } = watchedFeed();
  const rig = new Rig({ ppm, rewinds, player: { liveFeed: () => feed } });
  await rig.player.start(rig.tell);
  await rig.pass(500);
  rig.play({ of: 'live', session: 's', delayMs }, { slot: 'live' });
  await heard(1);
  const frames = opusFrames();
  const from = rig.nowMs;
  for (let at = 0; at < seconds * 1_000; at += batchMs) {
    await rig.pass(from + at + batchMs + 40 - rig.nowMs);
    const some = Array.from({ length: batchMs / 20 }, (_, i) => frames[(at / 20 + i) % 50] ?? new Uint8Array([0]));
    feed.push({ capturedMs: wallZeroMs + from + at, spanMs: batchMs, sound: { frames: some }, ends: at + batchMs >= seconds * 1_000 });
  }
  await rig.pass(delayMs + 1_000);
  return rig;
}

/** How late the chirp of a second is heard, ms after its capture; it repeats, so only what lies near `aboutMs` counts. */
function latencyMs(rig: Rig, second: number, aboutMs: number): number {
  const fromMs = 5_500 + second * 1_000 + 500;
  const piece = chirp(48_000).subarray(24_000, 28_800);
  const { pcm } = rig.heard;
  const about = Math.round((fromMs - 5_000 + aboutMs) * 48);
  const { frame, value } = bestFit(pcm, piece, about - 14_400, about + 14_400);
  expect(value).toBeGreaterThan(0.8);
  return rig.heard.monoAt(frame) - fromMs;
}

it.each([
  [300, 100],
  [2_000, 660],
])('a microphone is heard %i ms later on two boxes at ±100 ppm, within 5 ms of one another, without a gap', async (delayMs, batchMs) => {
  const course = { delayMs, batchMs, seconds: 30 };
  const [fast, slow] = [await listen({ ...course, ppm: 100 }), await listen({ ...course, ppm: -100, rewinds: false })];
  for (const second of [5, 15, 25]) {
    const [a, b] = [latencyMs(fast, second, delayMs), latencyMs(slow, second, delayMs)];
    expect(Math.abs(a - delayMs)).toBeLessThan(3);
    expect(Math.abs(b - delayMs)).toBeLessThan(3);
    expect(Math.abs(a - b)).toBeLessThan(2);
  }
  for (const rig of [fast, slow]) {
    const [ended] = rig.of('playbackEnded');
    expect(ended).toMatchObject({ how: 'completed' });
    expect(ended?.audibleMs).toBeGreaterThan(29_500);
    await rig.close();
  }
});

it('an emergency takes the output from a microphone and gives it back in step', async () => {
  const { feed, heard } = watchedFeed();
  const rig = new Rig({ player: { liveFeed: () => feed } });
  await rig.player.start(rig.tell);
  await rig.pass(500);
  const sound = noise(8_000, 3);
  const from = rig.nowMs;
  const first = rig.play({ of: 'live', session: 's', delayMs: 300 }, { slot: 'live' });
  await heard(1);
  const speak = async (fromMs: number, toMs: number) => {
    for (let at = fromMs; at < toMs; at += 100) {
      await rig.pass(from + at + 120 - rig.nowMs);
      feed.push({ capturedMs: wallZeroMs + from + at, spanMs: 100, sound: { pcm: sound.subarray(at * 48, (at + 100) * 48) }, ends: false });
    }
  };
  await speak(0, 2_000);
  rig.play({ of: 'tone', hz: 880, durationMs: 1_000 }, { slot: 'emergency' });
  rig.player.stopPlaying(first, 20);
  await speak(2_000, 3_500);
  rig.play({ of: 'live', session: 's', delayMs: 300 }, { slot: 'live' });
  await heard(2);
  await speak(3_500, 6_000);
  const about = Math.round((from - 5_000 + 5_000 + 300) * 48);
  const { frame, value } = bestFit(rig.heard.pcm, sound.subarray(5_000 * 48, 5_080 * 48), about - 960, about + 960);
  expect(value).toBeGreaterThan(0.8);
  expect(Math.abs(rig.heard.monoAt(frame) - from - 5_300)).toBeLessThan(3);
  await rig.close();
});
