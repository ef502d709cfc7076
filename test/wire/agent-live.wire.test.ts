// The box's end of a live stream against real sockets: a true centre, a broken line, and whoever else may answer there.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreDoor } from '../../agent/centre-door.ts';
import type { Event } from '../../agent/core/model.ts';
import { LiveStreams, type LiveStreamsOptions } from '../../agent/live/live-streams.ts';
import { Player } from '../../agent/player/player.ts';
import { SimulatedMicrophone } from '../../hardware/audio-in/simulated-microphone.ts';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { readWav } from '../../hardware/host/wav.ts';
import { bad, type Problem } from '../../schemas/problems.ts';
import { Microphone } from '../agent/live-words.ts';
import { opusFrames } from '../agent/opus-chirp.ts';
import { makeAuthority, type TestAuthority } from './certificates.ts';
import { StreamServer } from './stream-server.ts';

const frames = opusFrames();
const clock = {
  now: () => ({
    wallMs: performance.timeOrigin + performance.now(),
    monoMs: Number(process.hrtime.bigint()) / 1e6,
    quality: 'signed' as const,
  }),
};
const nowMs = () => clock.now().wallMs;

let authority: TestAuthority;
let server: StreamServer;
let url: string;
let streams: LiveStreams;
let told: Event[];
let warned: { readonly event: string; readonly problem: Problem }[];
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await makeAuthority();
});

beforeEach(async () => {
  server = new StreamServer(await authority.server());
  url = await server.start();
  told = [];
  warned = [];
  streams = await makeStreams();
  ends.push(
    () => streams.stop(),
    () => server.stop(),
  );
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function doorTo(address: string): Promise<CentreDoor> {
  const tls = await authority.client('box:loa-1');
  return new CentreDoor({ url: address, tls, time: () => ({ fromMs: Date.now(), toMs: Date.now() }) });
}

async function makeStreams(changes: Partial<LiveStreamsOptions> = {}): Promise<LiveStreams> {
  return new LiveStreams({
    door: await doorTo(url),
    crypto: cryptography,
    clock,
    openLine: () => undefined,
    decoderProblem: async () => undefined,
    warn: (event, problem) => warned.push({ event, problem }),
    socket: { silentMs: 1_500, backOff: { baseMs: 50, maxMs: 200 } },
    ...changes,
  });
}

const tell = (event: Event) => told.push(event);
const receiving = () => told.flatMap((event) => (event.is === 'liveReceiving' ? [event.receiving] : []));

/** What the feed of a session has taken so far. */
function heardOf(session: string): number[] {
  const pieces: number[] = [];
  streams.feed(session)?.listen(({ capturedMs }) => pieces.push(capturedMs));
  return pieces;
}

/** A microphone whose batches go out as time passes. */
function speakOn(microphone: Microphone, say: (message: Uint8Array) => void): () => void {
  let at = nowMs() - 100;
  let number = 0;
  const timer = setInterval(() => {
    for (; at + 100 <= nowMs(); at += 100) {
      const from = (number * 5) % 50;
      say(microphone.next(at, frames.slice(from, from + 5)));
      number += 1;
    }
  }, 20);
  const stop = () => clearInterval(timer);
  ends.unshift(stop);
  return stop;
}

describe('a stream', () => {
  it('is asked for under the box’s certificate, once, and its verified sound reaches the feed', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    streams.open(microphone.session, tell);
    streams.open(microphone.session, tell);
    await expect.poll(() => server.open).toBe(1);
    expect(server.listeners[0]).toMatchObject({ path: '/live/hop-thon', name: 'box:loa-1' });
    speakOn(microphone, (message) => server.say(message));
    await expect.poll(() => heardOf('hop-thon').length).toBeGreaterThan(5);
    expect(receiving()).toEqual([true]);
    expect(server.listeners.length).toBe(1);
    streams.close('hop-thon');
    await expect.poll(() => server.open).toBe(0);
    expect(streams.feed('hop-thon')).toBeUndefined();
  });

  it('that breaks is taken up again; nothing sounds twice', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    const said: Uint8Array[] = [];
    // A centre that says again what it said to the line before.
    server.onListener = ({ socket }) => {
      for (const message of said.slice(-20)) socket.send(message);
    };
    streams.open(microphone.session, tell);
    speakOn(microphone, (message) => {
      said.push(message);
      server.say(message);
    });
    await expect.poll(() => heardOf('hop-thon').length).toBeGreaterThan(3);
    server.cut();
    const before = heardOf('hop-thon').length;
    await expect.poll(() => heardOf('hop-thon').length).toBeGreaterThan(before + 5);
    const heard = heardOf('hop-thon');
    expect(new Set(heard).size).toBe(heard.length);
    expect([...heard].sort((a, b) => a - b)).toEqual(heard);
    expect(receiving()).toEqual([true]);
  });

  it('that is silent though the line stands is dropped and tried again', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    server.onListener = ({ socket }) => socket.pause();
    streams.open(microphone.session, tell);
    await expect.poll(() => server.listeners.length).toBeGreaterThan(1);
  });

  it('that brings nothing more is told as lost after a few seconds of comfort', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    streams.open(microphone.session, tell);
    await expect.poll(() => server.open).toBe(1);
    const stop = speakOn(microphone, (message) => server.say(message));
    await expect.poll(() => receiving().length).toBe(1);
    stop();
    const atMs = nowMs();
    await expect.poll(() => receiving()).toEqual([true, false]);
    expect(nowMs() - atMs).toBeLessThan(5_500);
    expect(nowMs() - atMs).toBeGreaterThan(3_000);
  });

  it('from a server that another authority vouches for is never believed', async () => {
    const stranger = await makeAuthority('Another CA');
    const impostor = new StreamServer(await stranger.server());
    streams.stop();
    streams = await makeStreams({ door: await doorTo(await impostor.start()) });
    ends.push(() => impostor.stop());
    streams.open(new Microphone(nowMs() - 1_000).session, tell);
    await expect.poll(() => warned.length).toBeGreaterThan(1);
    expect(impostor.listeners.length).toBe(0);
    expect(told).toEqual([]);
  });

  it('without a decoder on this box is refused before anybody connects', async () => {
    streams.stop();
    streams = await makeStreams({ decoderProblem: async () => ({ code: 'driver-missing', path: '', detail: 'opus-decoder' }) });
    streams.open(new Microphone(nowMs()).session, tell);
    await expect.poll(() => told).toMatchObject([{ is: 'liveReceiving', receiving: false, problem: { code: 'driver-missing' } }]);
    expect(server.listeners.length).toBe(0);
  });
});

describe('a hostile server', () => {
  /** A player on a converter: what leaves it while the server says its worst. */
  async function loudspeaker(session: Microphone['session']): Promise<() => number> {
    const dac = new VirtualDac({});
    let loud = 0;
    dac.onHeard(({ frames: pcm }) => {
      for (const sample of pcm) if (sample !== 0) loud += 1;
    });
    const player = new Player({
      output: 'main',
      audioOut: dac,
      clock,
      tools: {},
      pathOf: () => undefined,
      speak: async () => bad('tool-missing', 'none'),
      liveFeed: (id) => streams.feed(id),
      log: { info: () => undefined, warn: () => undefined },
      progressEveryMs: 1_000,
    });
    ends.unshift(() => player.stop());
    await player.start();
    streams.open(session, tell);
    const sound = { of: 'live', session: session.session, delayMs: session.delayMs } as const;
    player.play(
      { do: 'play', output: 'main', attempt: 1, slot: 'live', sound, startAtMs: nowMs(), fadeInMs: 0, gainDb: 0 },
      () => undefined,
    );
    return () => loud;
  }

  it('makes no sound with forged, foreign, replayed, reordered, bent, old or oversized messages; the true one is heard', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    const forger = new Microphone(nowMs() - 1_000);
    const loud = await loudspeaker(microphone.session);
    await expect.poll(() => server.open).toBe(1);
    const elsewhere = new Microphone(nowMs() - 1_000, { session: 'hop-xa' });
    for (let round = 0; round < 15; round += 1) {
      const at = nowMs() - 120;
      const some = frames.slice(0, 5);
      const good = microphone.next(at, some, { number: 1_000_000 });
      const bent = Uint8Array.from(good);
      bent[60] = (bent[60] ?? 0) ^ 1;
      server.say(forger.next(at, some));
      server.say(elsewhere.next(at, some));
      server.say(microphone.seal(good.subarray(0, -64), 'hop-xa'));
      server.say(bent);
      server.say(microphone.next(nowMs() - 60_000, some));
      server.say(microphone.next(nowMs() + 60_000, some));
      server.say(Buffer.alloc(1_000, round));
      await new Promise((later) => setTimeout(later, 50));
    }
    await new Promise((later) => setTimeout(later, 600));
    expect(loud()).toBe(0);
    expect(receiving()).toEqual([]);
    // The same bytes, true this time, so silence above was no accident.
    await expect.poll(() => server.open).toBe(1);
    speakOn(microphone, (message) => server.say(message));
    await expect.poll(loud).toBeGreaterThan(4_800);
  });

  it('that sends text, huge messages or a flood loses the line, and memory stays bounded', async () => {
    const microphone = new Microphone(nowMs() - 1_000);
    streams.open(microphone.session, tell);
    await expect.poll(() => server.open).toBe(1);
    server.say('{"hello":1}');
    await expect.poll(() => server.listeners.length).toBe(2);
    await expect.poll(() => server.open).toBe(1);
    server.say(Buffer.alloc(200_000));
    await expect.poll(() => server.listeners.length).toBe(3);
    await expect.poll(() => server.open).toBe(1);
    for (let i = 0; i < 150; i += 1) server.say(Buffer.alloc(500, 3));
    await expect.poll(() => server.listeners.length).toBe(4);
    expect(told).toEqual([]);
    expect(warned.length).toBeLessThan(20);
  });
});

describe('an input of the box', () => {
  it('is heard only while its session is open, and what it says is recorded', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-talk-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    streams.stop();
    streams = await makeStreams({
      openLine: (line) => (line === 'mic' ? { input: new SimulatedMicrophone(), squelchDb: -60 } : undefined),
      recordingsDir: dir,
    });
    const session = { ...new Microphone(nowMs()).session, source: 'line' as const, line: 'mic' };
    streams.open(session, tell);
    await expect.poll(() => receiving()).toEqual([true]);
    await expect.poll(() => heardOf('hop-thon').length).toBeGreaterThan(30);
    streams.close('hop-thon');
    await expect
      .poll(async () => readWav(await readFile(join(dir, (await readdir(dir))[0] ?? '')))?.samples.length ?? 0)
      .toBeGreaterThan(20_000);
  });

  it('that is not there ends the session with its reason', async () => {
    streams.open({ ...new Microphone(nowMs()).session, source: 'line', line: 'nowhere' }, tell);
    expect(told).toMatchObject([{ is: 'liveReceiving', receiving: false, problem: { code: 'not-found' } }]);
  });
});
