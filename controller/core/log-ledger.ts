// Judging a signed batch of rows against what is stored: new, known, or contradicting. Rows count only without gaps.
import { chainText, Entry, type Row } from '../../schemas/outbox.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface Head {
  readonly upto: number;
  readonly hash: string;
}

export interface NewRow extends Row {
  /** Undefined for a fact this program does not know (a newer box): kept and acknowledged all the same. */
  readonly read: Entry | undefined;
}

export interface Judged {
  readonly fresh: readonly NewRow[];
  /** Same number, other hash: a restored card or a forgery by the box's own key. */
  readonly conflicts: readonly Row[];
  readonly head: Head;
}

/** The head before an epoch's first row: its hash chains from the epoch's name. */
export function emptyHead(epoch: string): Head {
  return { upto: 0, hash: epoch };
}

/**
 * `stored` gives hashes of known rows at or below `head.upto`. Rows beyond a gap are left out: the box sends them again
 * when it reads how far the centre is. Problems: bad-input (order), hash-mismatch (chain).
 */
export function judgeBatch(
  head: Head,
  rows: readonly Row[],
  stored: ReadonlyMap<number, string>,
  sha256OfText: (text: string) => string,
): Result<Judged> {
  const fresh: NewRow[] = [];
  const conflicts: Row[] = [];
  let at = head;
  let before = 0;
  for (const [index, row] of rows.entries()) {
    if (row.seq <= before) return bad('bad-input', `row ${row.seq} after row ${before}`, `/rows/${index}/seq`);
    before = row.seq;
    if (row.seq <= head.upto) {
      const known = stored.get(row.seq);
      // What was dropped by its age was acknowledged long ago; nothing is left to hold it against.
      if (known !== undefined && known !== row.hash) conflicts.push(row);
      continue;
    }
    if (row.seq !== at.upto + 1 || conflicts.length > 0) break;
    if (sha256OfText(chainText(at.hash, row.entry)) !== row.hash) {
      // The first new row hangs on our head: another hash there is another history, not a damaged batch.
      if (at === head && head.upto > 0) return ok({ fresh, conflicts: [row], head });
      return bad('hash-mismatch', `row ${row.seq} does not follow from the row before it`, `/rows/${index}/hash`);
    }
    const read = parseJson(Entry, row.entry);
    fresh.push({ ...row, read: read.ok ? read.value : undefined });
    at = { upto: row.seq, hash: row.hash };
  }
  return ok({ fresh, conflicts, head: at });
}
