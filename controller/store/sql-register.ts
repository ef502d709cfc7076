// The register of equipment in SQL: every state a row, the one of a day found by its number.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { EquipmentVersion, RegisterImport } from '../../schemas/register.ts';
import type { ImportedState } from '../core/register.ts';
import { addNew, put } from './batch.ts';
import type { EntryFilter, RegisterStore, RegisterWrite } from './register-store.ts';
import { terms } from './sql-log.ts';
import { photoUses } from './sql-photos.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

/** Numbers of the newest states; of those not taken back up to a day. */
const newest = 'SELECT entry, max(n) AS n FROM equipment GROUP BY entry';
const newestOn = 'SELECT entry, max(n) AS n FROM equipment WHERE from_day <= ? AND undone = 0 GROUP BY entry';

export class SqlRegister implements RegisterStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async entries({ day, units, after, limit }: EntryFilter): Promise<EquipmentVersion[]> {
    const { where, params } = terms([
      ['e.unit IS NOT NULL', []],
      ['e.unit IN (SELECT value FROM json_each(?))', units && [JSON.stringify(units)]],
      ['e.entry > ?', after === undefined ? undefined : [after]],
    ]);
    const sql = `SELECT e.body AS body FROM equipment e JOIN (${newestOn}) held ON held.entry = e.entry AND held.n = e.n ${where} ORDER BY e.entry LIMIT ?`;
    return (await this.#writer.database.read(sql, [day, ...params, limit])).map(versionOf);
  }

  async history(entry: string): Promise<EquipmentVersion[]> {
    return (await this.#writer.database.read('SELECT body FROM equipment WHERE entry = ? ORDER BY n', [entry])).map(versionOf);
  }

  async lasts(entries: readonly string[]): Promise<ReadonlyMap<string, EquipmentVersion>> {
    const some = 'WHERE e.entry IN (SELECT value FROM json_each(?))';
    const sql = `SELECT e.body AS body FROM equipment e JOIN (${newest}) held ON held.entry = e.entry AND held.n = e.n ${some} ORDER BY e.entry`;
    const found = (await this.#writer.database.read(sql, [JSON.stringify(entries)])).map(versionOf);
    return new Map(found.map((version) => [version.entry, version]));
  }

  decide(
    entries: readonly string[],
    judge: (lasts: ReadonlyMap<string, EquipmentVersion>, entries: number) => Result<RegisterWrite | undefined>,
  ): Promise<Result<RegisterWrite | undefined>> {
    return this.#writer.alone(async () => {
      const judged = judge(await this.lasts(entries), await this.count());
      if (!judged.ok || judged.value === undefined) return judged;
      const { states, imported, act } = judged.value;
      const statements = [...(states.length > 0 ? stateRows(states) : []), ...(imported ? [importRow(imported)] : [])];
      await this.#writer.commit(statements, act);
      return judged;
    });
  }

  async count(): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT count(DISTINCT entry) AS entries FROM equipment');
    return Number(row?.['entries'] ?? 0);
  }

  async imports(limit: number): Promise<RegisterImport[]> {
    return (await this.#writer.database.read('SELECT body FROM register_imports ORDER BY at_ms DESC, id LIMIT ?', [limit])).map(importOf);
  }

  async import(id: string): Promise<RegisterImport | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM register_imports WHERE id = ?', [id]);
    return row && importOf(row);
  }

  async importedStates(id: string): Promise<ImportedState[]> {
    const made = (await this.#writer.database.read('SELECT body FROM equipment WHERE imported = ? ORDER BY entry', [id])).map(versionOf);
    const before = await this.#writer.database.read(
      'SELECT b.body AS body FROM equipment m JOIN equipment b ON b.entry = m.entry AND b.n = m.n - 1 WHERE m.imported = ? ORDER BY b.entry',
      [id],
    );
    const befores = new Map(before.map(versionOf).map((version) => [version.entry, version]));
    const lasts = await this.lasts(made.map(({ entry }) => entry));
    return made.map((one) => ({ made: one, before: befores.get(one.entry), last: lasts.get(one.entry) ?? one }));
  }

  undo(
    id: string,
    judge: (imported: RegisterImport, states: readonly ImportedState[]) => Result<readonly EquipmentVersion[]>,
    act: Act,
  ): Promise<Result<RegisterImport>> {
    return this.#writer.alone(async () => {
      const imported = await this.import(id);
      if (!imported) return bad('not-found', `no import ${id}`);
      const judged = judge(imported, await this.importedStates(id));
      if (!judged.ok) return judged;
      const undone: RegisterImport = { ...imported, undoneMs: act.atMs, undoneBy: act.actor };
      const marks = { sql: 'UPDATE equipment SET undone = 1 WHERE imported = ?', params: [id] };
      await this.#writer.commit([marks, ...(judged.value.length > 0 ? stateRows(judged.value) : []), importRow(undone)], act);
      return ok(undone);
    });
  }
}

function stateRows(states: readonly EquipmentVersion[]): Statement[] {
  const rows = states.map((one) => [one.entry, one.n, one.from, one.facts?.unit ?? null, one.imported, 0, JSON.stringify(one)]);
  const named = photoUses(
    'entry',
    states.map(({ entry, facts }) => ({ thing: entry, photos: facts?.photos ?? [] })),
  );
  return [addNew('equipment', ['entry', 'n', 'from_day', 'unit', 'imported', 'undone', 'body'], rows), ...named];
}

function importRow(imported: RegisterImport): Statement {
  return put('register_imports', ['id'], ['at_ms', 'body'], [[imported.id, imported.atMs, JSON.stringify(imported)]]);
}

function versionOf(row: SqlRow): EquipmentVersion {
  return JSON.parse(String(row['body'])) as EquipmentVersion;
}

function importOf(row: SqlRow): RegisterImport {
  return JSON.parse(String(row['body'])) as RegisterImport;
}
