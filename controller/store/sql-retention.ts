// Old rows go in SQL, some hundred in a transaction: an order waits for none of it.
import type { Droppable } from '../core/retention.ts';
import type { Dropped, RetentionStore } from './retention-store.ts';
import type { Writer } from './writer.ts';

interface DatedTable {
  readonly table: string;
  readonly key: string;
  /** Oldest first. */
  readonly order: string;
  /** Which are older, where it is not what they are ordered by. */
  readonly older?: string;
}

/** A box's clock may have stood anywhere: what came lately stays. */
const tables: Readonly<Record<Exclude<Droppable, 'recordings'>, DatedTable>> = {
  receipts: { table: 'receipts', key: 'dev, occurrence', order: 'planned_ms' },
  showings: { table: 'showings', key: 'dev, id', order: 'from_ms' },
  rows: { table: 'log_rows', key: 'dev, epoch, seq', order: 'at_ms' },
  acceptances: {
    ...{ table: 'acceptances', key: 'dev, id', order: 'received_ms' },
    older: 'dev IN (SELECT id FROM boxes WHERE ended_ms < ?)',
  },
};
/** Where the hash of a recording may stand that is still wanted: programmes, versions of source items, templates of orders. */
const keepers = [
  'programmes WHERE programmes.body',
  'source_versions WHERE source_versions.body',
  "meta WHERE meta.name = 'templates' AND meta.value",
];
const droppedNote = 'dropped by its age';

export class SqlRetention implements RetentionStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  drop(kind: Droppable, beforeMs: number, limit: number): Promise<Dropped> {
    if (kind === 'recordings') return this.#dropRecordings(beforeMs, limit);
    const { table, key, order, older = `${order} < ?` } = tables[kind];
    const old = `SELECT ${key} FROM ${table} WHERE ${older} AND received_ms < ? ORDER BY ${order}, ${key} LIMIT ?`;
    const params = [beforeMs, beforeMs, limit];
    return this.#writer.alone(async () => {
      const [found] = await this.#writer.database.read(`SELECT COUNT(*) AS n FROM (${old}) AS old`, params);
      const count = Number(found?.['n']);
      // What goes with a row goes before it: the row says which.
      const gone = [...(kind === 'receipts' ? ['receipt_items'] : []), table];
      if (count > 0) await this.#writer.commit(gone.map((of) => ({ sql: `DELETE FROM ${of} WHERE (${key}) IN (${old})`, params })));
      return { count, content: [] };
    });
  }

  /** The session stays with its times and its boxes; its sound goes, from the library too, unless somebody still plays it. */
  #dropRecordings(beforeMs: number, limit: number): Promise<Dropped> {
    return this.#writer.alone(async () => {
      const old = await this.#writer.database.read(
        `SELECT id, recording FROM live_sessions WHERE recording IS NOT NULL AND closed_ms < ?
          ${keepers.map((one) => `AND NOT EXISTS (SELECT 1 FROM ${one} LIKE '%' || live_sessions.recording || '%')`).join(' ')}
          ORDER BY closed_ms, id LIMIT ?`,
        [beforeMs, limit],
      );
      if (old.length === 0) return { count: 0, content: [] };
      const ids = JSON.stringify(old.map((row) => row['id']));
      const content = [...new Set(old.map((row) => String(row['recording'])))];
      const some = 'IN (SELECT value FROM json_each(?))';
      await this.#writer.commit([
        { sql: `UPDATE live_sessions SET recording = NULL, recording_note = ? WHERE id ${some}`, params: [droppedNote, ids] },
        { sql: `DELETE FROM media WHERE sha256 ${some}`, params: [JSON.stringify(content)] },
      ]);
      return { count: old.length, content };
    });
  }
}
