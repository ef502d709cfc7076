// Codes of ours and theirs as people type them: one pair a line, `chung = 01`.

export interface Pair {
  readonly ours: string;
  readonly theirs: string;
}

/** Lines without a sign of equality are told back by their number, from 1. */
export function pairsOf(text: string): { readonly pairs: readonly Pair[]; readonly wrong: number | undefined } {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs: Pair[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const [, ours, theirs] = /^([^=]+?)\s*=\s*(.+)$/.exec(line) ?? [];
    if (ours === undefined || theirs === undefined) return { pairs: [], wrong: index + 1 };
    pairs.push({ ours, theirs });
  }
  return { pairs, wrong: undefined };
}

export function textOf(pairs: readonly Pair[]): string {
  return pairs.map(({ ours, theirs }) => `${ours} = ${theirs}`).join('\n');
}
