// Vietnamese text as a mouth says it: figures, dates, hours, money, signs and abbreviations become words; words stay as they are.
import { dateRules } from './dates.ts';
import { documentRules } from './documents.ts';
import { hourRules } from './hours.ts';
import { phoneRules } from './phones.ts';
import { quantityRules } from './quantities.ts';
import { regionOf, type SpeechRegion } from './region.ts';
import { beforeCharacters, type Reading, type Rule, type Scan } from './scan.ts';
import { breathRules, signRules } from './signs.ts';
import { wordRules } from './words.ts';

export interface SpeechOptions {
  /** Whose number words; by the language's tag unless told (`vi-VN-x-south`). */
  readonly region?: SpeechRegion;
}

/** Longer texts pass through untouched: nobody speaks them. */
export const speechTextCharactersMax = 20_000;

const numberRules: readonly Rule[] = [...documentRules, ...phoneRules, ...dateRules, ...hourRules, ...quantityRules];
const letter = /[\p{L}\p{M}]/u;
const wordCharacter = /[\p{L}\p{M}\d]/u;
const digit = /\d/;
const numberThenSpace = /(?:^|\s)(?:không|một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|tám|chín|mười|mươi|trăm) $/u;
/** Where no rule can begin. */
const quiet = /[\p{L}\p{M}]+|[\n,.;!?"]+/uy;

/** True for tags of Vietnamese: `vi`, `vi-VN`, `vi-x-…`. */
export function isVietnamese(language: string): boolean {
  return /^vi(?:-|$)/i.test(language);
}

/** Words for a text in a language; only Vietnamese is read, others pass. Doing it twice changes nothing. */
export function normaliseSpeech(text: string, language: string, { region = regionOf(language) }: SpeechOptions = {}): string {
  if (!isVietnamese(language) || text.length > speechTextCharactersMax) return text;
  const source = text.normalize('NFC');
  const parts: string[] = [];
  let before = '';
  let glue = false;
  const say = (words: string) => {
    parts.push(words);
    before = (before + words.toLowerCase()).slice(-beforeCharacters);
  };
  let readTo = -1;
  for (let at = 0; at < source.length; ) {
    const reading = readAt({ text: source, at, before, region });
    if (reading) {
      if (at === readTo + 1 && digit.test(source.charAt(at)) && numberThenSpace.test(before)) {
        // `BĐ II 0,35 m`: without a breath two numbers are heard as one.
        parts.pop();
        say(', ');
      }
      if (letter.test(reading.words.charAt(0)) && wordCharacter.test(before.slice(-1))) say(' ');
      say(reading.words);
      at += reading.length;
      readTo = at;
      glue = letter.test(reading.words.slice(-1));
      continue;
    }
    const plain = quietAt(source, at);
    if (glue && letter.test(plain.charAt(0))) say(' ');
    glue = false;
    say(plain);
    at += plain.length;
  }
  return parts.join('').normalize('NFC');
}

function readAt(scan: Scan): Reading | undefined {
  const here = scan.text.charAt(scan.at);
  const rules = digit.test(here) ? numberRules : letter.test(here) ? wordRules : undefined;
  if (rules) return first(rules, scan);
  if (here === ' ') return first(breathRules, scan);
  if (here === ',' || here === '.') return undefined;
  if (letter.test(scan.before.slice(-1)) && digit.test(scan.text.charAt(scan.at + 1))) {
    if (here === '-') return { words: ' ', length: 1 };
    if (here === '+') return { words: 'cộng', length: 1 };
  }
  return (
    first(signRules, scan) ??
    first(/[+(]/.test(here) ? phoneRules : [], scan) ??
    (digitAhead(scan) ? first(quantityRules, scan) : undefined) ??
    first(wordRules, scan)
  );
}

function first(rules: readonly Rule[], scan: Scan): Reading | undefined {
  for (const rule of rules) {
    const reading = rule(scan);
    if (reading && reading.length > 0) return reading;
  }
  return undefined;
}

function digitAhead({ text, at }: Scan): boolean {
  return /^.\s?\d/su.test(text.slice(at, at + 4));
}

/** A run of letters, of plain marks, or one character. */
function quietAt(text: string, at: number): string {
  quiet.lastIndex = at;
  return quiet.exec(text)?.[0] ?? text.slice(at, at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1));
}
