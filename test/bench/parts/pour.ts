// Rows in bulk, made as they are written.
import { createHash } from 'node:crypto';
import type { Database } from '../../../hardware/host/sqlite.ts';

const bulk = 5_000;

export const hex = (text: string) => createHash('sha256').update(text).digest('hex');

export type Row = readonly (string | number | null)[];

/** Rows made as they are written, some thousand at a time, in the tables' own order. */
export async function pour(
  database: Database,
  table: string,
  columns: readonly string[],
  count: number,
  rowOf: (at: number) => Row,
): Promise<void> {
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) ROWS ON CONFLICT DO NOTHING`;
  for (let from = 0; from < count; from += bulk) {
    const rows = Array.from({ length: Math.min(bulk, count - from) }, (_, at) => rowOf(from + at));
    await database.write([{ sql, rows }]);
  }
}
