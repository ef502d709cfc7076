// Hours of the day: 15h30, 5h, 15:30, 8 giờ 5 and spans between them.
import { readInteger } from './integers.ts';
import { match, type Reading, type Rule, runsOn, type Scan } from './scan.ts';

const between = /\s?(?:-|–|—)\s?/uy;

/** One time, or two with a dash between. */
const readHours: Rule = (scan) => {
  const first = readHour(scan) ?? readBareHour(scan);
  if (!first) return undefined;
  const dash = match(scan, between, first.length);
  const second = dash && readHour({ ...scan, at: scan.at + first.length + dash[0].length });
  if (!second) return first.length > 0 && !first.bare ? first : undefined;
  return { words: `${first.words} đến ${second.words}`, length: first.length + (dash?.[0].length ?? 0) + second.length };
};

/** `8 giờ 5`: five minutes, although nobody wrote so. */
const readSpokenHour: Rule = (scan) => {
  const found = match(scan, /(\d{1,2}) ?giờ ?(\d{1,2})(?! ?(?:phút|ph|['’]))(?![\d.,:/%]*\d)/uy);
  if (!found) return undefined;
  const [all, hour = '', minute = ''] = found;
  if (!isTime(hour, minute) || runsOn(scan, all.length)) return undefined;
  const next = match(scan, /\s*(?:$|[,;.!?)–-]|(?:sáng|trưa|chiều|tối|đêm|ngày|hôm|thứ|đến|và|tại|mai|chủ)(?![\p{L}]))/iuy, all.length);
  return next ? { words: inWords(scan, hour, minute), length: all.length } : undefined;
};

export const hourRules: readonly Rule[] = [readHours, readSpokenHour];

interface Hour extends Reading {
  readonly bare?: boolean;
}

function readHour(scan: Scan): Hour | undefined {
  const lettered = match(scan, /(\d{1,2})\s?(?:h|H|g|G)\s?(\d{2})?\s?(?:phút|ph|p|['’])?(?![\p{L}\p{M}\d])/uy);
  const whole = match(scan, /(\d{1,2})\s?(?:h|H)(?![\p{L}\p{M}\d])/uy);
  const colon = match(scan, /(\d{1,2}):(\d{2})(?::(\d{2}))?\s?(?:h|H|giờ)?(?![\p{L}\p{M}\d:])/uy);
  for (const found of [lettered?.[2] ? lettered : undefined, whole, colon]) {
    if (!found) continue;
    const [all, hour = '', minute = '0', second] = found;
    if (!isTime(hour, minute) || (second !== undefined && Number(second) > 59)) continue;
    const seconds = second === undefined ? '' : ` ${readInteger(second, scan.region)} giây`;
    return { words: `${inWords(scan, hour, minute, second !== undefined)}${seconds}`, length: all.trimEnd().length };
  }
  return undefined;
}

/** `7–9h30`: the first end has no mark of its own. */
function readBareHour(scan: Scan): Hour | undefined {
  const found = match(scan, /(\d{1,2})(?=\s?[-–—]\s?\d{1,2}\s?(?:[hH]\d{0,2}|:\d{2}))/uy);
  if (!found || !isTime(found[1] ?? '', '0')) return undefined;
  return { words: `${readInteger(found[1] ?? '', scan.region)} giờ`, length: found[0].length, bare: true };
}

function inWords({ region }: Scan, hour: string, minute: string, always = false): string {
  const words = `${readInteger(hour, region)} giờ`;
  return Number(minute) > 0 || always ? `${words} ${readInteger(minute, region)} phút` : words;
}

function isTime(hour: string, minute: string): boolean {
  return hour !== '' && Number(hour) <= 24 && Number(minute) <= 59;
}
