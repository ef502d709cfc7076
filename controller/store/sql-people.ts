// Accounts and their invitations in SQL; sessions are beside, in their own file.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Grant } from '../core/roles.ts';
import { put } from './batch.ts';
import type { Account, AccountChange, Invitation, PeopleStore, Session } from './people-store.ts';
import { SqlSessions } from './sql-sessions.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

/** Where the setup link's hash lies; empty once it was used. */
const setupCell = 'setup';

export class SqlPeople implements PeopleStore {
  readonly #writer: Writer;
  readonly #sessions: SqlSessions;

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#sessions = new SqlSessions(writer);
  }

  addAccount(account: Account, act: Act, invitation?: Invitation): Promise<Result<void>> {
    return this.#add(account, act, invitation ? inviting(invitation) : []);
  }

  addFirst(account: Account, act: Act): Promise<Result<void>> {
    return this.#add(account, act, [put('meta', ['name'], ['value'], [[setupCell, '']])]);
  }

  #add(account: Account, act: Act, more: readonly Statement[]): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (await this.account(account.account)) return bad('conflict', `an account ${account.account} exists`, '/account');
      const { title, grants, passwordHash, createdMs, disabledMs } = account;
      const sql = 'INSERT INTO accounts (account, title, grants, password_hash, created_ms, disabled_ms) VALUES (?, ?, ?, ?, ?, ?)';
      const params = [account.account, title, JSON.stringify(grants), passwordHash, createdMs, disabledMs];
      await this.#writer.commit([{ sql, params }, ...more], act);
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

  changeAccount(
    name: string,
    judge: (account: Account, all: readonly Account[]) => Result<AccountChange>,
    act: Act,
  ): Promise<Result<Account>> {
    return this.#writer.alone(async () => {
      const all = await this.accounts();
      const account = all.find((one) => one.account === name);
      if (!account) return bad('not-found', `no account ${name}`);
      const judged = judge(account, all);
      if (!judged.ok) return judged;
      const { title, grants, disabledMs } = judged.value;
      const sql = 'UPDATE accounts SET title = ?, grants = ?, disabled_ms = ? WHERE account = ?';
      const change = { sql, params: [title, JSON.stringify(grants), disabledMs, name] };
      await this.#writer.commit([change, ...(disabledMs === null ? [] : leaving(name))], act);
      return ok({ ...account, title, grants, disabledMs });
    });
  }

  setPassword(account: string, passwordHash: string, except: string | null, act: Act): Promise<void> {
    return this.#writer.write(
      [
        { sql: 'UPDATE accounts SET password_hash = ? WHERE account = ?', params: [passwordHash, account] },
        { sql: 'DELETE FROM invitations WHERE account = ?', params: [account] },
        { sql: 'DELETE FROM sessions WHERE account = ? AND id_hash <> ?', params: [account, except ?? ''] },
      ],
      act,
    );
  }

  invite(invitation: Invitation, act: Act): Promise<void> {
    return this.#writer.write(inviting(invitation), act);
  }

  async invitations(): Promise<Invitation[]> {
    return (await this.#writer.database.read('SELECT * FROM invitations ORDER BY account')).map(invitationOf);
  }

  async invitation(tokenHash: string, nowMs: number): Promise<Result<Invitation>> {
    const [row] = await this.#writer.database.read('SELECT * FROM invitations WHERE token_hash = ?', [tokenHash]);
    if (!row) return bad('not-found', 'this link was used, or another one took its place; ask an administrator for a new one', '/token');
    const invitation = invitationOf(row);
    return nowMs < invitation.expMs
      ? ok(invitation)
      : bad('expired', 'this link has expired; ask an administrator for a new one', '/token');
  }

  acceptInvitation(tokenHash: string, passwordHash: string, act: Act): Promise<Result<Account>> {
    return this.#writer.alone(async () => {
      const invitation = await this.invitation(tokenHash, act.atMs);
      if (!invitation.ok) return invitation;
      const { account } = invitation.value;
      const found = await this.account(account);
      if (!found || found.disabledMs !== null) return bad('not-found', 'the account of this link is not in force', '/token');
      await this.#writer.commit(
        [
          { sql: 'UPDATE accounts SET password_hash = ? WHERE account = ?', params: [passwordHash, account] },
          { sql: 'DELETE FROM invitations WHERE account = ?', params: [account] },
          { sql: 'DELETE FROM sessions WHERE account = ?', params: [account] },
        ],
        act,
      );
      return ok({ ...found, passwordHash });
    });
  }

  addSession(session: Session, act: Act): Promise<void> {
    return this.#sessions.add(session, act);
  }

  session(idHash: string, nowMs: number): Promise<Session | undefined> {
    return this.#sessions.one(idHash, nowMs);
  }

  sessionsOf(account: string, nowMs: number): Promise<Session[]> {
    return this.#sessions.of(account, nowMs);
  }

  touchSession(idHash: string, seenMs: number): Promise<void> {
    return this.#sessions.touch(idHash, seenMs);
  }

  endSession(idHash: string, act?: Act): Promise<void> {
    return this.#sessions.end(idHash, act);
  }

  endSessionsOf(account: string, except: string | null, act: Act): Promise<void> {
    return this.#sessions.endOf(account, except, act);
  }

  endSessionsBefore(nowMs: number): Promise<void> {
    return this.#sessions.endBefore(nowMs);
  }
}

function inviting({ account, tokenHash, madeMs, expMs, by }: Invitation): Statement[] {
  return [
    { sql: 'DELETE FROM invitations WHERE account = ?', params: [account] },
    {
      sql: 'INSERT INTO invitations (account, token_hash, made_ms, exp_ms, made_by) VALUES (?, ?, ?, ?, ?)',
      params: [account, tokenHash, madeMs, expMs, by],
    },
  ];
}

/** Whoever is shut out leaves nothing behind that would still let in. */
function leaving(account: string): Statement[] {
  return ['sessions', 'tokens', 'invitations'].map((table) => ({ sql: `DELETE FROM ${table} WHERE account = ?`, params: [account] }));
}

function accountOf(row: SqlRow): Account {
  return {
    account: String(row['account']),
    title: String(row['title']),
    grants: JSON.parse(String(row['grants'])) as Grant[],
    passwordHash: String(row['password_hash']),
    createdMs: Number(row['created_ms']),
    disabledMs: row['disabled_ms'] == null ? null : Number(row['disabled_ms']),
  };
}

function invitationOf(row: SqlRow): Invitation {
  return {
    account: String(row['account']),
    tokenHash: String(row['token_hash']),
    madeMs: Number(row['made_ms']),
    expMs: Number(row['exp_ms']),
    by: String(row['made_by']),
  };
}
