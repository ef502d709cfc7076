// Spoken words of the templates, prepared ahead so that an order carries its sound: speech Opus of 12 kbit/s, at most 64 KB.

import { rm } from 'node:fs/promises';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { readIfPresent } from '../../hardware/host/files.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { speak } from '../../hardware/host/speech.ts';
import { orderAudioBytesMax } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import { type OrderTemplate, type SpeechAudio, spokenWords, type TemplateSpeech } from '../core/order-plan.ts';
import type { MetaStore } from '../store/store.ts';

const sampleBytesPerMs = 96; // 48 kHz mono s16
const encodeWithinMs = 30_000;
/** Forty seconds of words said, and those that mark an exercise; the 64 KB of an order hold it all. */
const speechMsMax = 50_000;
const metaPrefix = 'voice ';

export interface VoicesOptions {
  readonly tools: AudioTools;
  readonly blobs: Blobs;
  readonly meta: MetaStore;
}

export class Voices {
  readonly #options: VoicesOptions;
  readonly #ready = new Map<string, { readonly language: string; readonly audio: SpeechAudio }>();
  readonly #bytes = new Map<string, Uint8Array>();
  #offered: ReadonlySet<string> = new Set();
  #stopped = false;

  constructor(options: VoicesOptions) {
    this.#options = options;
  }

  /** Prepared voice of words as they are spoken. */
  audioOf(spoken: TemplateSpeech): SpeechAudio | undefined {
    return this.#ready.get(keyOf(spoken))?.audio;
  }

  /** Words that boxes are to hold from now on; what was prepared for others stays with the centre. */
  offer(templates: readonly OrderTemplate[], classes: readonly ('actual' | 'exercise' | 'test')[]): void {
    const spoken = (kind: (typeof classes)[number]) =>
      templates.flatMap(({ speech }) => speech.map((one) => keyOf({ ...one, speak: spokenWords(kind, one.language, one.speak) })));
    this.#offered = new Set(classes.flatMap(spoken));
  }

  /** What is prepared of that, for boxes to hold before any order names it. */
  all(): { readonly language: string; readonly sha256: string; readonly bytes: number }[] {
    return [...this.#ready]
      .filter(([key]) => this.#offered.has(key))
      .map(([, { language, audio }]) => ({ language, sha256: audio.sha256, bytes: audio.bytes }));
  }

  /** The sound itself, held in memory: an order must not wait for a disk. */
  bytesOf(name: string): Uint8Array | undefined {
    return this.#bytes.get(name);
  }

  /** Hold the sound of orders that stand, whatever templates say now: a centre that comes back sends them whole. */
  async hold(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const bytes = this.#bytes.get(name) ?? (await this.#options.blobs.read(name));
      if (bytes) this.#bytes.set(name, bytes);
    }
  }

  /** Prepare all templates for the classes given; what cannot be spoken here is left to the box. Answers the problems met. */
  async prepare(templates: readonly OrderTemplate[], classes: readonly ('actual' | 'exercise' | 'test')[]): Promise<string[]> {
    const problems: string[] = [];
    for (const kind of classes) {
      for (const speech of templates.flatMap((template) => template.speech)) {
        if (this.#stopped) return problems;
        const made = await this.#prepareOne({ ...speech, speak: spokenWords(kind, speech.language, speech.speak) });
        if (!made.ok) problems.push(`${speech.language}: ${made.problem.detail}`);
      }
    }
    return [...new Set(problems)];
  }

  /** Finish the one at hand, begin no other. */
  stop(): void {
    this.#stopped = true;
  }

  async #prepareOne(spoken: TemplateSpeech): Promise<Result<void>> {
    const key = keyOf(spoken);
    if (this.#ready.has(key)) return ok(undefined);
    const { meta, blobs } = this.#options;
    const kept = await meta.value(`${metaPrefix}${key}`);
    const audio = kept ? (JSON.parse(kept) as SpeechAudio) : undefined;
    const bytes = audio && (await blobs.read(audio.sha256));
    if (audio && bytes) return this.#hold(key, spoken.language, audio, bytes);
    const made = await this.#make(spoken);
    if (!made.ok) return made;
    const { opus, durationMs } = made.value;
    const fresh = { sha256: await blobs.keep(opus), bytes: opus.length, durationMs };
    await meta.setValue(`${metaPrefix}${key}`, JSON.stringify(fresh));
    return this.#hold(key, spoken.language, fresh, opus);
  }

  #hold(key: string, language: string, audio: SpeechAudio, bytes: Uint8Array): Result<void> {
    this.#ready.set(key, { language, audio });
    this.#bytes.set(audio.sha256, bytes);
    return ok(undefined);
  }

  async #make({ language, speak: words, recording }: TemplateSpeech): Promise<Result<{ opus: Buffer; durationMs: number }>> {
    const { tools } = this.#options;
    if (tools.ffmpeg === undefined || tools.ffmpegDecodesOnly) return bad('tool-missing', 'no ffmpeg that can encode');
    const pcm = recording === undefined ? await speak(tools, words, language) : await this.#decode(tools.ffmpeg, recording);
    if (!pcm.ok) return pcm;
    const durationMs = Math.round(pcm.value.length / sampleBytesPerMs);
    if (durationMs > speechMsMax) return bad('too-large', `${Math.round(durationMs / 1000)} s of speech, at most ${speechMsMax / 1000}`);
    const opus = await this.#encode(tools.ffmpeg, pcm.value);
    if (!opus.ok) return opus;
    const { length } = opus.value;
    if (length > orderAudioBytesMax) return bad('too-large', `${length} bytes of speech, at most ${orderAudioBytesMax}`);
    return ok({ opus: opus.value, durationMs });
  }

  /** A person's voice from the library, as loud as the machine's. */
  async #decode(ffmpeg: string, recording: string): Promise<Result<Buffer>> {
    const bytes = await this.#options.blobs.read(recording);
    if (!bytes) return bad('not-found', `no recording ${recording}`);
    const sound = ['-i', 'pipe:0', '-t', String(speechMsMax / 1000 + 1), '-af', 'loudnorm=I=-16:TP=-1.5:LRA=7'];
    const made = await runTool(ffmpeg, ['-v', 'error', ...sound, '-ar', '48000', '-ac', '1', '-f', 's16le', 'pipe:1'], {
      timeoutMs: encodeWithinMs,
      input: bytes,
    });
    return made.ok ? ok(made.value.stdout) : made;
  }

  async #encode(ffmpeg: string, pcm: Buffer): Promise<Result<Buffer>> {
    const target = this.#options.blobs.temporary('.ogg');
    const sound = ['-f', 's16le', '-ar', '48000', '-ac', '1', '-i', 'pipe:0'];
    const opus = ['-c:a', 'libopus', '-b:a', '12k', '-application', 'voip', '-frame_duration', '60', '-map_metadata', '-1', '-f', 'ogg'];
    const made = await runTool(ffmpeg, ['-v', 'error', '-y', ...sound, ...opus, '-bitexact', target], {
      timeoutMs: encodeWithinMs,
      input: pcm,
    });
    if (!made.ok) return made;
    const bytes = await readIfPresent(target);
    await rm(target, { force: true });
    return bytes && bytes.length > 0 ? ok(bytes) : bad('tool-failed', 'ffmpeg wrote no Opus');
  }
}

/** Voices change when the words, the language, the recording or this recipe does. */
function keyOf({ language, speak: words, recording }: TemplateSpeech): string {
  return sha256(Buffer.from(`espeak-ng opus 12k 2\n${language}\n${words}${recording === undefined ? '' : `\n${recording}`}`)).slice(0, 32);
}
