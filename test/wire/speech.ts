// Real sound for wire tests: machine speech as an MP3 file, and what it decodes to.
import { spawnSync } from 'node:child_process';

const rateHz = 48_000;
const bytesMax = 256 * 1024 * 1024;

export function spokenMp3(text: string): Buffer {
  const wav = spawnSync('espeak-ng', ['-v', 'vi', '--stdout', text], { maxBuffer: bytesMax });
  return mp3From(['-i', 'pipe:0'], wav.stdout);
}

/** A quiet steady tone, so that anything else stands out. */
export function toneMp3(seconds: number, hz = 220): Buffer {
  return mp3From(['-f', 'lavfi', '-i', `sine=frequency=${hz}:duration=${seconds}`], Buffer.alloc(0));
}

export function decoded(bytes: Buffer): Int16Array {
  const pcm = spawnSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-f', 's16le', '-ac', '1', '-ar', String(rateHz), 'pipe:1'], {
    input: bytes,
    maxBuffer: bytesMax,
  }).stdout;
  const frames = new Int16Array(Math.floor(pcm.length / 2));
  for (let i = 0; i < frames.length; i++) frames[i] = pcm.readInt16LE(i * 2);
  return frames;
}

function mp3From(input: readonly string[], bytes: Buffer): Buffer {
  const made = spawnSync('ffmpeg', ['-v', 'error', ...input, '-f', 'mp3', '-b:a', '96k', 'pipe:1'], { input: bytes, maxBuffer: bytesMax });
  if (made.status !== 0 || made.stdout.length < 1000) throw new Error(`cannot make an MP3: ${made.stderr}`);
  return made.stdout;
}
