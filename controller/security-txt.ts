// Where somebody who found a hole may tell of it: the owner's security.txt (RFC 9116), looked at before it is given out.
import { stat } from 'node:fs/promises';
import { readIfPresent } from '../hardware/host/files.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const largestBytes = 8 * 1024;
const contact = /^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s/]+\S*|tel:\+?[\d-]+)$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The text, when a finder can use it: at least one Contact (§2.5.3), exactly one Expires that lies ahead (§2.5.5), every line a comment or
 * a field (§4). Problem: bad-input, with what is wrong.
 */
export function judgeSecurityTxt(text: string, nowMs: number): Result<string> {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => /^([A-Za-z-]+):\s*(\S.*)$/.exec(line));
  if (/[^\P{Cc}\r\n\t]/u.test(text)) return bad('bad-input', 'control characters');
  if (fields.some((field) => field === null)) return bad('bad-input', 'a line that is neither a comment nor “Name: value”');
  const valuesOf = (name: string) => fields.filter((field) => field?.[1]?.toLowerCase() === name).map((field) => field?.[2] ?? '');
  const contacts = valuesOf('contact');
  if (contacts.length === 0) return bad('bad-input', 'no Contact');
  if (!contacts.every((one) => contact.test(one))) return bad('bad-input', 'a Contact that is not mailto:, https: or tel:');
  const [expires, ...others] = valuesOf('expires');
  if (expires === undefined || others.length > 0) return bad('bad-input', 'there must be one Expires');
  const expiresMs = instant.test(expires) ? Date.parse(expires) : Number.NaN;
  if (Number.isNaN(expiresMs)) return bad('bad-input', 'Expires is no instant such as 2027-06-30T00:00:00Z');
  return expiresMs > nowMs ? ok(text) : bad('bad-input', `it expired ${expires}`);
}

/** What is given out. Problems: not-found when the owner wrote none; those of `judgeSecurityTxt`; too-large. */
export async function readSecurityTxt(path: string, nowMs: number): Promise<Result<string>> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return bad('not-found', 'nobody has set where holes are told');
  if (found.size > largestBytes) return bad('too-large', `more than ${largestBytes} bytes`);
  const bytes = await readIfPresent(path);
  return bytes ? judgeSecurityTxt(bytes.toString('utf8'), nowMs) : bad('not-found', 'nobody has set where holes are told');
}
