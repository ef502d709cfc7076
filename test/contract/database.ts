// What every SQLite door promises, for the exclusive connection of a box and the shared one of a centre.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Database, DatabaseOptions } from '../../hardware/host/sqlite.ts';
import type { Result } from '../../schemas/problems.ts';

export type OpenDatabase = (options: DatabaseOptions) => Promise<Result<Database>>;

export async function freshFile(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'loa-db-')), 'deep', 'test.db');
}

export async function opened(open: OpenDatabase, options: DatabaseOptions): Promise<Database> {
  const result = await open(options);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

export function promiseDatabase(open: OpenDatabase, exclusive: boolean): void {
  const fresh = async () => opened(open, { file: await freshFile(), exclusive });

  test('rows are read as they were written', async () => {
    const db = await fresh();
    await db.exec('CREATE TABLE t (a TEXT, b INTEGER, c REAL, d BLOB, e TEXT); CREATE INDEX i ON t (a);');
    const bytes = new Uint8Array([0, 1, 254, 255]);
    await db.write([{ sql: 'INSERT INTO t VALUES (?, ?, ?, ?, ?)', params: ['Xã Phú Lâm', 1_795_000_000_123, 0.5, bytes, null] }]);
    const [row] = await db.read('SELECT * FROM t WHERE b = ?', [1_795_000_000_123]);
    expect(row).toMatchObject({ a: 'Xã Phú Lâm', b: 1_795_000_000_123, c: 0.5, e: null });
    expect(new Uint8Array(row?.['d'] as Uint8Array)).toEqual(bytes);
    await db.close();
  });

  test('a write is all or nothing', async () => {
    const db = await fresh();
    await db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY)');
    const insert = (a: number) => ({ sql: 'INSERT INTO t VALUES (?)', params: [a] });
    await expect(db.write([insert(1), insert(2), insert(1)])).rejects.toMatchObject({ problem: { code: 'conflict' } });
    expect(await db.read('SELECT * FROM t')).toEqual([]);
    await db.write([insert(1), insert(2)]);
    expect(await db.read('SELECT a FROM t ORDER BY a')).toEqual([{ a: 1 }, { a: 2 }]);
    await db.close();
  });

  test('writes asked at once keep their order and do not mix', async () => {
    const db = await fresh();
    await db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, batch INTEGER)');
    const batch = (b: number) => Array.from({ length: 5 }, () => ({ sql: 'INSERT INTO t (batch) VALUES (?)', params: [b] }));
    await Promise.all([1, 2, 3, 4].map((b) => db.write(batch(b))));
    const rows = await db.read('SELECT batch FROM t ORDER BY n');
    expect(rows.map((row) => row['batch'])).toEqual([1, 2, 3, 4].flatMap((b) => Array(5).fill(b)));
    await db.close();
  });

  test('a read asked after a finished write sees it', async () => {
    const db = await fresh();
    await db.exec('CREATE TABLE t (a INTEGER)');
    for (let a = 1; a <= 20; a++) {
      await db.write([{ sql: 'INSERT INTO t VALUES (?)', params: [a] }]);
      expect(await db.read('SELECT count(*) AS n FROM t')).toEqual([{ n: a }]);
    }
    await db.close();
  });

  test('foreign keys hold, and commits wait for the disk', async () => {
    const db = await fresh();
    await db.exec('CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id));');
    await expect(db.write([{ sql: 'INSERT INTO c VALUES (9)' }])).rejects.toMatchObject({ problem: { code: 'conflict' } });
    expect(await db.read('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    if (exclusive) expect(await db.read('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    await db.close();
  });

  test('a wrong statement is a bug and rejects without a problem', async () => {
    const db = await fresh();
    const error = await db.read('SELEC 1').catch((caught) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toHaveProperty('problem');
    await db.write([{ sql: 'CREATE TABLE t (a)' }]);
    await db.close();
  });

  test('what was written is there after closing and opening', async () => {
    const file = await freshFile();
    const before = await opened(open, { file, exclusive });
    await before.exec('CREATE TABLE t (a)');
    await before.write([{ sql: "INSERT INTO t VALUES ('kept')" }]);
    await before.close();
    const after = await opened(open, { file, exclusive });
    expect(await after.read('SELECT a FROM t')).toEqual([{ a: 'kept' }]);
    await after.close();
  });

  test('many different statements do not pile up', async () => {
    const db = await fresh();
    for (let i = 0; i < 300; i++) expect(await db.read(`SELECT ${i} AS n`)).toEqual([{ n: i }]);
    await db.close();
  });
}
