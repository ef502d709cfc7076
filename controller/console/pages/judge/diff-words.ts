// Two texts word by word: what stayed, what came, what went. Pure.

export interface Piece {
  readonly is: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Beyond this the middle is told as one change: nobody reads word by word through more. */
const wordsMax = 1_500;

export function diffWords(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [gone, come] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const middle = gone.length > wordsMax || come.length > wordsMax ? whole(gone, come) : between(gone, come);
  return joined([...pieces('same', b.slice(0, head)), ...middle, ...pieces('same', b.slice(b.length - tail))]);
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .match(/\S+\s*/g)
      ?.map((word) => word.replace(/\s+$/, (space) => (space.includes('\n') ? '\n' : ' '))) ?? []
  );
}

function pieces(is: Piece['is'], words: readonly string[]): Piece[] {
  return words.map((text) => ({ is, text }));
}

function whole(gone: readonly string[], come: readonly string[]): Piece[] {
  return [...pieces('removed', gone), ...pieces('added', come)];
}

/** By the longest sequence of words that both have. */
function between(a: readonly string[], b: readonly string[]): Piece[] {
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  const same = (i: number, j: number) => a[i]?.trim() === b[j]?.trim();
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(i, j)) {
      found.push({ is: 'same', text: b[j] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) found.push({ is: 'removed', text: a[i++] ?? '' });
    else found.push({ is: 'added', text: b[j++] ?? '' });
  }
  return found;
}

function joined(all: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const piece of all) {
    const last = found.at(-1);
    if (last?.is === piece.is) found[found.length - 1] = { is: piece.is, text: last.text + piece.text };
    else found.push(piece);
  }
  return found;
}
