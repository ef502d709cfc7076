// Words become a sound of the library: read by the commune's dictionary, spoken by the first engine that can, kept with its words.
import { rm } from 'node:fs/promises';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Item, speakCharactersMax } from '../../schemas/programme.ts';
import { normaliseSpeech } from '../../schemas/speech-text/normalise.ts';
import { type Pronunciation, pronounced } from '../../schemas/speech-text/pronunciations.ts';
import type { Blobs } from '../blobs.ts';
import type { Ingested } from '../media/ingest.ts';
import type { Ingest } from '../media/make-ingest.ts';
import type { Act, MetaStore } from '../store/store.ts';
import type { SpeechEngine } from './engines.ts';

export const pronunciationsCell = 'pronunciations';

export interface SpeakWords extends Pick<Item, 'title' | 'language'> {
  /** Who asks. */
  readonly account: string;
}

export interface SpeechDeskOptions {
  /** In the order in which they are asked. */
  readonly engines: readonly SpeechEngine[];
  readonly ingest: Ingest;
  readonly blobs: Blobs;
  readonly meta: MetaStore;
  readonly warn: (engine: string, problem: Problem) => void;
}

export interface Spoken extends Ingested {
  readonly engine: string;
  /** As they were said. */
  readonly words: string;
}

export class SpeechDesk {
  readonly #options: SpeechDeskOptions;

  constructor(options: SpeechDeskOptions) {
    this.#options = options;
  }

  async dictionary(): Promise<readonly Pronunciation[]> {
    return JSON.parse((await this.#options.meta.value(pronunciationsCell)) ?? '[]') as Pronunciation[];
  }

  async setDictionary(dictionary: readonly Pronunciation[], act: Act): Promise<void> {
    await this.#options.meta.setValue(pronunciationsCell, JSON.stringify(dictionary), act);
  }

  /** A text as it would be said. */
  async wordsOf(text: string, language: string): Promise<string> {
    return normaliseSpeech(pronounced(text, language, await this.dictionary()), language);
  }

  /** Problems: no-voice (no engine speaks the language), bad-input (no words), too-large (spoken out), tool-… of the last engine that tried. */
  async speak(text: string, { title, language, account }: SpeakWords): Promise<Result<Spoken>> {
    const words = await this.wordsOf(text, language);
    if (!/[\p{L}\d]/u.test(words)) return bad('bad-input', 'the text holds no words', '/text');
    // Figures and the dictionary make a text longer; an item with more words is one that no box takes.
    if (words.length > speakCharactersMax)
      return bad('too-large', `${words.length} characters when spoken out, at most ${speakCharactersMax}`, '/text');
    const { blobs, ingest, warn } = this.#options;
    let last: Result<never> = bad('no-voice', `no engine speaks ${language}`, '/language');
    for (const engine of await this.#enginesFor(language)) {
      const path = blobs.temporary('.speech');
      const spoken = await engine.speak(words, language, path);
      const made = spoken.ok ? await ingest(path, { title, language }, account) : spoken;
      await rm(path, { force: true });
      // A box that lacks the recording says the same words.
      if (made.ok) return ok({ ...made.value, item: { ...made.value.item, speak: words }, engine: engine.name, words });
      warn(engine.name, made.problem);
      last = made;
    }
    return last;
  }

  async #enginesFor(language: string): Promise<readonly SpeechEngine[]> {
    const wanted = language.toLowerCase();
    const main = wanted.split('-')[0] ?? wanted;
    const asked = await Promise.all(this.#options.engines.map(async (engine) => ({ engine, voices: await engine.voices() })));
    return asked.filter(({ voices }) => voices.includes(wanted) || voices.includes(main)).map(({ engine }) => engine);
  }
}
