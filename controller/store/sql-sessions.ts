// Sessions in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { Proof } from '../core/accounts.ts';
import type { Session } from './people-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlSessions {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add({ idHash, account, csrf, createdMs, expMs, proof, seenMs, place, device, way }: Session, act: Act): Promise<void> {
    const sql = `INSERT INTO sessions (id_hash, account, csrf, created_ms, exp_ms, proof, seen_ms, place, device, way)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    return this.#writer.write([{ sql, params: [idHash, account, csrf, createdMs, expMs, proof, seenMs, place, device, way] }], act);
  }

  async one(idHash: string, nowMs: number): Promise<Session | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM sessions WHERE id_hash = ? AND exp_ms > ?', [idHash, nowMs]);
    return row && sessionOf(row);
  }

  async of(account: string, nowMs: number): Promise<Session[]> {
    const sql = 'SELECT * FROM sessions WHERE account = ? AND exp_ms > ? ORDER BY created_ms DESC, id_hash';
    return (await this.#writer.database.read(sql, [account, nowMs])).map(sessionOf);
  }

  touch(idHash: string, seenMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE sessions SET seen_ms = ? WHERE id_hash = ?', params: [seenMs, idHash] }]);
  }

  end(idHash: string, act?: Act): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM sessions WHERE id_hash = ?', params: [idHash] }], act);
  }

  endOf(account: string, except: string | null, act: Act): Promise<void> {
    const sql = 'DELETE FROM sessions WHERE account = ? AND id_hash <> ?';
    return this.#writer.write([{ sql, params: [account, except ?? ''] }], act);
  }

  endBefore(nowMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM sessions WHERE exp_ms <= ?', params: [nowMs] }]);
  }
}

function sessionOf(row: SqlRow): Session {
  const proof: Proof = row['proof'] === 'factor' ? 'factor' : row['proof'] === 'password' ? 'password' : 'waiting';
  return {
    idHash: String(row['id_hash']),
    account: String(row['account']),
    csrf: String(row['csrf']),
    createdMs: Number(row['created_ms']),
    expMs: Number(row['exp_ms']),
    proof,
    seenMs: Number(row['seen_ms']),
    place: String(row['place']),
    device: String(row['device']),
    way: row['way'] === 'oidc' ? 'oidc' : 'password',
  };
}
