// Batches on their way: signed once, in order, forgotten row by row as the centre acknowledges. Pure.
import type { Row } from '../../schemas/outbox.ts';

export interface Batch {
  readonly rows: readonly Row[];
  /** The sealed envelope as it travels; sent again byte for byte. */
  readonly payload: Uint8Array;
}

export type AckVerdict = 'stale' | 'behind' | 'progress' | 'ahead' | 'wrong-hash';

export const batchesMax = 4;

/** Batches of rows from `acked` to `sent`. */
export class OutboxWindow {
  #acked: number;
  #batches: Batch[] = [];

  constructor(acked: number) {
    this.#acked = acked;
  }

  get acked(): number {
    return this.#acked;
  }

  /** The last row in the window, or the last acknowledged one. */
  get sent(): number {
    return this.#batches.at(-1)?.rows.at(-1)?.seq ?? this.#acked;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  get full(): boolean {
    return this.#batches.length >= batchesMax;
  }

  add(batch: Batch): void {
    this.#batches.push(batch);
  }

  /** The centre has all to that row, which may lie beyond what was sent since the last start. */
  jump(upto: number): void {
    this.#acked = upto;
    this.#batches = this.#batches.filter((batch) => (batch.rows.at(-1)?.seq ?? 0) > upto);
  }

  /** What an acknowledgement up to that row means. Only `progress` changes the window. */
  take(upto: number, head: string): AckVerdict {
    if (upto === this.#acked) return 'stale';
    if (upto < this.#acked) return 'behind';
    if (upto > this.sent) return 'ahead';
    const row = this.#batches.flatMap((batch) => batch.rows).find((sent) => sent.seq === upto);
    if (row === undefined || row.hash !== head) return 'wrong-hash';
    this.jump(upto);
    return 'progress';
  }
}
