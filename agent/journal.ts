// What the box must not forget: kept state and outbox rows in one SQLite transaction, orders in their slots beside it.
import { join } from 'node:path';
import { Failure } from '../hardware/host/failure.ts';
import { makeFolder } from '../hardware/host/files.ts';
import type { Database, DatabaseOptions } from '../hardware/host/sqlite.ts';
import type { Cryptography } from '../schemas/envelope.ts';
import { Entry, type Row } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import type { Problem, ProblemCode, Result } from '../schemas/problems.ts';
import type { Receipt } from '../schemas/receipt.ts';
import type { Kept } from './core/model.ts';
import { type Chain, linkRows, rowOf, type StoredRow, type UnchainedRow, weightMax } from './journal-rows.ts';
import { insertRow, openChecked, quarantine, setCell, setMeta, toRow } from './journal-tables.ts';
import { readOutside, writeCopy } from './kept-outside.ts';
import type { OrderSlots, OwedRows, Slot } from './order-slots.ts';
import type { OutboxJournal } from './ports.ts';

const ackedRowsKeptMs = 30 * 24 * 3600_000;
const pruneEveryMs = 3600_000;
/** Cells of the database; `orders` lives in the slots. */
const cellNames = [
  'want',
  'ledger',
  'playing',
  'counters',
  'muted',
  'blanked',
  'retiring',
  'service',
  'sessions',
  'screens',
  'bulletins',
  'meter',
  'trial',
] as const satisfies readonly Exclude<keyof Kept, 'orders'>[];
export interface JournalOptions {
  readonly dir: string;
  readonly orders: OrderSlots;
  /** A copy of what a box needs to go on playing when the database is lost: want, counters, mute. */
  readonly copy: Slot;
  readonly open: (options: DatabaseOptions) => Promise<Result<Database>>;
  readonly blankKept: () => Kept;
  readonly crypto: Pick<Cryptography, 'sha256'>;
  /** Name of a new epoch, never used before. */
  readonly freshEpoch: () => string;
  readonly rowsMax: number;
  readonly warn: (event: string, problem: Problem) => void;
}

/**
 * INVARIANTS: one write at a time, in call order; `#chain` and `#saved` move only after the database has them;
 * an epoch's rows are never renumbered within it.
 */
export class SqliteJournal implements OutboxJournal {
  readonly #options: JournalOptions;
  #database: Database | undefined;
  #chain: Chain = { epoch: '', lastSeq: 0, lastHash: '' };
  #acked = 0;
  #rows = 0;
  #prunedAtMs = 0;
  #saved: Partial<Kept> = {};
  #onRows: (entries: readonly Entry[]) => void = () => undefined;
  #onEpoch: () => void = () => undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Open, or quarantine what is damaged and begin a new epoch. Rejects with a `Failure` where no database can be had. */
  async start(): Promise<void> {
    const { dir, open, warn } = this.#options;
    await makeFolder(dir, 0o700);
    const file = join(dir, 'journal.db');
    const opened = await openChecked(file, open);
    if (opened.ok) {
      this.#database = opened.value;
      return;
    }
    if (opened.problem.code !== 'store-damaged') throw new Failure(opened.problem.code as ProblemCode, `journal: ${opened.problem.detail}`);
    warn('journalQuarantined', opened.problem);
    await quarantine(file);
    const fresh = await openChecked(file, open);
    if (!fresh.ok) throw new Failure(fresh.problem.code as ProblemCode, `journal: ${fresh.problem.detail}`);
    this.#database = fresh.value;
  }

  /** Let the file go and open it anew, for a disk that failed under it. What the loop holds is written whole at the next commit. */
  async reopen(): Promise<void> {
    await this.close().catch(() => undefined);
    this.#database = undefined;
    await this.start();
    await this.load();
    this.#saved = {};
    this.#onEpoch();
  }

  async load(): Promise<{ kept: Kept; epoch: string; lastSeq: number; ackedTo: number }> {
    const database = this.#open();
    const meta = new Map((await database.read('SELECT key, value FROM meta')).map((row) => [String(row['key']), String(row['value'])]));
    const cells = await database.read('SELECT key, json FROM cells');
    const outside = await readOutside(this.#options.orders, this.#options.copy);
    const kept = { ...this.#options.blankKept(), ...outside.kept };
    for (const row of cells) {
      const key = cellNames.find((name) => name === row['key']);
      if (key) Object.assign(kept, { [key]: JSON.parse(String(row['json'])) });
    }
    const known = meta.get('epoch');
    const epoch = known ?? this.#options.freshEpoch();
    if (known === undefined) await database.write([setMeta('epoch', epoch), setMeta('acked', '0')]);
    const [last] = await database.read('SELECT seq, hash FROM outbox ORDER BY seq DESC LIMIT 1');
    const [count] = await database.read('SELECT COUNT(*) AS n FROM outbox');
    this.#chain = { epoch, lastSeq: Number(last?.['seq'] ?? 0), lastHash: String(last?.['hash'] ?? epoch) };
    this.#acked = Math.min(Number(meta.get('acked') ?? 0), this.#chain.lastSeq);
    this.#rows = Number(count?.['n'] ?? 0);
    // What came from the copy is not in the database yet: the first commit writes it.
    const stored = new Set(cells.map((row) => String(row['key'])));
    this.#saved = {
      orders: kept.orders,
      ...Object.fromEntries(cellNames.filter((name) => stored.has(name)).map((name) => [name, kept[name]])),
    };
    await this.#bringIn(outside.owed);
    return { kept, epoch, lastSeq: this.#chain.lastSeq, ackedTo: this.#acked };
  }

  /** The power went between the slots and the rows of one commit: the rows are written now. */
  async #bringIn(owed: OwedRows | undefined): Promise<void> {
    if (!owed || owed.epoch !== this.#chain.epoch || owed.seq !== this.#chain.lastSeq) return;
    const { rows, chain } = linkRows(this.#chain, owed.entries.map(rowOf), this.#options.crypto);
    await this.#open().write(rows.map(insertRow));
    this.#chain = chain;
    this.#rows += rows.length;
  }

  /** Orders first and in their own slots, then cells and rows in one transaction. */
  commit(kept: Kept, entries: readonly Entry[]): Promise<void> {
    return this.#inTurn(async () => {
      if (kept.orders !== this.#saved.orders) {
        const { epoch, lastSeq } = this.#chain;
        await this.#options.orders.write(kept.orders, { epoch, seq: lastSeq, entries });
        this.#saved = { ...this.#saved, orders: kept.orders };
      }
      const changed = cellNames.filter((name) => kept[name] !== this.#saved[name]);
      const { rows, chain } = linkRows(this.#chain, entries.map(rowOf), this.#options.crypto);
      if (changed.length === 0 && rows.length === 0) return;
      await this.#open().write([...changed.map((name) => setCell(name, kept[name])), ...rows.map(insertRow)]);
      this.#chain = chain;
      this.#rows += rows.length;
      this.#saved = { ...this.#saved, ...Object.fromEntries(changed.map((name) => [name, kept[name]])) };
      if (changed.some((name) => name === 'want' || name === 'muted' || name === 'service')) await writeCopy(this.#options.copy, kept);
      const newest = entries.at(-1);
      if (newest) this.#onRows(entries);
      if (newest && this.#rows > this.#options.rowsMax) await this.#prune(newest);
    });
  }

  /** Called after each commit that added rows. */
  onRows(listener: (entries: readonly Entry[]) => void): void {
    this.#onRows = listener;
  }

  /** Called after each change of epoch. */
  onEpoch(listener: () => void): void {
    this.#onEpoch = listener;
  }

  // ── the outbox, for broker/link/outbox ──

  epoch(): string {
    return this.#chain.epoch;
  }

  lastSeq(): number {
    return this.#chain.lastSeq;
  }

  ackedTo(): number {
    return this.#acked;
  }

  /** Rows after `seq` in order, at least one however large. */
  async rowsAfter(seq: number, limits: { readonly rowsMax: number; readonly bytesMax: number }): Promise<Row[]> {
    const found = await this.#open().read('SELECT seq, hash, entry FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?', [seq, limits.rowsMax]);
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of found.map(toRow)) {
      bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
      if (rows.length > 0 && bytes > limits.bytesMax) break;
      rows.push(row);
    }
    return rows;
  }

  /** Remember the centre's receipt; durable when it resolves. */
  acked(upto: number): Promise<void> {
    return this.#inTurn(async () => {
      const acked = Math.min(upto, this.#chain.lastSeq);
      if (acked <= this.#acked) return;
      await this.#open().write([setMeta('acked', String(acked))]);
      this.#acked = acked;
    });
  }

  /** Begin again under a new name; rows not yet acknowledged are owed under it, renumbered from 1. Answers the name. */
  newEpoch(): Promise<string> {
    return this.#inTurn(async () => this.#beginEpoch(await this.#owed()));
  }

  /** Let go of acknowledged rows older than 30 days; looks at most once an hour. `now` is an entry's clock reading. */
  forgetRows(now: Omit<Entry, 'fact'>): Promise<void> {
    if (now.atMs - this.#prunedAtMs < pruneEveryMs) return Promise.resolve();
    this.#prunedAtMs = now.atMs;
    return this.#inTurn(() => this.#prune(now));
  }

  /** The newest receipts, newest first. */
  async recentReceipts(limit: number): Promise<Receipt[]> {
    const rows = await this.#open().read("SELECT entry FROM outbox WHERE kind = 'receipt' ORDER BY seq DESC LIMIT ?", [limit]);
    return rows.flatMap((row) => {
      const entry = parseJson(Entry, String(row['entry']));
      return entry.ok && entry.value.fact.kind === 'receipt' ? [entry.value.fact.receipt] : [];
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.#database) return;
      await this.#database.close();
      this.#database = undefined;
    });
  }

  #open(): Database {
    if (!this.#database) throw new Error('journal is not open');
    return this.#database;
  }

  /** Acknowledged rows by age, then by budget; owed rows only by budget, least important first, leaving a tombstone. */
  async #prune(now: Omit<Entry, 'fact'>): Promise<void> {
    const { rowsMax } = this.#options;
    const excess = () => this.#rows - Math.floor(rowsMax * 0.7);
    await this.#delete('seq <= ? AND at_ms < ?', [this.#acked, now.atMs - ackedRowsKeptMs]);
    if (this.#rows > rowsMax)
      await this.#delete('seq IN (SELECT seq FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?)', [this.#acked, excess()]);
    for (let weight = 0; this.#rows > rowsMax && weight <= weightMax; weight++) await this.#sacrifice(weight, excess(), now);
  }

  /** Rows count only without gaps, so what is left is owed under a new epoch that begins with the tombstone. */
  async #sacrifice(weight: number, count: number, now: Omit<Entry, 'fact'>): Promise<boolean> {
    const owed = await this.#owed();
    const given = owed.filter((row) => row.weight === weight).slice(0, count);
    const [from, to] = [given[0]?.seq, given.at(-1)?.seq];
    if (from === undefined || to === undefined) return false;
    const { boot, atMs, monoMs, clock } = now;
    const reason = `no space for rows of weight ${weight} of epoch ${this.#chain.epoch}`;
    const tombstone: Entry = { boot, atMs, monoMs, clock, fact: { kind: 'dropped', from, to, count: given.length, reason } };
    const left = new Set(given);
    await this.#beginEpoch([rowOf(tombstone), ...owed.filter((row) => !left.has(row))]);
    return true;
  }

  async #owed(): Promise<UnchainedRow[]> {
    const found = await this.#open().read('SELECT seq, entry, kind, weight, at_ms FROM outbox WHERE seq > ? ORDER BY seq', [this.#acked]);
    return found.map((row) => ({
      seq: Number(row['seq']),
      entry: String(row['entry']),
      kind: String(row['kind']) as StoredRow['kind'],
      weight: Number(row['weight']),
      atMs: Number(row['at_ms']),
    }));
  }

  async #beginEpoch(owed: readonly UnchainedRow[]): Promise<string> {
    const epoch = this.#options.freshEpoch();
    const { rows, chain } = linkRows({ epoch, lastSeq: 0, lastHash: epoch }, owed, this.#options.crypto);
    await this.#open().write([{ sql: 'DELETE FROM outbox' }, setMeta('epoch', epoch), setMeta('acked', '0'), ...rows.map(insertRow)]);
    this.#chain = chain;
    this.#acked = 0;
    this.#rows = rows.length;
    this.#onEpoch();
    return epoch;
  }

  /** The newest row always stays: the chain goes on from it. */
  async #delete(where: string, params: readonly (string | number)[]): Promise<void> {
    await this.#open().write([{ sql: `DELETE FROM outbox WHERE seq < ? AND ${where}`, params: [this.#chain.lastSeq, ...params] }]);
    const [count] = await this.#open().read('SELECT COUNT(*) AS n FROM outbox');
    this.#rows = Number(count?.['n'] ?? 0);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
