// Roman numerals: after words that number things (quý IV, báo động III), or where they cannot be a word.
import { readInteger } from './integers.ts';
import { letterAfter, match, type Reading, type Scan } from './scan.ts';

const values: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const wellFormed = /^M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;
const numbersThings =
  /(?:^|[^\p{L}])(?:báo động|cấp|cấp độ|mức|quý|khóa|khoá|thế kỷ|thế kỉ|đại hội|lần thứ|thứ|kỳ|kì|chương|phần|mục|hạng|loại|nhóm|vùng|đợt|tập|bậc|bảng|lớp|khu|trung ương|quân khu|tuyến|giai đoạn|đệ|kỳ họp)(?: (?:số|thứ))?\s*$/u;
/** Words in capitals (VI PHẠM, XI MĂNG) and blanks (XX), not numbers, unless something is numbered. */
const alsoWords = new Set(['VI', 'XI', 'XX', 'XXX']);

/** Value of a well-formed numeral. */
export function romanValue(numeral: string): number | undefined {
  if (numeral === '' || numeral.length > 15 || !wellFormed.test(numeral)) return undefined;
  const each = [...numeral].map((letter) => values[letter] ?? 0);
  return each.reduce((sum, value, i) => sum + (value < (each[i + 1] ?? 0) ? -value : value), 0);
}

/** `III`, or `I–III`. */
export function readRoman(scan: Scan): Reading | undefined {
  return (
    readSpan(scan, match(scan, /([IVXLCDM]{1,15})\s?[-–—]\s?([IVXLCDM]{1,15})/uy)) ?? readSpan(scan, match(scan, /([IVXLCDM]{1,15})/uy))
  );
}

function readSpan(scan: Scan, found: RegExpExecArray | undefined): Reading | undefined {
  if (!found || letterAfter(scan, found[0].length)) return undefined;
  const ends = found.slice(1);
  const numbers = ends.map(romanValue).filter((value) => value !== undefined);
  if (numbers.length < ends.length || !(numbersThings.test(scan.before) || ends.every(standsAlone))) return undefined;
  return { words: numbers.map((value) => readInteger(String(value), scan.region)).join(' đến '), length: found[0].length };
}

function standsAlone(numeral: string): boolean {
  return numeral.length > 1 && /^[IVX]+$/.test(numeral) && !alsoWords.has(numeral);
}
