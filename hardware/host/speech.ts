// Text to sound by espeak-ng, only in languages it has: 48 kHz mono s16 PCM.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { AudioTools } from './audio-tools.ts';
import { runTool } from './processes.ts';
import { resample } from './resample.ts';
import { readWav } from './wav.ts';

const outputHz = 48_000;
const textCharactersMax = 4_000;
/** Slower than the engine's 175: it is heard across a valley. */
const wordsPerMinute = 145;
const speakWithinMs = 20_000;
const pcmBytesMax = 120 * 1024 * 1024;

/** Voices per program path are asked once for each set of tools. */
const voicesOf = new WeakMap<AudioTools, Promise<readonly string[]>>();

/** Speak a text. Problems: tool-missing (no espeak-ng), not-found (no voice for the language), bad-input, tool-failed, tool-timeout. */
export async function speak(tools: AudioTools, text: string, language: string): Promise<Result<Buffer>> {
  if (tools.espeak === undefined) return bad('tool-missing', 'espeak-ng is not installed');
  const words = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  if (words === '' || words.length > textCharactersMax) return bad('bad-input', `text of 1 to ${textCharactersMax} characters expected`);
  const voice = await findVoice(tools, language);
  if (voice === undefined) return bad('not-found', `espeak-ng has no voice for ${language}`);
  const spoken = await runTool(tools.espeak, ['-v', voice, '-s', String(wordsPerMinute), '-b', '1', '--stdin', '--stdout'], {
    timeoutMs: speakWithinMs,
    input: words,
    outputBytesMax: pcmBytesMax,
  });
  return spoken.ok ? toOutputRate(tools, spoken.value.stdout) : spoken;
}

/** Language tags the machine can speak, lower case. */
export async function listVoices(tools: AudioTools): Promise<readonly string[]> {
  const known = voicesOf.get(tools);
  if (known) return known;
  const asked = askVoices(tools.espeak);
  voicesOf.set(tools, asked);
  return asked;
}

async function findVoice(tools: AudioTools, language: string): Promise<string | undefined> {
  const voices = await listVoices(tools);
  const wanted = language.toLowerCase();
  // `vi-VN` may fall back to `vi`; a tag never becomes another language.
  return [wanted, wanted.split('-')[0]].find((tag) => tag !== undefined && voices.includes(tag));
}

async function askVoices(espeak: string | undefined): Promise<readonly string[]> {
  if (espeak === undefined) return [];
  const listed = await runTool(espeak, ['--voices'], { timeoutMs: 5_000, outputBytesMax: 256 * 1024 });
  if (!listed.ok) return [];
  const rows = listed.value.stdout.toString().split('\n').slice(1);
  return rows.flatMap((row) => row.trim().split(/\s+/)[1]?.toLowerCase() ?? []);
}

async function toOutputRate(tools: AudioTools, wav: Buffer): Promise<Result<Buffer>> {
  if (tools.ffmpeg !== undefined) {
    const args = [
      '-v',
      'error',
      '-f',
      'wav',
      '-ignore_length',
      '1',
      '-i',
      'pipe:0',
      '-f',
      's16le',
      '-ac',
      '1',
      '-ar',
      String(outputHz),
      'pipe:1',
    ];
    const decoded = await runTool(tools.ffmpeg, args, { timeoutMs: speakWithinMs, input: wav, outputBytesMax: pcmBytesMax });
    if (decoded.ok && decoded.value.stdout.length > 0) return ok(decoded.value.stdout);
  }
  const sound = readWav(wav);
  if (sound?.channels !== 1 || sound.samples.length === 0) return bad('tool-failed', 'espeak-ng gave no mono PCM');
  const samples = await resample(sound.samples, sound.rateHz, outputHz);
  return ok(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
}
