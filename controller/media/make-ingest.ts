// The centre's ingest with the tools of this machine: one file at a time, so that orders keep a processor to themselves.
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import { FluentTranscoder } from './fluent-transcoder.ts';
import { type Ingested, ingest } from './ingest.ts';
import { requireTools } from './spawn-transcoder.ts';
import { keepWaveFile } from './wave-file.ts';
import { readWaveform } from './waveform.ts';

type Words = { readonly title: string; readonly language: string };

export function makeIngest(tools: AudioTools, blobs: Blobs): (path: string, words: Words) => Promise<Result<Ingested>> {
  const paths = requireTools(tools);
  let turn: Promise<unknown> = Promise.resolve();
  const one = (path: string, words: Words): Promise<Result<Ingested>> => {
    if (!paths.ok) return keepWaveFile(blobs, path, words);
    const { ffmpeg } = paths.value;
    return ingest({ transcoder: new FluentTranscoder(paths.value), waveform: (file) => readWaveform(ffmpeg, file), blobs }, path, words);
  };
  return (path, words) => {
    const result = turn.then(() => one(path, words));
    turn = result.catch(() => undefined);
    return result;
  };
}
