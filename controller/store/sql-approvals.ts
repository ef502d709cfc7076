// Delegations and approval links in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { approvalLimits } from '../../schemas/approval.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Delegation } from '../core/delegation.ts';
import type { ApprovalLink, ApprovalStore } from './approval-store.ts';
import { put } from './batch.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlApprovals implements ApprovalStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  decideDelegation(
    id: string,
    giver: string,
    judge: (delegation: Delegation | undefined, all: readonly Delegation[]) => Result<Delegation>,
    act: Act,
  ): Promise<Result<Delegation>> {
    return this.#writer.alone(async () => {
      const all = await this.#writer.database.read('SELECT body FROM delegations WHERE giver = ? ORDER BY id', [giver]);
      const judged = judge(await this.delegation(id), all.map(delegationOf));
      if (!judged.ok) return judged;
      const { value: one } = judged;
      const row = [one.id, one.giver, one.holder, one.untilMs, JSON.stringify(one)];
      await this.#writer.commit([put('delegations', ['id'], ['giver', 'holder', 'until_ms', 'body'], [row])], act);
      return judged;
    });
  }

  async delegation(id: string): Promise<Delegation | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM delegations WHERE id = ?', [id]);
    return row && delegationOf(row);
  }

  async delegations(limit: number): Promise<Delegation[]> {
    const rows = await this.#writer.database.read('SELECT body FROM delegations ORDER BY until_ms DESC, id LIMIT ?', [limit]);
    return rows.map(delegationOf);
  }

  async heldBy(holder: string, atMs: number): Promise<Delegation[]> {
    const sql = 'SELECT body FROM delegations WHERE holder = ? AND until_ms > ? ORDER BY id';
    return (await this.#writer.database.read(sql, [holder, atMs])).map(delegationOf);
  }

  addLink(link: ApprovalLink, atMs: number, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const sql = `SELECT body, used_ms FROM approval_links WHERE account = ? AND used_ms IS NULL AND exp_ms > ?
        ORDER BY exp_ms, token_hash`;
      const open = (await this.#writer.database.read(sql, [link.account, atMs])).map(linkOf);
      const { links, linksByOne } = approvalLimits;
      if (open.length >= links) return bad('over-budget', `${links} links are open`);
      // One who asks and asks leaves room for the others.
      if (open.filter(({ by }) => by === link.by).length >= linksByOne)
        return bad('over-budget', `${linksByOne} links of yours are open for ${link.account}`);
      // Old ones are of no use to anybody.
      const gone = { sql: 'DELETE FROM approval_links WHERE exp_ms <= ?', params: [atMs] };
      const { tokenHash, account, expMs, usedMs } = link;
      const columns = ['account', 'exp_ms', 'used_ms', 'body'];
      const row2 = [tokenHash, account, expMs, usedMs, JSON.stringify(link)];
      await this.#writer.commit([gone, put('approval_links', ['token_hash'], columns, [row2])], act);
      return ok(undefined);
    });
  }

  async link(tokenHash: string): Promise<ApprovalLink | undefined> {
    const [row] = await this.#writer.database.read('SELECT body, used_ms FROM approval_links WHERE token_hash = ?', [tokenHash]);
    return row && linkOf(row);
  }

  useLink(tokenHash: string, atMs: number): Promise<Result<ApprovalLink>> {
    return this.#writer.alone(async () => {
      const link = await this.link(tokenHash);
      if (!link || link.usedMs !== null) return bad('not-found', 'this link is not in force', '/token');
      if (link.expMs <= atMs) return bad('expired', 'this link has expired', '/token');
      await this.#writer.commit([{ sql: 'UPDATE approval_links SET used_ms = ? WHERE token_hash = ?', params: [atMs, tokenHash] }]);
      return ok({ ...link, usedMs: atMs });
    });
  }

  settleLink(tokenHash: string, came: 'done' | 'refused', act: Act): Promise<void> {
    const free = { sql: 'UPDATE approval_links SET used_ms = NULL WHERE token_hash = ?', params: [tokenHash] };
    return this.#writer.write(came === 'refused' ? [free] : [], act);
  }
}

function delegationOf(row: SqlRow): Delegation {
  return JSON.parse(String(row['body'])) as Delegation;
}

function linkOf(row: SqlRow): ApprovalLink {
  const link = JSON.parse(String(row['body'])) as ApprovalLink;
  return { ...link, usedMs: row['used_ms'] === null ? null : Number(row['used_ms']) };
}
