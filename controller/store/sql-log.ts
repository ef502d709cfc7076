// Rows from the boxes, what they prove, and what contradicts them, in SQL.

import type { SqlRow, SqlValue } from '../../hardware/host/sqlite.ts';
import type { LogConflict } from '../../schemas/log.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingRow } from '../../schemas/showing-row.ts';
import type { StoredAcceptance } from '../core/acceptances.ts';
import { addNew, type Cell, put } from './batch.ts';
import { updateRows } from './sql-releases.ts';
import type { LogCommit, LogHead, LogStore, StoredReceipt, StoredRow, StoredShowing } from './store.ts';
import type { Writer } from './writer.ts';

const dayMs = 24 * 3600_000;
/** Of a period at most. */
export const periodRowsMax = 100_000;

export class SqlLog implements LogStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  commit({
    rows,
    receipts,
    progress,
    live = [],
    showings = [],
    updates = [],
    acceptances = [],
    conflicts,
    heads,
  }: LogCommit): Promise<void> {
    const statements = [
      addNew(
        'log_rows',
        ['dev', 'epoch', 'seq', 'hash', 'kind', 'at_ms', 'received_ms', 'entry'],
        rows.map((row) => [row.dev, row.epoch, row.seq, row.hash, row.kind, row.atMs, row.receivedMs, row.entry]),
      ),
      addNew(
        'receipts',
        ['dev', 'occurrence', 'planned_ms', 'body', 'received_ms', ...sumColumns],
        receipts.map(({ dev, receipt, receivedMs }) => [
          ...[dev, receipt.occurrence, receipt.plannedStartMs, JSON.stringify(receipt), receivedMs],
          ...sumCells(receipt),
        ]),
      ),
      addNew('receipt_items', ['dev', 'occurrence', 'content', 'planned_ms'], receipts.flatMap(contentRows)),
      put(
        'order_progress',
        ['ord', 'dev', 'state'],
        ['at_ms', 'voice', 'problem'],
        progress.map((one) => [one.order, one.dev, one.state, one.atMs, one.voice, one.problem && JSON.stringify(one.problem)]),
      ),
      put(
        'live_progress',
        ['session', 'dev', 'state'],
        ['at_ms', 'problem'],
        live.map((one) => [one.session, one.dev, one.state, one.atMs, one.problem && JSON.stringify(one.problem)]),
      ),
      addNew(
        'showings',
        ['dev', 'id', 'from_ms', 'until_ms', 'body', 'received_ms'],
        showings.map(({ dev, showing, receivedMs }) => [
          dev,
          showing.id,
          showing.plannedFromMs,
          Math.max(showing.plannedUntilMs, ...showing.lines.map(({ lastMs = 0 }) => lastMs)),
          JSON.stringify(showing),
          receivedMs,
        ]),
      ),
      updateRows(updates),
      addNew(
        'acceptances',
        ['dev', 'id', 'at_ms', 'received_ms', 'body'],
        acceptances.map(({ dev, id, atMs, receivedMs, envelope }) => [dev, id, atMs, receivedMs, JSON.stringify(envelope)]),
      ),
      addNew(
        'log_conflicts',
        ['dev', 'epoch', 'seq', 'kind', 'detail', 'at_ms'],
        conflicts.map((one) => [one.dev, one.epoch, one.seq, one.kind, one.detail, one.atMs]),
      ),
      put(
        'log_heads',
        ['dev', 'epoch'],
        ['upto', 'hash'],
        heads.map((head) => [head.dev, head.epoch, head.upto, head.hash]),
      ),
    ];
    return this.#writer.write(statements.filter(({ rows }) => rows?.length !== 0));
  }

  async head(dev: string, epoch: string): Promise<LogHead | undefined> {
    const [row] = await this.#writer.database.read('SELECT upto, hash FROM log_heads WHERE dev = ? AND epoch = ?', [dev, epoch]);
    return row && { upto: Number(row['upto']), hash: String(row['hash']) };
  }

  async hashes(dev: string, epoch: string, fromSeq: number, toSeq: number): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#writer.database.read('SELECT seq, hash FROM log_rows WHERE dev = ? AND epoch = ? AND seq BETWEEN ? AND ?', [
      dev,
      epoch,
      fromSeq,
      toSeq,
    ]);
    return new Map(rows.map((row) => [Number(row['seq']), String(row['hash'])]));
  }

  async receipt(dev: string, occurrence: string): Promise<Receipt | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM receipts WHERE dev = ? AND occurrence = ?', [dev, occurrence]);
    return row && (JSON.parse(String(row['body'])) as Receipt);
  }

  async settled(keys: readonly (readonly [dev: string, occurrence: string])[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.#writer.database.read(
      `SELECT dev, occurrence FROM receipts WHERE (dev, occurrence) IN
        (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))`,
      [JSON.stringify(keys)],
    );
    return new Set(rows.map((row) => `${row['dev']} ${row['occurrence']}`));
  }

  async receipts({ after, limit, ...only }: Parameters<LogStore['receipts']>[0]): Promise<StoredReceipt[]> {
    const { dev, boxes, fromMs, toMs, outcome, programme, heard } = only;
    const { where, params } = terms([
      ['dev = ?', dev === undefined ? undefined : [dev]],
      ['dev IN (SELECT value FROM json_each(?))', boxes && [JSON.stringify(boxes)]],
      ['planned_ms >= ?', fromMs === undefined ? undefined : [fromMs]],
      ['planned_ms < ?', toMs === undefined ? undefined : [toMs]],
      ['outcome = ?', outcome === undefined ? undefined : [outcome]],
      ['programme = ?', programme === undefined ? undefined : [programme]],
      ["json_extract(body, '$.heard') = ?", heard === undefined ? undefined : [heard]],
      ['(planned_ms, dev, occurrence) < (?, ?, ?)', after && [after.receipt.plannedStartMs, after.dev, after.receipt.occurrence]],
    ]);
    const sql = `SELECT dev, body, received_ms FROM receipts ${where} ORDER BY planned_ms DESC, dev DESC, occurrence DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(receiptOf);
  }

  async receiptsBetween({ dev, boxes, fromMs, toMs }: Parameters<LogStore['receiptsBetween']>[0]): Promise<StoredReceipt[]> {
    const of = [...(dev === undefined ? [] : ['AND dev = ?']), ...(boxes ? ['AND dev IN (SELECT value FROM json_each(?))'] : [])];
    const rows = await this.#writer.database.read(
      `SELECT dev, body, received_ms FROM receipts WHERE planned_ms >= ? AND planned_ms < ? ${of.join(' ')} ORDER BY planned_ms, dev, occurrence LIMIT ?`,
      [fromMs - dayMs, toMs, ...(dev === undefined ? [] : [dev]), ...(boxes ? [JSON.stringify(boxes)] : []), periodRowsMax],
    );
    return rows.map(receiptOf);
  }

  async receiptsPage({ boxes, fromMs, toMs, after, limit }: Parameters<LogStore['receiptsPage']>[0]): Promise<StoredReceipt[]> {
    const { where, params } = terms([
      ['planned_ms >= ? AND planned_ms < ?', [Math.max(fromMs, after?.receipt.plannedStartMs ?? fromMs), toMs]],
      ['dev IN (SELECT value FROM json_each(?))', [JSON.stringify(boxes)]],
      ['(planned_ms, dev, occurrence) > (?, ?, ?)', after && [after.receipt.plannedStartMs, after.dev, after.receipt.occurrence]],
    ]);
    const sql = `SELECT dev, body, received_ms FROM receipts ${where} ORDER BY planned_ms, dev, occurrence LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(receiptOf);
  }

  async receiptsOf({ contents, fromMs, toMs }: Parameters<LogStore['receiptsOf']>[0]): Promise<StoredReceipt[]> {
    const named = new Set(contents.slice(0, 64));
    if (named.size === 0) return [];
    const rows = await this.#writer.database.read(
      `SELECT dev, body, received_ms FROM receipts WHERE (dev, occurrence) IN (SELECT dev, occurrence FROM receipt_items
        WHERE content IN (SELECT value FROM json_each(?)) AND planned_ms >= ? AND planned_ms < ?)
        ORDER BY planned_ms, dev, occurrence LIMIT ?`,
      [JSON.stringify([...named]), fromMs, toMs, periodRowsMax],
    );
    // A second word on the same play was not kept; what it named was.
    return rows.map(receiptOf).filter(({ receipt }) => receipt.items.some((content) => named.has(content)));
  }

  async acceptances(dev: string): Promise<StoredAcceptance[]> {
    const sql = 'SELECT * FROM acceptances WHERE dev = ? ORDER BY received_ms DESC, at_ms DESC, id LIMIT 20';
    return (await this.#writer.database.read(sql, [dev])).map((row) => ({
      ...{ dev, id: String(row['id']), atMs: Number(row['at_ms']), receivedMs: Number(row['received_ms']) },
      envelope: JSON.parse(String(row['body'])) as StoredAcceptance['envelope'],
    }));
  }

  async showings({ dev, fromMs, toMs }: Parameters<LogStore['showings']>[0]): Promise<StoredShowing[]> {
    // A row spans an hour of begun pages and what was on at its end, at most four hours more.
    const rows = await this.#writer.database.read(
      `SELECT dev, body, received_ms FROM showings WHERE from_ms >= ? AND from_ms < ? AND until_ms > ? ${dev === undefined ? '' : 'AND dev = ?'} ORDER BY from_ms DESC, dev, id LIMIT ?`,
      [fromMs - dayMs, toMs, fromMs, ...(dev === undefined ? [] : [dev]), periodRowsMax],
    );
    return rows.map((row) => {
      return { dev: String(row['dev']), showing: JSON.parse(String(row['body'])) as ShowingRow, receivedMs: Number(row['received_ms']) };
    });
  }

  async rows({ dev, kind, after, limit }: Parameters<LogStore['rows']>[0]): Promise<StoredRow[]> {
    const { where, params } = terms([
      ['dev = ?', dev === undefined ? undefined : [dev]],
      ['kind = ?', kind === undefined ? undefined : [kind]],
      ['(at_ms, dev, epoch, seq) < (?, ?, ?, ?)', after && [after.atMs, after.dev, after.epoch, after.seq]],
    ]);
    const sql = `SELECT * FROM log_rows ${where} ORDER BY at_ms DESC, dev DESC, epoch DESC, seq DESC LIMIT ?`;
    const rows = await this.#writer.database.read(sql, [...params, limit]);
    return rows.map((row) => ({
      dev: String(row['dev']),
      epoch: String(row['epoch']),
      seq: Number(row['seq']),
      hash: String(row['hash']),
      kind: String(row['kind']),
      atMs: Number(row['at_ms']),
      receivedMs: Number(row['received_ms']),
      entry: String(row['entry']),
    }));
  }

  async conflicts(limit: number): Promise<LogConflict[]> {
    const rows = await this.#writer.database.read('SELECT * FROM log_conflicts ORDER BY id DESC LIMIT ?', [limit]);
    return rows.map((row) => ({
      dev: String(row['dev']),
      epoch: String(row['epoch']),
      seq: Number(row['seq']),
      kind: row['kind'] as LogConflict['kind'],
      detail: String(row['detail']),
      atMs: Number(row['at_ms']),
    }));
  }
}

/** Once for each content, however often it sounded in one play. */
function contentRows({ dev, receipt }: Pick<StoredReceipt, 'dev' | 'receipt'>): Cell[][] {
  return [...new Set(receipt.items)].map((content) => [dev, receipt.occurrence, content, receipt.plannedStartMs]);
}

/** What sums are made of, beside the body. */
const sumColumns = ['what', 'class', 'programme', 'outcome', 'reason', 'proof', 'lasts_ms', 'audible_ms'];

function sumCells(receipt: Receipt): Cell[] {
  const { what, programme = null, outcome, reason = null, proof, plannedStartMs, plannedEndMs, audibleMs } = receipt;
  return [what, receipt.class, programme, outcome, reason, proof, plannedEndMs - plannedStartMs, audibleMs].map((cell) => cell ?? null);
}

export function receiptOf(row: SqlRow): StoredReceipt {
  return { dev: String(row['dev']), receipt: JSON.parse(String(row['body'])) as Receipt, receivedMs: Number(row['received_ms']) };
}

/** Terms that are asked for, with their parameters. */
export function terms(all: readonly (readonly [text: string, params: readonly SqlValue[] | undefined])[]): {
  readonly where: string;
  readonly params: SqlValue[];
} {
  const asked = all.filter(([, params]) => params !== undefined);
  return {
    where: asked.length > 0 ? `WHERE ${asked.map(([text]) => text).join(' AND ')}` : '',
    params: asked.flatMap(([, params]) => params ?? []),
  };
}
