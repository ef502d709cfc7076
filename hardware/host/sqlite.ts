// Door to SQLite: a small async port. sqlite3 serves Node 20; node:sqlite in a worker serves newer ones.
import type { Result } from '../../schemas/problems.ts';

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;
export interface Statement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
  /**
   * Many rows at once, instead of `params`: `sql` is `INSERT INTO t (a, b) ROWS …` and each row has a value for each column.
   * No rows: nothing is done.
   */
  readonly rows?: readonly (readonly (string | number | null)[])[];
}

/** `long`: a step over everything there is, which no limit of time ends half-way. */
export type WritePatience = 'ordinary' | 'long';

export interface Database {
  /**
   * All statements in one transaction, all or none; resolves when durable (WAL, synchronous FULL).
   * Large batches are quickest as `rows` of one statement.
   */
  write(statements: readonly Statement[], patience?: WritePatience): Promise<void>;
  read(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Several statements of DDL. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly file: string;
  /** Box: one exclusive connection. Centre: readers beside the writer. */
  readonly exclusive: boolean;
}

/** Open a database file, checked. Problems: driver-missing, store-damaged, device-busy, disk-full, device-failed. */
export async function openDatabase(options: DatabaseOptions): Promise<Result<Database>> {
  const { openSqlite3 } = await import('./sqlite3-database.ts');
  return openSqlite3(options);
}
