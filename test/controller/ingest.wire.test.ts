// Ingest with the real ffmpeg: one contract for both transcoders, and an upload from the door to the box's content.
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FluentTranscoder } from '../../controller/media/fluent-transcoder.ts';
import { makeIngest } from '../../controller/media/make-ingest.ts';
import { requireTools, SpawnTranscoder } from '../../controller/media/spawn-transcoder.ts';
import { fileGainDb } from '../../controller/media/transcoder.ts';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { codeOf, makeCentre, must } from './built-centre.ts';

let dir: string;
let tools: AudioTools;
let paths: { ffmpeg: string; ffprobe: string };
let source: string;

/** A sound with quiet and loud parts, 6 s, made by ffmpeg itself. */
async function make(name: string, filter: string, ...more: string[]): Promise<string> {
  const path = join(dir, name);
  must(await runTool(paths.ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', filter, ...more, path], { timeoutMs: 30_000 }));
  return path;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-ingest-'));
  tools = await findAudioTools();
  paths = must(requireTools(tools));
  source = await make('source.mp3', "aevalsrc='0.05*sin(440*2*PI*t)*(1+0.5*sin(3*t))|0.02*sin(660*2*PI*t)':s=44100:d=6", '-b:a', '128k');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const implementations = [
  ['fluent-ffmpeg', () => new FluentTranscoder(paths)],
  ['plain spawn', () => new SpawnTranscoder(paths)],
] as const;

describe.each(implementations)('the transcoder by %s', (_name, makeTranscoder) => {
  test('probes length and codec', async () => {
    const probed = must(await makeTranscoder().probe(source));
    expect(probed.codec).toBe('mp3');
    expect(Math.abs(probed.durationMs - 6000)).toBeLessThan(100);
  });

  test('encodes Opus 48 kHz mono, louder by what was asked and not by more', async () => {
    const transcoder = makeTranscoder();
    const measured = must(await transcoder.measure(source));
    expect(measured.integratedLufs).toBeLessThan(-25);
    const target = join(dir, `${_name.slice(0, 5)}.ogg`);
    must(await transcoder.encode(source, target, 6));
    const after = must(await transcoder.measure(target));
    expect(Math.abs((after.integratedLufs ?? 0) - (measured.integratedLufs ?? 0) - 6)).toBeLessThan(0.3);
    const shown = must(await runTool(paths.ffprobe, ['-v', 'error', '-show_streams', '-of', 'json', target], { timeoutMs: 10_000 }));
    expect(JSON.parse(String(shown.stdout)).streams).toMatchObject([{ codec_name: 'opus', sample_rate: '48000', channels: 1 }]);
  });

  test.each([
    ['noise.mp3', async () => writeFile(join(dir, 'noise.mp3'), Buffer.from('this is no sound at all '.repeat(500)))],
    ['empty.mp3', async () => writeFile(join(dir, 'empty.mp3'), '')],
    ['playlist.m3u8', async () => writeFile(join(dir, 'playlist.m3u8'), `#EXTM3U\n#EXTINF:6,\n${source}\n#EXT-X-ENDLIST\n`)],
    ['concat.txt', async () => writeFile(join(dir, 'concat.txt'), `ffconcat version 1.0\nfile '${source}'\n`)],
  ])('calls %s unreadable', async (name, prepare) => {
    await prepare();
    expect(await makeTranscoder().probe(join(dir, name))).toMatchObject({ ok: false, problem: { code: 'media-unreadable' } });
  });

  test('calls silence and pictures unreadable', async () => {
    const silent = await make(`${_name.slice(0, 5)}-silent.wav`, 'anullsrc=r=48000:cl=mono', '-t', '2');
    expect(await makeTranscoder().measure(silent)).toMatchObject({ ok: false, problem: { code: 'media-unreadable' } });
    const picture = await make(`${_name.slice(0, 5)}.mkv`, 'color=c=red:s=16x16:d=1', '-c:v', 'ffv1');
    expect(await makeTranscoder().probe(picture)).toMatchObject({ ok: false, problem: { code: 'media-unreadable' } });
  });
});

test('both transcoders make the same bytes', async () => {
  const made: Buffer[] = [];
  for (const [name, makeTranscoder] of implementations) {
    const target = join(dir, `same-${name.slice(0, 5)}.ogg`);
    const transcoder = makeTranscoder();
    must(await transcoder.encode(source, target, fileGainDb(must(await transcoder.measure(source)))));
    made.push(await readFile(target));
  }
  expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true);
});

describe('an upload', () => {
  test('becomes an item by the hash of its bytes, with length and waveform; rubbish leaves nothing behind', async () => {
    const built = await makeCentre(undefined, undefined, tools);
    try {
      const author = await built.as('tac-gia');
      const answer = await author('POST', '/media?title=B%E1%BA%A3n%20tin&language=vi', await readFile(source));
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ type: 'audio/ogg', title: 'Bản tin', language: 'vi', by: 'tac-gia' });
      expect(Math.abs(answer.body.gainDb)).toBeLessThanOrEqual(3);
      expect(Math.abs(answer.body.durationMs - 6000)).toBeLessThan(120);
      expect(answer.body.peaks.length).toBeGreaterThan(100);
      expect(Math.max(...answer.body.peaks)).toBeGreaterThan(0.1);
      const blob = await author('GET', `/blobs/${answer.body.sha256}`);
      expect([blob.body.length, blob.body.subarray(0, 4).toString()]).toEqual([answer.body.bytes, 'OggS']);
      const rubbish = await author('POST', '/media?title=x', Buffer.from('khong phai am thanh'.repeat(100)));
      expect(rubbish).toMatchObject({ status: 422, body: { code: 'media-unreadable' } });
      expect((await author('POST', '/media?title=x', Buffer.alloc(0))).body.code).toBe('bad-input');
      expect((await author('POST', '/media', await readFile(source))).body).toMatchObject({ code: 'bad-input', path: '/title' });
      expect((await author('GET', '/media')).body).toHaveLength(1);
    } finally {
      await built.stop();
    }
  });

  test('without ffmpeg a WAV of 48 kHz mono still becomes content, anything else says what is missing', async () => {
    const built = await makeCentre();
    try {
      const wav = await make('plain.wav', 'sine=f=440:d=2:r=48000', '-ac', '1', '-c:a', 'pcm_s16le');
      const author = await built.as('tac-gia');
      const kept = await author('POST', '/media?title=x', await readFile(wav));
      expect(kept.body).toMatchObject({ type: 'audio/wav', durationMs: 2000 });
      expect((await author('POST', '/media?title=x', await readFile(source))).body.code).toBe('tool-missing');
    } finally {
      await built.stop();
    }
  });

  test('a sound is there as MP3 for pages, as loud as boxes play it, in ranges, and made only once', async () => {
    const built = await makeCentre(undefined, undefined, tools);
    try {
      const author = await built.as('tac-gia');
      const { body } = await author('POST', '/media?title=x', await readFile(source));
      const both = await Promise.all([1, 2].map(() => author('GET', `/media/${body.sha256}/mp3`)));
      expect(both.map(({ status, headers }) => [status, headers['content-type']])).toEqual([
        [200, 'audio/mpeg'],
        [200, 'audio/mpeg'],
      ]);
      const path = join(dir, 'web.mp3');
      await writeFile(path, both[0]?.body);
      const { durationMs, codec } = must(await new FluentTranscoder(paths).probe(path));
      expect([codec, Math.abs(durationMs - 6_000) < 150]).toEqual(['mp3', true]);
      const loudness = must(await new FluentTranscoder(paths).measure(path));
      expect(Math.abs((loudness.integratedLufs ?? 0) + 16)).toBeLessThan(0.7);
      const part = await author('GET', `/media/${body.sha256}/mp3`, undefined, { range: 'bytes=0-99' });
      expect([part.status, part.body.length]).toEqual([206, 100]);
      expect(codeOf(await author('GET', `/media/${'0'.repeat(64)}/mp3`))).toBe('not-found');
      const page = await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 });
      expect(codeOf(await author('GET', `/media/${page.body.sha256}/mp3`))).toBe('not-found');
    } finally {
      await built.stop();
    }
  });

  test('tells step by step how far it is', async () => {
    const built = await makeCentre(undefined, undefined, tools);
    try {
      const author = await built.as('tac-gia');
      const seen: string[] = [];
      const look = async () => seen.push(...(await author('GET', '/media/work')).body.map(({ step }: { step: string }) => step));
      const stop = built.centre.feed.watch(({ event }) => event === 'work' && void look());
      await author('POST', '/media?title=x', await readFile(source));
      stop();
      expect(seen).toContain('encode');
      expect((await author('GET', '/media/work')).body).toEqual([]);
    } finally {
      await built.stop();
    }
  });

  test('two at once wait for one another and both arrive', async () => {
    const built = await makeCentre();
    const take = makeIngest(tools, built.centre.blobs, built.centre.work);
    const copies = [built.centre.blobs.temporary('.mp3'), built.centre.blobs.temporary('.mp3')];
    for (const copy of copies) await copyFile(source, copy);
    const [one, two] = await Promise.all(copies.map((copy) => take(copy, { title: 'x', language: 'vi' })));
    expect(one?.ok && two?.ok && one.value.item.sha256 === two.value.item.sha256).toBe(true);
    await built.stop();
  });
});
