// Letters: abbreviations, titles before names, signs of measure on their own, Roman numerals, codes such as H5N1.
import { abbreviations, dottedTitles, joinedAbbreviations, numberedThings } from './abbreviations.ts';
import { spell } from './letters.ts';
import { regionWords } from './region.ts';
import { readRoman } from './roman.ts';
import { letterAfter, match, type Rule } from './scan.ts';
import { plainUnits, unitWords } from './units.ts';

const joined = Object.keys(joinedAbbreviations).sort((a, b) => b.length - a.length);
const withoutVowels = /^[B-DF-HJ-NP-TV-XZĐ]{2,6}$/u;

const readJoined: Rule = (scan) => {
  const sign = joined.find((one) => scan.text.startsWith(one, scan.at));
  if (sign === undefined || (!sign.endsWith('.') && letterAfter(scan, sign.length))) return undefined;
  return { words: joinedAbbreviations[sign] ?? '', length: sign.length };
};

/** `QL2`, `ĐT 185`, `Km 12+500`. */
const readNumbered: Rule = (scan) => {
  const found = match(scan, /([\p{L}]{2,4})[. ]?(?=\d)/uy);
  const words = found && numberedThings[found[1] ?? ''];
  if (!found || !words) return undefined;
  const phone = found[1] === 'ĐT' && match(scan, /[\p{L}]+[. ]?(?:0|1[89]00)\d/uy);
  return phone ? undefined : { words, length: found[0].length };
};

/** `TP. Tuyên Quang`, `Q.5`. */
const readTitle: Rule = (scan) => {
  const found = match(scan, /([\p{L}]{1,3})\.\s?(?=\d|\p{Lu})/uy);
  const words = found && dottedTitles[found[1] ?? ''];
  return found && words ? { words, length: found[0].length } : undefined;
};

const readAbbreviation: Rule = (scan) => {
  const found = match(scan, /[\p{L}\p{M}]{2,10}(?![\p{L}\p{M}])/uy);
  if (!found || !Object.hasOwn(abbreviations, found[0])) return undefined;
  return { words: abbreviations[found[0]] ?? '', length: found[0].length };
};

const plain = new RegExp(`(?:${[...plainUnits].sort((a, b) => b.length - a.length).join('|')})(?![\\p{L}\\p{M}])`, 'uy');

/** `mỗi km`, `°C`: signs that are no words. */
const readPlainUnit: Rule = (scan) => {
  const found = match(scan, plain);
  if (!found) return undefined;
  return { words: unitWords(found[0], regionWords[scan.region].thousand), length: found[0].length };
};

/** `VNPT`: nobody listed it, and no mouth can say it but letter by letter. */
const readConsonants: Rule = (scan) => {
  const found = match(scan, /\p{Lu}{1,6}(?![\p{L}\p{M}])/uy);
  if (!found) return undefined;
  const code = /\d/.test(scan.text.charAt(scan.at - 1)) || /\d/.test(scan.text.charAt(scan.at + found[0].length));
  const words = withoutVowels.test(found[0]) || (code && found[0].length <= 2) ? spell(found[0]) : undefined;
  return words === undefined ? undefined : { words, length: found[0].length };
};

export const wordRules: readonly Rule[] = [readJoined, readNumbered, readTitle, readRoman, readAbbreviation, readPlainUnit, readConsonants];
