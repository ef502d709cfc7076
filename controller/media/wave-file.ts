// A plain WAV on a machine without ffmpeg: 48 kHz mono 16 bit goes to the boxes as it is.
import { readFile, rm } from 'node:fs/promises';
import { gainTowards, measurePcm } from '../../hardware/host/loudness.ts';
import { readWav } from '../../hardware/host/wav.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import type { Ingested } from './ingest.ts';
import { targetLufs, truePeakMaxDb } from './transcoder.ts';

const bytesMax = 64 * 1024 * 1024;
const rateHz = 48_000;
const slices = 200;
const aim = { lufs: targetLufs, truePeakDb: truePeakMaxDb };
/** The file stays as it is: the item's gain carries all, as far as an item may. */
const gainMinDb = -40;
const gainMaxDb = 12;

/** Problems: tool-missing (anything but such a WAV needs ffmpeg), too-large. */
export async function keepWaveFile(
  blobs: Blobs,
  source: string,
  words: { readonly title: string; readonly language: string },
): Promise<Result<Ingested>> {
  const bytes = await readFile(source);
  await rm(source, { force: true });
  if (bytes.length > bytesMax) return bad('too-large', `WAV of ${bytes.length} bytes, at most ${bytesMax}`);
  const sound = readWav(bytes);
  if (sound?.rateHz !== rateHz || sound.channels !== 1 || sound.samples.length < rateHz / 100)
    return bad('tool-missing', 'without ffmpeg only WAV of 48 kHz mono 16 bit can be taken');
  const { samples } = sound;
  const peaks = Array.from({ length: slices }, (_, i) => {
    let peak = 0;
    const until = Math.floor(((i + 1) * samples.length) / slices);
    for (let at = Math.floor((i * samples.length) / slices); at < until; at++) peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    return Math.round((peak / 32_768) * 100) / 100;
  });
  const durationMs = Math.floor((samples.length * 1000) / rateHz);
  const gainDb = Math.max(gainMinDb, Math.min(gainMaxDb, gainTowards(measurePcm(samples), aim)));
  const item = { sha256: await blobs.keep(bytes), bytes: bytes.length, type: 'audio/wav' as const, ...words, durationMs, gainDb };
  return ok({ item, peaks });
}
