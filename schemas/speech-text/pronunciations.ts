// The commune's own dictionary: how words that no rule knows are said. Applied before every other reading.
import * as v from 'valibot';
import { LanguageTag } from '../ids.ts';

export const pronunciationsMax = 1_000;

const said = (most: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(most),
    v.transform((text) => text.normalize('NFC')),
  );

/** `written` as it stands in texts, whole words, letter by letter; `spoken` as a mouth says it. */
export const Pronunciation = v.strictObject({ written: said(60), spoken: said(200), language: v.optional(LanguageTag, 'vi') });
export type Pronunciation = v.InferOutput<typeof Pronunciation>;

export const Pronunciations = v.pipe(
  v.array(Pronunciation),
  v.maxLength(pronunciationsMax),
  v.check((list) => new Set(list.map(({ written, language }) => `${language} ${written}`)).size === list.length, 'a word stands twice'),
);

/**
 * The text with the dictionary's words said in its way: the longest that fits at a place, each place once, so that no entry
 * reads what another has put there. A word ends where no letter and no figure goes on.
 */
export function pronounced(text: string, language: string, dictionary: readonly Pronunciation[]): string {
  const main = mainTag(language);
  const known = new Map(dictionary.filter((one) => mainTag(one.language) === main).map(({ written, spoken }) => [written, spoken]));
  if (known.size === 0) return text;
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const words = new RegExp(`(?<![\\p{L}\\p{M}\\d])(?:${longestFirst.join('|')})(?![\\p{L}\\p{M}\\d])`, 'gu');
  return text.normalize('NFC').replaceAll(words, (word) => known.get(word) ?? word);
}

function mainTag(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}

function escaped(word: string): string {
  // A hyphen outside a class is no sign of the pattern: Unicode patterns refuse it behind a backslash.
  return word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
