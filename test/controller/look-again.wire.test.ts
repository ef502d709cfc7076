// Content of another centre looked at by the real tools: what is what it says is taken, everything else is refused, in bounded time.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Blobs } from '../../controller/blobs.ts';
import { layOut } from '../../controller/media/bulletin.ts';
import { filmOptions } from '../../controller/media/film-coder.ts';
import { layOutFilm } from '../../controller/media/film-page.ts';
import { type LookAgain, type LookAgainOptions, makeLookAgain } from '../../controller/media/look-again.ts';
import type { Clean } from '../../controller/media/sanitiser/clean.ts';
import { encoderOptions } from '../../controller/media/transcoder.ts';
import { WorkLine } from '../../controller/media/work-line.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { must } from './built-centre.ts';
import { hostileBulletins } from './hostile-bulletins.ts';
import { noSounds } from './hostile-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-look-'));
const blobs = new Blobs(join(folder, 'blobs'), join(folder, 'uploads'));
const never = new AbortController().signal;
let clean: Clean;
let options: LookAgainOptions;
let look: LookAgain;
beforeAll(async () => {
  await blobs.start();
  const { makeCleaner } = await import('../../controller/media/sanitiser/clean.ts');
  clean = makeCleaner();
  const sanitiser = { clean: async (html: string, viewing: Parameters<Clean>[1]) => clean(html, viewing) };
  const line = new WorkLine({ tell: () => undefined, nowMs: Date.now });
  options = { tools: await findAudioTools(), blobs, sanitiser, line };
  look = makeLookAgain(options);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function made(name: string, args: readonly string[]): Promise<Buffer> {
  const path = join(folder, name);
  must(await runTool('ffmpeg', ['-v', 'error', '-y', ...args, path], { timeoutMs: 120_000 }));
  return readFileSync(path);
}
const opus = (filter: string) => made('sound.ogg', ['-f', 'lavfi', '-i', filter, ...encoderOptions]);
const film = (filter: string, ...more: string[]) => made('film.mp4', ['-f', 'lavfi', '-i', filter, ...more]);

async function item(bytes: Buffer, change: Partial<Item> = {}): Promise<Item> {
  const sha256 = await blobs.keep(bytes);
  return { sha256, bytes: bytes.length, type: 'audio/ogg', title: 'x', language: 'vi', durationMs: 2_000, gainDb: 0, ...change } as Item;
}
async function filmItem(bytes: Buffer, change: Partial<Item> = {}): Promise<Item> {
  const sha256 = (await blobs.keep(bytes)) as Item['sha256'];
  const still = await made('still.jpg', ['-f', 'lavfi', '-i', 'color=c=blue:s=320x180', '-frames:v', '1']);
  const page = Buffer.from(layOutFilm('x', still, sha256));
  return item(page, { type: 'text/html', durationMs: 3_000, film: { sha256, bytes: bytes.length }, ...change });
}
const verdict = async (one: Item, at = look) => {
  const looked = await at(one, never);
  return looked.ok ? 'taken' : looked.problem.code;
};

describe('a sound [needs ffmpeg]', () => {
  test('as a centre makes it is taken, and so are MP3 and WAV that are what they say', async () => {
    const tone = 'sine=d=2:r=48000';
    expect(await verdict(await item(await opus(tone), { gainDb: 1 }))).toBe('taken');
    const mp3 = await made('sound.mp3', ['-f', 'lavfi', '-i', tone]);
    expect(await verdict(await item(mp3, { type: 'audio/mpeg' }))).toBe('taken');
    const wav = await made('sound.wav', ['-f', 'lavfi', '-i', tone, '-ac', '1']);
    expect(await verdict(await item(wav, { type: 'audio/wav' }))).toBe('taken');
  });

  test('of another kind, length, size or gain than it says, or another coding in the same container, is refused', async () => {
    const tone = await opus('sine=d=2:r=48000');
    expect(await verdict(await item(tone, { type: 'audio/mpeg' }))).toBe('wrong-content');
    expect(await verdict(await item(tone, { durationMs: 60_000 }))).toBe('wrong-content');
    expect(await verdict(await item(tone, { bytes: 5 }))).toBe('wrong-content');
    expect(await verdict(await item(await opus('sine=d=2:r=48000,volume=8dB'), { gainDb: 12 }))).toBe('wrong-content');
    const flac = await made('flac.ogg', ['-f', 'lavfi', '-i', 'sine=d=2:r=48000', '-c:a', 'flac', '-f', 'ogg']);
    expect(await verdict(await item(flac))).toBe('wrong-content');
    expect(
      await verdict(await item(tone, { film: { sha256: (await item(tone)).sha256, bytes: tone.length } as Item['film'] & object })),
    ).toBe('wrong-content');
  });

  test('that is none is refused, whatever it calls itself', async () => {
    for (const [name, bytes] of Object.entries(noSounds('http://127.0.0.1:9', '/etc/hostname')))
      for (const type of ['audio/ogg', 'audio/mpeg', 'audio/wav'] as const)
        expect(['wrong-content', 'media-unreadable', 'too-large'], `${name} as ${type}`).toContain(
          await verdict(await item(bytes, { type })),
        );
  });

  test('is looked at by its head where no ffmpeg is, a WAV whole', async () => {
    const bare = makeLookAgain({ ...options, tools: {} });
    expect(await verdict(await item(await opus('sine=d=2:r=48000')), bare)).toBe('taken');
    expect(await verdict(await item(Buffer.from('#!/bin/sh\n')), bare)).toBe('wrong-content');
    const wav = await made('bare.wav', ['-f', 'lavfi', '-i', 'sine=d=2:r=48000', '-ac', '1']);
    expect(await verdict(await item(wav, { type: 'audio/wav' }), bare)).toBe('taken');
    expect(await verdict(await item(wav, { type: 'audio/wav', durationMs: 9_000 }), bare)).toBe('wrong-content');
  });
});

describe('a bulletin', () => {
  test('as a centre writes it is taken; hostile ones are refused, raw and behind the right beginning', async () => {
    expect(await verdict(await item(Buffer.from(layOut('Họp thôn', '19:30 tại nhà văn hóa')), { type: 'text/html' }))).toBe('taken');
    for (const [name, html] of Object.entries(hostileBulletins('http://127.0.0.1:9')))
      for (const whole of [html, `<!doctype html>\n<html><head></head><body>${html}</body></html>`])
        expect(['bulletin-unsafe', 'too-large'], name).toContain(await verdict(await item(Buffer.from(whole), { type: 'text/html' })));
  });

  test('that the cleaner would change by a letter, or that ends the cleaner, is refused; without a cleaner it waits', async () => {
    const page = await item(Buffer.from(layOut('Họp thôn', 'x')), { type: 'text/html' });
    const withCleaner = (cleaner: LookAgainOptions['sanitiser']['clean']) => makeLookAgain({ ...options, sanitiser: { clean: cleaner } });
    expect(
      await verdict(
        page,
        withCleaner(async (html) => ok({ html: `${html} `, removed: [], warnings: [] })),
      ),
    ).toBe('bulletin-unsafe');
    expect(
      await verdict(
        page,
        withCleaner(async () => bad('tool-failed', 'it ended with 3')),
      ),
    ).toBe('bulletin-unsafe');
    expect(
      await verdict(
        page,
        withCleaner(async () => bad('internal-error', 'the sanitiser was ended by SIGKILL')),
      ),
    ).toBe('internal-error');
    expect(
      await verdict(
        page,
        withCleaner(async () => bad('tool-missing', 'not built')),
      ),
    ).toBe('tool-missing');
  });
});

describe('a film [needs ffmpeg]', () => {
  const bars = 'testsrc2=s=320x180:r=25:d=3';
  test('as a centre makes it is taken; with sound, of another coding, or of another length than its page says it is refused', async () => {
    expect(await verdict(await filmItem(await film(bars, ...filmOptions)))).toBe('taken');
    const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    expect(await verdict(await filmItem(await film(bars, '-f', 'lavfi', '-i', 'sine=d=3', ...h264, '-c:a', 'aac')))).toBe('wrong-content');
    expect(await verdict(await filmItem(await film(bars, '-c:v', 'mpeg4')))).toBe('wrong-content');
    expect(await verdict(await filmItem(await film(bars, ...h264), { durationMs: 60_000 }))).toBe('wrong-content');
    expect(await verdict(await filmItem(await opus('sine=d=3')))).toBe('wrong-content');
  });

  test('that flashes is refused, and where nobody can say whether it does it waits', async () => {
    const flashing = "color=c=black:s=320x180:r=30:d=3,geq=lum='if(mod(floor(N/3),2),235,16)':cb=128:cr=128";
    const bytes = await film(flashing, ...filmOptions);
    const looked = await look(await filmItem(bytes), never);
    expect(looked).toMatchObject({ problem: { code: 'bulletin-unsafe', detail: expect.stringContaining('flashes') } });
    expect(await verdict(await filmItem(bytes), makeLookAgain({ ...options, tools: {} }))).toBe('tool-missing');
  });
});
