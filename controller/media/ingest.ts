// From an uploaded file to content boxes can play: probed, levelled, encoded, measured again, stored by its hash.
import { open, rm, stat } from 'node:fs/promises';
import { sha256File } from '../../hardware/host/crypto.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Blobs } from '../blobs.ts';
import { durationMaxMs, fileGainDb, itemGainDb, type Transcoder, unreadable } from './transcoder.ts';
import type { Waveform } from './waveform.ts';
import type { Progress } from './work-line.ts';

export interface IngestOptions {
  readonly transcoder: Transcoder;
  readonly waveform: (path: string) => Promise<Result<Waveform>>;
  readonly blobs: Blobs;
}

export interface Ingested {
  readonly item: Item;
  readonly peaks: readonly number[];
}

/** Make an item of a file in the uploads folder; the file is removed whatever happens. Problems: media-unreadable, too-large, tool-… */
export async function ingest(
  { transcoder, waveform, blobs }: IngestOptions,
  source: string,
  words: { readonly title: string; readonly language: string },
  progress: Progress = () => undefined,
): Promise<Result<Ingested>> {
  const target = blobs.temporary('.ogg');
  try {
    progress('read', 0);
    const probed = await transcoder.probe(source);
    if (!probed.ok) return probed;
    if (probed.value.durationMs > durationMaxMs)
      return bad('too-large', `${probed.value.durationMs} ms of sound, at most ${durationMaxMs}`);
    const part = (atMs: number) => Math.min(1, atMs / (probed.value.durationMs || Number.POSITIVE_INFINITY));
    progress('measure', 0.05);
    const loudness = await transcoder.measure(source);
    if (!loudness.ok) return loudness;
    progress('encode', 0.3);
    const encoded = await transcoder.encode(source, target, fileGainDb(loudness.value), (atMs) =>
      progress('encode', 0.3 + 0.4 * part(atMs)),
    );
    if (!encoded.ok) return encoded;
    progress('check', 0.7);
    const after = await transcoder.measure(target);
    if (!after.ok) return after;
    progress('draw', 0.9);
    const shape = await waveform(target);
    if (!shape.ok) return shape;
    if (shape.value.durationMs > durationMaxMs) return bad('too-large', `more than ${durationMaxMs} ms of sound`);
    return await settle(blobs, target, { ...words, gainDb: itemGainDb(after.value) }, shape.value);
  } finally {
    await rm(source, { force: true });
    await rm(target, { force: true });
  }
}

async function settle(
  blobs: Blobs,
  target: string,
  { title, language, gainDb }: { readonly title: string; readonly language: string; readonly gainDb: number },
  { durationMs, peaks }: Waveform,
): Promise<Result<Ingested>> {
  const { size } = await stat(target);
  if (size === 0) return unreadable('nothing was encoded');
  const file = await open(target, 'r+');
  await file.sync();
  await file.close();
  const sha256 = await sha256File(target);
  await blobs.adopt(target, sha256);
  return ok({ item: { sha256, bytes: size, type: 'audio/ogg', title, language, durationMs, gainDb }, peaks });
}
