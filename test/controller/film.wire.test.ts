// Films made fit for boards by the real tools: without sound, upright, no larger than a board, and never flashing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Blobs } from '../../controller/blobs.ts';
import { FluentTranscoder } from '../../controller/media/fluent-transcoder.ts';
import { type IngestWords, makeIngest } from '../../controller/media/make-ingest.ts';
import { WorkLine } from '../../controller/media/work-line.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import { runTool } from '../../hardware/host/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-film-'));
const uploads = join(folder, 'uploads');
const blobs = new Blobs(join(folder, 'blobs'), uploads);
beforeAll(() => blobs.start());
afterAll(() => rmSync(folder, { recursive: true }));

const words: IngestWords = { title: 'Rửa tay đúng cách', language: 'vi', form: 'bulletin' };

/** A file in the uploads folder, made by ffmpeg of these arguments. */
async function made(args: string, ending = '.mp4'): Promise<string> {
  const path = blobs.temporary(ending);
  const ran = await runTool('ffmpeg', ['-v', 'error', '-y', ...args.split(' '), path], { timeoutMs: 60_000 });
  if (!ran.ok) throw new Error(ran.problem.detail);
  return path;
}

const bars = (size: string, seconds: number) => `-f lavfi -i testsrc2=s=${size}:r=25:d=${seconds}`;
const sine = (seconds: number) => `-f lavfi -i sine=d=${seconds}`;

const anyTime = () => new WorkLine({ tell: () => undefined, nowMs: Date.now });

async function ingested(path: string) {
  const result = await makeIngest(await findAudioTools(), blobs, anyTime())(path, words);
  // Whatever came of it, nothing is left lying in the uploads.
  expect(readdirSync(uploads)).toEqual([]);
  return result;
}

async function streamsOf(sha256: string) {
  const path = join(folder, 'blobs', sha256.slice(0, 2), sha256);
  const ran = await runTool('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path], { timeoutMs: 10_000 });
  if (!ran.ok) throw new Error(ran.problem.detail);
  return JSON.parse(String(ran.value.stdout)) as {
    streams: { codec_name: string; width: number; height: number; pix_fmt: string }[];
    format: { tags?: Record<string, string> };
  };
}

async function filmOf(path: string) {
  const result = await ingested(path);
  if (!result.ok || !result.value.item.film) throw new Error(result.ok ? 'no film' : result.problem.detail);
  const { item } = result.value;
  const probed = await streamsOf(item.film?.sha256 ?? '');
  return { item, probed, page: readFileSync(join(folder, 'blobs', item.sha256.slice(0, 2), item.sha256), 'utf8') };
}

describe('a film', () => {
  test('becomes a bulletin: its still is the page, its pictures a file of their own, its sound and its place are gone', async () => {
    const metadata = '-metadata title=secret -metadata location=+21.5+105.2/';
    const { item, probed, page } = await filmOf(
      await made(`${bars('1920x1080', 3)} ${sine(3)} ${metadata} -c:v libx264 -pix_fmt yuv420p -c:a aac`),
    );
    expect(item).toMatchObject({ type: 'text/html', title: words.title, language: 'vi' });
    expect(Math.abs(item.durationMs - 3_000)).toBeLessThan(100);
    expect(probed.streams).toMatchObject([{ codec_name: 'h264', width: 1280, height: 720, pix_fmt: 'yuv420p' }]);
    expect(JSON.stringify(probed.format.tags)).not.toMatch(/secret|21\.5/);
    expect(checkBulletin(page)).toEqual({ ok: true, value: undefined });
    expect(page).toContain('alt="Rửa tay đúng cách"');
  });

  test('that begins as another does, under the same title, is a bulletin of its own', async () => {
    const opening = '-f lavfi -i color=c=0x204060:s=320x180:r=25:d=4';
    const kept = async (then: string) => {
      const next = `-f lavfi -i color=c=${then}:s=320x180:r=25:d=2`;
      return (await filmOf(await made(`${opening} ${next} -filter_complex [0][1]concat=n=2 -c:v libx264 -pix_fmt yuv420p`))).item;
    };
    const [first, second] = [await kept('0x406020'), await kept('0x602040')];
    expect(second.film?.sha256).not.toBe(first.film?.sha256);
    expect(second.sha256).not.toBe(first.sha256);
  });

  test('that was taken standing stands, and a small one is not enlarged', async () => {
    const standing = await filmOf(await made(`${bars('720x1600', 2)} -c:v libx264 -pix_fmt yuv420p`));
    expect(standing.probed.streams[0]).toMatchObject({ width: 576, height: 1280 });
    const small = await filmOf(await made(`${bars('318x240', 2)} -c:v libvpx -deadline realtime`, '.webm'));
    expect(small.probed.streams[0]).toMatchObject({ width: 318, height: 240 });
  });

  test('whose cover comes first is the film, not its cover', async () => {
    const parts = `-f lavfi -i color=c=red:s=64x64:r=1:d=1 ${bars('320x180', 3)} -map 0:v -map 1:v -disposition:v:0 attached_pic`;
    const { probed, item } = await filmOf(await made(`${parts} -c:v:0 mjpeg -c:v:1 libx264 -pix_fmt yuv420p`, '.mp4'));
    expect(probed.streams[0]).toMatchObject({ width: 320, height: 180 });
    expect(item.durationMs).toBeGreaterThan(2_500);
  });

  test('that is larger in its middle than it said is not decoded', async () => {
    const { ffmpeg = '', ffprobe = '' } = await findAudioTools();
    const huge = await made('-f lavfi -i color=s=4608x4608:r=5:d=0.4 -c:v libx264 -preset ultrafast');
    // As if its head had told another size.
    const encoded = await new FluentTranscoder({ ffmpeg, ffprobe }).encodeFilm(huge, blobs.temporary('.mp4'));
    for (const left of readdirSync(uploads)) rmSync(join(uploads, left));
    expect(encoded).toMatchObject({ ok: false, problem: { code: 'media-unreadable' } });
  });

  test('with dots that are not square is shown in its own shape', async () => {
    const { probed } = await filmOf(await made(`${bars('720x576', 2)} -vf setsar=16/11 -c:v libx264 -pix_fmt yuv420p`));
    const { width = 0, height = 1 } = probed.streams[0] ?? {};
    expect(width / height).toBeCloseTo((720 * 16) / 11 / 576, 1);
  });

  test('that flashes is refused, with the instant', async () => {
    const flashing = `-f lavfi -i nullsrc=s=320x180:r=30:d=3,geq=lum='if(lt(mod(N\\,6)\\,3)\\,235\\,16)':cb=128:cr=128`;
    const result = await ingested(await made(`${flashing} -c:v libx264 -pix_fmt yuv420p`));
    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'bulletin-unsafe', detail: expect.stringMatching(/flashes more than 3 times a second at [01]\.\d s/) },
    });
  });

  test.each([
    ['a sound', () => made(`${sine(2)} -c:a libopus`, '.ogg'), 'media-unreadable'],
    ['a song with a cover', () => song(), 'media-unreadable'],
    ['a picture', () => made(`${bars('320x180', 1)} -frames:v 1`, '.png'), 'media-unreadable'],
    ['a text', async () => written('not a film'), 'media-unreadable'],
    ['a playlist that names other files', async () => written('#EXTM3U\n#EXTINF:5,\nfile:///etc/passwd\n'), 'media-unreadable'],
    ['one that is over at once', () => made(`${bars('320x180', 1)} -t 0.4 -c:v libx264 -pix_fmt yuv420p`), 'media-unreadable'],
    ['one of seven minutes', () => made('-f lavfi -i color=s=64x36:r=2:d=420 -c:v libx264 -pix_fmt yuv420p'), 'too-large'],
    ['one larger than any board', () => made('-f lavfi -i color=s=4608x64:r=2:d=2 -c:v libx264 -pix_fmt yuv420p'), 'too-large'],
  ])('%s is refused clearly and leaves nothing', async (_what, make, code) => {
    expect(await ingested(await make())).toMatchObject({ ok: false, problem: { code } });
  });

  test('without an encoder a film waits for one, by name', async () => {
    const result = await makeIngest({}, blobs, anyTime())(written('film'), words);
    expect(result).toMatchObject({ ok: false, problem: { code: 'tool-missing' } });
    expect(readdirSync(uploads)).toEqual([]);
  });
});

function written(text: string): string {
  const path = blobs.temporary('.upload');
  writeFileSync(path, text);
  return path;
}

async function song(): Promise<string> {
  const cover = await made(`${bars('64x64', 1)} -frames:v 1`, '.png');
  const path = await made(`${sine(2)} -i ${cover} -map 0:a -map 1:v -c:a libmp3lame -c:v copy -disposition:v attached_pic`, '.mp3');
  rmSync(cover);
  return path;
}
