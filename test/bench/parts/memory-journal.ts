// A box's kept state and outbox without a card: a thousand boxes have a thousand cards, the machine of a bench has one disk.
import { blankKept } from '../../../agent/core/start-state.ts';
import { type Chain, linkRows, rowOf } from '../../../agent/journal-rows.ts';
import type { CentreLinkOptions } from '../../../agent/link.ts';
import type { Journal } from '../../../agent/ports.ts';
import { cryptography, randomId } from '../../../hardware/host/crypto.ts';
import type { Entry, Row } from '../../../schemas/outbox.ts';

export class MemoryJournal implements Journal {
  readonly #onAcked: (entry: Entry) => void;
  #chain: Chain;
  #acked = 0;
  #owed: { readonly row: Row; readonly entry: Entry }[] = [];
  #onRows: (entries: readonly Entry[]) => void = () => undefined;
  #onEpoch: () => void = () => undefined;

  /** `onAcked`: a row whose receipt by the centre was verified. */
  constructor(onAcked: (entry: Entry) => void) {
    this.#onAcked = onAcked;
    const epoch = randomId('e');
    this.#chain = { epoch, lastSeq: 0, lastHash: epoch };
  }

  async load(): ReturnType<Journal['load']> {
    return { kept: blankKept(), epoch: this.#chain.epoch, lastSeq: 0, ackedTo: 0 };
  }

  async commit(_kept: unknown, entries: readonly Entry[]): Promise<void> {
    this.#append(entries);
    if (entries.length > 0) this.#onRows(entries);
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

  async rowsAfter(seq: number, limits: Parameters<CentreLinkOptions['journal']['rowsAfter']>[1]): Promise<Row[]> {
    const rows: Row[] = [];
    let bytes = 0;
    for (const { row } of this.#owed) {
      if (row.seq <= seq) continue;
      bytes += row.entry.length + 100;
      if (rows.length >= limits.rowsMax || (rows.length > 0 && bytes > limits.bytesMax)) break;
      rows.push(row);
    }
    return rows;
  }

  async acked(upto: number): Promise<void> {
    this.#acked = Math.max(this.#acked, upto);
    const settled = this.#owed.filter(({ row }) => row.seq <= upto);
    this.#owed = this.#owed.filter(({ row }) => row.seq > upto);
    for (const { entry } of settled) this.#onAcked(entry);
  }

  async newEpoch(): Promise<string> {
    const owed = this.#owed.map(({ entry }) => entry);
    const epoch = randomId('e');
    this.#chain = { epoch, lastSeq: 0, lastHash: epoch };
    this.#acked = 0;
    this.#owed = [];
    this.#append(owed);
    this.#onEpoch();
    return epoch;
  }

  #append(entries: readonly Entry[]): void {
    const { rows, chain } = linkRows(this.#chain, entries.map(rowOf), cryptography);
    this.#chain = chain;
    for (const [i, { seq, hash, entry: text }] of rows.entries()) {
      const entry = entries[i];
      if (entry) this.#owed.push({ row: { seq, hash, entry: text }, entry });
    }
  }
}
