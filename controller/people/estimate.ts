// How hard a chosen password is to guess: a zxcvbn estimate, loaded only when somebody chooses one.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { commonplaces } from './commonplaces.ts';

/** Ten thousand million guesses: out of reach for who stole the table and meets argon2id. */
const guessesLog10Min = 10;
/** More is not looked at; nobody guesses the rest before the beginning. */
const lookedAtMax = 72;
const wordsMax = 60;

/**
 * May this be a password of somebody here? `own`: account, title, names of the centre. Problem: weak-password, with the reason and what to do,
 * in Vietnamese and English.
 */
export async function judgePassword(password: string, own: readonly string[], path = '/password'): Promise<Result<void>> {
  const [{ ZxcvbnFactory }, language] = await Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]);
  const words = [...new Set([...own.flatMap(partsOf), ...commonplaces])];
  const estimator = new ZxcvbnFactory({ graphs: language.adjacencyGraphs, dictionary: { ...language.dictionary, here: words } });
  // Marks and gaps add little: who guesses tries the words with them and without.
  const plain = bare(password);
  const looked = [...new Set([password.normalize('NFKC'), plain, plain.replaceAll(/[\s_.-]/g, '')])].map((text) =>
    text.slice(0, lookedAtMax),
  );
  const found = looked.map((text) => estimator.check(text)).sort((a, b) => a.guessesLog10 - b.guessesLog10)[0];
  if (!found || found.guessesLog10 >= guessesLog10Min) return ok(undefined);
  return bad('weak-password', `${reasonOf(found.sequence.map(({ pattern }) => pattern))} ${advice}`, path);
}

const advice =
  'Hãy ghép bốn, năm từ không liên quan, hoặc dùng trình quản lý mật khẩu. / Join four or five words that have nothing to do with each other, or let a password manager choose.';

const reasons: readonly (readonly [string, string])[] = [
  ['repeat', 'Mật khẩu lặp lại một đoạn. / It repeats itself.'],
  ['sequence', 'Mật khẩu có dãy như abc hay 1234. / It holds a row such as abc or 1234.'],
  ['spatial', 'Mật khẩu là hàng phím liền nhau. / It follows the keys of a keyboard.'],
  ['date', 'Mật khẩu có ngày tháng. / It holds a date.'],
  ['regex', 'Mật khẩu có năm gần đây. / It holds a recent year.'],
  ['dictionary', 'Mật khẩu gồm từ, tên hay địa danh dễ đoán. / It is made of words, names or places that are guessed first.'],
];

function reasonOf(patterns: readonly string[]): string {
  return reasons.find(([pattern]) => patterns.includes(pattern))?.[1] ?? 'Mật khẩu quá dễ đoán. / It is too easy to guess.';
}

/** A name, its parts, and all of it in one: `Xã Sơn Dương` is guessed as xa, son, duong, xasonduong. */
function partsOf(text: string): string[] {
  const parts = bare(text)
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length >= 2)
    .slice(0, wordsMax);
  return [...parts, parts.join('')];
}

function bare(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase();
}
