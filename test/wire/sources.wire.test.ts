// Files and decoders that fail, with real programs: the next way takes over from the same sample, and everything is told in time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../agent/core/model.ts';
import { Player } from '../../agent/player/player.ts';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { canLimit, startTool } from '../../hardware/host/processes.ts';
import { speak } from '../../hardware/host/speech.ts';
import { SystemClock } from '../../hardware/host/system-clock.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import type { Item } from '../../schemas/programme.ts';
import { bestFit, noise, Recording } from '../agent/recording.ts';

const source = noise(12_000, 5);
const clock = new SystemClock();
let folder = '';
let tools: AudioTools = {};
const players: Player[] = [];

beforeAll(async () => {
  tools = await findAudioTools();
  folder = mkdtempSync(join(tmpdir(), 'loa-sources-'));
  writeFileSync(join(folder, 'a.wav'), Buffer.concat([wavHead(48_000, source.length * 2), Buffer.from(source.buffer)]));
  const encode = (...args: string[]) =>
    execFileSync(tools.ffmpeg ?? 'ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'a.wav'), ...args], { cwd: folder });
  encode('-c:a', 'libmp3lame', '-b:a', '128k', 'a.mp3');
  encode('-c:a', 'libopus', '-b:a', '96k', 'a.ogg');
});
afterEach(async () => {
  for (const player of players.splice(0)) await player.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open() {
  const dac = new VirtualDac();
  const heard = new Recording(dac);
  const told: { readonly event: Event; readonly atMs: number }[] = [];
  const doubted: string[] = [];
  const player = new Player({
    output: 'main',
    audioOut: dac,
    clock,
    tools,
    pathOf: (sha256) => (sha256 === 'absent' ? undefined : join(folder, sha256)),
    speak: (text, language) => speak(tools, text, language),
    doubt: (sha256) => doubted.push(sha256),
    log: { info: () => undefined, warn: () => undefined },
    progressEveryMs: 200,
  });
  players.push(player);
  const tell = (event: Event) => told.push({ event, atMs: performance.now() });
  await player.start(tell);
  await wait(300);
  const play = (items: readonly Item[], inMs = 400) => {
    const sound = { of: 'items', items, times: 1, gapMs: 0, offsetMs: 0 } as const;
    const startAtMs = clock.now().wallMs + inMs;
    player.play({ do: 'play', output: 'main', attempt: 1, slot: 'normal', sound, startAtMs, fadeInMs: 0, gainDb: 0 }, tell);
  };
  const of = async <K extends Event['is']>(is: K, withinMs = 20_000) => {
    for (const beganMs = performance.now(); performance.now() - beganMs < withinMs; await wait(10)) {
      const found = told.find(({ event }) => event.is === is);
      if (found) return { atMs: found.atMs, ...(found.event as Extract<Event, { is: K }>) };
    }
    throw new Error(`${is} was not told within ${withinMs} ms`);
  };
  return { heard, told, doubted, play, of };
}

function item(file: string, type: Item['type'], durationMs: number, more: Partial<Item> = {}): Item {
  return { sha256: file, bytes: 1, type, title: file, language: 'vi', durationMs, gainDb: 0, ...more };
}

describe('a decoder that hangs', () => {
  it('in mid-play is told within 5 s of being needed, and the other decoder takes over', async () => {
    const rig = await open();
    execFileSync(tools.ffmpeg ?? 'ffmpeg', [
      '-v',
      'error',
      '-y',
      '-stream_loop',
      '4',
      '-i',
      join(folder, 'a.mp3'),
      join(folder, 'hangs.mp3'),
    ]);
    rig.play([item('hangs.mp3', 'audio/mpeg', 60_000)]);
    await rig.of('playbackStarted');
    await wait(300);
    const stoppedAtMs = performance.now();
    for (const pid of decodersOf('hangs.mp3')) process.kill(pid, 'SIGSTOP');
    const fault = await rig.of('sourceFailed');
    expect(fault.problem.code).toBe('tool-timeout');
    // Up to 3.6 s lie in memory and in the pipe and sound on; it is needed from then on, and has a second and a half.
    expect(fault.atMs - stoppedAtMs).toBeLessThan(6_500);
    await wait(2_500);
    const { pcm } = rig.heard;
    const frame = pcm.length - 24_000;
    const sounds = pcm.subarray(frame).reduce((sum, sample) => sum + (sample === 0 ? 0 : 1), 0);
    expect(sounds).toBeGreaterThan(20_000);
    expect(rig.doubted).toContain('hangs.mp3');
  });

  it('before its first sample is told within 5 s and costs the start no more', async () => {
    const rig = await open();
    rig.play([item('a.ogg', 'audio/ogg', 12_000)], 1_000);
    const pids = await started('a.ogg');
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const atMs = performance.now();
    const first = await Promise.race([rig.of('sourceFailed'), rig.of('playbackStarted')]);
    expect(first.atMs - atMs).toBeLessThan(5_000);
    const begun = await rig.of('playbackStarted');
    expect(begun.atMs - atMs).toBeLessThan(7_000);
  });
});

describe('a file', () => {
  it('that is cut off sounds as far as it goes, is told as unreadable, and the next item follows', async () => {
    const rig = await open();
    writeFileSync(join(folder, 'cut.mp3'), readFileSync(join(folder, 'a.mp3')));
    truncateSync(join(folder, 'cut.mp3'), 48_000);
    rig.play([item('cut.mp3', 'audio/mpeg', 12_000), item('short.wav', 'audio/wav', 1_000)]);
    writeFileSync(join(folder, 'short.wav'), Buffer.concat([wavHead(48_000, 96_000), Buffer.from(noise(1_000, 8).buffer)]));
    const fault = await rig.of('sourceFailed');
    expect(fault).toMatchObject({ item: 'cut.mp3', problem: { code: expect.stringMatching(/media-unreadable|tool-failed/) } });
    const ended = await rig.of('playbackEnded');
    expect(ended.how).toBe('failed');
    expect(ended.audibleMs).toBeGreaterThan(3_500);
    expect(ended.audibleMs).toBeLessThan(4_600);
  });

  it.each([
    ['a.ogg', 'audio/mpeg'],
    ['a.mp3', 'audio/ogg'],
    ['a.mp3', 'audio/wav'],
  ] as const)('%s that calls itself %s is played by what it is', async (file, type) => {
    const rig = await open();
    rig.play([item(file, type, 12_000)]);
    await rig.of('playbackStarted');
    await wait(1_500);
    expect(rig.told.some(({ event }) => event.is === 'sourceFailed')).toBe(false);
    const { first } = rig.heard.edges();
    expect(bestFit(rig.heard.pcm, source.subarray(24_000, 28_800), first + 21_600, first + 26_400).value).toBeGreaterThan(0.9);
  });

  it.each(['junk.mp3', 'absent'])('%s with words to it is spoken, and the end says so', async (name) => {
    const rig = await open();
    writeFileSync(join(folder, 'junk.mp3'), noise(1_000, 4));
    rig.play([item(name, 'audio/mpeg', 4_000, { speak: 'Kính chào bà con. Hôm nay trời mưa to.' })], 1_500);
    const ended = await rig.of('playbackEnded');
    expect(ended).toMatchObject({ how: 'completed', voice: 'spoken' });
    expect(ended.audibleMs).toBeGreaterThan(1_500);
    expect(rig.doubted).toEqual(name === 'absent' ? [] : expect.arrayContaining([name]));
  });

  it('in a language without a voice is skipped, and says why', async () => {
    const rig = await open();
    rig.play([item('absent', 'audio/mpeg', 4_000, { speak: 'Nyob zoo', language: 'mww' })]);
    expect(await rig.of('playbackEnded')).toMatchObject({ how: 'failed', audibleMs: 0, problem: { code: 'no-voice' } });
  });
});

describe('a decoder held to its limits', () => {
  it.runIf(canLimit())('is ended by the kernel when it wants too much memory or time', async () => {
    const ends = (args: string[], limits: Parameters<typeof startTool>[2]['limits'] & object) =>
      new Promise<number | NodeJS.Signals | null>((resolve) => {
        const tool = startTool(process.execPath, args, { limits, onExit: ({ code, signal }) => resolve(signal ?? code) });
        tool.stdin.end();
        tool.stdout.resume();
        tool.stderr.resume();
      });
    expect(await ends(['-e', 'for(;;);'], { dataBytes: 4 * 2 ** 30, cpuSeconds: 1, niceness: 5 })).toMatch(/SIG(XCPU|KILL)/);
    expect(await ends(['-e', '0'], { dataBytes: 1024 * 1024, cpuSeconds: 5, niceness: 5 })).not.toBe(0);
    expect(await ends(['-e', '0'], { dataBytes: 4 * 2 ** 30, cpuSeconds: 5, niceness: 5 })).toBe(0);
  });
});

async function started(file: string): Promise<number[]> {
  for (const beganMs = Date.now(); Date.now() - beganMs < 2_000; await wait(1)) {
    const pids = decodersOf(file);
    if (pids.length > 0) return pids;
  }
  return [];
}

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
