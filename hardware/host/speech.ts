// Text to sound by espeak-ng, only in languages it has, as loud as every other sound: 48 kHz mono s16 PCM.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { isVietnamese, normaliseSpeech } from '../../schemas/speech-text/normalise.ts';
import { regionOf } from '../../schemas/speech-text/region.ts';
import type { AudioTools } from './audio-tools.ts';
import { limitPeaks } from './limiter.ts';
import { gainTowards, measurePcm } from './loudness.ts';
import { runTool } from './processes.ts';
import { resample } from './resample.ts';
import { readWav } from './wav.ts';

const outputHz = 48_000;
export const speechCharactersMax = 5_000;
/** Slower than the engine's 175, with air between words: it is heard across a valley, over its own echo. */
const wordsPerMinute = 130;
const wordGap10Ms = 2;
/** As programmes are levelled at the centre. */
const aim = { lufs: -16, truePeakDb: -1.5 };
const limitedDbMax = 4;
/** A little under the true peak allowed: samples are limited, not what lies between them. */
const ceiling = 10 ** ((aim.truePeakDb - 0.4) / 20);
const speakWithinMs = 20_000;
const pcmBytesMax = 120 * 1024 * 1024;

/** Voices per program path are asked once for each set of tools. */
const voicesOf = new WeakMap<AudioTools, Promise<readonly string[]>>();

/** Speak a text. Problems: tool-missing (no espeak-ng), not-found (no voice for the language), bad-input, tool-failed, tool-timeout. */
export async function speak(tools: AudioTools, text: string, language: string): Promise<Result<Buffer>> {
  if (tools.espeak === undefined) return bad('tool-missing', 'espeak-ng is not installed');
  if (text.length > speechCharactersMax) return bad('bad-input', `text of at most ${speechCharactersMax} characters expected`);
  const words = withBreaths(
    normaliseSpeech(text, language)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim(),
  );
  if (words === '') return bad('bad-input', 'the text holds no words');
  const voice = await findVoice(tools, language);
  if (voice === undefined) return bad('not-found', `espeak-ng has no voice for ${language}`);
  const args = ['-v', voice, '-s', String(wordsPerMinute), '-g', String(wordGap10Ms), '-b', '1', '--stdin', '--stdout'];
  // The text goes in as a file does: no shell, and a leading dash is no option.
  const spoken = await runTool(tools.espeak, args, { timeoutMs: speakWithinMs, input: words, outputBytesMax: pcmBytesMax });
  if (!spoken.ok) return spoken;
  const pcm = await toOutputRate(tools, spoken.value.stdout);
  return pcm.ok ? ok(levelled(pcm.value)) : pcm;
}

/** A paragraph for each sentence: the engine's longest pause. */
function withBreaths(words: string): string {
  return words.replaceAll(/([.!?…])\s+/gu, '$1\n\n');
}

/** Single syllables of the engine stand out: they may be turned down a little, so that the whole is loud enough. */
function levelled(bytes: Buffer): Buffer {
  const pcm = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < pcm.length; i += 1) pcm[i] = bytes.readInt16LE(i * 2);
  const measured = measurePcm(pcm);
  const peaksAllowed = { ...aim, truePeakDb: aim.truePeakDb + limitedDbMax };
  const gain = 10 ** (gainTowards(measured, measured.integratedLufs === undefined ? aim : peaksAllowed) / 20) / 32_768;
  const limited = limitPeaks(
    Float64Array.from(pcm, (sample) => sample * gain),
    ceiling,
  );
  return Buffer.from(Int16Array.from(limited, (sample) => Math.round(sample * 32_768)).buffer);
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
  const regional = isVietnamese(wanted) ? `vi-vn-x-${regionOf(wanted)}` : undefined;
  // `vi-VN` may fall back to `vi`; a tag never becomes another language.
  return [wanted, regional, wanted.split('-')[0]].find((tag) => tag !== undefined && voices.includes(tag));
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
