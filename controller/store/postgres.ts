// PostgreSQL behind the same port as SQLite: a pool that reads, one connection that writes and holds the lock of the one writer.
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { Failure } from '../../hardware/host/failure.ts';
import type { Database, SqlRow, SqlValue, Statement, WritePatience } from '../../hardware/host/sqlite.ts';
import { bad, ok, type ProblemCode, type Result } from '../../schemas/problems.ts';
import { bulkOf, bulkSql, toPostgres } from './postgres-sql.ts';
import { WriterLost } from './writer-lock.ts';

type Driver = typeof pg;
type Limits = Readonly<typeof ordinaryLimits>;

const readersMax = 4;
const connectWithinMs = 10_000;
/** Of a statement. `silentMs` is longer than the server's own limit: then it is the line that is silent. */
const ordinaryLimits = { statementMs: 30_000, silentMs: 35_000 };
/** A step forward over all that a province ever kept takes as long as it takes; a line that is dead is told by keepalive. */
const patientLimits: Limits = { statementMs: 0, silentMs: 2 ** 31 - 1 };
const keepAliveAfterMs = 10_000;
/** An ended session lets its lock go a moment later. */
const lockTries = 40;
const lockAgainMs = 50;
const statementsKept = 500;
/** Session advisory lock (pg_advisory_lock) of whoever writes this database: "loa" in ASCII. */
const writerLock = 0x6c6f61;
/** Types that arrive as text by default: bigint, numeric. All of ours fit a number. */
const numberTypes = { int8: 20, numeric: 1700 };

/** SQLSTATE (appendix A of the manual): by code, then by class. Others are bugs and throw as they are. */
const problemOfState: Readonly<Record<string, ProblemCode>> = {
  '53100': 'disk-full',
  // Text that it cannot hold: a NUL.
  '22021': 'bad-input',
  '22P05': 'bad-input',
  '23': 'conflict',
  '08': 'device-failed',
  '28': 'device-failed',
  '3D': 'device-failed',
  '42501': 'device-failed',
  '40': 'device-busy',
  '53': 'device-busy',
  '55': 'device-busy',
  '57': 'device-failed',
  XX: 'store-damaged',
};

/** Open and take the writer's lock. Problems: driver-missing, device-busy (another process writes it), device-failed. */
export async function openPostgres(
  url: string,
  loadDriver: () => Promise<Driver> = importDriver,
  limits: Limits = ordinaryLimits,
): Promise<Result<Database>> {
  let driver: Driver;
  try {
    driver = await loadDriver();
  } catch (error) {
    return bad('driver-missing', `the package pg cannot be loaded: ${error instanceof Error ? error.message : error}`.slice(0, 500));
  }
  const database = new PostgresDatabase(driver, url, limits);
  try {
    await database.open();
    return ok(database);
  } catch (error) {
    await database.close();
    if (error instanceof Failure) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** INVARIANT: one transaction at a time, in the order asked; a lost writer connection takes its lock again or nothing is written. */
class PostgresDatabase implements Database {
  readonly #driver: Driver;
  readonly #config: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #texts = new Map<string, string>();
  readonly #types = new Map<string, ReadonlyMap<string, string>>();
  #writer: pg.Client | undefined;
  /** Counts the processes that have written here: who comes back after another one has nothing to say. */
  #term: number | undefined;
  /** The server's process behind the writer. */
  #session: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(driver: Driver, url: string, { statementMs, silentMs }: Limits) {
    this.#driver = driver;
    this.#config = {
      connectionString: url,
      application_name: 'loa-controller',
      connectionTimeoutMillis: connectWithinMs,
      statement_timeout: statementMs,
      query_timeout: silentMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveAfterMs,
      types: { getTypeParser: parserOf(driver) as pg.CustomTypesConfig['getTypeParser'] },
    };
    this.#pool = new driver.Pool({ ...this.#config, max: readersMax });
    // An idle reader that falls is replaced at the next read.
    this.#pool.on('error', () => undefined);
  }

  open(): Promise<void> {
    return this.#inTurn(async () => void (await this.#connected()));
  }

  write(statements: readonly Statement[], patience: WritePatience = 'ordinary'): Promise<void> {
    const due = statements.filter(({ rows }) => rows === undefined || rows.length > 0);
    return this.#inTurn(async () => {
      if (due.length === 0) return;
      const writer = await this.#connected();
      try {
        await (patience === 'ordinary' ? this.#transaction(writer, due) : this.#patiently(writer, due));
      } catch (error) {
        // What became of a silent line nobody knows: it is not used again.
        if (error instanceof Failure && error.problem.code === 'device-failed') this.#drop(writer);
        throw error;
      }
    });
  }

  async #transaction(writer: pg.Client, due: readonly Statement[], silentMs?: number): Promise<void> {
    if (due.length === 1 && due[0]) return this.#run(writer, due[0]);
    await asked(writer.query('BEGIN'));
    try {
      for (const statement of due) await this.#run(writer, statement, silentMs);
      // Writing a step of many rows out may take its time, too.
      await asked(writer.query(patient('COMMIT', [], silentMs)));
    } catch (error) {
      if (!(error instanceof Failure && error.problem.code === 'device-failed')) await writer.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** As one transaction, for the limit is set aside within it alone. */
  #patiently(writer: pg.Client, due: readonly Statement[]): Promise<void> {
    return this.#transaction(
      writer,
      [{ sql: `SET LOCAL statement_timeout = ${patientLimits.statementMs}` }, ...due],
      patientLimits.silentMs,
    );
  }

  #drop(writer: pg.Client): void {
    if (this.#writer === writer) this.#writer = undefined;
    void writer.end().catch(() => undefined);
  }

  async read(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
    const { rows } = await asked(this.#pool.query(this.#textOf(sql), [...params]));
    return rows as SqlRow[];
  }

  exec(sql: string): Promise<void> {
    return this.#inTurn(async () => {
      const writer = await this.#connected();
      for (const one of sql.split(';').filter((text) => text.trim() !== '')) await asked(writer.query(toPostgres(one)));
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const writer = this.#writer;
      this.#writer = undefined;
      await writer?.end().catch(() => undefined);
    });
    if (!this.#pool.ended) await this.#pool.end();
  }

  async #run(writer: pg.Client, { sql, params = [], rows }: Statement, silentMs?: number): Promise<void> {
    const bulk = rows && bulkOf(sql);
    if (!bulk) return void (await asked(writer.query(patient(this.#textOf(sql), params, silentMs))));
    const types = await this.#typesOf(writer, bulk.table);
    const text = bulkSql(bulk, (column) => types.get(column) ?? 'text');
    await asked(
      writer.query(
        patient(
          text,
          bulk.columns.map((_, index) => rows.map((row) => row[index] ?? null)),
          silentMs,
        ),
      ),
    );
  }

  /** Types of a table's columns, looked up once. */
  async #typesOf(writer: pg.Client, table: string): Promise<ReadonlyMap<string, string>> {
    const known = this.#types.get(table);
    if (known) return known;
    const sql = 'SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0';
    const { rows } = await asked(writer.query(sql, [table]));
    const types = new Map(rows.map((row) => [String(row.attname), String(row.type)]));
    this.#types.set(table, types);
    return types;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#writer) return this.#writer;
    const writer = new this.#driver.Client(this.#config);
    const gone = () => {
      if (this.#writer === writer) this.#writer = undefined;
    };
    writer.on('error', gone);
    writer.on('end', gone);
    try {
      await asked(writer.connect());
      await this.#takeLock(writer);
      await this.#checkTerm(writer);
    } catch (error) {
      // It may hold the lock.
      await writer.end().catch(() => undefined);
      throw error;
    }
    this.#writer = writer;
    return writer;
  }

  /** A line that broke may live on at the server, with the lock: our own session of before is ended first. */
  async #takeLock(writer: pg.Client): Promise<void> {
    const old = `SELECT pg_terminate_backend(pid) AS ended FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND pid = $2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const { rows: ended } = this.#session === undefined ? { rows: [] } : await asked(writer.query(old, [writerLock, this.#session]));
    for (let tries = ended.length > 0 ? lockTries : 1; tries > 0; tries--) {
      const { rows } = await asked(writer.query('SELECT pg_try_advisory_lock($1) AS got, pg_backend_pid() AS session', [writerLock]));
      if (rows[0]?.got === true) {
        this.#session = Number(rows[0].session);
        return;
      }
      if (tries > 1) await wait(lockAgainMs);
    }
    throw new WriterLost('another process writes this database');
  }

  /** What this process holds in memory is true only while nobody else has written. */
  async #checkTerm(writer: pg.Client): Promise<void> {
    await asked(writer.query('CREATE TABLE IF NOT EXISTS writer_term (id BIGINT PRIMARY KEY, term BIGINT NOT NULL)'));
    const next = 'INSERT INTO writer_term VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET term = writer_term.term + 1 RETURNING term';
    const { rows } = await asked(writer.query(this.#term === undefined ? next : 'SELECT term FROM writer_term'));
    const term = Number(rows[0]?.term);
    if (this.#term !== undefined && term !== this.#term)
      throw new WriterLost('another process has written this database meanwhile; start again');
    this.#term = term;
  }

  #textOf(sql: string): string {
    const known = this.#texts.get(sql);
    if (known !== undefined) return known;
    const text = toPostgres(sql);
    if (this.#texts.size >= statementsKept) this.#texts.clear();
    this.#texts.set(sql, text);
    return text;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** `silentMs`: in place of the connection's own. */
function patient(text: string, values: readonly unknown[], silentMs: number | undefined): pg.QueryConfig {
  return { text, values: [...values], ...(silentMs !== undefined && { query_timeout: silentMs }) };
}

function parserOf(driver: Driver): (oid: number, format?: string) => unknown {
  const numbers: ReadonlySet<number> = new Set(Object.values(numberTypes));
  return (oid, format) => (numbers.has(oid) ? Number : driver.types.getTypeParser(oid, format as 'text'));
}

/** Expected failures become `Failure`; a wrong statement stays the bug it is. */
async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw translated(error);
  }
}

/** Messages of the driver name hosts and databases, never the password. */
function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Not from the server: a refused, reset or timed-out connection.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('E')) {
    const lost = code !== undefined || /connect|timeout|terminated|closed/i.test(error.message);
    return lost ? new Failure('device-failed', error.message || String(code), error) : error;
  }
  const problem = problemOfState[code] ?? problemOfState[code.slice(0, 2)];
  return problem === undefined ? error : new Failure(problem, error.message, error);
}

async function importDriver(): Promise<Driver> {
  return (await import('pg')).default;
}
