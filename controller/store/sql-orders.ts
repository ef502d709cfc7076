// Emergency orders, the envelopes of each group's frame and how far each box is, in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { terms } from './sql-log.ts';
import type { Act, GroupEnvelope, OrderProgress, OrderStore, StoredOrder } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlOrders implements OrderStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addOrder(order: StoredOrder, envelopes: readonly GroupEnvelope[], act: Act): Promise<void> {
    const { id, givenMs, expMs, clearedMs, ...body } = order;
    const insert = {
      sql: 'INSERT INTO orders (id, given_ms, body, exp_ms, cleared_ms) VALUES (?, ?, ?, ?, ?)',
      params: [id, givenMs, JSON.stringify(body), expMs, clearedMs],
    };
    return this.#writer.write([insert, ...envelopes.map(insertEnvelope)], act);
  }

  clearOrders(ids: readonly string[], clears: readonly GroupEnvelope[], act: Act): Promise<void> {
    const list = JSON.stringify(ids);
    const groups = JSON.stringify(clears.map((clear) => clear.group));
    return this.#writer.write(
      [
        {
          sql: 'UPDATE orders SET cleared_ms = ? WHERE cleared_ms IS NULL AND id IN (SELECT value FROM json_each(?))',
          params: [act.atMs, list],
        },
        {
          sql: `DELETE FROM group_envelopes WHERE typ = 'order' AND json_extract(orders, '$[0]') IN (SELECT value FROM json_each(?))`,
          params: [list],
        },
        // The new clear of a group names all ids of the one before that still matter.
        { sql: `DELETE FROM group_envelopes WHERE typ = 'clear' AND grp IN (SELECT value FROM json_each(?))`, params: [groups] },
        ...clears.map(insertEnvelope),
      ],
      act,
    );
  }

  async orders(limit: number, after?: Pick<StoredOrder, 'givenMs' | 'id'>): Promise<StoredOrder[]> {
    const { where, params } = terms([['(given_ms, id) < (?, ?)', after && [after.givenMs, after.id]]]);
    const sql = `SELECT * FROM orders ${where} ORDER BY given_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(orderOf);
  }

  async some(ids: readonly string[]): Promise<StoredOrder[]> {
    if (ids.length === 0) return [];
    const sql = 'SELECT * FROM orders WHERE id IN (SELECT value FROM json_each(?)) ORDER BY given_ms, id';
    return (await this.#writer.database.read(sql, [JSON.stringify(ids)])).map(orderOf);
  }

  async ordersUntil(sinceMs: number): Promise<StoredOrder[]> {
    return (await this.#writer.database.read('SELECT * FROM orders WHERE exp_ms > ? ORDER BY given_ms, id', [sinceMs])).map(orderOf);
  }

  async order(id: string): Promise<StoredOrder | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM orders WHERE id = ?', [id]);
    return row && orderOf(row);
  }

  async envelopes(nowMs: number): Promise<GroupEnvelope[]> {
    const rows = await this.#writer.database.read('SELECT * FROM group_envelopes WHERE exp_ms > ? ORDER BY grp, ctr', [nowMs]);
    return rows.map((row) => ({
      group: String(row['grp']),
      ctr: Number(row['ctr']),
      typ: row['typ'] === 'clear' ? 'clear' : 'order',
      orders: JSON.parse(String(row['orders'])) as string[],
      envelope: JSON.parse(String(row['envelope'])) as Envelope,
      audio: JSON.parse(String(row['audio'])) as string[],
      expMs: Number(row['exp_ms']),
    }));
  }

  async progress(orders: readonly string[]): Promise<OrderProgress[]> {
    const rows = await this.#writer.database.read(
      'SELECT * FROM order_progress WHERE ord IN (SELECT value FROM json_each(?)) ORDER BY ord, dev, at_ms',
      [JSON.stringify(orders)],
    );
    return rows.map((row) => ({
      order: String(row['ord']),
      dev: String(row['dev']),
      state: String(row['state']),
      atMs: Number(row['at_ms']),
      voice: row['voice'] === null ? null : String(row['voice']),
      problem: row['problem'] === null ? null : (JSON.parse(String(row['problem'])) as Problem),
    }));
  }

  async startsAtBoxes(): Promise<{ readonly order: string; readonly dev: string }[]> {
    // Ids of orders that lie ready begin so: their rows stand together in the key.
    const rows = await this.#writer.database.read(
      `SELECT ord, dev FROM order_progress WHERE ord >= 'ready-' AND ord < 'ready.' AND ord LIKE '%#%' GROUP BY ord, dev
       HAVING SUM(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) > 0
         AND SUM(CASE WHEN state IN ('ended', 'cleared', 'expired') THEN 1 ELSE 0 END) = 0
       ORDER BY MAX(at_ms) DESC LIMIT 256`,
    );
    return rows.map((row) => ({ order: String(row['ord']), dev: String(row['dev']) }));
  }

  async ready(): Promise<ReadonlyMap<string, readonly LocalOrder[]>> {
    const rows = await this.#writer.database.read('SELECT dev, body FROM local_orders ORDER BY dev, id');
    const ready = new Map<string, LocalOrder[]>();
    for (const row of rows) {
      const dev = String(row['dev']);
      ready.set(dev, [...(ready.get(dev) ?? []), JSON.parse(String(row['body'])) as LocalOrder]);
    }
    return ready;
  }

  layReady(dev: string, order: LocalOrder, act: Act): Promise<void> {
    const insert = {
      sql: 'INSERT INTO local_orders (dev, id, body) VALUES (?, ?, ?) ON CONFLICT (dev, id) DO UPDATE SET body = excluded.body',
      params: [dev, order.id, JSON.stringify(order)],
    };
    return this.#writer.write([insert], act);
  }

  takeReady(dev: string, id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT 1 FROM local_orders WHERE dev = ? AND id = ?', [dev, id]);
      if (!row) return bad('not-found', `no order ${id} lies ready in ${dev}`);
      await this.#writer.commit([{ sql: 'DELETE FROM local_orders WHERE dev = ? AND id = ?', params: [dev, id] }], act);
      return ok(undefined);
    });
  }
}

function insertEnvelope(envelope: GroupEnvelope) {
  return {
    sql: 'INSERT INTO group_envelopes (grp, ctr, typ, orders, envelope, audio, exp_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    params: [
      envelope.group,
      envelope.ctr,
      envelope.typ,
      JSON.stringify(envelope.orders),
      JSON.stringify(envelope.envelope),
      JSON.stringify(envelope.audio),
      envelope.expMs,
    ],
  };
}

function orderOf(row: SqlRow): StoredOrder {
  const body = JSON.parse(String(row['body'])) as Omit<StoredOrder, 'id' | 'givenMs' | 'expMs' | 'clearedMs'>;
  return {
    id: String(row['id']),
    ...body,
    givenMs: Number(row['given_ms']),
    expMs: Number(row['exp_ms']),
    clearedMs: row['cleared_ms'] === null ? null : Number(row['cleared_ms']),
  };
}
