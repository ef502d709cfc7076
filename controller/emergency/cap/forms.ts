// The written forms of CAP values: dates, names, references, base64, media types. Pure; `undefined` means "not of this form".
import type { CapName } from './alert.ts';
import { wordsOf } from './words.ts';

export const nameCharactersMax = 512;
export const referencesMax = 1_000;

const dateForm = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d\d):(\d\d)$/;
const msPerMinute = 60_000;

/** The instant of a CAP date (§3.3.2): offset required, no `Z`, no fraction; `-00:00` is UTC. 24:00:00 is the next midnight (XML Schema). */
export function readDate(text: string): number | undefined {
  const parts = dateForm.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(parts[8]), Number(parts[9])];
  const midnight = hour === 24 && minute === 0 && second === 0;
  if (year < 1900 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if ((hour > 23 && !midnight) || minute > 59 || second > 59) return undefined;
  if (offsetMinutes > 59 || offsetHours * 60 + offsetMinutes > 14 * 60) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * msPerMinute * (parts[7] === '-' ? -1 : 1);
  return Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** A CAP date at an offset in minutes; 0 is written `-00:00`. Whole seconds only. */
export function writeDate(atMs: number, offsetMinutes: number): string {
  const local = new Date(atMs + offsetMinutes * msPerMinute).toISOString().slice(0, 19);
  const minutes = Math.abs(offsetMinutes);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${local}${offsetMinutes > 0 ? '+' : '-'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** An identifier or sender (§3.2.1): no space, comma, `<` or `&`, and nothing that cannot be seen. Never trimmed, never a number. */
export function isName(text: string): boolean {
  return text.length > 0 && text.length <= nameCharactersMax && /^[^\s,<&\p{Cc}\p{Cf}\p{Cs}]+$/u.test(text);
}

/** `sender,identifier,sent` triples with white space between them (§3.2.1), as named. */
export function readReferences(text: string): readonly CapName[] | 'too-many' | undefined {
  const names: CapName[] = [];
  for (const word of wordsOf(text)) {
    if (names.length >= referencesMax) return 'too-many';
    const [sender = '', identifier = '', sent = '', ...more] = word.split(',');
    const sentMs = readDate(sent);
    if (more.length > 0 || sentMs === undefined || !isName(sender) || !isName(identifier)) return undefined;
    names.push({ sender, identifier, sent, sentMs });
  }
  return names;
}

/** Language tags as XML Schema has them. */
export function isLanguage(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(text);
}

/** The bytes of base64 that has one spelling: right length, no unused bits set. White space between is layout. */
export function readBase64(text: string): Buffer | undefined {
  const tight = text.replace(/[ \t\r\n]+/g, '');
  if (tight.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(tight)) return undefined;
  const bytes = Buffer.from(tight, 'base64');
  return bytes.toString('base64') === tight ? bytes : undefined;
}

/** Top types of the IANA registry. */
const mediaType =
  /^(application|audio|example|font|haptics|image|message|model|multipart|text|video)\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}( ?;[^\p{Cc}]{0,300})?$/iu;

export function isMediaType(text: string): boolean {
  return mediaType.test(text);
}

export function isAbsoluteUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]{0,40}:/i.test(text);
}

/** A plain decimal; no exponent, which no CAP value has. By hand: a polygon has a hundred thousand of them. */
export function readDecimal(text: string): number | undefined {
  let [digits, point] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x30 && c <= 0x39) digits++;
    else if (c === 0x2e && !point) point = true;
    else if (i > 0 || (c !== 0x2b && c !== 0x2d)) return undefined;
  }
  return digits > 0 && digits <= 30 ? Number(text) : undefined;
}
