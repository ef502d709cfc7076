// Hostile files through the real upload doors, with the real tools: refused or made harmless, in bounded time, and nothing is left behind.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { problemKinds } from '../../schemas/problems.ts';
import { type Answer, type Asker, type BuiltCentre, codeOf, makeCentre, must, password, seedOf } from './built-centre.ts';
import { ftyp, nastyNames, noSounds, pngOf } from './hostile-files.ts';

/** Far under the tools' own limits: a refusal is quick. */
const withinMs = 30_000;
const tus = { 'tus-resumable': '1.0.0' };

let folder: string;
let built: BuiltCentre;
let author: Asker;
let askers: Asker[] = [];
let spy: Server;
let asked = 0;
let spyAt: string;
let secret: string;
let tone: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-hostile-'));
  spy = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => spy.listen(0, '127.0.0.1', resolve));
  spyAt = `http://127.0.0.1:${(spy.address() as AddressInfo).port}`;
  tone = await readFile(await made('tone.wav', '-f lavfi -i sine=d=2:r=48000'));
  secret = join(folder, 'tone.wav');
  // No voices of templates are made meanwhile: whatever program runs here reads an upload.
  const { espeak: _voice, ...tools } = await findAudioTools();
  const authors = Array.from({ length: 8 }, (_, at) => ({ account: `tac-gia-${at}`, title: 'x', roles: ['author'], password }));
  built = await makeCentre(seedOf({ accounts: authors }), undefined, tools);
  askers = await Promise.all(authors.map(({ account }) => built.as(account)));
  author = askers[0] as Asker;
}, 60_000);
afterAll(async () => {
  await built?.stop();
  spy?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A file that ffmpeg makes of these arguments. */
async function made(name: string, args: string): Promise<string> {
  const path = join(folder, name);
  must(await runTool('ffmpeg', ['-v', 'error', '-y', ...args.split(' '), path], { timeoutMs: 60_000 }));
  return path;
}

/** Programs that this process has running, by name. */
function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(parent) === process.pid ? [stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))] : [];
      } catch {
        return [];
      }
    });
}

const left = async () => [...(await readdir(join(built.dir, 'uploads'))), ...(await readdir(join(built.dir, 'resumable')))];

/** In turn, so that nobody's limit a minute answers in the place of what is tried. */
beforeEach(() => {
  author = askers.shift() as Asker;
  askers.push(author);
});

/** Whatever came of it: nothing lies about, no program runs on, nobody outside was asked. */
afterEach(async () => {
  expect(await left()).toEqual([]);
  // One that was ended is there until the kernel has cleared it away.
  await expect.poll(() => children().filter((name) => /^ff|prlimit|setpriv/.test(name))).toEqual([]);
  expect(asked).toBe(0);
});

const upload = (bytes: Buffer, headers: Record<string, string> = {}, more = '') => author('POST', `/media?title=x${more}`, bytes, headers);

async function resumed(bytes: Buffer): Promise<Answer> {
  const begun = await author('POST', '/uploads', undefined, { ...tus, 'upload-length': String(bytes.length) });
  const id = String(begun.headers['location']).split('/').at(-1) ?? '';
  const piece = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  expect((await author('PATCH', `/uploads/${id}`, bytes, piece)).status).toBe(204);
  return author('POST', `/media?title=x&upload=${id}`);
}

function refused(answer: Answer): void {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(Object.keys(problemKinds)).toContain(codeOf(answer));
  expect(codeOf(answer)).not.toBe('too-many-requests');
}

describe('what is no sound', () => {
  const names = Object.keys(noSounds('', ''));
  test.each(names)('%s is refused as a sound, as a film, and when it comes in pieces', async (name) => {
    const bytes = noSounds(spyAt, secret)[name] ?? Buffer.alloc(0);
    const fromMs = performance.now();
    for (const answer of [await upload(bytes), await upload(bytes, {}, '&form=bulletin'), await resumed(bytes)]) refused(answer);
    expect(performance.now() - fromMs).toBeLessThan(withinMs);
  });

  test('an endless sound in a small file is refused by its packets, before anything is decoded', async () => {
    const path = await made('ten-hours.flac', '-f lavfi -i anullsrc=r=8000:cl=mono -t 36000 -c:a flac -frame_size 65535');
    const bytes = await readFile(path);
    const short = Buffer.from(bytes);
    // STREAMINFO (RFC 9639 §8.2): the total of samples is said to be one second.
    short.writeUInt32BE(8_000, 8 + 14);
    const unsaid = Buffer.from(bytes);
    unsaid.writeUInt32BE(0, 8 + 14);
    for (const file of [bytes, short, unsaid]) {
      const fromMs = performance.now();
      const answer = await upload(file);
      expect([answer.status, codeOf(answer)]).toEqual([413, 'too-large']);
      expect(performance.now() - fromMs).toBeLessThan(withinMs);
    }
  });

  test('an MP4 whose head says ten hours of a second is taken for the second that it is', async () => {
    const bytes = await readFile(await made('short.m4a', '-f lavfi -i sine=d=2 -c:a aac'));
    for (const word of ['mvhd', 'mdhd', 'tkhd']) {
      const at = bytes.indexOf(word) + 4;
      bytes.writeUInt32BE(0x7fffffff, at + (word === 'tkhd' ? 20 : 16));
    }
    const answer = await upload(bytes);
    if (answer.status === 201) expect(answer.body.durationMs).toBeLessThan(3_000);
    else refused(answer);
  });

  test('a film that grows to 50,000 dots, and one of an hour in a few kilobytes, are refused', async () => {
    const hour = await readFile(await made('hour.mp4', '-f lavfi -i color=c=black:s=16x16:r=1:d=3600 -c:v libx264 -preset ultrafast'));
    expect(codeOf(await upload(hour, {}, '&form=bulletin'))).toBe('too-large');
    const large = await readFile(await made('large.mkv', '-f lavfi -i color=c=black:s=8192x4320:r=1:d=1 -c:v ffv1'));
    refused(await upload(large, {}, '&form=bulletin'));
  });
});

describe('what is a sound and more', () => {
  test('a ZIP behind an MP3, a page in its tags, and a cover that fills memory become plain Opus', async () => {
    const mp3 = await readFile(await made('tone.mp3', '-i tone.wav -metadata title=<script>alert(1)</script>'.replace('tone.wav', secret)));
    const zip = Buffer.from('504b0304140000000000', 'hex');
    const answer = await upload(Buffer.concat([mp3, zip, Buffer.from('<script>alert(1)</script>')]));
    expect([answer.status, answer.body.type]).toEqual([201, 'audio/ogg']);
    const kept = (await author('GET', `/blobs/${answer.body.sha256}`)).body as Buffer;
    expect(kept.subarray(0, 4).toString()).toBe('OggS');
    expect(kept.includes('script')).toBe(false);
    expect(kept.includes('PK')).toBe(false);
    await writeFile(join(folder, 'bomb.png'), pngOf(50_000, 50_000));
    const cover = await runTool(
      'ffmpeg',
      [
        '-v',
        'error',
        '-y',
        '-i',
        secret,
        '-attach',
        join(folder, 'bomb.png'),
        '-metadata:s:t',
        'mimetype=image/png',
        '-c:a',
        'flac',
        join(folder, 'cover.mka'),
      ],
      { timeoutMs: 20_000 },
    );
    must(cover);
    const covered = await upload(await readFile(join(folder, 'cover.mka')));
    expect([covered.status, covered.body.type]).toEqual([201, 'audio/ogg']);
  });

  test('a song with a megabyte of words, and one whose words look like figures of its loudness, are levelled by what sounds', async () => {
    const lie = 'Summary: I: -16.0 LUFS Peak: -60.0 dBFS [/FORMAT] [STREAM] codec_type=video';
    await writeFile(join(folder, 'words.txt'), `;FFMETADATA1\ntitle=${lie}\ncomment=${'A'.repeat(1024 * 1024)}\n`);
    const path = await made('words.flac', `-i ${secret} -i ${join(folder, 'words.txt')} -map_metadata 1 -c:a flac`);
    const [plain, wordy] = [await upload(tone), await upload(await readFile(path))];
    expect([wordy.status, wordy.body.gainDb, wordy.body.durationMs]).toEqual([201, plain.body.gainDb, plain.body.durationMs]);
  });

  test.each(nastyNames)('the name %j is a text: kept as a title, never a place', async (name) => {
    const title = encodeURIComponent(name);
    // The same bytes keep the title that they came with first: each name has its own length.
    const sound = tone.subarray(0, tone.length - 4_800 * (1 + nastyNames.indexOf(name)));
    const answer = await author('POST', `/media?title=${title}`, sound, { 'x-loa-file': title });
    expect([answer.status, answer.body.title]).toEqual([201, name]);
  });

  test('a name of four kilobytes, and one with a NUL, are refused', async () => {
    refused(await author('POST', `/media?title=${'a'.repeat(4_096)}`, tone));
    refused(await author('POST', '/media?title=a%00b', tone));
    refused(await author('POST', '/media?title=x&language=%00', tone));
  });
});

describe('bulletins', () => {
  const picture = (type: string, bytes: Buffer) => `<p>x</p><img src="data:image/${type};base64,${bytes.toString('base64')}">`;
  test.each([
    ['a PNG of 50,000 dots each way', () => picture('png', pngOf(50_000, 50_000))],
    ['a PNG that inflates beyond its head', () => picture('png', pngOf(4_000, 4_000))],
    ['a film called a picture', () => picture('webp', ftyp)],
    ['elements in elements', () => '<div>'.repeat(50_000)],
  ])('with %s are refused or come without it', async (_what, html) => {
    const fromMs = performance.now();
    const answer = await author('POST', '/bulletins', { title: 'x', html: html(), durationMs: 5_000 });
    if (answer.status === 201) {
      const page = String((await author('GET', `/blobs/${answer.body.sha256}`)).body);
      const data = /data:image\/png;base64,([^"]+)/.exec(page)?.[1];
      // What stays is no larger than a board.
      if (data !== undefined) expect(Buffer.from(data, 'base64').readUInt32BE(16)).toBeLessThanOrEqual(1920);
    } else refused(answer);
    expect(performance.now() - fromMs).toBeLessThan(withinMs);
  });

  test('a gzipped body is no JSON to us, whatever its header says', async () => {
    const { gzipSync } = await import('node:zlib');
    const body = gzipSync(Buffer.alloc(64 * 1024 * 1024, '['), { level: 9 });
    refused(await author('POST', '/bulletins', body, { 'content-type': 'application/json', 'content-encoding': 'gzip' }));
  });
});
