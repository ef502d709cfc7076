import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInteger } from '../../schemas/speech-text/integers.ts';
import { isVietnamese, normaliseSpeech, speechTextCharactersMax } from '../../schemas/speech-text/normalise.ts';
import { romanValue } from '../../schemas/speech-text/roman.ts';
import { processorMs } from '../processor-ms.ts';

/** `written => spoken` under `# chapters`; for people to read and add to. */
const table = readFileSync(new URL('speech-text.table.txt', import.meta.url), 'utf8');
let chapter = '';
const cases = table.split('\n').flatMap((line) => {
  if (line.startsWith('# ')) chapter = line.slice(2);
  const [written, spoken] = line.split(' => ');
  return chapter === '' || line.startsWith('#') || written === undefined || spoken === undefined ? [] : [{ chapter, written, spoken }];
});
const say = (text: string) => normaliseSpeech(text, 'vi');

test('the table is long enough, and no line stands in it twice', () => {
  expect(cases.length).toBeGreaterThanOrEqual(220);
  expect(new Set(cases.map(({ written }) => written)).size).toBe(cases.length);
});

describe.each([...new Set(cases.map((one) => one.chapter))])('%s', (name) => {
  test.each(cases.filter((one) => one.chapter === name))('$written', ({ written, spoken }) => {
    expect(say(written)).toBe(spoken);
    expect(say(spoken)).toBe(spoken);
    expect(spoken).not.toMatch(/\d/);
  });
});

const pieces = fc.constantFrom(
  ...[
    '5',
    '0',
    '112',
    '24',
    '1.250',
    ',5',
    '/',
    '-',
    '–',
    ':',
    '.',
    ' ',
    ',',
    'h',
    'km',
    'm2',
    '°C',
    'đ',
    'Q.',
    'TP.',
    'QL',
    'III',
    'I',
    'V',
  ],
  ...[
    'UBND',
    'ngày ',
    'tháng ',
    'gọi ',
    'báo động ',
    'thứ ',
    'quý ',
    '%',
    '&',
    'bà con',
    'Đ/c',
    'v.v.',
    '→',
    '·',
    '(',
    ')',
    '+84',
    '\u0301',
  ],
  ...['số ', 'kV', 'Km', 'VD', 'X', 'B', '²', 'oC', '$', '≥', 'x', "'", 'ký', 'ĐT', 'A', 'giờ ', 'người', '\n'],
);
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
);

test('any text can be read, reading it twice changes nothing, and no figure is left', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const once = say(text);
      expect(say(once)).toBe(once);
      expect(once).not.toMatch(/[0-9]/);
    }),
    { numRuns: 4_000 },
  );
});

test.each(['x/$5', '&\n/5', 'x\t/5', 'x /5'])('read twice is read once: %j', (text) => {
  expect(say(say(text))).toBe(say(text));
});

test('plain words stay as they are', () => {
  const words = 'Khẩn cấp. Bà con ở ven suối rời khỏi nhà ngay, đi lên nhà văn hóa thôn! VI PHẠM, XI MĂNG, "đúng" và/hoặc (sai); Đăk-Lăk…';
  expect(say(words)).toBe(words);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('rừng', 'suối', 'Nà Hang', 'bà', 'con', 'đường', 'ơi', 'Hmông', 'mưa', 'ở'), { maxLength: 30 }),
      (list) => {
        const text = list.join(' ');
        expect(say(text)).toBe(text);
      },
    ),
  );
});

test('other languages pass untouched', () => {
  for (const language of ['hmn', 'tyz', 'en', 'vie', 'mlc']) expect(normaliseSpeech('15h30 QL2', language)).toBe('15h30 QL2');
  expect(['vi', 'VI-vn', 'vi-x-south'].every(isVietnamese)).toBe(true);
  expect(normaliseSpeech('5 km', 'vi-VN')).toBe('năm ki-lô-mét');
});

test('the south says ngàn, lẻ and bốn', () => {
  expect(normaliseSpeech('1.024 và 105', 'vi', { region: 'south' })).toBe('một ngàn không trăm hai mươi bốn và một trăm lẻ năm');
  expect(normaliseSpeech('1.024 và 105', 'vi', { region: 'central' })).toBe('một ngàn không trăm hai mươi tư và một trăm lẻ năm');
});

test('letters that came in two parts are read like others', () => {
  expect(say('UBND xã họp ngày 5/3'.normalize('NFD'))).toBe('Ủy ban nhân dân xã họp ngày năm tháng ba');
});

test('a text beyond all measure passes untouched; the longest that is read takes no longer than its length asks', async () => {
  const tooLong = '5'.repeat(speechTextCharactersMax + 1);
  expect(say(tooLong)).toBe(tooLong);
  for (const piece of ['1.234', '5-', '0 12 ', '1/2020/TT-', 'XVI', '5,', 'gọi ', '((((', '1:2:', '·  ', 'A.', '0.000.']) {
    const whole = piece.repeat(Math.floor(speechTextCharactersMax / piece.length));
    // Four times the length: 4 for work that follows it, 16 for work that follows its square.
    const ratioOf = async () => (await processorMs(() => say(whole), 3)) / (await processorMs(() => say(whole.slice(0, 5_000)), 3));
    let ratio = await ratioOf();
    for (let again = 0; again < 5 && ratio > 10; again++) ratio = Math.min(ratio, await ratioOf());
    expect(ratio, piece).toBeLessThan(10);
  }
});

test('Roman numerals are numbers only when well formed', () => {
  expect(['IV', 'IX', 'XIX', 'XL', 'MMXXVI'].map(romanValue)).toEqual([4, 9, 19, 40, 2026]);
  expect(['IIII', 'VX', 'IC', '', 'XIN'].map(romanValue)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('every number has its own words', () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < 20_000; n += 1) {
    const words = readInteger(String(n), 'north');
    expect(seen.get(words), words).toBeUndefined();
    seen.set(words, n);
  }
});
