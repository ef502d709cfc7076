// The journal's tables and statements, and opening its file whole or not at all.
import { rename, rm } from 'node:fs/promises';
import type { Database, DatabaseOptions, SqlRow, Statement } from '../hardware/host/sqlite.ts';
import type { Row } from '../schemas/outbox.ts';
import type { Result } from '../schemas/problems.ts';
import type { StoredRow } from './journal-rows.ts';

const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, entry TEXT NOT NULL, kind TEXT NOT NULL,
  weight INTEGER NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_kind ON outbox (kind, seq);`;

/** Open, make the tables, check the whole file. */
export async function openChecked(file: string, open: (options: DatabaseOptions) => Promise<Result<Database>>): Promise<Result<Database>> {
  const opened = await open({ file, exclusive: true });
  if (!opened.ok) return opened;
  try {
    await opened.value.exec(schema);
    const [check] = await opened.value.read('PRAGMA quick_check(1)');
    const word = check && String(Object.values(check)[0]);
    if (word === 'ok') return opened;
    await opened.value.close();
    return { ok: false, problem: { code: 'store-damaged', path: '', detail: `quick_check: ${word}` } };
  } catch (error) {
    await opened.value.close().catch(() => undefined);
    return { ok: false, problem: { code: 'store-damaged', path: '', detail: (error as Error).message.slice(0, 300) } };
  }
}

/** One damaged database is kept for an engineer to read; an older one makes room. */
export async function quarantine(file: string): Promise<void> {
  await rm(`${file}.damaged`, { force: true });
  await rename(file, `${file}.damaged`).catch(() => undefined);
  for (const tail of ['-wal', '-shm', '-journal']) await rm(`${file}${tail}`, { force: true });
}

export function setMeta(key: string, value: string): Statement {
  return {
    sql: 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    params: [key, value],
  };
}

export function setCell(key: string, value: unknown): Statement {
  return {
    sql: 'INSERT INTO cells (key, json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET json = excluded.json',
    params: [key, JSON.stringify(value)],
  };
}

export function insertRow(row: StoredRow): Statement {
  return {
    sql: 'INSERT INTO outbox (seq, hash, entry, kind, weight, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    params: [row.seq, row.hash, row.entry, row.kind, row.weight, row.atMs],
  };
}

export function toRow(row: SqlRow): Row {
  return { seq: Number(row['seq']), hash: String(row['hash']), entry: String(row['entry']) };
}
