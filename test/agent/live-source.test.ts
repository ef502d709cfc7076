// Live sound finds its instants: where each piece lies, what a gap is, how drift and lateness are met, what is never heard.
import { describe, expect, it } from 'vitest';
import { LiveFeed } from '../../agent/live/feed.ts';
import { LiveSource } from '../../agent/player/sources/live.ts';
import { LiveDynamics } from '../../agent/player/sources/live-dynamics.ts';
import { type FrameDecoder, openFrameDecoder } from '../../agent/player/sources/opus-frames.ts';
import { Tape } from '../../agent/player/tape.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { chirp, opusFrames } from './opus-chirp.ts';
import { bestFit, largestStep, noise } from './recording.ts';

const wallMs = 1_800_000_000_000;
const silent: FrameDecoder = { decode: (frames) => new Float32Array(frames.length * 960), free: () => undefined };

async function started(feed: LiveFeed, more: { startAtMs?: number; delayMs?: number; opus?: boolean } = {}): Promise<LiveSource> {
  const { startAtMs = wallMs, delayMs = 300, opus = false } = more;
  const source = new LiveSource({ feed, startAtMs, delayMs, openDecoder: opus ? openFrameDecoder : async () => ok(silent) });
  source.start();
  await expect.poll(() => source.ready()).toBe(true);
  return source;
}

/** All samples from 0 on, in blocks as a voice asks for them. */
function pour(source: LiveSource, ms: number): Int16Array {
  const count = Math.round(ms * 48);
  const tape = new Tape(count);
  for (let done = 0; done < count; ) {
    const given = source.pour(tape, Math.min(480, count - done));
    if (given === 0) break;
    done += given;
  }
  return Int16Array.from({ length: count }, (_, i) => Math.round((tape.samples[i & tape.mask] ?? 0) * 32_767));
}

function pcmPiece(pcm: Int16Array, atMs: number, spanMs = pcm.length / 48, ends = false) {
  return { capturedMs: wallMs + atMs, spanMs, sound: { pcm }, ends };
}

/** Where a stretch of known sound lies, ms after sample 0. */
function placeMs(heard: Int16Array, piece: Int16Array, aboutMs: number): number {
  const about = Math.round(aboutMs * 48);
  const { frame, value } = bestFit(heard, piece, Math.max(0, about - 480), about + 480);
  expect(value).toBeGreaterThan(0.8);
  return frame / 48;
}

describe('live sound', () => {
  it('lies at its captured instant plus the delay', async () => {
    const feed = new LiveFeed();
    const source = await started(feed);
    const sound = noise(400);
    for (let at = 0; at < 400; at += 100) feed.push(pcmPiece(sound.subarray(at * 48, (at + 100) * 48), 50 + at));
    expect(placeMs(pour(source, 900), sound.subarray(4_800, 9_600), 450)).toBeCloseTo(450, 1);
    expect(source.soundUpTo(900 * 48) / 48).toBeCloseTo(400, 0);
  });

  it('decoded from Opus lies within a millisecond of the microphone', async () => {
    const feed = new LiveFeed();
    const source = await started(feed, { opus: true });
    const frames = opusFrames();
    for (let at = 0; at < 50; at += 5)
      feed.push({ capturedMs: wallMs + at * 20, spanMs: 100, sound: { frames: frames.slice(at, at + 5) }, ends: at === 45 });
    const heard = pour(source, 1_600);
    for (const fromMs of [200, 500, 800])
      expect(Math.abs(placeMs(heard, chirp(48_000).subarray(fromMs * 48, fromMs * 48 + 4_800), 300 + fromMs) - 300 - fromMs)).toBeLessThan(
        1,
      );
    expect(source.ended()).toBe(true);
    source.stop();
  });

  it('is in step on two boxes of which one joined late', async () => {
    const feed = new LiveFeed();
    const sound = noise(1_000);
    for (let at = 0; at < 1_000; at += 100) feed.push(pcmPiece(sound.subarray(at * 48, (at + 100) * 48), at));
    const early = pour(await started(feed, { startAtMs: wallMs - 777 }), 2_500);
    const late = pour(await started(feed, { startAtMs: wallMs + 700 }), 900);
    const piece = sound.subarray(600 * 48, 700 * 48);
    expect(placeMs(early, piece, 777 + 900) - 777).toBeCloseTo(placeMs(late, piece, 200) + 700, 1);
  });

  it('keeps its place after as much drift as half an hour of a microphone 90 ppm fast brings', async () => {
    const feed = new LiveFeed();
    const source = await started(feed);
    const spanMs = 1_000 / (1 + 900e-6);
    const sound = noise(1_000, 7);
    const tape = new Tape(48_000 * 2);
    for (let second = 0; second < 180; second += 1) {
      feed.push(pcmPiece(sound, second * spanMs, spanMs));
      for (let block = 0; block < 100; block += 1) source.pour(tape, 480);
    }
    const last = Int16Array.from({ length: 48_000 }, (_, i) => Math.round((tape.samples[(179 * 48_000 + i) & tape.mask] ?? 0) * 32_767));
    const wantedMs = 179.5 * spanMs + 300 - 179_000;
    expect(Math.abs(placeMs(last, sound.subarray(24_000, 28_800), wantedMs) - wantedMs)).toBeLessThan(0.2);
    expect(source.faults).toEqual({ glitches: 0, late: 0 });
  });

  it('is silent where none came, without a click, and counts the gap; what comes too late is never heard', async () => {
    const feed = new LiveFeed();
    const source = await started(feed);
    const sound = noise(1_000).map((sample) => sample / 4);
    feed.push(pcmPiece(sound.subarray(0, 9_600), 0));
    feed.push(pcmPiece(sound.subarray(19_200, 28_800), 400));
    const tape = new Tape(48_000);
    const first = 550 * 48;
    source.pour(tape, first);
    feed.push(pcmPiece(sound.subarray(9_600, 14_400), 200));
    source.pour(tape, 450 * 48);
    const heard = Int16Array.from({ length: 48_000 }, (_, i) => Math.round((tape.samples[i] ?? 0) * 32_767));
    expect(heard.subarray(520 * 48, 700 * 48).every((sample) => sample === 0)).toBe(true);
    expect(largestStep(heard)).toBeLessThan(2 * largestStep(sound) + 400);
    expect(source.faults).toEqual({ glitches: 1, late: 1 });
    expect(source.soundUpTo(48_000) / 48).toBeCloseTo(400, 0);
  });

  it('without a decoder is over at once and says why', async () => {
    const source = new LiveSource({
      feed: new LiveFeed(),
      startAtMs: wallMs,
      delayMs: 300,
      openDecoder: async () => bad('driver-missing', 'none'),
    });
    source.start();
    await expect.poll(() => source.ended()).toBe(true);
    expect(source.problem()?.code).toBe('driver-missing');
    expect(source.pour(new Tape(480), 480)).toBe(0);
  });

  it('survives frames that are no Opus', async () => {
    const feed = new LiveFeed();
    const source = await started(feed, { opus: true });
    feed.push({
      capturedMs: wallMs,
      spanMs: 60,
      sound: { frames: [new Uint8Array([255, 1, 2]), new Uint8Array(400).fill(7), new Uint8Array([0])] },
      ends: true,
    });
    const heard = pour(source, 500);
    expect(heard.length).toBe(24_000);
    source.stop();
  });
});

describe('levels of live speech', () => {
  const rmsDb = (samples: Float32Array) => 10 * Math.log10(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
  const tone = (db: number) =>
    Float32Array.from({ length: 48_000 }, (_, i) => 10 ** (db / 20) * Math.SQRT2 * Math.sin((2 * Math.PI * 440 * i) / 48_000));
  const settled = (db: number) => {
    const samples = tone(db);
    new LiveDynamics().process(samples);
    return rmsDb(samples.subarray(24_000));
  };

  it('bring a quiet and a loud speaker together', () => {
    expect(settled(-12) - settled(-36)).toBeLessThan(20);
    expect(settled(-12) - settled(-36)).toBeGreaterThan(6);
    expect(Math.abs(settled(-18) - -18)).toBeLessThan(3);
  });

  it('never exceed −1.5 dBFS, whatever comes', () => {
    for (const make of [tone(0), tone(12), noiseOf(4), Float32Array.from({ length: 48_000 }, (_, i) => (i % 4_800 === 0 ? 8 : 0))]) {
      new LiveDynamics().process(make);
      expect(make.reduce((most, one) => Math.max(most, Math.abs(one)), 0)).toBeLessThanOrEqual(10 ** (-1.5 / 20) + 1e-6);
    }
  });

  it('are the same block by block as in one piece', () => {
    const [whole, parts] = [tone(-10), tone(-10)];
    new LiveDynamics().process(whole);
    const dynamics = new LiveDynamics();
    for (let at = 0; at < parts.length; at += 960) dynamics.process(parts.subarray(at, at + 960));
    expect(parts).toEqual(whole);
  });
});

function noiseOf(gain: number): Float32Array {
  return Float32Array.from(noise(1_000), (sample) => (sample / 32_768) * gain);
}
