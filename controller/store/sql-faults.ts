// Faults of boxes in SQL, with what people did about them.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { type Fault, isOpen } from '../core/faults.ts';
import { put } from './batch.ts';
import { terms } from './sql-log.ts';
import type { Act, FaultFilter, FaultStore } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlFaults implements FaultStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  save(faults: readonly Fault[], act?: Act): Promise<void> {
    const rows = faults.map((fault) => [
      ...[fault.id, fault.box, fault.openedMs, fault.endedMs, isOpen(fault) ? 1 : 0, fault.resolvedMs, JSON.stringify(fault)],
    ]);
    return this.#writer.write([put('faults', ['id'], ['box', 'opened_ms', 'ended_ms', 'open', 'resolved_ms', 'body'], rows)], act);
  }

  async fault(id: string): Promise<Fault | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM faults WHERE id = ?', [id]);
    return row && faultOf(row);
  }

  async unsettled(endedAfterMs: number): Promise<Fault[]> {
    const sql = 'SELECT body FROM faults WHERE resolved_ms IS NULL AND (ended_ms IS NULL OR ended_ms > ?) ORDER BY opened_ms, id';
    return (await this.#writer.database.read(sql, [endedAfterMs])).map(faultOf);
  }

  async faults({ boxes, open, period, after, limit }: FaultFilter): Promise<Fault[]> {
    const { where, params } = terms([
      ['box IN (SELECT value FROM json_each(?))', boxes && [JSON.stringify(boxes)]],
      ['open = 1', open ? [] : undefined],
      ['opened_ms < ? AND (ended_ms IS NULL OR ended_ms >= ?)', period && [period.toMs, period.fromMs]],
      ['(opened_ms, id) < (?, ?)', after && [after.openedMs, after.id]],
    ]);
    const sql = `SELECT body FROM faults ${where} ORDER BY opened_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(faultOf);
  }
}

function faultOf(row: SqlRow): Fault {
  return JSON.parse(String(row['body'])) as Fault;
}
