// Where reading stands: what is to come in the source, what has been said so far. Rules look forward in one and back in the other.
import type { SpeechRegion } from './region.ts';

export interface Scan {
  readonly text: string;
  readonly at: number;
  /** The last words said, lower case. Not the source: so a second reading sees the same past. */
  readonly before: string;
  readonly region: SpeechRegion;
}

export interface Reading {
  readonly words: string;
  /** Characters of the source this stands for, at least 1. */
  readonly length: number;
}

export type Rule = (scan: Scan) => Reading | undefined;

/** How far back rules look. */
export const beforeCharacters = 64;
const letter = /[\p{L}\p{M}]/u;

/** A sticky pattern at the place where reading stands. */
export function match({ text, at }: Scan, pattern: RegExp, ahead = 0): RegExpExecArray | undefined {
  pattern.lastIndex = at + ahead;
  return pattern.exec(text) ?? undefined;
}

export function letterAfter({ text, at }: Scan, length: number): boolean {
  return letter.test(text.charAt(at + length));
}

/** A letter or a digit follows: the match ends inside something longer. */
export function runsOn({ text, at }: Scan, length: number): boolean {
  return /[\p{L}\p{M}\d]/u.test(text.charAt(at + length));
}

/** A word already said is not said twice: `ngày 5/3` needs no second "ngày". */
export function unlessSaid({ before }: Scan, word: string): string {
  return new RegExp(`(?:^|[^\\p{L}])${word}\\s*$`, 'u').test(before) ? '' : `${word} `;
}
