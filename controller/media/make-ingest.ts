// The centre's ingest with the tools of this machine: one file at a time, so that orders keep a processor to themselves.
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

/** What is made of a file: a sound, unless a bulletin is asked for; then it is a film. */
export interface IngestWords {
  readonly title: string;
  readonly language: string;
  readonly form?: Programme['form'];
}
export type Ingest = (path: string, words: IngestWords) => Promise<Result<Ingested>>;

export function makeIngest(tools: AudioTools, blobs: Blobs): Ingest {
  const paths = requireTools(tools);
  let turn: Promise<unknown> = Promise.resolve();
  const one: Ingest = async (path, words) => {
    if (words.form === 'bulletin') return paths.ok ? film(paths.value, path, words) : refuse(path, paths);
    if (!paths.ok) return keepWaveFile(blobs, path, words);
    const { ffmpeg } = paths.value;
    return ingest({ transcoder: new FluentTranscoder(paths.value), waveform: (file) => readWaveform(ffmpeg, file), blobs }, path, words);
  };
  const film = (found: { readonly ffmpeg: string; readonly ffprobe: string }, path: string, words: IngestWords) =>
    ingestFilm({ coder: new FluentTranscoder(found), ffmpeg: found.ffmpeg, blobs }, path, words);
  return (path, words) => {
    const result = turn.then(() => one(path, words));
    turn = result.catch(() => undefined);
    return result;
  };
}

async function refuse(path: string, why: Result<never>): Promise<Result<never>> {
  await rm(path, { force: true });
  return why;
}
