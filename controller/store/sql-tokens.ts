// Tokens of programs in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { TokenAct } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Token, TokenStore } from './people-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlTokens implements TokenStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addToken({ id, account, name, tokenHash, acts, area, createdMs, expMs, usedMs }: Token, act: Act): Promise<void> {
    const sql = `INSERT INTO tokens (id, account, name, token_hash, acts, area, created_ms, exp_ms, used_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    return this.#writer.write([{ sql, params: [id, account, name, tokenHash, JSON.stringify(acts), area, createdMs, expMs, usedMs] }], act);
  }

  async tokens(): Promise<Token[]> {
    return (await this.#writer.database.read('SELECT * FROM tokens ORDER BY created_ms DESC, id')).map(tokenOf);
  }

  async token(id: string): Promise<Token | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM tokens WHERE id = ?', [id]);
    return row && tokenOf(row);
  }

  async tokenOf(tokenHash: string, nowMs: number): Promise<Token | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM tokens WHERE token_hash = ? AND exp_ms > ?', [tokenHash, nowMs]);
    return row && tokenOf(row);
  }

  touchToken(id: string, usedMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE tokens SET used_ms = ? WHERE id = ?', params: [usedMs, id] }]);
  }

  endToken(id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (!(await this.token(id))) return bad('not-found', `no token ${id}`);
      await this.#writer.commit([{ sql: 'DELETE FROM tokens WHERE id = ?', params: [id] }], act);
      return ok(undefined);
    });
  }
}

function tokenOf(row: SqlRow): Token {
  return {
    id: String(row['id']),
    account: String(row['account']),
    name: String(row['name']),
    tokenHash: String(row['token_hash']),
    acts: JSON.parse(String(row['acts'])) as TokenAct[],
    area: String(row['area']),
    createdMs: Number(row['created_ms']),
    expMs: Number(row['exp_ms']),
    usedMs: row['used_ms'] == null ? null : Number(row['used_ms']),
  };
}
