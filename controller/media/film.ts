// From an uploaded film to a bulletin that plays it: probed, encoded without sound, its flashes counted, a still taken, both stored by hash.
import { open, rm, stat } from 'node:fs/promises';
import { sha256File } from '../../hardware/host/crypto.ts';
import { endedByOthers, runTool, startTool } from '../../hardware/host/processes.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film, Item } from '../../schemas/programme.ts';
import { showingMinMs } from '../../schemas/showings.ts';
import type { Blobs } from '../blobs.ts';
import { FlashCounter, flashesPerSecondMax, flashGrid, type TooFast } from '../core/film-flashes.ts';
import { type FilmCoder, filmGuards, filmMaxMs } from './film-coder.ts';
import { layOutFilm } from './film-page.ts';
import type { Ingested } from './ingest.ts';
import { filmLimits, inputGuards, sideMax, unreadable } from './transcoder.ts';
import type { Progress } from './work-line.ts';

const filmBytesMax = 128 * 1024 * 1024;
const stillBytesMax = 1024 * 1024;
const stillWithinMs = 30_000;
const countWithinMs = 5 * 60_000;
const picturesPerSecond = 30;

export interface FilmIngestOptions {
  readonly coder: FilmCoder;
  readonly ffmpeg: string;
  readonly blobs: Blobs;
}

/**
 * Make a bulletin of a film in the uploads folder; the file is removed whatever happens. Problems: media-unreadable, too-large,
 * bulletin-unsafe (it flashes), tool-…
 */
export async function ingestFilm(
  options: FilmIngestOptions,
  source: string,
  words: { readonly title: string; readonly language: string },
  progress: Progress = () => undefined,
): Promise<Result<Ingested>> {
  const { coder, ffmpeg, blobs } = options;
  const target = blobs.temporary('.mp4');
  try {
    progress('read', 0);
    const probed = await coder.probeFilm(source);
    if (!probed.ok) return probed;
    const { durationMs, columns, rows } = probed.value;
    if (durationMs > filmMaxMs) return bad('too-large', `${Math.round(durationMs / 1000)} s of film, at most ${filmMaxMs / 1000}`);
    if (Math.max(columns, rows) > sideMax) return bad('too-large', `${columns} × ${rows} dots, at most ${sideMax} each way`);
    const encoded = await coder.encodeFilm(source, target, (atMs) => progress('encode', 0.7 * (atMs / (durationMs || filmMaxMs))));
    if (!encoded.ok) return encoded;
    const made = await coder.probeFilm(target);
    if (!made.ok) return made;
    if (made.value.durationMs < showingMinMs) return unreadable(`a film of less than ${showingMinMs} ms`);
    if (made.value.durationMs > filmMaxMs) return bad('too-large', `more than ${filmMaxMs / 1000} s of film`);
    progress('check', 0.7);
    const flashes = await flashesOf(ffmpeg, target);
    if (!flashes.ok) return flashes;
    if (flashes.value) return tooFast(flashes.value);
    progress('draw', 0.95);
    const still = await stillOf(ffmpeg, target, made.value.durationMs);
    if (!still.ok) return still;
    return await settle(blobs, target, still.value, { ...words, durationMs: made.value.durationMs });
  } finally {
    await rm(source, { force: true });
    await rm(target, { force: true });
  }
}

async function settle(
  blobs: Blobs,
  target: string,
  still: Uint8Array,
  { title, language, durationMs }: Pick<Item, 'title' | 'language' | 'durationMs'>,
): Promise<Result<Ingested>> {
  const { size } = await stat(target);
  if (size > filmBytesMax) return bad('too-large', `${size} bytes of film, at most ${filmBytesMax}`);
  const file = await open(target, 'r+');
  await file.sync();
  await file.close();
  const film: Film = { sha256: (await sha256File(target)) as Film['sha256'], bytes: size };
  await blobs.adopt(target, film.sha256);
  const page = Buffer.from(layOutFilm(title, still, film.sha256));
  const sha256 = (await blobs.keep(page)) as Item['sha256'];
  return ok({ item: { sha256, bytes: page.length, type: 'text/html', title, language, durationMs, gainDb: 0, film }, peaks: [] });
}

export function tooFast({ atMs, kind }: TooFast): Result<never> {
  const what = kind === 'red' ? 'red flashes' : 'flashes';
  return bad('bulletin-unsafe', `${what} more than ${flashesPerSecondMax} times a second at ${(atMs / 1000).toFixed(1)} s`);
}

/** Every picture, small and in a stream; the file may be a stranger's. Problems: media-unreadable, tool-missing, tool-timeout. */
export function flashesOf(ffmpeg: string, path: string): Promise<Result<TooFast | undefined>> {
  const { columns, rows, bytes } = flashGrid;
  return new Promise((resolve) => {
    const counter = new FlashCounter();
    let left: Buffer = Buffer.alloc(0);
    let pictures = 0;
    const filter = `fps=${picturesPerSecond},scale=${columns}:${rows}:flags=area,format=rgb24`;
    const args = [
      '-v',
      'error',
      '-nostdin',
      '-threads',
      '1',
      ...inputGuards,
      ...filmGuards,
      '-i',
      path,
      '-vf',
      filter,
      '-f',
      'rawvideo',
      'pipe:1',
    ];
    let tooLong = false;
    const late = setTimeout(() => {
      tooLong = true;
      tool.kill();
    }, countWithinMs);
    const tool = startTool(ffmpeg, args, {
      limits: filmLimits,
      onExit: (exit) => {
        clearTimeout(late);
        const problem = tooLong ? exit.problem : endedByOthers(ffmpeg, exit);
        if (problem) resolve({ ok: false, problem });
        else if (tooLong) resolve(bad('tool-timeout', `its pictures were not counted in ${countWithinMs} ms`));
        else if (exit.code !== 0 || pictures === 0) resolve(unreadable('the encoded film cannot be decoded'));
        else resolve(ok(counter.found));
      },
    });
    tool.stdin.end();
    tool.stdout.on('data', (chunk: Buffer) => {
      left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
      let at = 0;
      for (; at + bytes <= left.length; at += bytes)
        counter.see(left.subarray(at, at + bytes), Math.round((pictures++ * 1000) / picturesPerSecond));
      left = left.subarray(at);
    });
  });
}

/** A picture from within the film, where it has long begun. */
async function stillOf(ffmpeg: string, path: string, durationMs: number): Promise<Result<Uint8Array>> {
  const atS = Math.min(2, durationMs / 3_000).toFixed(3);
  const args = ['-v', 'error', '-nostdin', '-ss', atS, '-i', path, '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '5', '-pix_fmt', 'yuvj420p'];
  const made = await runTool(ffmpeg, [...args, '-f', 'image2pipe', 'pipe:1'], { timeoutMs: stillWithinMs, outputBytesMax: stillBytesMax });
  if (!made.ok) return made;
  return made.value.stdout.length > 0 ? ok(made.value.stdout) : unreadable('the film gives no picture');
}
