// Faults of boxes in SQL, with what people did about them.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { Fault } from '../../schemas/faults.ts';
import { isOpen } from '../core/faults.ts';
import { put } from './batch.ts';
import { terms } from './sql-log.ts';
import type { Act, FaultFilter, FaultSpan, FaultStore } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlFaults implements FaultStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  save(faults: readonly Fault[], act?: Act): Promise<void> {
    const rows = faults.map((fault) => [
      ...[fault.id, fault.box, fault.openedMs, fault.endedMs, isOpen(fault) ? 1 : 0, fault.resolvedMs, fault.reason, JSON.stringify(fault)],
    ]);
    return this.#writer.write(
      [put('faults', ['id'], ['box', 'opened_ms', 'ended_ms', 'open', 'resolved_ms', 'reason', 'body'], rows)],
      act,
    );
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

  async lasted({ reason, fromMs, toMs }: FaultSpan): Promise<ReadonlyMap<string, number>> {
    const until = 'CASE WHEN ended_ms IS NULL OR ended_ms > ? THEN ? ELSE ended_ms END';
    const since = 'CASE WHEN opened_ms < ? THEN ? ELSE opened_ms END';
    const sql = `SELECT box, SUM(${until} - ${since}) AS lasted_ms FROM faults
      WHERE reason = ? AND opened_ms < ? AND (ended_ms IS NULL OR ended_ms > ?) GROUP BY box ORDER BY box`;
    const rows = await this.#writer.database.read(sql, [toMs, toMs, fromMs, fromMs, reason, toMs, fromMs]);
    return new Map(rows.map((row) => [String(row['box']), Number(row['lasted_ms'])]));
  }

  async stoodAt(atMs: number, openedUntilMs: number): Promise<ReadonlyMap<string, number>> {
    const sql =
      'SELECT box, COUNT(*) AS n FROM faults WHERE opened_ms <= ? AND (ended_ms IS NULL OR ended_ms > ?) GROUP BY box ORDER BY box';
    const rows = await this.#writer.database.read(sql, [openedUntilMs, atMs]);
    return new Map(rows.map((row) => [String(row['box']), Number(row['n'])]));
  }
}

function faultOf(row: SqlRow): Fault {
  return JSON.parse(String(row['body'])) as Fault;
}
