// What one transaction of rows holds, gathered from the judged batches of many boxes. Plain state, no effects.
import type { LogConflict } from '../schemas/log.ts';
import type { Row } from '../schemas/outbox.ts';
import type { Result } from '../schemas/problems.ts';
import type { StoredUpdate } from '../schemas/release-api.ts';
import type { StoredAcceptance } from './core/acceptances.ts';
import type { Head, Judged, NewRow } from './core/log-ledger.ts';
import { liveOf, progressOf, showingOf, storedRow, updateOf } from './row-facts.ts';
import type { LiveProgress, LogCommit, OrderProgress, StoredReceipt, StoredRow, StoredShowing } from './store/store.ts';

/** How far an epoch of a box is committed. */
export interface Committed {
  readonly dev: string;
  readonly epoch: string;
  readonly head: Head;
  readonly receipts: readonly StoredReceipt[];
  readonly progress: readonly OrderProgress[];
  readonly live: readonly LiveProgress[];
  /** Rows that tell of releases. */
  readonly updates: number;
  readonly rows: number;
  /** The box should begin a new epoch. */
  readonly conflict: boolean;
}

interface ToldReceipt {
  readonly dev: string;
  readonly epoch: string;
  readonly seq: number;
  readonly stored: StoredReceipt;
}

/** As `Committed`; which of its receipts are the first is known when those before it are committed. */
export interface Judgement extends Omit<Committed, 'receipts'> {
  readonly told: readonly ToldReceipt[];
}

export class Gathering {
  readonly #rows: StoredRow[] = [];
  readonly #receipts = new Map<string, StoredReceipt>();
  readonly #progress: OrderProgress[] = [];
  readonly #showings: StoredShowing[] = [];
  readonly #acceptances: StoredAcceptance[] = [];
  readonly #updates: StoredUpdate[] = [];
  readonly #live: LiveProgress[] = [];
  readonly #conflicts: LogConflict[] = [];
  readonly #heads = new Map<string, Head & { readonly dev: string; readonly epoch: string }>();

  head(dev: string, epoch: string): Head | undefined {
    return this.#heads.get(`${dev} ${epoch}`);
  }

  get heads(): Iterable<Head & { readonly dev: string; readonly epoch: string }> {
    return this.#heads.values();
  }

  /** Hashes of that epoch's rows, into `known`. */
  hashes(dev: string, epoch: string, known: Map<number, string>): void {
    for (const row of this.#rows) if (row.dev === dev && row.epoch === epoch) known.set(row.seq, row.hash);
  }

  /** `acceptance`: reads a row that holds one; what the box's key did not sign is kept as a contradiction, not as a record. */
  add(
    dev: string,
    epoch: string,
    { fresh, conflicts, head }: Judged,
    nowMs: number,
    acceptance: (row: NewRow) => Result<StoredAcceptance> | undefined,
  ): Judgement {
    const contradict = (seq: number, detail: string) =>
      this.#conflicts.push({ dev, epoch, seq, kind: 'row', detail: detail.slice(0, 2000), atMs: nowMs });
    const [progress, live, told]: [OrderProgress[], LiveProgress[], ToldReceipt[]] = [[], [], []];
    let updates = 0;
    for (const row of fresh) {
      this.#rows.push(storedRow(dev, epoch, row, nowMs));
      const fact = row.read?.fact;
      if (fact?.kind === 'receipt') told.push({ dev, epoch, seq: row.seq, stored: { dev, receipt: fact.receipt, receivedMs: nowMs } });
      const [step, talk, showing, update] = [progressOf(dev, row), liveOf(dev, row), showingOf(dev, row, nowMs), updateOf(dev, row, nowMs)];
      if (step) progress.push(step);
      if (talk) live.push(talk);
      if (showing) this.#showings.push(showing);
      if (update) updates = this.#updates.push(update) && updates + 1;
      const record = acceptance(row);
      if (record?.ok) this.#acceptances.push(record.value);
      else if (record) contradict(row.seq, `acceptance: ${record.problem.code} ${record.problem.detail}`);
    }
    this.#progress.push(...progress);
    this.#live.push(...live);
    for (const row of conflicts) contradict(row.seq, `${row.hash} ${row.entry}`);
    if (fresh.length > 0) this.#heads.set(`${dev} ${epoch}`, { dev, epoch, ...head });
    return { dev, epoch, head, progress, live, updates, rows: fresh.length, conflict: conflicts.length > 0, told };
  }

  /** A second receipt for one occurrence never replaces the first, in the tables (`known`) or here; it is kept as a contradiction. */
  settle({ told, ...rest }: Judgement, known: ReadonlySet<string>): Committed {
    const receipts: StoredReceipt[] = [];
    for (const one of told) {
      const key = receiptKey(one).join(' ');
      if (known.has(key) || this.#receipts.has(key)) {
        const { dev, epoch, seq, stored } = one;
        this.#conflicts.push({ dev, epoch, seq, kind: 'receipt', detail: stored.receipt.occurrence, atMs: stored.receivedMs });
        continue;
      }
      this.#receipts.set(key, one.stored);
      receipts.push(one.stored);
    }
    return { ...rest, receipts };
  }

  commit(): LogCommit {
    return {
      ...{ rows: this.#rows, progress: this.#progress, showings: this.#showings, acceptances: this.#acceptances },
      ...{ updates: this.#updates, live: this.#live, conflicts: this.#conflicts },
      ...{ receipts: [...this.#receipts.values()], heads: [...this.#heads.values()] },
    };
  }
}

export function receiptKey({ dev, stored }: ToldReceipt): readonly [string, string] {
  return [dev, stored.receipt.occurrence];
}

/** First and last number of the rows at or below the head that a batch repeats. */
export function repeatedOf(rows: readonly Row[], head: Head): { readonly first: number; readonly last: number } | undefined {
  const repeated = rows.filter((row) => row.seq <= head.upto);
  const [first, last] = [repeated[0], repeated.at(-1)];
  return first && last && { first: first.seq, last: last.seq };
}
