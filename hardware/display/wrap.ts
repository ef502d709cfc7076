// Words broken into lines and lines into pages, for screens that count in letters. Pure.
import { lettersOf } from './bitmap.ts';

export interface Grid {
  /** Letters in a line. */
  readonly letters: number;
  /** Lines on a page. */
  readonly lines: number;
}

/** Lines of at most so many letters; broken between words, a longer word where it must be. */
export function wrapLine(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line: string[] = [];
  for (const word of text.split(/\s+/).map(lettersOf)) {
    if (word.length === 0) continue;
    let rest = word;
    if (line.length > 0 && line.length + 1 + rest.length <= letters) line.push(' ');
    else if (line.length > 0) {
      lines.push(line.join(''));
      line = [];
    }
    while (rest.length > letters) {
      lines.push(rest.slice(0, letters).join(''));
      rest = rest.slice(letters);
    }
    line.push(...rest);
  }
  if (line.length > 0) lines.push(line.join(''));
  return lines;
}

/** Pages of wrapped lines; each line of the text begins a new one, and a page is filled before the next. At most `pagesMax`. */
export function pagesOf(text: readonly string[], grid: Grid, pagesMax: number): string[][] {
  const lines = text.flatMap((line) => wrapLine(line, grid.letters));
  const pages: string[][] = [];
  for (let at = 0; at < lines.length; at += grid.lines) pages.push(lines.slice(at, at + grid.lines));
  if (pages.length <= pagesMax) return pages;
  const kept = pages.slice(0, pagesMax);
  const last = kept.at(-1) ?? [];
  const cut = last.at(-1) ?? '';
  last[last.length - 1] = `${lettersOf(cut)
    .slice(0, grid.letters - 1)
    .join('')}…`;
  return kept;
}

const signs: Readonly<Record<string, string>> = {
  đ: 'd',
  Đ: 'D',
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '·': '-',
  '•': '-',
  '…': '...',
  '→': '->',
  '←': '<-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '₫': 'd',
  '×': 'x',
  '°': 'o',
  '\u00a0': ' ',
};

/** The words in plain ASCII, marks left out, for a sign's own letters. */
export function plainLetters(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '');
  return [...bare].map((letter) => signs[letter] ?? (/[ -~]/.test(letter) ? letter : '?')).join('');
}
