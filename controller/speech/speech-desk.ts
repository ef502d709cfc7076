// Words become a sound of the library: read by the commune's dictionary, spoken by the first engine that can, kept with its words.
import { readFile, rm } from 'node:fs/promises';
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

  /** Engines in the order in which they are asked, each with the languages it speaks now. */
  voices(): Promise<{ readonly name: string; readonly languages: readonly string[] }[]> {
    return Promise.all(this.#options.engines.map(async (engine) => ({ name: engine.name, languages: await engine.voices() })));
  }

  /** A text as it would be said, with an entry that is only tried in place of the dictionary's own for that word. */
  async wordsOf(text: string, language: string, trial?: Pronunciation): Promise<string> {
    const kept = await this.dictionary();
    const others = kept.filter((one) => one.written !== trial?.written || one.language !== trial.language);
    return normaliseSpeech(pronounced(text, language, trial ? [...others, trial] : kept), language);
  }

  /** Languages that any engine speaks. */
  async languages(): Promise<string[]> {
    const spoken = await Promise.all(this.#options.engines.map((engine) => engine.voices()));
    return [...new Set(spoken.flat())].sort();
  }

  /** A text said once and kept nowhere. Problems: as `speak`. */
  async hear(text: string, language: string, trial?: Pronunciation): Promise<Result<Buffer>> {
    const words = await this.#wordsToSay(text, language, trial);
    if (!words.ok) return words;
    return this.#firstVoice(language, async (engine) => {
      const path = this.#options.blobs.temporary('.speech');
      const spoken = await engine.speak(words.value, language, path);
      try {
        return spoken.ok ? ok(await readFile(path)) : spoken;
      } finally {
        await rm(path, { force: true });
      }
    });
  }

  /** Problems: no-voice (no engine speaks the language), bad-input (no words), too-large (spoken out), tool-… of the last engine that tried. */
  async speak(text: string, { title, language, account }: SpeakWords): Promise<Result<Spoken>> {
    const words = await this.#wordsToSay(text, language);
    if (!words.ok) return words;
    const { blobs, ingest } = this.#options;
    return this.#firstVoice(language, async (engine) => {
      const path = blobs.temporary('.speech');
      const spoken = await engine.speak(words.value, language, path);
      const made = spoken.ok ? await ingest(path, { title, language }, account) : spoken;
      await rm(path, { force: true });
      // A box that lacks the recording says the same words.
      return made.ok
        ? ok({ ...made.value, item: { ...made.value.item, speak: words.value }, engine: engine.name, words: words.value })
        : made;
    });
  }

  async #wordsToSay(text: string, language: string, trial?: Pronunciation): Promise<Result<string>> {
    const words = await this.wordsOf(text, language, trial);
    if (!/[\p{L}\d]/u.test(words)) return bad('bad-input', 'the text holds no words', '/text');
    // Figures and the dictionary make a text longer; an item with more words is one that no box takes.
    if (words.length > speakCharactersMax)
      return bad('too-large', `${words.length} characters when spoken out, at most ${speakCharactersMax}`, '/text');
    return ok(words);
  }

  /** Engines in their order, until one has made something. */
  async #firstVoice<T>(language: string, make: (engine: SpeechEngine) => Promise<Result<T>>): Promise<Result<T>> {
    let last: Result<T> = bad('no-voice', `no engine speaks ${language}`, '/language');
    for (const engine of await this.#enginesFor(language)) {
      last = await make(engine);
      if (last.ok) return last;
      this.#options.warn(engine.name, last.problem);
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
