// Telephone numbers, digit by digit with a breath between groups.
import { readDigits } from './integers.ts';
import { match, type Rule } from './scan.ts';

const written = [
  /\(0\d{2,3}\)[ .]?\d{3,4}[ .-]?\d{3,4}(?!\d)/uy,
  /(?:\+84|0)[ .-]?\d{2,3}(?:[ .-]\d{2,4}){2,4}(?!\d)/uy,
  /\+84\d{8,10}(?!\d)/uy,
  /0\d{8,10}(?!\d)/uy,
  /1[89]00[ .-]?\d{2,4}(?:[ .-]?\d{2,4})?(?!\d|[.,]\d)/uy,
];
const toCall =
  /(?:^|[^\p{L}])(?:gọi|tổng đài|đường dây nóng|hotline|điện thoại|số máy|nhắn tin|đầu số|zalo|số khẩn cấp)(?: (?:số|ngay|điện|điện thoại|cho|đến|tới|về|vào|là|theo|khẩn cấp|cứu nạn|cứu hộ|công an|cấp cứu|cứu hỏa|cứu hoả|chữa cháy|y tế|xã|miễn phí))*[\s:("]*$/u;
const afterAnother =
  /một một (?:một|hai|ba|bốn|năm)(?: \((?:[\p{L}\s]{1,24})\))?\s?(?:,|;|\/|hoặc|và|hay|–|-)\s*(?:(?:gọi|số|công an|cứu hỏa|cấp cứu) )?$/u;
/** In a screen text; looked up in the source, where figures are written only once. */
const standsApart = /(?:^|[·•|→])\s*$/u;
const counted = /\s?(?:\p{Ll}|%|°)/uy;

/** A number of a line: 09…, 0207 …, +84…, 1800…, 1900…. */
const readLine: Rule = (scan) => {
  const found = written.map((pattern) => match(scan, pattern)).find((one) => one !== undefined);
  if (!found) return undefined;
  const digits = found[0].replaceAll(/\D/g, '');
  if (digits.length < 8 || digits.length > 12) return undefined;
  const start = found[0].startsWith('+') ? 'cộng ' : '';
  return { words: start + groupsOf(found[0]).map(readDigits).join(', '), length: found[0].length };
};

/** `gọi 112`, `112–115`: short numbers where somebody is to be called. */
const readShortLine: Rule = (scan) => {
  const found = match(scan, /(\d{3,8})(?:\s?[-–—]\s?(11[1-9]))?(?![\d]|[.,:/]\d)/uy);
  if (!found) return undefined;
  const [all, digits = '', until] = found;
  const emergency = /^11[1-9]$/.test(digits);
  const called = toCall.test(scan.before) || (emergency && afterAnother.test(scan.before));
  const alone =
    emergency && (standsApart.test(scan.text.slice(Math.max(0, scan.at - 3), scan.at)) || /(?:^|[^\p{L}])số\s*$/u.test(scan.before));
  if (!called && !alone) return undefined;
  if (match(scan, counted, all.length) && !match(scan, callGoesOn, all.length)) return undefined;
  if (until !== undefined && !emergency) return undefined;
  return { words: until === undefined ? readDigits(digits) : `${readDigits(digits)} đến ${readDigits(until)}`, length: all.length };
};

const callGoesOn = /\s?(?:để|khi|nếu|ngay|hoặc|hay|và|nhé|xin|là|của|tại|cho|báo|trước|trong|theo|từ|đến)(?![\p{L}\p{M}])/uy;

export const phoneRules: readonly Rule[] = [readLine, readShortLine];

function groupsOf(number: string): string[] {
  const parts = number.match(/\d+/g) ?? [];
  if (parts.length > 1) return parts;
  const [digits = ''] = parts;
  if (digits.length <= 8) return digits.match(/\d{1,4}/g) ?? [];
  return [digits.slice(0, -6), digits.slice(-6, -3), digits.slice(-3)];
}
