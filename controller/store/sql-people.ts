// Accounts and sessions in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Grant } from '../core/roles.ts';
import type { Account, Act, PeopleStore, Session } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlPeople implements PeopleStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addAccount(account: Account, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (await this.account(account.account)) return bad('conflict', `an account ${account.account} exists`, '/account');
      await this.#writer.commit(
        [
          {
            sql: 'INSERT INTO accounts (account, title, grants, password_hash, created_ms) VALUES (?, ?, ?, ?, ?)',
            params: [account.account, account.title, JSON.stringify(account.grants), account.passwordHash, account.createdMs],
          },
        ],
        act,
      );
      return ok(undefined);
    });
  }

  async account(account: string): Promise<Account | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM accounts WHERE account = ?', [account]);
    return row && accountOf(row);
  }

  async accounts(): Promise<Account[]> {
    return (await this.#writer.database.read('SELECT * FROM accounts ORDER BY account')).map(accountOf);
  }

  addSession(session: Session, act: Act): Promise<void> {
    return this.#writer.write(
      [
        {
          sql: 'INSERT INTO sessions (id_hash, account, csrf, created_ms, exp_ms) VALUES (?, ?, ?, ?, ?)',
          params: [session.idHash, session.account, session.csrf, session.createdMs, session.expMs],
        },
      ],
      act,
    );
  }

  async session(idHash: string, nowMs: number): Promise<Session | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM sessions WHERE id_hash = ? AND exp_ms > ?', [idHash, nowMs]);
    return (
      row && {
        idHash,
        account: String(row['account']),
        csrf: String(row['csrf']),
        createdMs: Number(row['created_ms']),
        expMs: Number(row['exp_ms']),
      }
    );
  }

  endSession(idHash: string): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM sessions WHERE id_hash = ?', params: [idHash] }]);
  }

  endSessionsBefore(nowMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM sessions WHERE exp_ms <= ?', params: [nowMs] }]);
  }
}

function accountOf(row: SqlRow): Account {
  return {
    account: String(row['account']),
    title: String(row['title']),
    grants: JSON.parse(String(row['grants'])) as Grant[],
    passwordHash: String(row['password_hash']),
    createdMs: Number(row['created_ms']),
  };
}
