// Notices, phases of issues, deliveries by hand, photographs and households, in SQL.
import { randomId } from '../../hardware/host/crypto.ts';
import type { SqlRow, SqlValue, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Delivery } from '../core/deliveries.ts';
import type { IssuePhase, NewNotice, Notice } from '../core/notices.ts';
import { addNew, put } from './batch.ts';
import { photoUses } from './sql-photos.ts';
import type { NoticeFilter, Photo, PhotoUse, SteeringStore } from './steering-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

const noticeColumns = ['cause', 'unit', 'issue', 'at_ms', 'read_ms', 'body'];

export class SqlSteering implements SteeringStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  give(
    wanted: readonly NewNotice[],
    phase?: { readonly issue: string; readonly phase: IssuePhase; readonly atMs: number },
  ): Promise<Notice[]> {
    return this.#writer.alone(async () => {
      const causes = JSON.stringify(wanted.map(({ cause }) => cause));
      const known = await this.#writer.database.read(
        'SELECT cause FROM notices WHERE cause IN (SELECT value FROM json_each(?)) ORDER BY cause',
        [causes],
      );
      const given = new Set(known.map((row) => String(row['cause'])));
      const fresh = wanted.filter(({ cause }) => !given.has(cause)).map((one): Notice => ({ ...one, id: randomId('nhac'), read: null }));
      const rows = fresh.map(cellsOf);
      const gone = phase && addNew('issue_phases', ['issue', 'phase', 'at_ms'], [[phase.issue, phase.phase, phase.atMs]]);
      await this.#writer.commit([...(rows.length > 0 ? [addNew('notices', ['id', ...noticeColumns], rows)] : []), ...(gone ? [gone] : [])]);
      return fresh;
    });
  }

  async phases(issues: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<IssuePhase>>> {
    const sql = 'SELECT issue, phase FROM issue_phases WHERE issue IN (SELECT value FROM json_each(?)) ORDER BY issue, phase';
    const found = new Map<string, Set<IssuePhase>>();
    for (const row of await this.#writer.database.read(sql, [JSON.stringify(issues)])) {
      const known = found.get(String(row['issue'])) ?? new Set();
      found.set(String(row['issue']), known.add(row['phase'] as IssuePhase));
    }
    return found;
  }

  async notices({ units, issues, unread, limit }: NoticeFilter): Promise<Notice[]> {
    const terms: string[] = [];
    const params: SqlValue[] = [];
    if (units) {
      terms.push(`(unit IN (SELECT value FROM json_each(?))${units.includes(null) ? ' OR unit IS NULL' : ''})`);
      params.push(JSON.stringify(units.filter((unit) => unit !== null)));
    }
    if (issues) {
      terms.push('issue IN (SELECT value FROM json_each(?))');
      params.push(JSON.stringify(issues));
    }
    if (unread) terms.push('read_ms IS NULL');
    const where = terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : '';
    const sql = `SELECT body FROM notices ${where} ORDER BY at_ms DESC, id LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(bodyOf<Notice>);
  }

  async notice(id: string): Promise<Notice | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM notices WHERE id = ?', [id]);
    return row && bodyOf<Notice>(row);
  }

  read(id: string, read: NonNullable<Notice['read']>, act: Act): Promise<Result<Notice>> {
    return this.#writer.alone(async () => {
      const notice = await this.notice(id);
      if (!notice) return bad('not-found', `no notice ${id}`);
      if (notice.read) return ok(notice);
      const next = { ...notice, read };
      await this.#writer.commit([put('notices', ['id'], noticeColumns, [cellsOf(next)])], act);
      return ok(next);
    });
  }

  async deliveries(item: string): Promise<Delivery[]> {
    const sql = 'SELECT body FROM deliveries WHERE item = ? ORDER BY at_ms DESC, id';
    return (await this.#writer.database.read(sql, [item])).map(bodyOf<Delivery>);
  }

  async delivery(id: string): Promise<Delivery | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM deliveries WHERE id = ?', [id]);
    return row && bodyOf<Delivery>(row);
  }

  decideDelivery(
    id: string,
    item: string,
    judge: (delivery: Delivery | undefined, known: number) => Result<Delivery>,
    act: Act,
  ): Promise<Result<Delivery>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT count(*) AS known FROM deliveries WHERE item = ?', [item]);
      const judged = judge(await this.delivery(id), Number(row?.['known'] ?? 0));
      if (!judged.ok) return judged;
      const { photo } = judged.value;
      const named = photoUses('delivery', [{ thing: id, photos: photo === null ? [] : [photo] }]);
      await this.#writer.commit([deliveryStatement(judged.value), ...named], act);
      return judged;
    });
  }

  addPhoto({ sha256, atMs, account, bytes }: Photo, act: Act): Promise<void> {
    return this.#writer.write([addNew('photos', ['sha256', 'at_ms', 'account', 'bytes'], [[sha256, atMs, account, bytes]])], act);
  }

  async photo(sha256: string): Promise<Photo | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM photos WHERE sha256 = ?', [sha256]);
    return row && { sha256, atMs: Number(row['at_ms']), account: String(row['account']), bytes: Number(row['bytes']) };
  }

  async photosGiven(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = 'SELECT sha256 FROM photos WHERE sha256 IN (SELECT value FROM json_each(?)) ORDER BY sha256';
    const rows = await this.#writer.database.read(sql, [JSON.stringify([...new Set(hashes)])]);
    return new Set(rows.map((row) => String(row['sha256'])));
  }

  async photoUses(sha256: string, limit: number): Promise<PhotoUse[]> {
    const rows = await this.#writer.database.read('SELECT kind, thing FROM photo_uses WHERE photo = ? ORDER BY kind, thing LIMIT ?', [
      sha256,
      limit,
    ]);
    return rows.map((row) => ({ kind: row['kind'] as PhotoUse['kind'], thing: String(row['thing']) }));
  }

  async households(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#writer.database.read('SELECT box, households FROM households ORDER BY box');
    return new Map(rows.map((row) => [String(row['box']), Number(row['households'])]));
  }

  setHouseholds(box: string, households: number | null, act: Act): Promise<void> {
    const statement: Statement =
      households === null
        ? { sql: 'DELETE FROM households WHERE box = ?', params: [box] }
        : put('households', ['box'], ['households'], [[box, households]]);
    return this.#writer.write([statement], act);
  }
}

function cellsOf(notice: Notice): (string | number | null)[] {
  const { id, cause, unit, issue, atMs, read } = notice;
  return [id, cause, unit, issue, atMs, read?.atMs ?? null, JSON.stringify(notice)];
}

function deliveryStatement(delivery: Delivery): Statement {
  const { id, item, unit, atMs } = delivery;
  return put('deliveries', ['id'], ['item', 'unit', 'at_ms', 'body'], [[id, item, unit, atMs, JSON.stringify(delivery)]]);
}

function bodyOf<T>(row: SqlRow): T {
  return JSON.parse(String(row['body'])) as T;
}
