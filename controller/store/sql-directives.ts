// Directives and the readings of units, in SQL.
import type { SqlRow, SqlValue, Statement } from '../../hardware/host/sqlite.ts';
import { directiveLimits } from '../../schemas/directive.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Directive, DirectiveEntry } from '../core/directive.ts';
import { addNew, put } from './batch.ts';
import type { DirectiveEntryFilter, DirectiveFilter, DirectiveStore } from './directive-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlDirectives implements DirectiveStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  put(directive: Directive, entries: readonly DirectiveEntry[], act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT count(*) AS held FROM directives WHERE id <> ?', [directive.id]);
      if (Number(row?.['held'] ?? 0) >= directiveLimits.kept) return bad('over-budget', `${directiveLimits.kept} directives are kept`);
      const cells = entries.map((entry) => [entry.directive, entry.unit, entry.atMs, JSON.stringify(entry)]);
      const fresh = cells.length > 0 ? [addNew('directive_inbox', ['directive', 'unit', 'at_ms', 'body'], cells)] : [];
      await this.#writer.commit([directiveStatement(directive), ...fresh], act);
      return ok(undefined);
    });
  }

  async directive(id: string): Promise<Directive | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM directives WHERE id = ?', [id]);
    return row && directiveOf(row);
  }

  async directivesOf(ids: readonly string[]): Promise<Directive[]> {
    const sql = 'SELECT body FROM directives WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id';
    return (await this.#writer.database.read(sql, [JSON.stringify(ids)])).map(directiveOf);
  }

  async directives({ units, after, limit }: DirectiveFilter): Promise<Directive[]> {
    const own = units.filter((unit) => unit !== null);
    const whose = `(unit IN (SELECT value FROM json_each(?))${units.includes(null) ? ' OR unit IS NULL' : ''})`;
    const behind = after ? 'AND (at_ms < ? OR (at_ms = ? AND id > ?))' : '';
    const sql = `SELECT body FROM directives WHERE ${whose} ${behind} ORDER BY at_ms DESC, id LIMIT ?`;
    const params: SqlValue[] = [JSON.stringify(own), ...(after ? [after.atMs, after.atMs, after.id] : []), limit];
    return (await this.#writer.database.read(sql, params)).map(directiveOf);
  }

  async newest(limit: number): Promise<Directive[]> {
    return (await this.#writer.database.read('SELECT body FROM directives ORDER BY at_ms DESC, id LIMIT ?', [limit])).map(directiveOf);
  }

  async from(centre: string, since: { readonly issued: number; readonly due: number }, limit: number): Promise<Directive[]> {
    const sql = 'SELECT body FROM directives WHERE origin = ? AND (at_ms > ? OR due_ms >= ?) ORDER BY at_ms DESC, id LIMIT ?';
    return (await this.#writer.database.read(sql, [centre, since.issued, since.due, limit])).map(directiveOf);
  }

  async entries({ directives, units, after, limit }: DirectiveEntryFilter): Promise<DirectiveEntry[]> {
    const asked: readonly (readonly [string, readonly SqlValue[] | undefined])[] = [
      ['directive IN (SELECT value FROM json_each(?))', directives && [JSON.stringify(directives)]],
      ['unit IN (SELECT value FROM json_each(?))', units && [JSON.stringify(units)]],
      [
        '(at_ms < ? OR (at_ms = ? AND (directive > ? OR (directive = ? AND unit > ?))))',
        after && [after.atMs, after.atMs, after.directive, after.directive, after.unit],
      ],
    ];
    const given = asked.filter((one): one is readonly [string, readonly SqlValue[]] => one[1] !== undefined);
    const where = given.length > 0 ? `WHERE ${given.map(([term]) => term).join(' AND ')}` : '';
    const sql = `SELECT body FROM directive_inbox ${where} ORDER BY at_ms DESC, directive, unit LIMIT ?`;
    return (await this.#writer.database.read(sql, [...given.flatMap(([, values]) => values), limit])).map(entryOf);
  }

  read(
    id: string,
    unit: string,
    judge: (entry: DirectiveEntry, directive: Directive) => Result<DirectiveEntry>,
    act: Act,
  ): Promise<Result<DirectiveEntry>> {
    return this.#writer.alone(async () => {
      const directive = await this.directive(id);
      const [row] = await this.#writer.database.read('SELECT body FROM directive_inbox WHERE directive = ? AND unit = ?', [id, unit]);
      if (!directive || !row) return bad('not-found', `nothing of ${id} in the inbox of ${unit}`);
      const entry = entryOf(row);
      const judged = judge(entry, directive);
      if (!judged.ok || judged.value.readings.length === entry.readings.length) return judged;
      const cells = [[id, unit, judged.value.atMs, JSON.stringify(judged.value)]];
      await this.#writer.commit([put('directive_inbox', ['directive', 'unit'], ['at_ms', 'body'], cells)], act);
      return judged;
    });
  }

  withdraw(id: string, judge: (directive: Directive) => Result<Directive>, act: Act): Promise<Result<Directive>> {
    return this.#writer.alone(async () => {
      const directive = await this.directive(id);
      if (!directive) return bad('not-found', `no directive ${id}`);
      const judged = judge(directive);
      if (!judged.ok) return judged;
      await this.#writer.commit([directiveStatement(judged.value)], act);
      return judged;
    });
  }
}

function directiveStatement(directive: Directive): Statement {
  const { id, unit, atMs, dueMs, origin } = directive;
  const cells = [[id, origin ? null : unit, atMs, dueMs, origin?.centre ?? null, JSON.stringify(directive)]];
  return put('directives', ['id'], ['unit', 'at_ms', 'due_ms', 'origin', 'body'], cells);
}

function directiveOf(row: SqlRow): Directive {
  return JSON.parse(String(row['body'])) as Directive;
}

function entryOf(row: SqlRow): DirectiveEntry {
  return JSON.parse(String(row['body'])) as DirectiveEntry;
}
