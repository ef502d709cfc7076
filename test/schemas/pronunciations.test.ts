// The commune's dictionary: whole words, the longest first, and no entry reads what another said.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Pronunciations, pronounced } from '../../schemas/speech-text/pronunciations.ts';

const entry = (written: string, spoken: string, language = 'vi') => ({ written, spoken, language });

describe('the dictionary', () => {
  test('says whole words and leaves what merely contains them', () => {
    const dictionary = [entry('NLVB', 'Nông lâm Vân Bằng')];
    expect(pronounced('Họp NLVB lúc 8 giờ (NLVB).', 'vi', dictionary)).toBe('Họp Nông lâm Vân Bằng lúc 8 giờ (Nông lâm Vân Bằng).');
    expect(pronounced('NLVB2, XNLVB, NLVBá, nlvb', 'vi', dictionary)).toBe('NLVB2, XNLVB, NLVBá, nlvb');
  });

  test('prefers the longest, and reads each place once', () => {
    const dictionary = [entry('HTX', 'hợp tác'), entry('HTX NN', 'hợp tác xã HTX'), entry('hợp tác', 'sai')];
    expect(pronounced('HTX NN và HTX', 'vi', dictionary)).toBe('hợp tác xã HTX và hợp tác');
  });

  test('reads only its own language, whatever its region', () => {
    const dictionary = [entry('Pác', 'Pak', 'tyz'), entry('Pác', 'Pắc')];
    expect(pronounced('Pác', 'tyz', dictionary)).toBe('Pak');
    expect(pronounced('Pác', 'vi-VN-x-south', dictionary)).toBe('Pắc');
    expect(pronounced('Pác', 'hmn', dictionary)).toBe('Pác');
  });

  test('takes letters in either spelling of Unicode', () => {
    expect(pronounced('Nà Tấu'.normalize('NFD'), 'vi', [entry('Nà Tấu', 'Na Tau')])).toBe('Na Tau');
  });

  test('takes words with a hyphen', () => {
    expect(pronounced('Phòng COVID-19 và F-0.', 'vi', [entry('COVID-19', 'cô vít'), entry('F-0', 'ép không')])).toBe(
      'Phòng cô vít và ép không.',
    );
  });

  test('refuses a word twice and too many of them', () => {
    expect(v.safeParse(Pronunciations, [entry('a', 'b'), entry(' a ', 'c')]).success).toBe(false);
    expect(v.safeParse(Pronunciations, [entry('a', 'b'), entry('a', 'c', 'tyz')]).success).toBe(true);
    expect(
      v.safeParse(
        Pronunciations,
        Array.from({ length: 1_001 }, (_, i) => entry(`w${i}`, 'x')),
      ).success,
    ).toBe(false);
  });

  test('whatever stands in it never breaks a text: signs are letters, not patterns', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(word, word, fc.string({ maxLength: 60 }), (written, spoken, text) => {
        const said = pronounced(text, 'vi', [entry(written.trim().normalize('NFC'), spoken)]);
        return text.normalize('NFC').includes(written.trim().normalize('NFC')) || said === text || said === text.normalize('NFC');
      }),
    );
    expect(pronounced('a.b (a+b)', 'vi', [entry('a.b', 'x'), entry('a+b', 'y'), entry('$&', 'z')])).toBe('x (y)');
    const signs = '\\^$.*+?()[]{}|/-–&#@!~`"\'%_=<>,;:'.split('');
    for (const sign of signs) expect(pronounced(`x a${sign}b`, 'vi', [entry(`a${sign}b`, 'y')])).toBe('x y');
    expect(pronounced('$& 1', 'vi', [entry('1', '$&')])).toBe('$& $&');
  });
});
