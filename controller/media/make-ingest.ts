// The centre's ingest with the tools of this machine: each file waits for its turn, then becomes content.
import { rm } from 'node:fs/promises';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Blobs } from '../blobs.ts';
import { ingestFilm } from './film.ts';
import { FluentTranscoder } from './fluent-transcoder.ts';
import { type Ingested, ingest } from './ingest.ts';
import { requireTools } from './spawn-transcoder.ts';
import { keepWaveFile } from './wave-file.ts';
import { readWaveform } from './waveform.ts';
import type { Progress, WorkLine } from './work-line.ts';

/** What is made of a file: a sound, unless a bulletin is asked for; then it is a film. */
export interface IngestWords {
  readonly title: string;
  readonly language: string;
  readonly form?: Programme['form'];
}
/** `account`: whose file it is; the centre's own unless said. */
export type Ingest = (path: string, words: IngestWords, account?: string) => Promise<Result<Ingested>>;

export function makeIngest(tools: AudioTools, blobs: Blobs, line: WorkLine): Ingest {
  const paths = requireTools(tools);
  const one = async (path: string, words: IngestWords, progress: Progress): Promise<Result<Ingested>> => {
    if (!paths.ok) return words.form === 'bulletin' ? paths : keepWaveFile(blobs, path, { title: words.title, language: words.language });
    const { ffmpeg } = paths.value;
    const coder = new FluentTranscoder(paths.value);
    if (words.form === 'bulletin') return ingestFilm({ coder, ffmpeg, blobs }, path, words, progress);
    return ingest({ transcoder: coder, waveform: (file) => readWaveform(ffmpeg, file), blobs }, path, words, progress);
  };
  return async (path, words, account) => {
    const lane = words.form === 'bulletin' ? 'film' : 'sound';
    const done = await line.do({ lane, account: account ?? null, title: words.title }, (progress) => one(path, words, progress));
    // Whoever was refused before anything looked at it leaves nothing behind either.
    await rm(path, { force: true });
    return done;
  };
}
