// Lines to other centres in SQL: numbered things of each line, one row a thing.
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import type { SqlRow, SqlValue } from '../../hardware/host/sqlite.ts';
import { federationLimits } from '../../schemas/federation.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { put } from './batch.ts';
import type { CentreLine, FederationStore, Offered, OfferedRow, TakenBatch, TakenRow } from './federation-store.ts';
import type { Writer } from './writer.ts';

const lineColumns = ['out_stream', 'out_seq', 'in_stream', 'in_seq', 'counter', 'heard_ms', 'as_of_ms'];

export class SqlFederation implements FederationStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  line(peer: string): Promise<CentreLine> {
    return this.#writer.alone(() => this.#line(peer));
  }

  async lines(): Promise<CentreLine[]> {
    return (await this.#writer.database.read('SELECT * FROM centre_lines ORDER BY peer')).map(lineOf);
  }

  offer(peer: string, things: readonly Offered[]): Promise<Result<number>> {
    return this.#writer.alone(async () => {
      const line = await this.#line(peer);
      const rows = await this.#writer.database.read('SELECT key, sha256 FROM centre_outbox WHERE peer = ? ORDER BY key', [peer]);
      const known = new Map(rows.map((row) => [String(row['key']), String(row['sha256'])]));
      const hashed = things.map((thing) => ({ ...thing, sha256: sha256(Buffer.from(thing.body)) }));
      const changed = hashed.filter((thing) => known.get(thing.key) !== thing.sha256);
      if (changed.length === 0) return ok(0);
      const count = new Set([...known.keys(), ...changed.map(({ key }) => key)]).size;
      if (count > federationLimits.things) return bad('over-budget', `${count} things for ${peer}`);
      const next = changed.map(({ key, body, sha256: hash }, at) => [peer, key, line.out.seq + at + 1, hash, body]);
      const out = { ...line.out, seq: line.out.seq + changed.length };
      await this.#writer.commit([put('centre_outbox', ['peer', 'key'], ['seq', 'sha256', 'body'], next), statementOf({ ...line, out })]);
      return ok(changed.length);
    });
  }

  async after(peer: string, seq: number, limits: { readonly rows: number; readonly bytes: number }): Promise<OfferedRow[]> {
    const sql = 'SELECT key, seq, body FROM centre_outbox WHERE peer = ? AND seq > ? ORDER BY seq LIMIT ?';
    const rows = await this.#writer.database.read(sql, [peer, seq, limits.rows]);
    const found: OfferedRow[] = [];
    let bytes = 0;
    for (const row of rows) {
      const body = String(row['body']);
      bytes += Buffer.byteLength(body);
      if (found.length > 0 && bytes > limits.bytes) break;
      found.push({ key: String(row['key']), seq: Number(row['seq']), body });
    }
    return found;
  }

  take(peer: string, { stream, after, upto, counter, rows, settled }: TakenBatch): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const line = await this.#line(peer);
      const at = line.in.stream === stream ? line.in.seq : 0;
      if (after > at) return bad('conflict', `after ${after} of ${stream}, known up to ${at}`, '/after');
      const fresh = rows.filter(({ seq }) => seq > at);
      const [held] = await this.#writer.database.read(
        'SELECT count(*) AS held FROM centre_inbox WHERE peer = ? AND key NOT IN (SELECT value FROM json_each(?))',
        [peer, JSON.stringify(fresh.map(({ key }) => key))],
      );
      const count = Number(held?.['held'] ?? 0) + fresh.length;
      if (count > federationLimits.things) return bad('over-budget', `${count} things of ${peer}`, '/rows');
      const cells = fresh.map((row) => [peer, row.key, row.seq, row.kind, row.subject, Number(settled), row.body]);
      const next = { ...line, in: { stream, seq: Math.max(at, upto) }, counter: Math.max(line.counter, counter) };
      const columns = ['seq', 'kind', 'subject', 'settled', 'body'];
      await this.#writer.commit([...(cells.length > 0 ? [put('centre_inbox', ['peer', 'key'], columns, cells)] : []), statementOf(next)]);
      return ok(undefined);
    });
  }

  async unsettled(peer: string, after: number, limit: number): Promise<TakenRow[]> {
    const sql = 'SELECT * FROM centre_inbox WHERE peer = ? AND settled = 0 AND seq > ? ORDER BY seq LIMIT ?';
    return (await this.#writer.database.read(sql, [peer, after, limit])).map(takenOf);
  }

  async isSettled(peer: string, key: string): Promise<boolean> {
    const rows = await this.#writer.database.read('SELECT seq FROM centre_inbox WHERE peer = ? AND key = ? AND settled = 1', [peer, key]);
    return rows.length > 0;
  }

  settle(peer: string, key: string, seq: number): Promise<void> {
    return this.#writer.write([
      { sql: 'UPDATE centre_inbox SET settled = 1 WHERE peer = ? AND key = ? AND seq = ?', params: [peer, key, seq] },
    ]);
  }

  reopen(peer: string, kind: string, subject: string): Promise<void> {
    const sql = 'UPDATE centre_inbox SET settled = 0 WHERE peer = ? AND kind = ? AND subject = ?';
    return this.#writer.write([{ sql, params: [peer, kind, subject] }]);
  }

  async told(kind: string, subjects: readonly string[] | undefined, limit: number): Promise<TakenRow[]> {
    const among = subjects === undefined ? '' : 'AND subject IN (SELECT value FROM json_each(?))';
    const params: SqlValue[] = [kind, ...(subjects === undefined ? [] : [JSON.stringify(subjects)]), limit];
    const sql = `SELECT * FROM centre_inbox WHERE kind = ? ${among} ORDER BY peer, key LIMIT ?`;
    return (await this.#writer.database.read(sql, params)).map(takenOf);
  }

  async names(peer: string, name: string): Promise<boolean> {
    if (!/^[0-9a-f]{64}$/.test(name)) return false;
    const sql = 'SELECT seq FROM centre_outbox WHERE peer = ? AND body LIKE ? ORDER BY seq LIMIT 1';
    return (await this.#writer.database.read(sql, [peer, `%"sha256":"${name}"%`])).length > 0;
  }

  heard(peer: string, atMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE centre_lines SET heard_ms = ? WHERE peer = ?', params: [atMs, peer] }]);
  }

  complete(peer: string, asOfMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE centre_lines SET as_of_ms = ? WHERE peer = ?', params: [asOfMs, peer] }]);
  }

  forget(peer: string): Promise<void> {
    const tables = ['centre_outbox', 'centre_inbox', 'centre_lines'];
    return this.#writer.write(tables.map((table) => ({ sql: `DELETE FROM ${table} WHERE peer = ?`, params: [peer] })));
  }

  /** For work that already runs alone. */
  async #line(peer: string): Promise<CentreLine> {
    const [row] = await this.#writer.database.read('SELECT * FROM centre_lines WHERE peer = ?', [peer]);
    const known = row && lineOf(row);
    if (known && known.out.stream !== '') return known;
    const line: CentreLine = {
      ...(known ?? { peer, in: { stream: null, seq: 0 }, counter: 0, heardMs: null, asOfMs: null }),
      out: { stream: randomId('dong'), seq: 0 },
    };
    await this.#writer.commit([statementOf(line)]);
    return line;
  }
}

function statementOf({ peer, out, in: read, counter, heardMs, asOfMs }: CentreLine) {
  return put('centre_lines', ['peer'], lineColumns, [[peer, out.stream, out.seq, read.stream, read.seq, counter, heardMs, asOfMs]]);
}

function lineOf(row: SqlRow): CentreLine {
  const whole = (value: SqlRow[string] | undefined) => (value === null || value === undefined ? null : Number(value));
  return {
    peer: String(row['peer']),
    out: { stream: String(row['out_stream']), seq: Number(row['out_seq']) },
    in: { stream: row['in_stream'] === null ? null : String(row['in_stream']), seq: Number(row['in_seq']) },
    counter: Number(row['counter']),
    heardMs: whole(row['heard_ms']),
    asOfMs: whole(row['as_of_ms']),
  };
}

function takenOf(row: SqlRow): TakenRow {
  return {
    peer: String(row['peer']),
    key: String(row['key']),
    seq: Number(row['seq']),
    kind: String(row['kind']),
    subject: String(row['subject']),
    settled: Number(row['settled']) === 1,
    body: String(row['body']),
  };
}
