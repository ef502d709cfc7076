// Tries to sign in, counted in SQL: a restart forgets none, and strangers' names cannot fill the disk.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { TryCount } from '../core/sign-in-delay.ts';
import type { TryCounts, TryStore } from './people-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export const countsMax = 100_000;
/** Room made at once when there are too many. */
const oldest = countsMax / 10;

export class SqlTries implements TryStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  change<T>(
    names: readonly string[],
    decide: (kept: TryCounts) => { readonly counts: readonly TryCount[]; readonly act?: Act; readonly answer: T },
  ): Promise<T> {
    return this.#writer.alone(async () => {
      const kept = await this.#counts(names);
      const { counts, act, answer } = decide(kept);
      const fresh = counts.filter(({ name }) => !kept.has(name)).length;
      const room = fresh > 0 && (await this.#count()) + fresh > countsMax ? [makeRoom] : [];
      await this.#writer.commit([...room, ...counts.flatMap(replace)], act);
      return answer;
    });
  }

  forget(beforeMs: number): Promise<void> {
    const sql = 'DELETE FROM sign_in_tries WHERE last_ms < ? AND (good_ms IS NULL OR good_ms < ?)';
    return this.#writer.write([{ sql, params: [beforeMs, beforeMs] }]);
  }

  forgetAccount(account: string): Promise<void> {
    const sql = 'DELETE FROM sign_in_tries WHERE name IN (?, ?) OR name LIKE ?';
    return this.#writer.write([{ sql, params: [`account ${account}`, `code ${account}`, `pair ${account} %`] }]);
  }

  async #counts(names: readonly string[]): Promise<TryCounts> {
    if (names.length === 0) return new Map();
    const marks = names.map(() => '?').join(', ');
    const rows = await this.#writer.database.read(`SELECT * FROM sign_in_tries WHERE name IN (${marks})`, [...names]);
    return new Map(rows.map((row) => [String(row['name']), countOf(row)]));
  }

  async #count(): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT count(*) AS number FROM sign_in_tries');
    return Number(row?.['number'] ?? 0);
  }
}

/** The oldest go; addresses where somebody signed in stay, strangers cannot make such. */
const makeRoom: Statement = {
  sql: `DELETE FROM sign_in_tries WHERE name IN (SELECT name FROM sign_in_tries WHERE good_ms IS NULL ORDER BY last_ms LIMIT ${oldest})`,
};

function replace({ name, failures, total, lastMs, untilMs, goodMs }: TryCount): Statement[] {
  return [
    { sql: 'DELETE FROM sign_in_tries WHERE name = ?', params: [name] },
    {
      sql: 'INSERT INTO sign_in_tries (name, failures, total, last_ms, until_ms, good_ms) VALUES (?, ?, ?, ?, ?, ?)',
      params: [name, failures, total, lastMs, untilMs, goodMs],
    },
  ];
}

function countOf(row: SqlRow): TryCount {
  return {
    name: String(row['name']),
    failures: Number(row['failures']),
    total: Number(row['total']),
    lastMs: Number(row['last_ms']),
    untilMs: Number(row['until_ms']),
    goodMs: row['good_ms'] == null ? null : Number(row['good_ms']),
  };
}
