// Alerts, their sources and mandates in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { AlertSource } from '../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Remembered } from '../emergency/gateway/heard.ts';
import type { AlertName, AlertStore, MemoryChange, StoredAlert, StoredMandate, StoredSource } from './alert-store.ts';
import { type Cell, put } from './batch.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

/** Messages that came to nothing are kept so many; what killed the gateway is kept for ever. */
const nothingsMax = 2_000;

export class SqlAlerts implements AlertStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addAlert(alert: StoredAlert, { remember, forget }: MemoryChange, act: Act): Promise<void> {
    return this.#writer.write(
      [
        save([alert]),
        { sql: 'DELETE FROM alert_memory WHERE name IN (SELECT value FROM json_each(?))', params: [JSON.stringify(forget)] },
        put(
          'alert_memory',
          ['name'],
          ['entry'],
          remember.map(({ key, entry }) => [key, JSON.stringify(entry)]),
        ),
        {
          sql: `DELETE FROM alerts WHERE state = 'nothing' AND code <> 'gateway-failed' AND received_ms <
            (SELECT received_ms FROM alerts WHERE state = 'nothing' ORDER BY received_ms DESC LIMIT 1 OFFSET ?)`,
          params: [nothingsMax],
        },
      ],
      act,
    );
  }

  saveAlerts(alerts: readonly StoredAlert[], act: Act): Promise<void> {
    return this.#writer.write([save(alerts)], act);
  }

  async alert(id: string): Promise<StoredAlert | undefined> {
    return (await this.#read('SELECT body FROM alerts WHERE id = ?', [id]))[0];
  }

  alerts(limit: number): Promise<StoredAlert[]> {
    return this.#read(`SELECT body FROM alerts ORDER BY state <> 'waiting', received_ms DESC, id LIMIT ?`, [limit]);
  }

  async named(names: readonly AlertName[]): Promise<StoredAlert[]> {
    const list = JSON.stringify(names.map(({ sender, identifier }) => [identifier, sender]));
    const found = await this.#read(
      `SELECT body FROM alerts WHERE state <> 'nothing' AND (identifier, sender) IN
        (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))`,
      [list],
    );
    return found.filter(({ alert }) =>
      names.some((name) => name.sentMs === alert?.sentMs && name.identifier === alert.identifier && name.sender === alert.sender),
    );
  }

  async byIdentifier(source: string, identifier: string): Promise<StoredAlert | undefined> {
    const sql = 'SELECT body FROM alerts WHERE identifier = ? AND source = ? ORDER BY received_ms LIMIT 1';
    return (await this.#read(sql, [identifier, source]))[0];
  }

  async deadly(digest: string): Promise<'waits' | 'answered' | undefined> {
    const sql = `SELECT state FROM alerts WHERE digest = ? AND code IN ('gateway-failed', 'ended-gateway-before')
      ORDER BY state <> 'waiting' LIMIT 1`;
    const [row] = await this.#writer.database.read(sql, [digest]);
    return row && (row['state'] === 'waiting' ? 'waits' : 'answered');
  }

  async startsSince(sinceMs: number): Promise<ReadonlyMap<string, number>> {
    const starts = new Map<string, number>();
    for (const { mandate, orders } of await this.#read('SELECT body FROM alerts WHERE given_ms > ? AND mandate IS NOT NULL', [sinceMs]))
      if (mandate !== null) starts.set(mandate, (starts.get(mandate) ?? 0) + orders.length);
    return starts;
  }

  async memory(): Promise<readonly Remembered[]> {
    const rows = await this.#writer.database.read('SELECT name, entry FROM alert_memory');
    return rows.map((row) => ({ key: String(row['name']), entry: JSON.parse(String(row['entry'])) as Remembered['entry'] }));
  }

  async sources(): Promise<StoredSource[]> {
    const rows = await this.#writer.database.read('SELECT body, secret FROM alert_sources ORDER BY id');
    return rows.map((row) => ({
      source: JSON.parse(String(row['body'])) as AlertSource,
      secret: row['secret'] === null ? null : String(row['secret']),
    }));
  }

  saveSource({ source, secret }: StoredSource, act: Act): Promise<void> {
    const sql = `INSERT INTO alert_sources (id, body, secret) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET body = excluded.body, secret = coalesce(excluded.secret, alert_sources.secret)`;
    return this.#writer.write([{ sql, params: [source.id, JSON.stringify(source), secret] }], act);
  }

  removeSource(id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT id FROM alert_sources WHERE id = ?', [id]);
      if (!row) return bad('not-found', `no source ${id}`);
      await this.#writer.commit([{ sql: 'DELETE FROM alert_sources WHERE id = ?', params: [id] }], act);
      return ok(undefined);
    });
  }

  async mandates(): Promise<StoredMandate[]> {
    const rows = await this.#writer.database.read('SELECT body FROM mandates ORDER BY made_ms DESC, id');
    return rows.map((row) => JSON.parse(String(row['body'])) as StoredMandate);
  }

  saveMandate(mandate: StoredMandate, act: Act): Promise<void> {
    const row = [mandate.id, mandate.madeMs, JSON.stringify(mandate)];
    return this.#writer.write([put('mandates', ['id'], ['made_ms', 'body'], [row])], act);
  }

  async #read(sql: string, params: readonly (string | number)[]): Promise<StoredAlert[]> {
    const rows: SqlRow[] = await this.#writer.database.read(sql, params);
    return rows.map((row) => JSON.parse(String(row['body'])) as StoredAlert);
  }
}

const columns = ['source', 'received_ms', 'digest', 'sender', 'identifier', 'sent_ms', 'state', 'code', 'mandate', 'given_ms', 'body'];

function rowOf(stored: StoredAlert): Cell[] {
  const { id, source, receivedMs, digest, alert, state, code, mandate, givenMs } = stored;
  return [
    ...[id, source, receivedMs, digest, alert?.sender ?? null, alert?.identifier ?? null, alert?.sentMs ?? null],
    ...[state, code, mandate, givenMs, JSON.stringify(stored)],
  ];
}

/** All at once; each in place of what is known under its id. */
function save(alerts: readonly StoredAlert[]): Statement {
  return put('alerts', ['id'], columns, alerts.map(rowOf));
}
