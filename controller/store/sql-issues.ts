// Issues of source items and the inboxes of units, in SQL.
import type { SqlRow, SqlValue, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { issueLimits } from '../../schemas/source-issue.ts';
import type { InboxEntry, SourceIssue } from '../core/source-issue.ts';
import { addNew, put } from './batch.ts';
import type { InboxFilter, IssueStore } from './issue-store.ts';
import { scheduleStatement } from './sql-content.ts';
import type { Act, StoredSchedule } from './store.ts';
import type { Writer } from './writer.ts';

const entryColumns = ['at_ms', 'answer', 'programme', 'body'];

export class SqlIssues implements IssueStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add(issue: SourceIssue, entries: readonly InboxEntry[], act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT count(*) AS known FROM source_issues WHERE item = ?', [issue.item]);
      if (Number(row?.['known'] ?? 0) >= issueLimits.issues) return bad('over-budget', `${issueLimits.issues} issues of one item`);
      const columns = ['issue', 'unit', ...entryColumns];
      await this.#writer.commit([issueStatement(issue), addNew('source_inbox', columns, entries.map(cellsOf))], act);
      return ok(undefined);
    });
  }

  async issue(id: string): Promise<SourceIssue | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM source_issues WHERE id = ?', [id]);
    return row && issueOf(row);
  }

  async issues({ item, limit }: { readonly item?: string; readonly limit: number }): Promise<SourceIssue[]> {
    const where = item === undefined ? '' : 'WHERE item = ?';
    const sql = `SELECT body FROM source_issues ${where} ORDER BY at_ms DESC, id LIMIT ?`;
    return (await this.#writer.database.read(sql, item === undefined ? [limit] : [item, limit])).map(issueOf);
  }

  async from(centre: string, since: { readonly issued: number; readonly due: number }, limit: number): Promise<SourceIssue[]> {
    const sql = 'SELECT body FROM source_issues WHERE origin = ? AND (at_ms > ? OR due_ms >= ?) ORDER BY at_ms DESC, id LIMIT ?';
    const rows = await this.#writer.database.read(sql, [centre, since.issued, since.due, limit]);
    return rows.map(issueOf);
  }

  async due(fromMs: number, limit: number): Promise<SourceIssue[]> {
    const sql = 'SELECT body FROM source_issues WHERE due_ms >= ? AND withdrawn_ms IS NULL ORDER BY due_ms, id LIMIT ?';
    return (await this.#writer.database.read(sql, [fromMs, limit])).map(issueOf);
  }

  async counts(issues: readonly string[]): Promise<ReadonlyMap<string, { readonly units: number; readonly inserted: number }>> {
    const sql = `SELECT issue, count(*) AS units, sum(CASE WHEN answer = 'inserted' THEN 1 ELSE 0 END) AS inserted FROM source_inbox
      WHERE issue IN (SELECT value FROM json_each(?)) GROUP BY issue ORDER BY issue`;
    const rows = await this.#writer.database.read(sql, [JSON.stringify(issues)]);
    return new Map(rows.map((row) => [String(row['issue']), { units: Number(row['units']), inserted: Number(row['inserted']) }]));
  }

  async entries({ issues, units, item, answer, limit }: InboxFilter): Promise<InboxEntry[]> {
    const asked: readonly (readonly [string, SqlValue | undefined])[] = [
      ['issue IN (SELECT value FROM json_each(?))', issues && JSON.stringify(issues)],
      ['unit IN (SELECT value FROM json_each(?))', units && JSON.stringify(units)],
      ['issue IN (SELECT id FROM source_issues WHERE item = ?)', item],
      ['answer = ?', answer],
    ];
    const given = asked.filter((one): one is readonly [string, SqlValue] => one[1] !== undefined);
    const where = given.length > 0 ? `WHERE ${given.map(([term]) => term).join(' AND ')}` : '';
    const sql = `SELECT body FROM source_inbox ${where} ORDER BY at_ms DESC, issue, unit LIMIT ?`;
    return (await this.#writer.database.read(sql, [...given.map(([, value]) => value), limit])).map(entryOf);
  }

  answer(
    id: string,
    unit: string,
    judge: (entry: InboxEntry, issue: SourceIssue) => Result<InboxEntry>,
    act: Act,
  ): Promise<Result<InboxEntry>> {
    return this.#writer.alone(async () => {
      const issue = await this.issue(id);
      const [row] = await this.#writer.database.read('SELECT body FROM source_inbox WHERE issue = ? AND unit = ?', [id, unit]);
      if (!issue || !row) return bad('not-found', `nothing of ${id} in the inbox of ${unit}`);
      const judged = judge(entryOf(row), issue);
      if (!judged.ok) return judged;
      await this.#writer.commit([entryStatement(judged.value)], act);
      return judged;
    });
  }

  insert(entry: InboxEntry, schedule: StoredSchedule, act: Act): Promise<boolean> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read(
        `SELECT e.answer AS answer FROM source_inbox e JOIN source_issues i ON i.id = e.issue
          WHERE e.issue = ? AND e.unit = ? AND i.withdrawn_ms IS NULL`,
        [entry.issue, entry.unit],
      );
      if (row?.['answer'] !== 'waiting') return false;
      await this.#writer.commit([scheduleStatement(schedule), entryStatement(entry)], act);
      return true;
    });
  }

  withdraw(id: string, judge: (issue: SourceIssue) => Result<SourceIssue>, act: Act): Promise<Result<SourceIssue>> {
    return this.#writer.alone(async () => {
      const issue = await this.issue(id);
      if (!issue) return bad('not-found', `no issue ${id}`);
      const judged = judge(issue);
      if (!judged.ok) return judged;
      const inserted = (await this.entries({ issues: [id], answer: 'inserted', limit: issueLimits.reached })).flatMap(
        ({ schedule }) => schedule ?? [],
      );
      const gone = { sql: 'DELETE FROM schedules WHERE id IN (SELECT value FROM json_each(?))', params: [JSON.stringify(inserted)] };
      await this.#writer.commit([issueStatement(judged.value), ...(inserted.length > 0 ? [gone] : [])], act);
      return judged;
    });
  }

  async revoked(): Promise<readonly { readonly programme: string; readonly item: string }[]> {
    const sql = `SELECT e.programme AS programme, i.item AS item FROM source_inbox e JOIN source_issues i ON i.id = e.issue
      WHERE e.programme IS NOT NULL GROUP BY e.programme, i.item HAVING count(*) = count(i.withdrawn_ms) ORDER BY e.programme, i.item`;
    const rows = await this.#writer.database.read(sql);
    return rows.map((row) => ({ programme: String(row['programme']), item: String(row['item']) }));
  }
}

function issueStatement(issue: SourceIssue): Statement {
  const { id, item, atMs, withdrawn, disseminateByMs, origin } = issue;
  return put(
    'source_issues',
    ['id'],
    ['item', 'at_ms', 'withdrawn_ms', 'due_ms', 'origin', 'body'],
    [[id, item, atMs, withdrawn?.atMs ?? null, disseminateByMs, origin?.centre ?? null, JSON.stringify(issue)]],
  );
}

function cellsOf(entry: InboxEntry): (string | number | null)[] {
  return [entry.issue, entry.unit, entry.atMs, entry.answer, entry.programme, JSON.stringify(entry)];
}

function entryStatement(entry: InboxEntry): Statement {
  return put('source_inbox', ['issue', 'unit'], entryColumns, [cellsOf(entry)]);
}

function issueOf(row: SqlRow): SourceIssue {
  return JSON.parse(String(row['body'])) as SourceIssue;
}

function entryOf(row: SqlRow): InboxEntry {
  return JSON.parse(String(row['body'])) as InboxEntry;
}
