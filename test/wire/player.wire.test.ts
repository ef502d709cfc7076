// The player in real time with real decoders: MP3, Opus and everything else, started on their instant, killed in mid-play.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event, PlayAction, Sound } from '../../agent/core/model.ts';
import { Player } from '../../agent/player/player.ts';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { speak } from '../../hardware/host/speech.ts';
import { SystemClock } from '../../hardware/host/system-clock.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { problemKinds } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { bestFit, noise, Recording } from '../agent/recording.ts';

const source = noise(4_000, 3);
let folder = '';
let tools: AudioTools = {};
beforeAll(async () => {
  tools = await findAudioTools();
  folder = mkdtempSync(join(tmpdir(), 'loa-player-wire-'));
  const bytes = Buffer.concat([wavHead(48_000, source.length * 2), Buffer.from(source.buffer)]);
  writeFileSync(join(folder, 'a.wav'), bytes);
  const encode = (...args: string[]) =>
    execFileSync(tools.ffmpeg ?? 'ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'a.wav'), ...args], { cwd: folder });
  encode('-c:a', 'libmp3lame', '-b:a', '128k', 'a.mp3');
  encode('-c:a', 'libopus', '-b:a', '96k', 'a.ogg');
  encode('-c:a', 'libopus', '-ac', '2', '-b:a', '128k', 'stereo.ogg');
  encode('-c:a', 'pcm_s24le', 'deep.wav');
  encode('-ar', '44100', 'slow.wav');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Rig {
  readonly player: Player;
  readonly dac: VirtualDac;
  readonly heard: Recording;
  readonly told: Event[];
  readonly clock: SystemClock;
}

const offline: { -readonly [K in keyof AudioTools]?: AudioTools[K] } = {};

async function open(withTools: AudioTools, ppm = 0): Promise<Rig> {
  const dac = new VirtualDac({ ppm, rewinds: true });
  const clock = new SystemClock();
  const told: Event[] = [];
  const player = new Player({
    output: 'main',
    audioOut: dac,
    clock,
    tools: withTools,
    pathOf: (sha256) => join(folder, sha256),
    speak: (text, language) => speak(tools, text, language),
    log: { info: () => undefined, warn: () => undefined },
    progressEveryMs: 200,
  });
  const heard = new Recording(dac);
  await player.start((event) => told.push(event));
  await wait(300);
  return { player, dac, heard, told, clock };
}

function item(file: string, type: Item['type'], durationMs = 4_000): Item {
  return { sha256: file, bytes: 1, type, title: file, language: 'vi', durationMs, gainDb: 0 };
}

function play(rig: Rig, sound: Sound, startAtMs: number, slot: PlayAction['slot'] = 'normal'): number {
  const attempt = Math.floor(Math.random() * 1e9);
  const tell = (event: Event) => rig.told.push(event);
  rig.player.play({ do: 'play', output: 'main', attempt, slot, sound, startAtMs, fadeInMs: 0, gainDb: 0 }, tell);
  return attempt;
}

async function told<K extends Event['is']>(rig: Rig, is: K, attempt: number, withinMs = 30_000): Promise<Extract<Event, { is: K }>> {
  for (const beganMs = Date.now(); Date.now() - beganMs < withinMs; await wait(20)) {
    const found = rig.told.find((event) => event.is === is && 'attempt' in event && event.attempt === attempt);
    if (found) return found as Extract<Event, { is: K }>;
  }
  throw new Error(`${is} was not told within ${withinMs} ms`);
}

function once(list: readonly Item[], offsetMs = 0): Sound {
  return { of: 'items', items: list, times: 1, gapMs: 0, offsetMs };
}

describe.concurrent('a file', () => {
  it.each([
    ['a.mp3', 'audio/mpeg', 'all'],
    ['a.mp3', 'audio/mpeg', 'ffmpeg'],
    ['a.ogg', 'audio/ogg', 'all'],
    ['stereo.ogg', 'audio/ogg', 'all'],
    ['stereo.ogg', 'audio/ogg', 'ffmpeg'],
    ['deep.wav', 'audio/wav', 'ffmpeg'],
    ['slow.wav', 'audio/wav', 'none'],
    ['a.wav', 'audio/wav', 'none'],
  ] as const)(
    '%s (%s) with decoders: %s begins on its instant, from the right place, and is heard to its end',
    async (file, type, having) => {
      const some = { all: tools, ffmpeg: { ...offline, ...(tools.ffmpeg && { ffmpeg: tools.ffmpeg }) }, none: offline }[having];
      const rig = await open(some, 80);
      // Eight decoders start at once: a slow machine needs its time before the first sample is due.
      const startAtMs = Math.ceil(rig.clock.now().wallMs) + 6_000;
      const attempt = play(rig, once([item(file, type)], 2_000), startAtMs);
      const started = await told(rig, 'playbackStarted', attempt);
      expect(Math.abs(started.startErrorMs)).toBeLessThan(20);
      const ended = await told(rig, 'playbackEnded', attempt);
      await rig.player.stop();
      expect(ended).toMatchObject({ how: 'completed' });
      expect(Math.abs(ended.audibleMs - 2_000)).toBeLessThan(40);
      const { first } = rig.heard.edges();
      const { frame, value } = bestFit(rig.heard.pcm, source.subarray(120_000, 124_800), first + 24_000 - 2_400, first + 24_000 + 2_400);
      expect(value).toBeGreaterThan(0.9);
      expect(Math.abs(frame - first - 24_000) / 48).toBeLessThan(5);
    },
  );
});

describe('a decoder that dies', () => {
  it('with no other to stand in fails the session with what was heard, and the next play sounds', async () => {
    const rig = await open({ ...offline, ...(tools.ffmpeg && { ffmpeg: tools.ffmpeg }) });
    execFileSync(tools.ffmpeg ?? 'ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'anoisesrc=d=60:a=0.3', join(folder, 'long.mp3')]);
    const attempt = play(rig, once([item('long.mp3', 'audio/mpeg', 60_000)]), rig.clock.now().wallMs + 500);
    await told(rig, 'playbackProgressed', attempt);
    // A lone decoder has a second try: both are killed.
    const first = decodersOf('long.mp3');
    for (const pid of first) process.kill(pid, 'SIGKILL');
    const second = () => decodersOf('long.mp3').filter((pid) => !first.includes(pid));
    for (const beganMs = Date.now(); Date.now() - beganMs < 3_000 && second().length === 0; ) await wait(10);
    for (const pid of second()) process.kill(pid, 'SIGKILL');
    const ended = await told(rig, 'playbackEnded', attempt);
    expect(ended).toMatchObject({ how: 'failed', problem: { code: 'tool-failed' } });
    expect(ended.audibleMs).toBeGreaterThan(500);
    expect(ended.audibleMs).toBeLessThan(10_000);
    const next = play(rig, once([item('a.mp3', 'audio/mpeg')], 3_500), rig.clock.now().wallMs + 500);
    expect(await told(rig, 'playbackEnded', next)).toMatchObject({ how: 'completed' });
    await rig.player.stop();
  });

  it('is never left behind', async () => {
    const rig = await open(tools);
    const attempt = play(rig, once([item('long.mp3', 'audio/mpeg', 60_000)]), rig.clock.now().wallMs + 300);
    await told(rig, 'playbackStarted', attempt);
    rig.player.stopPlaying(attempt, 20);
    await told(rig, 'playbackEnded', attempt);
    await wait(200);
    expect(decodersOf('long.mp3')).toEqual([]);
    await rig.player.stop();
  });
});

describe.concurrent('garbage', () => {
  it('of no bytes at all is a problem', async () => {
    const rig = await open(tools);
    writeFileSync(join(folder, 'empty'), '');
    const ended = await told(rig, 'playbackEnded', play(rig, once([item('empty', 'audio/mpeg')]), rig.clock.now().wallMs + 200));
    expect(ended).toMatchObject({ how: 'failed', audibleMs: 0, problem: { code: 'media-unreadable' } });
    await rig.player.stop();
  });

  it.each(['audio/mpeg', 'audio/ogg', 'audio/wav'] as const)('named %s is a problem, not a sound and not a crash', async (type) => {
    const rig = await open(tools);
    const junk = `junk-${type.slice(6)}`;
    writeFileSync(join(folder, junk), noise(2_000, 9));
    const ended = await told(rig, 'playbackEnded', play(rig, once([item(junk, type, 2_000)]), rig.clock.now().wallMs + 200));
    expect(ended.how).toBe('failed');
    expect(Object.keys(problemKinds)).toContain(ended.problem?.code);
    await rig.player.stop();
  });
});

function decodersOf(file: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandOf(pid).includes(join(folder, file)));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
