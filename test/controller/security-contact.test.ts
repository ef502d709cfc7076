// Where holes may be told: what the owner wrote is given to whoever asks; what helps no finder is not, and the log says why.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeSecurityTxt } from '../../controller/security-txt.ts';
import { type BuiltCentre, makeCentre, startMs } from './built-centre.ts';

const good = '# ours\nContact: mailto:an-toan@don-vi.example\nExpires: 2027-06-30T00:00:00Z\nPreferred-Languages: vi, en\n';

test.each([
  [
    'with CRLF, several ways and an offset',
    'Contact: https://x.example/h\r\nContact: tel:+84-123\r\nexpires: 2027-01-01T00:00:00+07:00\r\n',
    true,
  ],
  ['with nothing in it', '', false],
  ['without a way', 'Expires: 2027-06-30T00:00:00Z', false],
  ['with a way over a plain line', 'Contact: http://x.example\nExpires: 2027-06-30T00:00:00Z', false],
  ['with a bare address', 'Contact: an-toan@don-vi.example\nExpires: 2027-06-30T00:00:00Z', false],
  ['that never ends', 'Contact: mailto:a@b.example', false],
  ['that has ended', 'Contact: mailto:a@b.example\nExpires: 2026-11-01T00:00:00Z', false],
  ['with two ends', 'Contact: mailto:a@b.example\nExpires: 2027-06-30T00:00:00Z\nExpires: 2028-06-30T00:00:00Z', false],
  ['with an end that is no instant', 'Contact: mailto:a@b.example\nExpires: next year', false],
  ['with a page in it', `${good}<script>alert(1)</script>`, false],
  ['with a NUL', `${good}# \0`, false],
])('a text %s: %s', (_, text, isGood) => {
  expect(judgeSecurityTxt(text, startMs).ok).toBe(isGood);
});

let built: BuiltCentre;
beforeAll(async () => {
  built = await makeCentre();
});
afterAll(() => built.stop());

const asked = () => built.app.inject({ url: '/.well-known/security.txt' });
const write = (text: string) => writeFile(join(built.dir, 'security.txt'), text);

test('what the owner wrote is given to whoever asks, as the standard says', async () => {
  expect((await asked()).statusCode).toBe(404);
  await write(good);
  const answer = await asked();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.body).toBe(good);
});

test('what helps no finder is not given out, and the log says why, once', async () => {
  const said = () => built.warnings.filter((one) => 'event' in one && one.event === 'security-contact-bad');
  await write('Contact: somebody');
  for (let times = 0; times < 5; times++) expect((await asked()).statusCode).toBe(404);
  expect(said()).toHaveLength(1);
  await write('x'.repeat(9_000));
  expect((await asked()).statusCode).toBe(404);
  expect(said()).toHaveLength(2);
  await rm(join(built.dir, 'security.txt'));
  expect((await asked()).statusCode).toBe(404);
  expect(said()).toHaveLength(2);
});
