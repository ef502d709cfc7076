// Outbox rows as the journal keeps them: what may be given up for space, and in which order.
import type { Cryptography } from '../schemas/envelope.ts';
import { chainText, type Entry, type Fact, type Row } from '../schemas/outbox.ts';

/** Given up first = smallest. Orders and commands are never given up (research: order of sacrifice). */
const weights = {
  clock: 0,
  act: 0,
  fault: 1,
  want: 1,
  trial: 1,
  acceptance: 9,
  live: 1,
  showing: 1,
  receipt: 2,
  update: 2,
  dropped: 9,
  command: 9,
  order: 9,
} as const satisfies Record<Fact['kind'], number>;

export const weightMax = 2;

function weightOf(entry: Entry): number {
  return weights[entry.fact.kind];
}

export interface StoredRow extends Row {
  readonly weight: number;
  readonly kind: Fact['kind'];
  readonly atMs: number;
}

export type UnchainedRow = Omit<StoredRow, 'hash'>;

/** Where an epoch stands: its rows hang on each other, the first on the epoch's name. */
export interface Chain {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly lastHash: string;
}

export function rowOf(entry: Entry): UnchainedRow {
  return { seq: 0, entry: JSON.stringify(entry), kind: entry.fact.kind, weight: weightOf(entry), atMs: entry.atMs };
}

/** Number and chain rows behind `from`. */
export function linkRows(
  from: Chain,
  unchained: readonly UnchainedRow[],
  crypto: Pick<Cryptography, 'sha256'>,
): { readonly rows: StoredRow[]; readonly chain: Chain } {
  let chain = from;
  const rows = unchained.map((row): StoredRow => {
    const lastHash = crypto.sha256(new TextEncoder().encode(chainText(chain.lastHash, row.entry)));
    chain = { epoch: chain.epoch, lastSeq: chain.lastSeq + 1, lastHash };
    return { ...row, seq: chain.lastSeq, hash: chain.lastHash };
  });
  return { rows, chain };
}
