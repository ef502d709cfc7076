// Written amounts in words: thousands with dots, decimals with a comma, also the other way round.
import { readDigits, readInteger } from './integers.ts';
import type { SpeechRegion } from './region.ts';

/** Source of one amount, bounded everywhere; no digit follows it. */
export const amountPattern = [
  '[1-9]\\d{0,2}(?:\\.\\d{3}){1,5}(?:,\\d{1,6})?(?!\\d)',
  '[1-9]\\d{0,2}(?:,\\d{3}){2,5}(?:\\.\\d{1,6})?(?!\\d)',
  '\\d{1,18}[.,]\\d{1,6}(?!\\d)',
  '\\d{1,18}(?!\\d)',
].join('|');

const dotted = /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;
const commas = /^\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?$/;

/** Whole part and decimals of a written amount. */
export function splitAmount(written: string): { readonly whole: string; readonly part: string } {
  const zeroFirst = written.startsWith('0');
  if (dotted.test(written) && !zeroFirst) {
    const [whole = '', part = ''] = written.split(',');
    return { whole: whole.replaceAll('.', ''), part };
  }
  if (commas.test(written) && !zeroFirst) {
    const [whole = '', part = ''] = written.split('.');
    return { whole: whole.replaceAll(',', ''), part };
  }
  const [whole = '', part = ''] = written.split(/[.,]/);
  return { whole, part };
}

/** `2,5` → "hai phẩy năm". A whole number that starts with two zeros, or with one and is longer than two, is a code. */
export function readAmount(written: string, region: SpeechRegion): string {
  const { whole, part } = splitAmount(written);
  const code = /^0\d\d/.test(whole) && part === '';
  const words = code ? readDigits(whole) : readInteger(whole, region);
  return part === '' ? words : `${words} phẩy ${readDecimals(part, region)}`;
}

/** Up to two decimals are said as a number, more or a leading zero digit by digit. */
function readDecimals(part: string, region: SpeechRegion): string {
  return part.length <= 2 && !part.startsWith('0') ? readInteger(part, region) : readDigits(part);
}

/** For comparing the ends of a range. */
export function amountValue(written: string): number {
  const { whole, part } = splitAmount(written);
  return Number(`${whole}.${part || '0'}`);
}
