// Search that reads Vietnamese: with marks or without, in either Unicode form, the closest answer first.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, itemTokens, questionOf, rank, tokensOf } from '../../controller/core/source-search.ts';
import { content, version } from './source-rig.ts';

const text = (title: string, body = 'x', keywords: string[] = []) => version({ content: content({ title, body, keywords }) });
const finds = (asked: string, found: ReturnType<typeof text>) => rank(questionOf(asked), found) > 0;
const order = (asked: string, ...titles: string[]) =>
  titles
    .map((title) => ({ title, rank: rank(questionOf(asked), text(title)) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ title }) => title);

describe('a word', () => {
  test.each([
    ['lu lut', 'Cảnh báo lũ lụt'],
    ['lũ lụt', 'CẢNH BÁO LŨ LỤT'],
    ['LU LUT', 'lũ lụt'.normalize('NFD')],
    ['lũ'.normalize('NFD'), 'Lũ ống'],
    ['dai hoi', 'Đại hội'],
    ['Đại', 'dai hoi'],
    ['dien', 'Lịch ngừng cấp điện'],
    ['dié', 'điện'],
    ['thoi tiet ret', 'Thời tiết rét hại'],
    ['nghi dinh 49', 'Nghị định 49/2024'],
    ['ưu', 'UBND: ưu tiên'],
    ['uong', 'vườn ươm, đường ướt, ương'],
    ['họp', '\u{1D1BB}họp'],
    ['\u0301họp', 'họp'],
  ])('%s finds %s', (asked, title) => {
    expect(finds(asked, text(title))).toBe(true);
  });

  test.each([
    ['lut', 'lũ'],
    ['lu bao', 'lũ lụt'],
    ['ut', 'lụt'],
  ])('%s does not find %s', (asked, title) => {
    expect(finds(asked, text(title))).toBe(false);
  });

  test('with its marks goes before the same letters without them', () => {
    expect(order('lũ', 'Xe lu làm đường', 'Lù lờ', 'Đê và lũ')).toEqual(['Đê và lũ', 'Xe lu làm đường', 'Lù lờ']);
    expect(order('lu', 'Lũ về', 'Xe lu')).toEqual(['Xe lu', 'Lũ về']);
  });

  test('in the title goes before keywords, keywords before the body, and words in order before words apart', () => {
    const answers = [text('x', 'họp thôn'), text('x', 'x', ['họp thôn']), text('họp thôn')].map((one) => rank(questionOf('họp thôn'), one));
    expect(answers).toEqual([...answers].sort((a, b) => a - b));
    expect(new Set(answers).size).toBe(3);
    expect(order('tiêm phòng', 'Phòng bệnh: tiêm', 'Lịch tiêm phòng')).toEqual(['Lịch tiêm phòng', 'Phòng bệnh: tiêm']);
  });

  test('a question of signs alone asks nothing; a long one is cut', () => {
    expect(questionOf(' -- ?!').words).toEqual([]);
    expect(questionOf('một hai ba bốn năm sáu bảy tám chín mười').words).toHaveLength(8);
    expect(questionOf('a'.repeat(5_000)).words[0]?.folded.length).toBe(40);
  });
});

describe('laws', () => {
  const letters = 'aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ0123456789';
  const syllable = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 7 });
  const vietnamese = fc.array(syllable, { minLength: 1, maxLength: 30 });
  const anything = fc.string({ unit: 'grapheme', maxLength: 60 });
  const words = /[\p{L}\p{N}\p{M}]+/gu;

  test('any word of a stored text finds it: as written, folded, in capitals, decomposed, or begun', () => {
    fc.assert(
      fc.property(vietnamese, fc.nat(), fc.nat(), (all, at, length) => {
        const stored = text('x', all.join(' '));
        const one = all[at % all.length] ?? '';
        const begun = fold(one).slice(0, 1 + (length % fold(one).length));
        for (const asked of [one, fold(one), one.toUpperCase(), one.normalize('NFD'), begun])
          expect([asked, finds(asked, stored)]).toEqual([asked, true]);
        const tokens = itemTokens([stored]);
        for (const token of questionOf(one).tokens) expect(tokens.some((known) => known.startsWith(token))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever is written in whatever letters is found by its words, in the tables and in the ranking', () => {
    fc.assert(
      fc.property(anything, (written) => {
        const stored = text('x', written);
        const tokens = new Set(itemTokens([stored]));
        for (const one of written.match(words) ?? []) {
          const question = questionOf(one);
          expect(question.tokens.filter((token) => ![...tokens].some((known) => known.startsWith(token)))).toEqual([]);
          if (question.words.length > 0) expect(rank(question, stored)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('folding twice is folding once, and both Unicode forms fold alike', () => {
    fc.assert(
      fc.property(anything, (written) => {
        expect(fold(fold(written))).toBe(fold(written));
        expect(fold(written.normalize('NFD'))).toBe(fold(written.normalize('NFC')));
        expect(tokensOf(fold(written))).toEqual(tokensOf(written));
      }),
      { numRuns: 500 },
    );
  });
});
