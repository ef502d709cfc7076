// SQLite through the sqlite3 package: statements run in its threads, so this process never waits for the disk.
import { dirname } from 'node:path';
import type sqlite3 from 'sqlite3';
import { bad, ok, type ProblemCode, type Result } from '../../schemas/problems.ts';
import { Failure } from './failure.ts';
import { makeFolder } from './files.ts';
import type { Database, DatabaseOptions, SqlRow, SqlValue, Statement } from './sqlite.ts';

type Driver = typeof sqlite3;

const statementsKept = 100;
const busyTimeoutMs = 5_000;
/** Of a centre's writer: the leaves that thousands of boxes write to. The standard of 2 MB reads them from the file again and again. */
export const writerCacheKib = 64 * 1024;
const checkpointPages = 4_000;
/** Threads of libuv are four: one is left for the writer. */
const readersBeside = 3;

/** SQLite's primary result codes (sqlite.org/rescode.html) that an operator can meet. */
const problemOfCode: Readonly<Record<string, ProblemCode>> = {
  SQLITE_FULL: 'disk-full',
  SQLITE_CORRUPT: 'store-damaged',
  SQLITE_NOTADB: 'store-damaged',
  SQLITE_BUSY: 'device-busy',
  SQLITE_LOCKED: 'device-busy',
  SQLITE_IOERR: 'device-failed',
  SQLITE_READONLY: 'device-failed',
  SQLITE_CANTOPEN: 'device-failed',
  SQLITE_CONSTRAINT: 'conflict',
};

/** Open with the sqlite3 package; `loadDriver` may be replaced to see what happens without it. */
export async function openSqlite3(options: DatabaseOptions, loadDriver: () => Promise<Driver> = importDriver): Promise<Result<Database>> {
  let driver: Driver;
  try {
    driver = await loadDriver();
  } catch (error) {
    return bad('driver-missing', `the package sqlite3 cannot be loaded: ${error instanceof Error ? error.message : error}`.slice(0, 500));
  }
  const writer = new Connection(driver);
  const readers: Connection[] = [];
  try {
    await makeFolder(dirname(options.file));
    await writer.open(options.file, driver.OPEN_READWRITE | driver.OPEN_CREATE);
    for (const pragma of pragmasOf(options)) await writer.exec(pragma);
    const [checked] = await writer.all('PRAGMA quick_check(1)');
    const verdict = checked?.['quick_check'];
    if (verdict !== 'ok') throw new Failure('store-damaged', `quick_check of ${options.file}: ${verdict}`);
    while (!options.exclusive && readers.length < readersBeside) {
      const reader = new Connection(driver);
      readers.push(reader);
      await reader.open(options.file, driver.OPEN_READONLY);
      await reader.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    }
    return ok(new Sqlite3Database(writer, readers));
  } catch (error) {
    for (const reader of readers) await reader.close().catch(() => undefined);
    await writer.close().catch(() => undefined);
    if (error instanceof Failure) return { ok: false, problem: error.problem };
    throw error;
  }
}

function pragmasOf({ exclusive }: DatabaseOptions): string[] {
  return [
    `PRAGMA busy_timeout = ${exclusive ? 0 : busyTimeoutMs}`,
    // Before journal_mode: an exclusive WAL needs no shared memory file.
    `PRAGMA locking_mode = ${exclusive ? 'EXCLUSIVE' : 'NORMAL'}`,
    'PRAGMA journal_mode = WAL',
    'PRAGMA synchronous = FULL',
    'PRAGMA foreign_keys = ON',
    'PRAGMA temp_store = MEMORY',
    // What a centre erases of people is gone from the file as well; a box keeps nothing of them, and its card is written seldom.
    ...(exclusive ? [] : ['PRAGMA secure_delete = ON']),
    'PRAGMA journal_size_limit = 16777216',
    // A page that many boxes' rows share goes from the log to the file once, not at each thousand pages; a box's card keeps the standard.
    ...(exclusive ? [] : [`PRAGMA cache_size = -${writerCacheKib}`, `PRAGMA wal_autocheckpoint = ${checkpointPages}`]),
  ];
}

/** INVARIANT: on one connection, one transaction or statement at a time, in the order asked. */
class Sqlite3Database implements Database {
  readonly #writer: Connection;
  /** None: the writer reads. */
  readonly #readers: readonly Connection[];

  constructor(writer: Connection, readers: readonly Connection[]) {
    this.#writer = writer;
    this.#readers = readers;
  }

  write(statements: readonly Statement[]): Promise<void> {
    return this.#writer.inTurn(async () => {
      const due = statements.flatMap(spelledOut);
      const [first, ...others] = due;
      if (!first) return;
      if (others.length === 0) return this.#writer.run(first.sql, first.params);
      await this.#writer.run('BEGIN IMMEDIATE');
      try {
        // One by one: a full disk rolls back by itself, and what was handed over behind it would then commit alone.
        for (const { sql, params } of due) await this.#writer.run(sql, params);
        await this.#writer.run('COMMIT');
      } catch (error) {
        // SQLite may have rolled back by itself (full disk); then this one fails and means nothing.
        await this.#writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  read(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
    // Whoever has least to do: nobody stands behind a report that takes its time.
    const reader = this.#readers.reduce((best, one) => (one.waiting < best.waiting ? one : best), this.#readers[0] ?? this.#writer);
    return reader.inTurn(() => reader.all(sql, params));
  }

  exec(sql: string): Promise<void> {
    return this.#writer.inTurn(() => this.#writer.exec(sql));
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.inTurn(() => reader.close());
    await this.#writer.inTurn(() => this.#writer.close());
  }
}

/** One sqlite3 handle with promises, a queue and its prepared statements. */
class Connection {
  readonly #driver: Driver;
  #handle: sqlite3.Database | undefined;
  readonly #statements = new Map<string, sqlite3.Statement>();
  #last: Promise<unknown> = Promise.resolve();
  /** Turns asked for that are not over. */
  waiting = 0;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  open(file: string, mode: number): Promise<void> {
    return settle((done) => {
      this.#handle = new this.#driver.Database(file, mode, done);
    });
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const turn = this.#last.then(work, work);
    const over = () => void this.waiting--;
    this.#last = turn.then(over, over);
    return turn;
  }

  exec(sql: string): Promise<void> {
    return settle((done) => this.#open().exec(sql, done));
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<void> {
    const statement = await this.#prepare(sql);
    return settle((done) => statement.run(bound(params), done));
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      statement.all<SqlRow>(bound(params), (error, rows) => (error ? reject(translated(error)) : resolve(rows)));
    });
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    if (!handle) return;
    for (const statement of this.#statements.values()) await settle((done) => statement.finalize(done));
    this.#statements.clear();
    this.#handle = undefined;
    await settle((done) => handle.close(done));
  }

  #open(): sqlite3.Database {
    if (!this.#handle) throw new Error('the database is closed');
    return this.#handle;
  }

  async #prepare(sql: string): Promise<sqlite3.Statement> {
    const known = this.#statements.get(sql);
    if (known) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const handle = this.#open();
    const statement = await new Promise<sqlite3.Statement>((resolve, reject) => {
      const prepared: sqlite3.Statement = handle.prepare(sql, (error: Error | null) =>
        error ? reject(translated(error)) : resolve(prepared),
      );
    });
    this.#statements.set(sql, statement);
    const [oldest] = this.#statements;
    if (this.#statements.size > statementsKept && oldest) {
      this.#statements.delete(oldest[0]);
      oldest[1].finalize();
    }
    return statement;
  }
}

/** Rows in bulk go as one JSON parameter: a tenth of the time of one statement a row. */
function spelledOut({ sql, params, rows }: Statement): Statement[] {
  if (!rows) return [{ sql, ...(params && { params }) }];
  const [first] = rows;
  if (!first) return [];
  const values = first.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ');
  // ON CONFLICT needs the WHERE to tell it from a join.
  return [{ sql: sql.replace(/\bROWS\b/, `SELECT ${values} FROM json_each(?) WHERE true`), params: [JSON.stringify(rows)] }];
}

/** The binding knows Buffers only; other byte arrays would be stored as text. */
function bound(params: readonly SqlValue[]): unknown[] {
  return params.map((value) =>
    value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value,
  );
}

function settle(start: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(translated(error)) : resolve()));
  });
}

/** Expected failures become `Failure`; a wrong statement stays the bug it is. */
function translated(error: Error): Error {
  const code = 'code' in error && typeof error.code === 'string' ? problemOfCode[error.code] : undefined;
  return code === undefined ? error : new Failure(code, error.message, error);
}

async function importDriver(): Promise<Driver> {
  return (await import('sqlite3')).default;
}
