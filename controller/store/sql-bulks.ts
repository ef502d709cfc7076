// Changes to many schedules in SQL: judged and written in one turn, so that nobody's work between is written over.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { BulkChange, BulkPlanned } from '../core/bulk-change.ts';
import { put } from './batch.ts';
import type { BulkStore } from './bulk-store.ts';
import { SqlContent, scheduleStatement } from './sql-content.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlBulks implements BulkStore {
  readonly #writer: Writer;
  readonly #content: SqlContent;

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#content = new SqlContent(writer);
  }

  apply(change: BulkChange, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const standing = await this.#stands(change.before, change.before);
      if (!standing.ok) return standing;
      await this.#writer.commit([...replaced(change.before, change.after), bulkStatement(change)], act);
      return ok(undefined);
    });
  }

  async change(id: string): Promise<BulkChange | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM bulk_changes WHERE id = ?', [id]);
    return row && bulkOf(row);
  }

  async changes(limit: number): Promise<BulkChange[]> {
    return (await this.#writer.database.read('SELECT body FROM bulk_changes ORDER BY at_ms DESC, id LIMIT ?', [limit])).map(bulkOf);
  }

  undo(id: string, judge: (change: BulkChange) => Result<BulkChange>, act: Act): Promise<Result<BulkChange>> {
    return this.#writer.alone(async () => {
      const change = await this.change(id);
      if (!change) return bad('not-found', `no change ${id}`);
      const judged = judge(change);
      if (!judged.ok) return judged;
      const standing = await this.#stands(change.before, change.after);
      if (!standing.ok) return standing;
      await this.#writer.commit([...replaced(change.after, change.before), bulkStatement(judged.value)], act);
      return judged;
    });
  }

  /** Of these schedules exactly those are there, as they are. Problem: conflict. */
  async #stands(named: readonly BulkPlanned[], expected: readonly BulkPlanned[]): Promise<Result<void>> {
    const ids = new Set(named.map(({ schedule }) => schedule.id));
    const there = new Map(
      (await this.#content.schedules()).filter(({ schedule }) => ids.has(schedule.id)).map((one) => [one.schedule.id, one]),
    );
    const wanted = new Map(expected.map((one) => [one.schedule.id, one]));
    for (const id of ids)
      if (canonicalJson(there.get(id) ?? null) !== canonicalJson(wanted.get(id) ?? null))
        return bad('conflict', `${id} was changed meanwhile`, '/schedules');
    return ok(undefined);
  }
}

function replaced(before: readonly BulkPlanned[], after: readonly BulkPlanned[]): Statement[] {
  const ids = JSON.stringify(before.map(({ schedule }) => schedule.id));
  return [{ sql: 'DELETE FROM schedules WHERE id IN (SELECT value FROM json_each(?))', params: [ids] }, ...after.map(scheduleStatement)];
}

function bulkStatement(change: BulkChange): Statement {
  const row = [change.id, change.atMs, change.undone?.atMs ?? null, JSON.stringify(change)];
  return put('bulk_changes', ['id'], ['at_ms', 'undone_ms', 'body'], [row]);
}

function bulkOf(row: SqlRow): BulkChange {
  return JSON.parse(String(row['body'])) as BulkChange;
}
