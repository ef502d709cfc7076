// Dates: 24/11/2026, 24/11, 11/2026, 2026-11-24 and ranges of days.
import { readInteger } from './integers.ts';
import { match, type Rule, type Scan, unlessSaid } from './scan.ts';

const dayWords =
  /(?:^|[^\p{L}])(?:ngày|hôm|hôm nay|hôm qua|ngày mai|mai|sáng|trưa|chiều|tối|đêm|mồng|mùng|rằm|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật|lễ|dịp|kỷ niệm|kỉ niệm|quốc khánh|trước|hạn|sinh)[\s(,:]*$/u;
const untilWords = /tháng (?:\p{L}+ ){0,2}?(?:đến|và|tới|hết|,)\s*$|(?:từ|đến hết|đến|tới|hết)\s*$/u;
/** Days everybody names by their numbers although they could be fractions. */
const namedDays = new Set(['2/9']);

/** `24/11/2026`, `24-11-2026`, `24.11.2026`, `15–20/11/2026`. */
const readFullDate: Rule = (scan) => {
  const found = match(scan, /(?:(\d{1,2})\s?[-–—]\s?)?(\d{1,2})([/.-])(\d{1,2})\3(\d{4})(?![\d/])/uy);
  if (!found) return undefined;
  const [all, from, day = '', , month = '', year = ''] = found;
  if (!isDay(day, month) || (from !== undefined && !isDay(from, month))) return undefined;
  return { words: `${days(scan, from, day)} tháng ${readMonth(month, scan)} năm ${readInteger(year, scan.region)}`, length: all.length };
};

/** `2026-11-24`. */
const readIsoDate: Rule = (scan) => {
  const found = match(scan, /(\d{4})-(\d{2})-(\d{2})(?![\d-])/uy);
  if (!found) return undefined;
  const [all, year = '', month = '', day = ''] = found;
  if (!isDay(day, month)) return undefined;
  return {
    words: `${days(scan, undefined, day)} tháng ${readMonth(month, scan)} năm ${readInteger(year, scan.region)}`,
    length: all.length,
  };
};

/** `11/2026`. */
const readMonthOfYear: Rule = (scan) => {
  const found = match(scan, /(\d{1,2})([/-])((?:19|20)\d{2})(?![\d/])/uy);
  if (!found) return undefined;
  const [all, month = '', mark, year = ''] = found;
  if (!isMonth(month) || (mark === '-' && unlessSaid(scan, 'tháng') !== '')) return undefined;
  return { words: `${unlessSaid(scan, 'tháng')}${readMonth(month, scan)} năm ${readInteger(year, scan.region)}`, length: all.length };
};

/** `24/11`, `15–20/11`: a date where a day is spoken of, or where it cannot well be a fraction. */
const readDayOfMonth: Rule = (scan) => {
  const found = match(scan, /(?:(\d{1,2})\s?[-–—]\s?)?(\d{1,2})([/-])(\d{1,2})(?![\d/]|[.,]\d)/uy);
  if (!found) return undefined;
  const [all, from, day = '', mark, month = ''] = found;
  if (!isDay(day, month) || (from !== undefined && !isDay(from, month))) return undefined;
  const spokenOf = dayWords.test(scan.before) || (mark === '/' && untilWords.test(scan.before));
  if (mark === '-' && (from !== undefined || !/ngày\s*$/u.test(scan.before) || Number(day) < Number(month))) return undefined;
  if (mark === '/' && from === undefined && !spokenOf && !surelyDate(day, month)) return undefined;
  return { words: `${days(scan, from, day)} tháng ${readMonth(month, scan)}`, length: all.length };
};

/** `tháng 4` is "tháng tư", `thứ 4` "thứ tư", `thứ 1` "thứ nhất". */
const readNamedNumber: Rule = (scan) => {
  const found = match(scan, /0?(\d{1,2})(?![\d]|[.,:/-]\d)/uy);
  const after = /(?:^|[^\p{L}])(tháng|thứ)\s*$/u.exec(scan.before);
  if (!found || !after) return undefined;
  const [all, digits = ''] = found;
  if (digits === '4') return { words: 'tư', length: all.length };
  if (digits === '1' && after[1] === 'thứ') return { words: 'nhất', length: all.length };
  return { words: readInteger(digits, scan.region), length: all.length };
};

export const dateRules: readonly Rule[] = [readFullDate, readIsoDate, readMonthOfYear, readDayOfMonth, readNamedNumber];

function days(scan: Scan, from: string | undefined, day: string): string {
  const last = readInteger(day, scan.region);
  const first = /(?:mồng|mùng|rằm)\s*$/u.test(scan.before) ? '' : unlessSaid(scan, 'ngày');
  return from === undefined ? `${first}${last}` : `${first}${readInteger(from, scan.region)} đến ngày ${last}`;
}

function readMonth(month: string, { region }: Scan): string {
  return Number(month) === 4 ? 'tư' : readInteger(month, region);
}

function isMonth(month: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12;
}

function isDay(day: string, month: string): boolean {
  const last = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1];
  return last !== undefined && Number(day) >= 1 && Number(day) <= last;
}

function surelyDate(day: string, month: string): boolean {
  if (namedDays.has(`${day}/${month}`) || day.startsWith('0') || month.startsWith('0')) return true;
  return Number(day) > Number(month) && Number(day) !== 24;
}
