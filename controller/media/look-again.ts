// Content that another centre has made, looked at as an upload is: a page cleaned to the same letter, a sound and a film probed.
import { open } from 'node:fs/promises';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import { readWav } from '../../hardware/host/wav.ts';
import type { Viewing } from '../../schemas/bulletin-removals.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film, Item } from '../../schemas/programme.ts';
import type { Blobs } from '../blobs.ts';
import { flashesOf, tooFast } from './film.ts';
import { filmMaxMs, readFilmProbe } from './film-coder.ts';
import { measureFile, probeFile, probeSound } from './probe.ts';
import type { Sanitiser } from './sanitiser.ts';
import { requireTools, type ToolPaths } from './spawn-transcoder.ts';
import { itemGainDb, readProbe, sideMax, unreadable } from './transcoder.ts';
import type { WorkLine } from './work-line.ts';

export interface LookAgainOptions {
  readonly tools: AudioTools;
  readonly blobs: Pick<Blobs, 'path' | 'read' | 'size'>;
  readonly sanitiser: Pick<Sanitiser, 'clean'>;
  readonly line: WorkLine;
}

/**
 * Is it what it says? Its files lie here. Problems: media-unreadable, bulletin-unsafe, too-large, wrong-content (another kind, length or loudness
 * than it says), tool-missing, tool-timeout, internal-error (a tool was ended by others), offline (the signal came).
 */
export type LookAgain = (item: Item, signal: AbortSignal) => Promise<Result<void>>;

/** What an upload is cleaned for unless somebody says more. */
const viewing: Viewing = { distanceM: 5, screenHeightM: 0.685 };
/** Players and containers count ends differently. */
const lengthOffMs = 1_500;
/** Other versions of a tool measure a little differently. */
const louderDb = 3;

type SoundType = Exclude<Item['type'], 'text/html'>;
const codecs: Readonly<Record<SoundType, RegExp>> = { 'audio/ogg': /^opus$/, 'audio/mpeg': /^mp3$/, 'audio/wav': /^pcm_s16le$/ };
const headBytes = 64;
const heads: Readonly<Record<SoundType, RegExp>> = {
  'audio/ogg': /^OggS.{24,40}OpusHead/s,
  'audio/mpeg': /^(?:ID3|\xff[\xe2-\xff])/,
  'audio/wav': /^RIFF.{4}WAVE/s,
};

export function makeLookAgain(options: LookAgainOptions): LookAgain {
  const paths = requireTools(options.tools);
  return async (item, signal) => {
    const { type, film } = item;
    const whole = await sizesFit(options, item);
    if (!whole.ok) return whole;
    if (type !== 'text/html') {
      if (film) return otherThan('a film belongs to a page');
      const lane = { lane: 'sound', account: null, title: item.title } as const;
      return options.line.do(lane, () => (signal.aborted ? left() : lookAtSound(options, paths, item, type)));
    }
    const page = await lookAtPage(options, item);
    if (!page.ok || !film) return page;
    return options.line.do({ lane: 'film', account: null, title: item.title }, () =>
      signal.aborted ? left() : lookAtFilm(options, paths, item, film),
    );
  };
}

async function sizesFit({ blobs }: LookAgainOptions, { sha256, bytes, film }: Item): Promise<Result<void>> {
  for (const file of [{ sha256, bytes }, ...(film ? [film] : [])]) {
    const size = await blobs.size(file.sha256);
    if (size !== file.bytes) return otherThan(`${file.sha256} is of ${size} bytes, not ${file.bytes}`);
  }
  return ok(undefined);
}

async function lookAtPage({ blobs, sanitiser }: LookAgainOptions, { sha256 }: Item): Promise<Result<void>> {
  const html = (await blobs.read(sha256))?.toString('utf8') ?? '';
  // What a board would refuse needs no browser's document model.
  const fit = checkBulletin(html);
  if (!fit.ok) return fit;
  const cleaned = await sanitiser.clean(html, viewing);
  // A cleaner that others ended says nothing about the page.
  if (!cleaned.ok) return cleaned.problem.code === 'tool-failed' ? bad('bulletin-unsafe', cleaned.problem.detail) : cleaned;
  return cleaned.value.html === html ? ok(undefined) : bad('bulletin-unsafe', 'cleaning it would change it');
}

async function lookAtSound({ blobs }: LookAgainOptions, paths: Result<ToolPaths>, item: Item, type: SoundType): Promise<Result<void>> {
  const path = blobs.path(item.sha256);
  const head = await headOf(path);
  if (!heads[type].test(head)) return otherThan(`it does not begin as ${type} does`);
  if (!paths.ok) return type === 'audio/wav' ? lookAtWave((await blobs.read(item.sha256)) ?? Buffer.of(), item) : ok(undefined);
  const probed = await probeSound(paths.value, path);
  if (!probed.ok) return probed;
  const { codec, durationMs } = probed.value;
  if (!codecs[type].test(codec)) return otherThan(`${type} of ${codec}`);
  const length = lengthFits(item, durationMs);
  if (!length.ok) return length;
  const loudness = await measureFile(paths.value.ffmpeg, path);
  if (!loudness.ok) return loudness;
  const gainDb = Math.max(0, itemGainDb(loudness.value)) + louderDb;
  return item.gainDb <= gainDb ? ok(undefined) : otherThan(`raised by ${item.gainDb} dB, at most ${gainDb.toFixed(1)}`);
}

function lookAtWave(bytes: Buffer, item: Item): Result<void> {
  const sound = readWav(bytes);
  if (!sound || sound.rateHz < 1 || sound.channels < 1) return unreadable('no WAV of 16 bit');
  return lengthFits(item, (sound.samples.length * 1000) / sound.channels / sound.rateHz);
}

async function lookAtFilm({ blobs }: LookAgainOptions, paths: Result<ToolPaths>, item: Item, film: Film): Promise<Result<void>> {
  // Nobody here could say whether it flashes.
  if (!paths.ok) return paths;
  const path = blobs.path(film.sha256);
  if (!/^.{4}ftyp/s.test(await headOf(path))) return otherThan('the film is no MP4');
  const answer = await probeFile(paths.value.ffprobe, path);
  if (!answer.ok) return answer;
  if (readProbe(answer.value).ok) return otherThan('the film has sound');
  const probed = readFilmProbe(answer.value);
  if (!probed.ok) return probed;
  const { columns, rows, durationMs, codec } = probed.value;
  if (codec !== 'h264') return otherThan(`a film of ${codec}`);
  if (Math.max(columns, rows) > sideMax) return bad('too-large', `${columns} × ${rows} dots, at most ${sideMax} each way`);
  if (durationMs > filmMaxMs) return bad('too-large', `${Math.round(durationMs / 1000)} s of film, at most ${filmMaxMs / 1000}`);
  const length = lengthFits(item, durationMs);
  if (!length.ok) return length;
  const flashes = await flashesOf(paths.value.ffmpeg, path);
  if (!flashes.ok) return flashes;
  return flashes.value ? tooFast(flashes.value) : ok(undefined);
}

function lengthFits({ durationMs: said }: Item, durationMs: number): Result<void> {
  const off = Math.abs(durationMs - said);
  return off <= lengthOffMs ? ok(undefined) : otherThan(`${Math.round(durationMs)} ms long, not ${said}`);
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function otherThan(detail: string): Result<never> {
  return bad('wrong-content', detail);
}

async function left(): Promise<Result<never>> {
  return bad('offline', 'it was left');
}
