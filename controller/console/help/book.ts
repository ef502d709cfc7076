// The handbook: for each page what it is for, three steps, what may go wrong. Plain words in one file a language, fetched when asked for.
import type { Language } from '../words/words.svelte.ts';

export interface HelpPage {
  readonly what: string;
  readonly steps: readonly string[];
  readonly wrong: readonly string[];
}
export type Book = Readonly<Record<string, HelpPage | undefined>>;

const books = {
  vi: () => import('./vi.json'),
  en: () => import('./en.json'),
} as const;

export async function openBook(language: Language): Promise<Book> {
  return (await books[language]()).default;
}
