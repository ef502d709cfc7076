// What people hear of an uploaded file is −16 LUFS within half a unit and never over −1.5 dB true peak, measured by ffmpeg's ebur128 on file + gain.
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Blobs } from '../../controller/blobs.ts';
import { FluentTranscoder } from '../../controller/media/fluent-transcoder.ts';
import { ingest } from '../../controller/media/ingest.ts';
import { requireTools, SpawnTranscoder } from '../../controller/media/spawn-transcoder.ts';
import { fileGainDb, itemGainDb } from '../../controller/media/transcoder.ts';
import { keepWaveFile } from '../../controller/media/wave-file.ts';
import { readWaveform } from '../../controller/media/waveform.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { must } from './built-centre.ts';

let dir: string;
let blobs: Blobs;
let paths: { ffmpeg: string; ffprobe: string };
let espeak: string | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-loudness-'));
  const tools = await findAudioTools();
  paths = must(requireTools(tools));
  espeak = tools.espeak;
  blobs = new Blobs(join(dir, 'blobs'), join(dir, 'uploads'));
  await blobs.start();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(args: readonly string[], input?: Buffer): Promise<string> {
  return must(await runTool(paths.ffmpeg, ['-nostdin', '-y', ...args], { timeoutMs: 60_000, ...(input && { input }) })).stderr;
}

/** Loudness and true peak of what is played: the file with its gain. */
async function played(path: string, gainDb: number): Promise<{ lufs: number; peakDb: number }> {
  const said = await run(['-i', path, '-af', `volume=${gainDb}dB:precision=float,ebur128=peak=true:dualmono=true`, '-f', 'null', '-']);
  const summary = said.slice(said.lastIndexOf('Summary'));
  const figure = (pattern: RegExp) => Number(pattern.exec(summary)?.[1]?.replace('inf', 'Infinity'));
  return { lufs: figure(/I:\s+(-?[\d.]+|-inf) LUFS/), peakDb: figure(/Peak:\s+(-?[\d.]+|-inf) dBFS/) };
}

const voice = async (name: string, filter: string) => {
  const path = join(dir, name);
  const text = 'Bà con chú ý. Chiều nay có mưa to. Nước suối lên nhanh, không qua ngầm tràn. Xin nhắc lại, không qua ngầm tràn.';
  const said = must(await runTool(espeak ?? '', ['-v', 'vi', '--stdin', '--stdout'], { timeoutMs: 10_000, input: text }));
  await run(['-f', 'wav', '-ignore_length', '1', '-i', 'pipe:0', '-af', filter, '-ar', '48000', path], said.stdout);
  return path;
};
const tone = async (name: string, filter: string, ...more: string[]) => {
  const path = join(dir, name);
  await run(['-f', 'lavfi', '-i', filter, ...more, path]);
  return path;
};
const pink = (seconds: number, amplitude: number) => `anoisesrc=c=pink:r=48000:a=${amplitude}:d=${seconds}:seed=7`;

/** Where the peak allows it, exactly loud enough; where not, quieter, with the peak at its limit. */
const sources: [string, 'level' | 'peak-bound' | 'short', () => Promise<string>][] = [
  ['quiet speech', 'peak-bound', () => voice('quiet.wav', 'volume=-28dB')],
  [
    'speech with a compressor',
    'level',
    () => voice('radio.wav', 'acompressor=threshold=-30dB:ratio=8:attack=1:release=40,alimiter=limit=0.4:level=false,volume=-12dB'),
  ],
  ['loud music', 'level', () => tone('music.wav', `${pink(8, 1)},tremolo=f=2:d=0.3,alimiter=limit=0.9:level=false`)],
  ['clipped sound', 'level', () => tone('clipped.wav', `sine=f=300:d=6:r=48000,volume=30dB,asoftclip=type=hard`)],
  ['stereo', 'level', () => tone('stereo.mp3', "aevalsrc='0.2*sin(440*2*PI*t)|0.05*sin(660*2*PI*t)':s=44100:d=6", '-b:a', '128k')],
  [
    '5.1',
    'level',
    () =>
      tone(
        'surround.flac',
        "aevalsrc='0.1*sin(300*2*PI*t)|0.1*sin(400*2*PI*t)|0.2*sin(500*2*PI*t)|0|0.05*sin(600*2*PI*t)|0.05*sin(700*2*PI*t)':c=5.1:s=48000:d=6",
      ),
  ],
  ['a few loud claps', 'peak-bound', () => tone('claps.wav', `${pink(8, 1)},volume='if(lt(mod(t,2),0.02),1,0.01)':eval=frame`)],
  ['an announcement of one second', 'level', () => tone('second.wav', 'sine=f=800:d=1:r=48000,volume=-6dB')],
  ['a click of 100 ms', 'short', () => tone('click.wav', 'sine=f=800:d=0.1:r=48000,volume=17dB')],
];

describe.each([
  ['fluent-ffmpeg', () => new FluentTranscoder(paths)],
  ['plain spawn', () => new SpawnTranscoder(paths)],
] as const)('ingest by %s', (_name, makeTranscoder) => {
  test.each(sources)('%s (%s)', async (_what, kind, make) => {
    const source = blobs.temporary('.src');
    await copyFile(await make(), source);
    const options = { transcoder: makeTranscoder(), waveform: (path: string) => readWaveform(paths.ffmpeg, path), blobs };
    const { item } = must(await ingest(options, source, { title: 'x', language: 'vi' }));
    const file = join(dir, 'played.ogg');
    await writeFile(file, (await blobs.read(item.sha256)) ?? '');
    const { lufs, peakDb } = await played(file, item.gainDb);
    expect(Number.isFinite(item.gainDb)).toBe(true);
    expect(peakDb).toBeLessThanOrEqual(-1.4);
    if (kind === 'level') expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
    if (kind === 'peak-bound') {
      expect(lufs).toBeLessThan(-15.5);
      expect(peakDb).toBeGreaterThan(-2);
    }
  });

  test('silence is refused, not raised without end', async () => {
    const source = blobs.temporary('.src');
    await copyFile(await tone('silence.wav', 'anullsrc=r=48000:cl=stereo', '-t', '3'), source);
    const options = { transcoder: makeTranscoder(), waveform: (path: string) => readWaveform(paths.ffmpeg, path), blobs };
    expect(await ingest(options, source, { title: 'x', language: 'vi' })).toMatchObject({
      ok: false,
      problem: { code: 'media-unreadable' },
    });
  });
});

test('gains stay within bounds, whatever was measured', () => {
  for (const integratedLufs of [undefined, -69, -50, -16, 0, 12])
    for (const truePeakDb of [-59, -20, -1.5, 0, 6, 20]) {
      expect(Math.abs(fileGainDb({ integratedLufs, truePeakDb }))).toBeLessThanOrEqual(30);
      const gainDb = itemGainDb({ integratedLufs, truePeakDb });
      expect(gainDb >= -12 && gainDb <= 3).toBe(true);
    }
  expect(fileGainDb({ integratedLufs: undefined, truePeakDb: -20 })).toBeLessThanOrEqual(18.5);
});

test('without ffmpeg a WAV keeps its bytes and carries all of its gain as an item', async () => {
  const path = await tone('plain.wav', 'sine=f=440:d=3:r=48000,volume=-8dB', '-ac', '1', '-c:a', 'pcm_s16le');
  const source = blobs.temporary('.wav');
  await copyFile(path, source);
  const { item } = must(await keepWaveFile(blobs, source, { title: 'x', language: 'vi' }));
  const { lufs, peakDb } = await played(path, item.gainDb);
  expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
  expect(peakDb).toBeLessThanOrEqual(-1.4);
});
