// Whole numbers in Vietnamese words: mốt, lăm, tư, linh and the empty places (1.005 is "một nghìn không trăm linh năm").
import { regionWords, type SpeechRegion } from './region.ts';

const ones = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín'] as const;
/** Longer ones are codes, not amounts. */
export const integerDigitsMax = 18;

/** Digit by digit, as codes and telephone numbers are said. Other characters are passed over. */
export function readDigits(digits: string): string {
  return [...digits].flatMap((digit) => ones[digit.charCodeAt(0) - 48] ?? []).join(' ');
}

/** An amount; more than 18 digits, or none, are read one by one. */
export function readInteger(digits: string, region: SpeechRegion): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain.length > integerDigitsMax || !/^\d+$/.test(plain)) return readDigits(digits);
  if (plain === '0') return ones[0];
  const above = plain.slice(0, -9);
  const below = plain.slice(-9);
  const words = above === '' ? [] : [...belowBillion(above, false, region), 'tỷ'];
  return [...words, ...belowBillion(below, above !== '', region)].join(' ');
}

function belowBillion(digits: string, inner: boolean, region: SpeechRegion): string[] {
  const padded = digits.padStart(9, '0');
  const scales = ['triệu', regionWords[region].thousand, ''];
  const words: string[] = [];
  scales.forEach((scale, i) => {
    const amount = Number(padded.slice(i * 3, i * 3 + 3));
    if (amount === 0) return;
    words.push(...readTriple(amount, inner || words.length > 0, region));
    if (scale !== '') words.push(scale);
  });
  return words;
}

function readTriple(amount: number, inner: boolean, region: SpeechRegion): string[] {
  const hundreds = Math.floor(amount / 100);
  const tens = Math.floor(amount / 10) % 10;
  const last = amount % 10;
  const said = hundreds > 0 || inner;
  const words: string[] = said ? [ones[hundreds] ?? '', 'trăm'] : [];
  if (tens === 0) {
    if (last > 0) words.push(...(said ? [regionWords[region].and] : []), ones[last] ?? '');
    return words;
  }
  words.push(...(tens === 1 ? ['mười'] : [ones[tens] ?? '', 'mươi']));
  if (last > 0) words.push(lastAfterTens(tens, last, region));
  return words;
}

function lastAfterTens(tens: number, last: number, region: SpeechRegion): string {
  if (last === 5) return 'lăm';
  if (last === 1 && tens > 1) return 'mốt';
  if (last === 4 && tens > 1) return regionWords[region].four;
  return ones[last] ?? '';
}
