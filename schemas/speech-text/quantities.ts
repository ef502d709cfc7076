// Amounts with what they measure: ranges, percentages, money, fractions, lists, negative numbers.
import { amountPattern, amountValue, readAmount } from './decimals.ts';
import { readDigits } from './integers.ts';
import { regionWords } from './region.ts';
import { match, type Rule, runsOn, type Scan } from './scan.ts';
import { unitPattern, unitWords } from './units.ts';

const sign = '[-−+]';
const quantity = new RegExp(`(${sign}?)(${amountPattern})(?:\\s?(${unitPattern}))?`, 'uy');
const dollars = new RegExp(`\\$\\s?(${amountPattern})`, 'uy');
const dash = /(\s?)(?:-|–|—|−|~|÷)\1/uy;
const afterLetter = /[\p{L}\p{M}]$/u;
const comparisons: Readonly<Record<string, string>> = {
  '≥': 'ít nhất',
  '≤': 'không quá',
  '>': 'trên',
  '<': 'dưới',
  '±': 'cộng trừ',
  '≈': 'khoảng',
};

/** `1.2.3` is "một chấm hai chấm ba"; `5,6,7` and `1-2-3` are lists. */
const readChain: Rule = (scan) => {
  const thousands = match(scan, /[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3}){0,4}(?!\d|[.,]\d)/uy);
  const found = match(scan, /\d{1,6}(?:([.,–-])\d{1,6})(?:\1\d{1,6}){1,14}(?!\d)/uy);
  if (!found || (thousands && thousands[0].length >= found[0].length)) return undefined;
  if (/^[1-9]\d{0,2}(?:\.\d{3})+$/.test(found[0])) return undefined;
  if (/^[1-9]\d{0,2}(?:,\d{3}){2,}$/.test(found[0])) return undefined;
  const mark = found[1] ?? ',';
  const parts = found[0].split(mark).map((part) => readAmount(part, scan.region));
  return { words: parts.join(mark === '.' ? ' chấm ' : ', '), length: found[0].length };
};

/** `1/2` "một phần hai", `120/80` "một trăm hai mươi trên tám mươi", `12/15/3` likewise. */
const readFraction: Rule = (scan) => {
  const found = match(scan, /(\d{1,6})\/(\d{1,6})(\s?(?:h|H|giờ)(?![\p{L}\p{M}\d]))?(?!\d|[.,]\d)/uy);
  if (!found) return undefined;
  const [all, top = '', bottom = '', hours] = found;
  const part =
    Number(top) < Number(bottom) && Number(bottom) <= 100 && Number(top) <= 10 && !/\//.test(scan.text.charAt(scan.at + all.length));
  const join = part ? 'phần' : 'trên';
  const words = `${readAmount(top, scan.region)} ${join} ${readAmount(bottom, scan.region)}`;
  return { words: hours === undefined ? words : `${words} giờ`, length: all.length };
};

/** `tỉ lệ 1:1000`, `tỉ số 2:1`. */
const readRatio: Rule = (scan) => {
  const found = match(scan, /(\d{1,6}):(\d{1,6})(?![\d:])/uy);
  if (!found) return undefined;
  const [all, one = '', other = ''] = found;
  const join = /t[ỉỷ] lệ\s*$/u.test(scan.before) ? ' trên ' : ' ';
  return { words: `${readAmount(one, scan.region)}${join}${readAmount(other, scan.region)}`, length: all.length };
};

/** `3x4 m`, `3×4`. */
const readTimes: Rule = (scan) => {
  const found = match(scan, /(\d{1,6}(?:,\d{1,3})?)\s?[x×]\s?(?=\d)/uy);
  return found ? { words: `${readAmount(found[1] ?? '', scan.region)} nhân`, length: found[0].length } : undefined;
};

/** One amount with its measure, or two with a dash between. */
const readQuantity: Rule = (scan) => {
  const first = readOne(scan);
  if (!first) return undefined;
  const gap = match(scan, dash, first.length);
  const second = gap && readOne({ ...scan, at: scan.at + first.length + gap[0].length });
  if (!gap || !second) return { words: first.words, length: first.length };
  const rising = amountValue(second.written) > amountValue(first.written) || first.negative;
  if (!rising && gap[1] !== '') return { words: first.words, length: first.length };
  return { words: `${first.words} ${rising ? 'đến ' : ''}${second.words}`, length: first.length + gap[0].length + second.length };
};

/** More digits than an amount has: a code. */
const readLongDigits: Rule = (scan) => {
  const found = match(scan, /\d+/uy);
  return found ? { words: readDigits(found[0]), length: found[0].length } : undefined;
};

/** `≥ 5`, `<10`. */
const readComparison: Rule = (scan) => {
  const found = match(scan, /([≥≤><±≈])\s?(?=\d)/uy);
  const words = found && comparisons[found[1] ?? ''];
  return words ? { words, length: found[0].length } : undefined;
};

/** `$5`. */
const readDollars: Rule = (scan) => {
  const found = match(scan, dollars);
  return found ? { words: `${readAmount(found[1] ?? '', scan.region)} đô la Mỹ`, length: found[0].length } : undefined;
};

export const quantityRules: readonly Rule[] = [
  readChain,
  readFraction,
  readRatio,
  readTimes,
  readComparison,
  readDollars,
  readQuantity,
  readLongDigits,
];

interface One {
  readonly words: string;
  readonly length: number;
  readonly written: string;
  readonly negative: boolean;
}

function readOne(scan: Scan): One | undefined {
  const found = match(scan, quantity);
  if (!found) return undefined;
  const [all, mark = '', written = '', unit] = found;
  if (mark !== '' && afterLetter.test(scan.before)) return undefined;
  // `5A`, `4G`, `5m7`: what follows belongs to a code or a longer word.
  if (unit !== undefined && runsOn(scan, all.length)) return undefined;
  const amount = readAmount(written, scan.region);
  const said = unit === undefined ? amount : `${amount} ${unitWords(unit, regionWords[scan.region].thousand)}`;
  const signWord = { '-': 'âm ', '−': 'âm ', '+': 'cộng ' }[mark] ?? '';
  return { words: signWord + said, length: all.length, written, negative: signWord === 'âm ' };
}
