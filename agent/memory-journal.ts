// The journal of a box whose disk takes none: rows in memory under a name of their own, told and forgotten like any others.
import type { Cryptography } from '../schemas/envelope.ts';
import { Entry, type Row } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import type { Receipt } from '../schemas/receipt.ts';
import type { Kept } from './core/model.ts';
import { type Chain, linkRows, rowOf, type StoredRow } from './journal-rows.ts';
import type { OutboxJournal } from './ports.ts';

/** Beyond it rows that matter little are not taken; orders, commands and receipts are. */
const rowsMax = 5_000;
const rowsEverMax = 20_000;
const lightWeight = 1;

export interface MemoryJournalOptions {
  /** What the slots still say. */
  readonly keptOutside: () => Promise<Kept>;
  /** Orders and the copy go to their slots all the same. */
  readonly keepOutside: (kept: Kept) => Promise<void>;
  readonly crypto: Pick<Cryptography, 'sha256'>;
  readonly freshEpoch: () => string;
}

export class MemoryJournal implements OutboxJournal {
  readonly #options: MemoryJournalOptions;
  #chain: Chain;
  #rows: StoredRow[] = [];
  #acked = 0;
  #onRows: (entries: readonly Entry[]) => void = () => undefined;
  #onEpoch: () => void = () => undefined;

  constructor(options: MemoryJournalOptions) {
    this.#options = options;
    const epoch = options.freshEpoch();
    this.#chain = { epoch, lastSeq: 0, lastHash: epoch };
  }

  async load(): ReturnType<OutboxJournal['load']> {
    const { epoch, lastSeq } = this.#chain;
    return { kept: await this.#options.keptOutside(), epoch, lastSeq, ackedTo: this.#acked };
  }

  async commit(kept: Kept, entries: readonly Entry[]): Promise<void> {
    await this.#options.keepOutside(kept);
    const crowded = this.#rows.length >= rowsMax;
    const taken = entries.map(rowOf).filter(({ weight }) => !crowded || (weight > lightWeight && this.#rows.length < rowsEverMax));
    const { rows, chain } = linkRows(this.#chain, taken, this.#options.crypto);
    this.#chain = chain;
    this.#rows.push(...rows);
    if (rows.length > 0) this.#onRows(entries);
  }

  /** What nobody has acknowledged, for a disk that takes rows again. */
  owed(): Entry[] {
    return this.#rows.flatMap(({ seq, entry }) => {
      const read = seq > this.#acked ? parseJson(Entry, entry) : undefined;
      return read?.ok ? [read.value] : [];
    });
  }

  onRows(listener: (entries: readonly Entry[]) => void): void {
    this.#onRows = listener;
  }

  onEpoch(listener: () => void): void {
    this.#onEpoch = listener;
  }

  epoch(): string {
    return this.#chain.epoch;
  }

  lastSeq(): number {
    return this.#chain.lastSeq;
  }

  ackedTo(): number {
    return this.#acked;
  }

  async rowsAfter(after: number, limits: { readonly rowsMax: number; readonly bytesMax: number }): Promise<Row[]> {
    const rows: Row[] = [];
    let bytes = 0;
    for (const { seq, hash, entry } of this.#rows) {
      if (seq <= after) continue;
      bytes += entry.length + hash.length;
      if (rows.length >= limits.rowsMax || (rows.length > 0 && bytes > limits.bytesMax)) break;
      rows.push({ seq, hash, entry });
    }
    return rows;
  }

  /** The last row stays: a centre may ask for it. */
  async acked(upto: number): Promise<void> {
    this.#acked = Math.max(this.#acked, Math.min(upto, this.#chain.lastSeq));
    this.#rows = this.#rows.filter(({ seq }) => seq >= this.#acked);
  }

  async newEpoch(): Promise<string> {
    const epoch = this.#options.freshEpoch();
    const owed = this.#rows.filter(({ seq }) => seq > this.#acked);
    const { rows, chain } = linkRows({ epoch, lastSeq: 0, lastHash: epoch }, owed, this.#options.crypto);
    this.#chain = chain;
    this.#rows = rows;
    this.#acked = 0;
    this.#onEpoch();
    return epoch;
  }

  async forgetRows(): Promise<void> {}

  async recentReceipts(limit: number): Promise<Receipt[]> {
    const entries = this.#rows.filter(({ kind }) => kind === 'receipt').slice(-limit);
    return entries.reverse().flatMap(({ entry }) => {
      const read = parseJson(Entry, entry);
      return read.ok && read.value.fact.kind === 'receipt' ? [read.value.fact.receipt] : [];
    });
  }

  async close(): Promise<void> {}
}
