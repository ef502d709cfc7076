// The audit chain, durable counters and single values of a centre, in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { put } from './batch.ts';
import type { Act, AuditSearch, AuditStore, CounterStore, MetaStore } from './store.ts';
import { type AuditHead, follows, type Writer } from './writer.ts';

const floorSpace = 'floor';
const neverBack = 'ON CONFLICT (space) DO UPDATE SET ctr = CASE WHEN excluded.ctr > counters.ctr THEN excluded.ctr ELSE counters.ctr END';
const verifyPage = 1000;
/** Entries from the first one of a time on, in which somebody's acts are looked for. */
const lookedThroughMax = 200_000;

export class SqlAudit implements AuditStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  append(act: Act): Promise<void> {
    return this.#writer.write([], act);
  }

  async entries(afterSeq: number, limit: number): Promise<(Act & { readonly seq: number; readonly hash: string })[]> {
    const rows = await this.#writer.database.read('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?', [afterSeq, limit]);
    return rows.map(entryOf);
  }

  async search({ actor, act, subject, fromMs, toMs, order, after, limit }: AuditSearch) {
    const newest = order === 'newest';
    const begins = Object.entries({ actor, act, subject }).flatMap(([column, text]) =>
      text === undefined ? [] : [{ sql: `substr(${column}, 1, ?) = ?`, values: [[...text].length, text] }],
    );
    const bounds = [
      { sql: 'at_ms >= ?', value: fromMs },
      { sql: 'at_ms < ?', value: toMs },
      { sql: newest ? 'seq < ?' : 'seq > ?', value: after },
    ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, values: [value] }]));
    const asked = [...begins, ...bounds];
    const where = asked.length === 0 ? '' : ` WHERE ${asked.map(({ sql }) => sql).join(' AND ')}`;
    const sql = `SELECT * FROM audit${where} ORDER BY seq ${newest ? 'DESC' : 'ASC'} LIMIT ?`;
    return (await this.#writer.database.read(sql, [...asked.flatMap(({ values }) => values), limit])).map(entryOf);
  }

  async by(actor: string, { fromMs, toMs, limit }: Parameters<AuditStore['by']>[1]): ReturnType<AuditStore['by']> {
    const first = await this.#firstAt(fromMs);
    const sql = 'SELECT * FROM audit WHERE seq >= ? AND seq < ? AND at_ms <= ? AND actor = ? ORDER BY seq LIMIT ?';
    return (await this.#writer.database.read(sql, [first, first + lookedThroughMax, toMs, actor, limit])).map(entryOf);
  }

  /** The chain grows with time: its first entry of an instant is found by halving, without an index of instants. */
  async #firstAt(ms: number): Promise<number> {
    let [low, high] = [1, (await this.head()).seq + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [row] = await this.#writer.database.read('SELECT at_ms FROM audit WHERE seq = ?', [middle]);
      if (Number(row?.['at_ms'] ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async head(): Promise<{ readonly seq: number; readonly hash: string }> {
    const [row] = await this.#writer.database.read('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
    return row ? { seq: Number(row['seq']), hash: String(row['hash']) } : { seq: 0, hash: '' };
  }

  async verify(): Promise<number | undefined> {
    let head: AuditHead = { seq: 0, hash: '' };
    for (;;) {
      const page = await this.entries(head.seq, verifyPage);
      for (const entry of page) {
        if (!follows(head, entry)) return head.seq + 1;
        head = entry;
      }
      if (page.length < verifyPage) return undefined;
    }
  }
}

function entryOf(row: SqlRow): Act & { readonly seq: number; readonly hash: string } {
  return {
    seq: Number(row['seq']),
    atMs: Number(row['at_ms']),
    actor: String(row['actor']),
    act: String(row['act']),
    subject: String(row['subject']),
    sha256: String(row['sha256']),
    hash: String(row['hash']),
  };
}

export class SqlCounters implements CounterStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  raise(counters: ReadonlyMap<string, number>): Promise<void> {
    return this.#writer.write([{ sql: `INSERT INTO counters (space, ctr) ROWS ${neverBack}`, rows: [...counters] }]);
  }

  async highest(prefix: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#writer.database.read('SELECT space, ctr FROM counters WHERE substr(space, 1, ?) = ?', [prefix.length, prefix]);
    return new Map(rows.map((row) => [String(row['space']), Number(row['ctr'])]));
  }

  async floorMs(): Promise<number> {
    const [row] = await this.#writer.database.read(
      `SELECT (SELECT ctr FROM counters WHERE space = '${floorSpace}') AS said, (SELECT at_ms FROM audit ORDER BY seq DESC LIMIT 1) AS done`,
    );
    return Math.max(Number(row?.['said'] ?? 0), Number(row?.['done'] ?? 0));
  }

  raiseFloor(nowMs: number): Promise<void> {
    return this.raise(new Map([[floorSpace, nowMs]]));
  }
}

export class SqlMeta implements MetaStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async value(name: string): Promise<string | undefined> {
    const [row] = await this.#writer.database.read('SELECT value FROM meta WHERE name = ?', [name]);
    return row && String(row['value']);
  }

  setValue(name: string, value: string, act?: Act): Promise<void> {
    return this.setValues(new Map([[name, value]]), act);
  }

  setValues(values: ReadonlyMap<string, string>, act?: Act): Promise<void> {
    return this.#writer.write([put('meta', ['name'], ['value'], [...values])], act);
  }
}
