// Full text that reads Vietnamese with marks or without: the same on every database, since words are folded and ranked here.
import { sourceLimits } from '../../schemas/source.ts';
import type { SourceVersion } from './source-item.ts';

/** Letters of a word that are looked at. */
const wordMax = 40;
/** Words of a question that are looked at. */
export const questionWordsMax = 8;
export const questionLettersMax = 200;

/** It begins with a letter or a figure: a mark before the first one belongs to the sign it stands on, whichever Unicode form that has. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Without marks and case: `LŨ Lụt` and `lu lut` are one, đ is d. NFC and NFD are one, too. */
export function fold(text: string): string {
  const bare = text.normalize('NFD').toLowerCase().normalize('NFD');
  return bare
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[đð]/g, 'd')
    .normalize('NFC');
}

/** Words without marks, each once. */
export function tokensOf(text: string): string[] {
  return [...new Set((fold(text).match(word) ?? []).map(cut))];
}

/** Words as they were written, in lower case. */
function writtenWords(text: string): string[] {
  return (text.normalize('NFC').toLowerCase().normalize('NFC').match(word) ?? []).map(cut);
}

function cut(text: string): string {
  const letters = [...text];
  return letters.length > wordMax ? letters.slice(0, wordMax).join('') : text;
}

/** All that an item is found by. */
export function itemTokens(versions: readonly Pick<SourceVersion, 'content'>[]): string[] {
  return [...new Set(versions.flatMap(({ content }) => tokensOf(fieldsOf(content).join('\n'))))];
}

/** What people ask: each word as written and folded. */
export interface Question {
  readonly tokens: readonly string[];
  readonly words: readonly { readonly written: string; readonly folded: string }[];
}

export function questionOf(text: string): Question {
  const words = writtenWords(text.slice(0, questionLettersMax))
    .flatMap((written) => tokensOf(written).map((folded) => ({ written, folded })))
    .slice(0, questionWordsMax);
  return { words, tokens: [...new Set(words.map(({ folded }) => folded))] };
}

/** Of title, keywords, body. */
const weights = [4, 3, 1] as const;
/** The whole word as written, its beginning as written, the whole word without marks, its beginning. */
const [exact, exactStart, plain, plainStart] = [8, 5, 2, 1];

/**
 * How well a version answers: 0 when a word of the question is nowhere in it. A word with the marks that were asked for goes before
 * one without them, the title before keywords before the body, words in the order asked before words apart.
 */
export function rank({ words }: Question, { content }: Pick<SourceVersion, 'content'>): number {
  const fields = fieldsOf(content).map((text) => writtenWords(text).map((written) => ({ written, folded: fold(written) })));
  let sum = 0;
  for (const asked of words) {
    const best = Math.max(0, ...fields.map((field, at) => (weights[at] ?? 1) * bestOf(asked, field)));
    if (best === 0) return 0;
    sum += best;
  }
  const folded = words.map((one) => one.folded);
  const inOrder =
    folded.length > 1
      ? fields.findIndex((field) =>
          holdsInOrder(
            field.map((one) => one.folded),
            folded,
          ),
        )
      : -1;
  return sum + (inOrder < 0 ? 0 : (weights[inOrder] ?? 1) * exact);
}

type Word = Question['words'][number];

function bestOf({ written, folded }: Word, field: readonly Word[]): number {
  let best = 0;
  for (const one of field) {
    if (!one.folded.startsWith(folded)) continue;
    if (one.written === written) return exact;
    const found = one.written.startsWith(written) ? exactStart : one.folded === folded ? plain : plainStart;
    best = Math.max(best, found);
  }
  return best;
}

/** The last word of a question may be half typed. */
function holdsInOrder(field: readonly string[], asked: readonly string[]): boolean {
  const last = asked.length - 1;
  return field.some((_, at) => asked.every((one, i) => (i === last ? (field[at + i] ?? '').startsWith(one) : field[at + i] === one)));
}

function fieldsOf({ title, keywords, body }: SourceVersion['content']): [string, string, string] {
  return [title, keywords.join('\n'), body.slice(0, sourceLimits.body)];
}
