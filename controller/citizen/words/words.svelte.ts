// The app's words in the reader's language. Vietnamese is in the first load; English is fetched when somebody chooses it.
import { getContext } from 'svelte';
import vi from './vi.json';

export type Language = 'vi' | 'en';
export type WordKey = keyof typeof vi;
export type Translate = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;
type Book = Readonly<Record<string, string>>;

const place = Symbol('words');
const chosenKey = 'loa-dan-language';

/** Words of a key with `{values}` put in; with a `count` of 1 the key's `.one` where the language has it. Pure. */
export function wordsOf(book: Book, fallback: Book, key: string, values: Readonly<Record<string, string | number>> = {}): string {
  const one = values['count'] === 1 ? book[`${key}.one`] : undefined;
  const text = one ?? book[key] ?? fallback[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export class Words {
  language = $state<Language>('vi');
  #book = $state.raw<Book>(vi);

  /** Without a line the words stay as they are. */
  async choose(language: Language): Promise<void> {
    const book: Book | undefined =
      language === 'vi'
        ? vi
        : await import('./en.json').then(
            (file) => file.default,
            () => undefined,
          );
    if (!book) return;
    localStorage.setItem(chosenKey, language);
    this.#book = book;
    this.language = language;
    document.documentElement.lang = language;
  }

  readonly t: Translate = (key, values) => wordsOf(this.#book, vi, key, values);
}

export async function openWords(): Promise<Words> {
  const words = new Words();
  if (localStorage.getItem(chosenKey) === 'en') await words.choose('en');
  return words;
}

export function contextOf(words: Words): readonly [symbol, Words] {
  return [place, words];
}

export function useWords(): Words {
  return getContext<Words>(place);
}
