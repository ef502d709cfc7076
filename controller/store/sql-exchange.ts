// Exchange with foreign systems, in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { ExchangeLink, Supply } from '../core/exchange.ts';
import { addNew, put } from './batch.ts';
import type { ExchangeStore, Heard, Supplied } from './exchange-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

const tables = ['exchange_outbox', 'exchange_heard'];
const numbersAbove = 'exchange-numbers-above';

/**
 * Foreign systems have read numbers that these tables do not know: what was supplied is supplied again above them all. By the clock's seconds,
 * so that one backup restored twice gives no number twice.
 */
export function numberedAnew(ahead: number, atMs: number): Statement[] {
  const by = ahead + Math.floor(atMs / 1_000);
  return [
    { sql: 'UPDATE exchange_outbox SET seq = seq + ?', params: [by] },
    // For links that were supplied with nothing yet, or are not in the backup.
    put('meta', ['name'], ['value'], [[numbersAbove, String(by)]]),
  ];
}

export class SqlExchange implements ExchangeStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async links(): Promise<ExchangeLink[]> {
    const rows = await this.#writer.database.read('SELECT body FROM exchange_links ORDER BY id');
    return rows.map((row) => JSON.parse(String(row['body'])) as ExchangeLink);
  }

  decide(judge: Parameters<ExchangeStore['decide']>[0], act: Act): Promise<Result<ExchangeLink>> {
    return this.#writer.alone(async () => {
      const judged = judge(await this.links());
      if (!judged.ok) return judged;
      const decided = judged.value;
      const link = 'put' in decided ? decided.put : decided.remove;
      const gone = tables.map((table): Statement => ({ sql: `DELETE FROM ${table} WHERE link = ?`, params: [link.id] }));
      const statements: Statement[] =
        'put' in decided
          ? [put('exchange_links', ['id'], ['body'], [[link.id, JSON.stringify(link)]])]
          : [...gone, { sql: 'DELETE FROM exchange_links WHERE id = ?', params: [link.id] }];
      await this.#writer.commit(statements, act);
      return ok(link);
    });
  }

  async owed(link: string, units: readonly string[], limit: number): Promise<string[]> {
    const back = "i.withdrawn_ms IS NOT NULL OR s.state = 'withdrawn'";
    const sql = `SELECT e.issue AS issue FROM source_inbox e JOIN source_issues i ON i.id = e.issue LEFT JOIN source_items s ON s.id = i.item
      WHERE e.unit IN (SELECT value FROM json_each(?)) AND (${back} OR s.published IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM exchange_outbox o
        WHERE o.link = ? AND o.name = e.issue || '/' || (CASE WHEN ${back} THEN 'withdrawn' ELSE CAST(s.published AS TEXT) END))
      GROUP BY e.issue ORDER BY min(e.at_ms), e.issue LIMIT ?`;
    return (await this.#writer.database.read(sql, [JSON.stringify(units), link, limit])).map((row) => String(row['issue']));
  }

  async knows(link: string, issues: readonly string[]): Promise<ReadonlySet<string>> {
    // Names are an issue, a slash and more; behind a slash comes a nought.
    const sql = `SELECT i.id AS issue FROM source_issues i WHERE i.id IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM exchange_outbox o
      WHERE o.link = ? AND o.name > i.id || '/' AND o.name < i.id || '0') ORDER BY i.id`;
    const rows = await this.#writer.database.read(sql, [JSON.stringify(issues), link]);
    return new Set(rows.map((row) => String(row['issue'])));
  }

  supply(link: string, supplies: readonly Supply[], atMs: number): Promise<number> {
    return this.#writer.alone(async () => {
      const keys = JSON.stringify(supplies.map(({ key }) => key));
      const sql = 'SELECT name FROM exchange_outbox WHERE link = ? AND name IN (SELECT value FROM json_each(?)) ORDER BY name';
      const known = new Set((await this.#writer.database.read(sql, [link, keys])).map((row) => String(row['name'])));
      const fresh = supplies.filter(({ key }) => !known.has(key));
      if (fresh.length === 0) return 0;
      const last = await this.#last(link);
      const rows = fresh.map(({ key, document }, at) => [link, last + 1 + at, key, atMs, JSON.stringify(document)]);
      await this.#writer.commit([addNew('exchange_outbox', ['link', 'seq', 'name', 'at_ms', 'body'], rows)]);
      return fresh.length;
    });
  }

  async #last(link: string): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT max(seq) AS seq FROM exchange_outbox WHERE link = ?', [link]);
    const [above] = await this.#writer.database.read('SELECT value FROM meta WHERE name = ?', [numbersAbove]);
    return Math.max(Number(row?.['seq'] ?? 0), Number(above?.['value'] ?? 0));
  }

  async supplied(link: string, after: number, limit: number): Promise<Supplied[]> {
    const sql = 'SELECT seq, at_ms, body FROM exchange_outbox WHERE link = ? AND seq > ? ORDER BY seq LIMIT ?';
    const rows = await this.#writer.database.read(sql, [link, after, limit]);
    return rows.map((row) => ({ seq: Number(row['seq']), atMs: Number(row['at_ms']), body: String(row['body']) }));
  }

  async standing(): Promise<ReadonlyMap<string, { readonly supplied: number; readonly lastHeardMs: number | null }>> {
    const sql = `SELECT id, (SELECT max(seq) FROM exchange_outbox WHERE link = id) AS supplied,
      (SELECT max(heard_ms) FROM exchange_heard WHERE link = id) AS heard FROM exchange_links ORDER BY id`;
    const rows = await this.#writer.database.read(sql);
    return new Map(
      rows.map(({ id, supplied, heard }) => [
        String(id),
        { supplied: Number(supplied ?? 0), lastHeardMs: heard === null || heard === undefined ? null : Number(heard) },
      ]),
    );
  }

  hear(link: string, heard: readonly Heard[], act: Act): Promise<void> {
    return this.#writer.alone(async () => {
      const keys = JSON.stringify(heard.map(({ key }) => key));
      const sql = 'SELECT name, at_ms FROM exchange_heard WHERE link = ? AND name IN (SELECT value FROM json_each(?)) ORDER BY name';
      const rows = await this.#writer.database.read(sql, [link, keys]);
      const known = new Map(rows.map((row) => [String(row['name']), Number(row['at_ms'])]));
      const newest = heard.filter(({ key, atMs }) => (known.get(key) ?? Number.NEGATIVE_INFINITY) <= atMs).sort((a, b) => a.atMs - b.atMs);
      const cells = newest.map(({ key, atMs, heardMs, body }) => [link, key, atMs, heardMs, body]);
      const statements = cells.length > 0 ? [put('exchange_heard', ['link', 'name'], ['at_ms', 'heard_ms', 'body'], cells)] : [];
      await this.#writer.commit(statements, act);
    });
  }

  async heard(link: string, limit: number): Promise<Heard[]> {
    const sql = 'SELECT name, at_ms, heard_ms, body FROM exchange_heard WHERE link = ? ORDER BY at_ms DESC, name LIMIT ?';
    return (await this.#writer.database.read(sql, [link, limit])).map(heardOf);
  }
}

function heardOf(row: SqlRow): Heard {
  return { key: String(row['name']), atMs: Number(row['at_ms']), heardMs: Number(row['heard_ms']), body: String(row['body']) };
}
