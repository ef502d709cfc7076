// The one writer: decisions that read and then write take turns, and each act joins the audit chain.
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Database, Statement } from '../../hardware/host/sqlite.ts';
import type { Act } from './store.ts';

/** The text whose SHA-256 is an act's hash in the chain. */
export function auditText(previousHash: string, act: Act): string {
  return `${previousHash}\n${JSON.stringify([act.atMs, act.actor, act.act, act.subject, act.sha256])}`;
}

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

function hashAfter({ hash }: AuditHead, act: Act): string {
  return sha256(Buffer.from(auditText(hash, act)));
}

/** Is this entry the next one of the chain, with the hash that it must have? */
export function follows(head: AuditHead, entry: Act & AuditHead): boolean {
  return entry.seq === head.seq + 1 && entry.hash === hashAfter(head, entry);
}

/** What was done under a key is known to be done, whatever becomes of its answer. */
function doneOnce({ atMs, once }: Act): Statement[] {
  if (!once) return [];
  const sql = 'INSERT INTO once (name, at_ms, request) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
  return [{ sql, params: [once.name, atMs, once.request] }];
}

export class Writer {
  readonly database: Database;
  #turn: Promise<unknown> = Promise.resolve();
  #auditHead: AuditHead | undefined;

  constructor(database: Database) {
    this.database = database;
  }

  /** Run `work` alone: nothing else that writes runs between its reads and its writes. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** One transaction, in turn. */
  write(statements: readonly Statement[], act?: Act): Promise<void> {
    return this.alone(() => this.commit(statements, act));
  }

  /** One transaction, for work that already runs alone. */
  async commit(statements: readonly Statement[], act?: Act): Promise<void> {
    if (!act) return statements.length === 0 ? undefined : this.database.write(statements);
    const head = this.#auditHead ?? (await this.#readAuditHead());
    this.#auditHead = undefined;
    try {
      this.#auditHead = await this.#join(head, statements, act);
    } catch (error) {
      // A command on this machine may have written its act meanwhile; then this one follows that.
      const moved = await this.#readAuditHead();
      if (moved.seq === head.seq) throw error;
      // The line broke between the commit and its answer: it stands, and is not done twice.
      if (moved.seq === head.seq + 1 && moved.hash === hashAfter(head, act)) {
        this.#auditHead = moved;
        return;
      }
      this.#auditHead = await this.#join(moved, statements, act);
    }
  }

  async #join(head: AuditHead, statements: readonly Statement[], act: Act): Promise<AuditHead> {
    const next = { seq: head.seq + 1, hash: hashAfter(head, act) };
    const entry = {
      sql: 'INSERT INTO audit (seq, at_ms, actor, act, subject, sha256, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
      params: [next.seq, act.atMs, act.actor, act.act, act.subject, act.sha256, next.hash],
    };
    await this.database.write([...statements, entry, ...doneOnce(act)]);
    return next;
  }

  async #readAuditHead(): Promise<AuditHead> {
    const [row] = await this.database.read('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
    return row ? { seq: Number(row['seq']), hash: String(row['hash']) } : { seq: 0, hash: '' };
  }
}
