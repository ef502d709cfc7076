// Lists of content asked for by form and by words: with marks or without, each word of the question begins a word of what is found.
import * as v from 'valibot';
import { Programme } from '../../schemas/programme.ts';
import { questionLettersMax, questionOf, tokensOf } from '../core/source-search.ts';

export const foundEntries = {
  q: v.optional(v.pipe(v.string(), v.maxLength(questionLettersMax))),
  form: v.optional(Programme.entries.form),
};

/** Whether texts hold all words of a question; no words: they do. */
export function wordsFound(question: string | undefined): (texts: readonly string[]) => boolean {
  const { tokens } = questionOf(question ?? '');
  if (tokens.length === 0) return () => true;
  return (texts) => {
    const there = tokensOf(texts.join('\n'));
    return tokens.every((token) => there.some((word) => word.startsWith(token)));
  };
}
