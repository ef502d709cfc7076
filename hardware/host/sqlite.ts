// Door to SQLite: a small async port. sqlite3 serves Node 20; node:sqlite in a worker serves newer ones.

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;
export interface Statement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
}

export interface Database {
  /** All statements in one transaction, all or none; resolves when durable (WAL, synchronous FULL). */
  write(statements: readonly Statement[]): Promise<void>;
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
