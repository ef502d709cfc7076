// Who a provider's people are here, in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { put } from './batch.ts';
import type { Identity, IdentityStore } from './people-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlIdentities implements IdentityStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  link({ account, issuer, subject, madeMs, by }: Identity, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const other = await this.identityOf(issuer, subject);
      if (other && other.account !== account) return bad('conflict', 'this person is linked with another account', '/subject');
      const row = [account, issuer, subject, madeMs, by];
      await this.#writer.commit(
        [put('identities', ['account'], ['issuer', 'subject', 'made_ms', 'made_by'], [row]), begunBy(account)],
        act,
      );
      return ok(undefined);
    });
  }

  unlink(account: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const known = (await this.identities()).some((one) => one.account === account);
      if (!known) return bad('not-found', `${account} is linked with nobody`);
      await this.#writer.commit([{ sql: 'DELETE FROM identities WHERE account = ?', params: [account] }, begunBy(account)], act);
      return ok(undefined);
    });
  }

  async identityOf(issuer: string, subject: string): Promise<Identity | undefined> {
    const sql = 'SELECT * FROM identities WHERE issuer = ? AND subject = ? ORDER BY account';
    const [row] = await this.#writer.database.read(sql, [issuer, subject]);
    return row && identityOf(row);
  }

  async identities(): Promise<Identity[]> {
    return (await this.#writer.database.read('SELECT * FROM identities ORDER BY account')).map(identityOf);
  }
}

function begunBy(account: string) {
  return { sql: "DELETE FROM sessions WHERE account = ? AND way = 'oidc'", params: [account] };
}

function identityOf(row: SqlRow): Identity {
  return {
    account: String(row['account']),
    issuer: String(row['issuer']),
    subject: String(row['subject']),
    madeMs: Number(row['made_ms']),
    by: String(row['made_by']),
  };
}
