// Answers kept for a day in SQL. The row itself is written in the transaction of what was done (writer.ts); here its answer joins it.
import type { KnownOnce, OnceStore } from './once-store.ts';
import type { Writer } from './writer.ts';

export class SqlOnce implements OnceStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async find(name: string, sinceMs: number): Promise<KnownOnce | undefined> {
    const sql = 'SELECT request, status, answer FROM once WHERE name = ? AND at_ms >= ?';
    const [row] = await this.#writer.database.read(sql, [name, sinceMs]);
    if (!row) return undefined;
    const answer = row['status'] === null ? null : { status: Number(row['status']), body: String(row['answer']) };
    return { name, request: String(row['request']), answer };
  }

  keep({ name, request, answer }: KnownOnce, atMs: number, sinceMs: number): Promise<void> {
    const sql = `INSERT INTO once (name, at_ms, request, status, answer) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms, request = excluded.request, status = excluded.status, answer = excluded.answer`;
    return this.#writer.write([
      { sql: 'DELETE FROM once WHERE at_ms < ?', params: [sinceMs] },
      { sql, params: [name, atMs, request, answer?.status ?? null, answer?.body ?? null] },
    ]);
  }
}
