// The words of the page in the reader's language: one JSON file a room and language, Vietnamese where English lacks one.
import i18next, { type i18n } from 'i18next';
import { getContext } from 'svelte';
import type { Language, Translate } from './language.ts';

export const languages: readonly Language[] = ['vi', 'en'];
export type { Language, Translate };

const files = import.meta.glob<object>('./{vi,en}/*.json', { import: 'default' });
const place = Symbol('words');
const chosenKey = 'loa-language';

/** The frame's words are there at once, and those of the page that is opened; a further page's words come with it. */
export async function openWords(rooms: readonly string[] = []): Promise<Words> {
  const chosen = localStorage.getItem(chosenKey);
  const book = i18next.createInstance();
  await book.init({
    lng: chosen === 'en' ? 'en' : 'vi',
    fallbackLng: 'vi',
    ns: [],
    resources: {},
    // Svelte escapes what it shows.
    interpolation: { escapeValue: false },
  });
  const words = new Words(book);
  await words.read('frame', 'terms', ...rooms);
  return words;
}

export class Words {
  readonly #book: i18n;
  #language = $state<Language>('vi');
  readonly #rooms = new Set<string>();
  /** Words without values, as they were found last: a long list asks for the same few at every step. */
  readonly #found = new Map<string, string>();

  constructor(book: i18n) {
    this.#book = book;
    this.#language = book.language === 'en' ? 'en' : 'vi';
    document.documentElement.lang = this.#language;
  }

  get language(): Language {
    return this.#language;
  }

  /** Make the words of these rooms known. */
  async read(...rooms: readonly string[]): Promise<void> {
    for (const room of rooms) this.#rooms.add(room);
    await this.#load(this.#language, rooms);
  }

  /** Without a line the words stay as they are. */
  async choose(language: Language): Promise<void> {
    try {
      // A page that opens meanwhile reads its words in the language before.
      for (let known = -1; known < this.#rooms.size; ) {
        known = this.#rooms.size;
        await this.#load(language, [...this.#rooms]);
      }
    } catch {
      return;
    }
    localStorage.setItem(chosenKey, language);
    this.#language = language;
    document.documentElement.lang = language;
  }

  async #load(language: Language, rooms: readonly string[]): Promise<void> {
    const wanted = languages.filter((one) => one === 'vi' || one === language);
    await Promise.all(rooms.flatMap((room) => wanted.map((each) => this.#loadFile(each, room))));
  }

  async #loadFile(language: Language, room: string): Promise<void> {
    const file = files[`./${language}/${room}.json`];
    if (!file || this.#book.hasResourceBundle(language, room)) return;
    this.#book.addResourceBundle(language, room, await file());
    this.#found.clear();
  }

  /** Follows the language when it is used in a component. */
  readonly t: Translate = (key, values) => {
    const lng = this.#language;
    if (values) return this.#book.t(key, { ...values, lng });
    const place = `${lng} ${key}`;
    const found = this.#found.get(place) ?? this.#book.t(key, { lng });
    this.#found.set(place, found);
    return found;
  };
}

/** What the outermost component is mounted with. */
export function contextOf(words: Words): Map<symbol, Words> {
  return new Map([[place, words]]);
}

/** In a component: the words of the page around it. */
export function useWords(): Words {
  return getContext<Words>(place);
}
