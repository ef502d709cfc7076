// The pre-armed orders of a centre: their words per language, the voices that say them, and who would understand which.

import { type CoverageRow, coverage } from '../../schemas/coverage.ts';
import { sameLanguage } from '../../schemas/languages.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film } from '../../schemas/programme.ts';
import { screenWordsMax, screenWordsOf } from '../../schemas/screen-words.ts';
import { type Pronunciation, pronounced } from '../../schemas/speech-text/pronunciations.ts';
import { orderFilmsMax } from '../../schemas/want.ts';
import {
  type OrderTemplate,
  type SignFilms,
  signFilmsOf,
  spokenCharactersMax,
  spokenWords,
  type TemplateSpeech,
} from '../core/order-plan.ts';
import type { Registry } from '../registry.ts';
import type { Act, MetaStore } from '../store/store.ts';
import type { Voices } from './voices.ts';

const cell = 'templates';
const languagesMax = 8;
const classesOf = (demo: boolean) => (demo ? (['exercise'] as const) : (['actual', 'exercise'] as const));

interface Words {
  readonly title: string;
  readonly text: string;
}

export interface TemplateDeskOptions {
  readonly meta: MetaStore;
  readonly voices: Voices;
  readonly registry: Registry;
  readonly demo: boolean;
  /** Languages that a machine can speak here and on the boxes. */
  readonly machine: () => Promise<readonly string[]>;
  /** Boxes are to hold what was prepared. */
  readonly prepared: () => Promise<void>;
  readonly warn: (detail: string) => void;
}

export class TemplateDesk {
  readonly #options: TemplateDeskOptions;
  #templates: readonly OrderTemplate[];
  /** The commune's own: how words that no rule knows are said. */
  #dictionary: readonly Pronunciation[];
  #spoken: readonly OrderTemplate[];
  #preparing: Promise<void> = Promise.resolve();
  /** Changes are made one after the other: each begins with what the one before left. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(templates: readonly OrderTemplate[], dictionary: readonly Pronunciation[], options: TemplateDeskOptions) {
    this.#templates = templates;
    this.#dictionary = dictionary;
    this.#options = options;
    this.#spoken = this.#saidBy(templates, dictionary);
  }

  all(): readonly OrderTemplate[] {
    return this.#templates;
  }

  /** With their words as the dictionary says them: so they are prepared, looked at, signed and spoken. */
  spoken(): readonly OrderTemplate[] {
    return this.#spoken;
  }

  /**
   * How words are said from now on, kept by `keep`. Orders that were signed keep theirs. What templates say changes only by who `may`
   * write them. Problems: too-large (a template that no order could carry any more), not-allowed.
   */
  pronounce(dictionary: readonly Pronunciation[], may: Result<void>, keep: () => Promise<void>): Promise<Result<void>> {
    return this.#inTurn(async () => {
      for (const { id, speech } of pronouncedTemplates(this.#templates, dictionary, () => true)) {
        const long = speech.find((one) => this.#isTooLong(one));
        if (long)
          return bad('too-large', `template ${id} in ${long.language}: more than ${spokenCharactersMax} characters when spoken out`);
      }
      const said = this.#saidBy(this.#templates, dictionary);
      const other = said.filter((one, i) => JSON.stringify(one.speech) !== JSON.stringify(this.#spoken[i]?.speech)).map(({ id }) => id);
      if (other.length > 0 && !may.ok)
        return bad('not-allowed', `orders would say other words: ${other.slice(0, 10).join(', ')}; ask an administrator`);
      await keep();
      this.#dictionary = dictionary;
      this.#spoken = said;
      this.#prepareSoon(said);
      return ok(undefined);
    });
  }

  /** Prepare voices in the background: orders given before they are ready are spoken by the boxes. */
  start(): void {
    this.#prepareSoon(this.#spoken);
  }

  /** Finish the voice at hand, begin no other. */
  async stop(): Promise<void> {
    this.#options.voices.stop();
    await this.#preparing;
  }

  /**
   * Set what a template says in a language, with a person's recording or without. What was signed for other words no longer
   * fits, and other words of the first language take the films in sign language away. Problems: not-found, too-large (words spoken, words on a board, or one language too many).
   */
  say(id: string, speech: TemplateSpeech, screen: Words | undefined, act: Act): Promise<Result<OrderTemplate>> {
    return this.#inTurn(() => this.#say(id, speech, screen, act));
  }

  async #say(id: string, speech: TemplateSpeech, screen: Words | undefined, act: Act): Promise<Result<OrderTemplate>> {
    const template = this.#templates.find((one) => one.id === id);
    if (!template) return bad('not-found', `no template ${id}`, '/id');
    const main = template.speech[0]?.language ?? 'vi';
    const others = template.speech.filter(({ language }) => language !== speech.language);
    if (others.length >= languagesMax) return bad('too-large', `${languagesMax} languages at most`, '/language');
    const [said = speech] = pronouncedTemplates([{ ...template, speech: [speech] }], this.#dictionary, () => true)[0]?.speech ?? [];
    if (this.#isTooLong(said)) return bad('too-large', `more than ${spokenCharactersMax} characters when spoken out`, '/speak');
    if (screen && screenWordsOf(screen) > screenWordsMax)
      return bad('too-large', `a board is read at a glance: ${screenWordsMax} words at most besides place and number`, '/screen');
    const inMain = speech.language === main;
    const screens = (template.screens ?? []).filter(({ language }) => language !== speech.language);
    if (screen && !inMain) screens.push({ language: speech.language, ...screen });
    const { screens: _before, signFilms, ...rest } = template;
    // An interpreter must not say what the words no longer say.
    const otherWords = inMain && (speech.speak !== template.speech[0]?.speak || (screen && !sameWords(screen, template.screen)));
    const changed: OrderTemplate = {
      ...rest,
      ...(signFilms && !otherWords ? { signFilms } : {}),
      speech: inMain
        ? [speech, ...others]
        : [...template.speech.map((one) => (one.language === speech.language ? speech : one)), ...isNew(template, speech)],
      screen: screen && inMain ? screen : template.screen,
      ...(screens.length > 0 ? { screens } : {}),
    };
    await this.#replace(changed, act);
    this.#prepareSoon(this.#saidBy([changed], this.#dictionary));
    return ok(changed);
  }

  /** Set or take away the film that says a template in sign language for a class. Problems: not-found, too-large (films of all templates). */
  sign(id: string, kind: keyof SignFilms, film: Film | undefined, act: Act): Promise<Result<OrderTemplate>> {
    return this.#inTurn(() => this.#sign(id, kind, film, act));
  }

  async #sign(id: string, kind: keyof SignFilms, film: Film | undefined, act: Act): Promise<Result<OrderTemplate>> {
    const template = this.#templates.find((one) => one.id === id);
    if (!template) return bad('not-found', `no template ${id}`, '/id');
    const { signFilms: before = {}, ...rest } = template;
    const { [kind]: _was, ...others } = before;
    const signFilms: SignFilms = film ? { ...others, [kind]: film } : others;
    const changed: OrderTemplate = Object.keys(signFilms).length > 0 ? { ...rest, signFilms } : rest;
    if (signFilmsOf(this.#templates.map((one) => (one.id === id ? changed : one))).length > orderFilmsMax)
      return bad('too-large', `boxes hold ${orderFilmsMax} films of orders at most`, '/film');
    await this.#replace(changed, act);
    await this.#options.prepared();
    return ok(changed);
  }

  /** What would be too long for an order stays as it is written: an order that cannot be given helps nobody. */
  #saidBy(templates: readonly OrderTemplate[], dictionary: readonly Pronunciation[]): readonly OrderTemplate[] {
    return pronouncedTemplates(templates, dictionary, (said) => {
      const fits = !this.#isTooLong(said);
      if (!fits) this.#options.warn(`too long as the dictionary says it, left as written: ${said.language}`);
      return fits;
    });
  }

  #isTooLong({ language, speak }: TemplateSpeech): boolean {
    return classesOf(this.#options.demo).some((kind) => spokenWords(kind, language, speak).length > spokenCharactersMax);
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #replace(changed: OrderTemplate, act: Act): Promise<void> {
    const next = this.#templates.map((one) => (one.id === changed.id ? changed : one));
    await this.#options.meta.setValue(cell, JSON.stringify(next), act);
    this.#templates = next;
    this.#spoken = this.#saidBy(next, this.#dictionary);
  }

  /** Hazard × language × recorded?, and the clusters that would fall back (PRODUCT §1.4). */
  async coverage(): Promise<CoverageRow[]> {
    const { registry, machine } = this.#options;
    const templates = this.#templates.map(({ id, hazard, speech }) => ({
      id,
      hazard,
      speech: speech.map(({ language, recording }) => ({ language, recorded: recording !== undefined })),
    }));
    const clusters = registry.all().map(({ id, settings }) => ({ id, languages: settings.languages }));
    return coverage(templates, clusters, await machine());
  }

  /** Languages of these boxes in which a template says nothing that a person or a machine could utter. */
  async voiceless(template: OrderTemplate, languages: readonly string[]): Promise<readonly string[]> {
    const machine = await this.#options.machine();
    const heard = ({ language, recording }: TemplateSpeech) =>
      recording !== undefined || machine.some((one) => sameLanguage(one, language));
    return languages.filter((tag) => !template.speech.some((speech) => sameLanguage(speech.language, tag) && heard(speech)));
  }

  /** What was just said does not wait for the rest. */
  #prepareSoon(templates: readonly OrderTemplate[]): void {
    this.#preparing = Promise.all([this.#preparing, this.#prepare(templates)]).then(() => undefined);
  }

  async #prepare(templates: readonly OrderTemplate[]): Promise<void> {
    const { voices, demo, warn, prepared } = this.#options;
    try {
      voices.offer(this.#spoken, classesOf(demo));
      for (const detail of await voices.prepare(templates, classesOf(demo))) warn(detail);
      await prepared();
    } catch (error) {
      warn(error instanceof Error ? error.message : String(error));
    }
  }
}

/** A recording says what it says: the dictionary is for machines. */
function pronouncedTemplates(
  templates: readonly OrderTemplate[],
  dictionary: readonly Pronunciation[],
  fits: (said: TemplateSpeech) => boolean,
): readonly OrderTemplate[] {
  if (dictionary.length === 0) return templates;
  return templates.map((template) => ({
    ...template,
    speech: template.speech.map((one) => {
      if (one.recording !== undefined) return one;
      const said = { ...one, speak: pronounced(one.speak, one.language, dictionary) };
      return said.speak === one.speak || fits(said) ? said : one;
    }),
  }));
}

function isNew(template: OrderTemplate, speech: TemplateSpeech): TemplateSpeech[] {
  return template.speech.some(({ language }) => language === speech.language) ? [] : [speech];
}

function sameWords(a: Words, b: Words): boolean {
  return a.title === b.title && a.text === b.text;
}
