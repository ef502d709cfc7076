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
import { type OrderTemplate, type SpeechAudio, spokenWords } from '../core/order-plan.ts';
import type { MetaStore } from '../store/store.ts';

const sampleBytesPerMs = 96; // 48 kHz mono s16
const encodeWithinMs = 30_000;
const metaPrefix = 'voice ';

export interface VoicesOptions {
  readonly tools: AudioTools;
  readonly blobs: Blobs;
  readonly meta: MetaStore;
}

export class Voices {
  readonly #options: VoicesOptions;
  readonly #ready = new Map<string, SpeechAudio>();
  readonly #bytes = new Map<string, Uint8Array>();
  #stopped = false;

  constructor(options: VoicesOptions) {
    this.#options = options;
  }

  /** Prepared voice of a text. */
  audioOf(language: string, words: string): SpeechAudio | undefined {
    return this.#ready.get(keyOf(language, words));
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
      for (const { language, speak: words } of templates.flatMap((template) => template.speech)) {
        if (this.#stopped) return problems;
        const made = await this.#prepareOne(language, spokenWords(kind, language, words));
        if (!made.ok) problems.push(`${language}: ${made.problem.detail}`);
      }
    }
    return [...new Set(problems)];
  }

  /** Finish the one at hand, begin no other. */
  stop(): void {
    this.#stopped = true;
  }

  async #prepareOne(language: string, words: string): Promise<Result<void>> {
    const key = keyOf(language, words);
    if (this.#ready.has(key)) return ok(undefined);
    const { meta, blobs } = this.#options;
    const kept = await meta.value(`${metaPrefix}${key}`);
    const audio = kept ? (JSON.parse(kept) as SpeechAudio) : undefined;
    const bytes = audio && (await blobs.read(audio.sha256));
    if (audio && bytes) return this.#hold(key, audio, bytes);
    const made = await this.#make(language, words);
    if (!made.ok) return made;
    const { opus, durationMs } = made.value;
    const fresh = { sha256: await blobs.keep(opus), bytes: opus.length, durationMs };
    await meta.setValue(`${metaPrefix}${key}`, JSON.stringify(fresh));
    return this.#hold(key, fresh, opus);
  }

  #hold(key: string, audio: SpeechAudio, bytes: Uint8Array): Result<void> {
    this.#ready.set(key, audio);
    this.#bytes.set(audio.sha256, bytes);
    return ok(undefined);
  }

  async #make(language: string, words: string): Promise<Result<{ opus: Buffer; durationMs: number }>> {
    const { tools, blobs } = this.#options;
    if (tools.ffmpeg === undefined || tools.ffmpegDecodesOnly) return bad('tool-missing', 'no ffmpeg that can encode');
    const spoken = await speak(tools, words, language);
    if (!spoken.ok) return spoken;
    const target = blobs.temporary('.ogg');
    const sound = ['-f', 's16le', '-ar', '48000', '-ac', '1', '-i', 'pipe:0'];
    const opus = ['-c:a', 'libopus', '-b:a', '12k', '-application', 'voip', '-frame_duration', '60', '-map_metadata', '-1', '-f', 'ogg'];
    const made = await runTool(tools.ffmpeg, ['-v', 'error', '-y', ...sound, ...opus, '-bitexact', target], {
      timeoutMs: encodeWithinMs,
      input: spoken.value,
    });
    if (!made.ok) return made;
    const bytes = await readIfPresent(target);
    await rm(target, { force: true });
    if (!bytes || bytes.length === 0) return bad('tool-failed', 'ffmpeg wrote no Opus');
    if (bytes.length > orderAudioBytesMax) return bad('too-large', `${bytes.length} bytes of speech, at most ${orderAudioBytesMax}`);
    return ok({ opus: bytes, durationMs: Math.round(spoken.value.length / sampleBytesPerMs) });
  }
}

/** Voices change when the words, the language or this recipe does. */
function keyOf(language: string, words: string): string {
  return sha256(Buffer.from(`espeak-ng opus 12k 2\n${language}\n${words}`)).slice(0, 32);
}
