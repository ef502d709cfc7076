// Where messages to residents go, what was sent and what came, in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { addNew, put } from './batch.ts';
import type { PushStore, StoredPush, StoredPushMessage } from './citizen-store.ts';
import type { Writer } from './writer.ts';

export class SqlPushes implements PushStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  put(push: StoredPush, most: number, mostOfDevice: number): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const known = await this.push(push.id);
      const others = (await this.ofDevice(push.device)).filter(({ id }) => id !== push.id).sort((a, b) => a.madeMs - b.madeMs);
      const old = others.slice(0, Math.max(0, others.length + 1 - mostOfDevice));
      if (!known && (await this.count()) - old.length >= most) return bad('over-budget', `at most ${most} devices take messages`);
      await this.#writer.commit([rowOf(push), ...old.map(({ id }) => ({ sql: 'DELETE FROM pushes WHERE id = ?', params: [id] }))]);
      return ok(undefined);
    });
  }

  async push(id: string): Promise<StoredPush | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM pushes WHERE id = ?', [id]);
    return row && pushOf(row);
  }

  async ofDevice(device: string): Promise<StoredPush[]> {
    return (await this.#writer.database.read('SELECT * FROM pushes WHERE device = ? ORDER BY id', [device])).map(pushOf);
  }

  async page(after: string, limit: number): Promise<StoredPush[]> {
    return (await this.#writer.database.read('SELECT * FROM pushes WHERE id > ? ORDER BY id LIMIT ?', [after, limit])).map(pushOf);
  }

  failed(id: string, failures: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE pushes SET failures = ? WHERE id = ?', params: [failures, id] }]);
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.#writer.alone(async () => {
      const params = [JSON.stringify(ids)];
      const some = 'id IN (SELECT value FROM json_each(?))';
      const found = await this.#writer.database.read(`SELECT id FROM pushes WHERE ${some}`, params);
      if (found.length > 0) await this.#writer.commit([{ sql: `DELETE FROM pushes WHERE ${some}`, params }]);
      return found.length;
    });
  }

  async count(): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT count(*) AS n FROM pushes');
    return Number(row?.['n']);
  }

  saveMessage(message: StoredPushMessage): Promise<void> {
    return this.#writer.write([put('push_messages', ['id'], ['at_ms', 'body'], [[message.id, message.atMs, JSON.stringify(message)]])]);
  }

  async messages(fromMs: number, limit: number): Promise<(StoredPushMessage & { readonly received: number })[]> {
    const sql = `SELECT body, (SELECT count(*) FROM push_received WHERE message = push_messages.id) AS received
      FROM push_messages WHERE at_ms >= ? ORDER BY at_ms DESC, id DESC LIMIT ?`;
    const rows = await this.#writer.database.read(sql, [fromMs, limit]);
    return rows.map((row) => ({ ...messageOf(row), received: Number(row['received']) }));
  }

  async message(id: string): Promise<StoredPushMessage | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM push_messages WHERE id = ?', [id]);
    return row && messageOf(row);
  }

  received(message: string, tag: string): Promise<void> {
    return this.#writer.write([addNew('push_received', ['message', 'tag'], [[message, tag]])]);
  }

  forgetMessages(beforeMs: number): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM push_received WHERE message IN (SELECT id FROM push_messages WHERE at_ms < ?)', params: [beforeMs] },
      { sql: 'DELETE FROM push_messages WHERE at_ms < ?', params: [beforeMs] },
    ]);
  }
}

function rowOf(push: StoredPush): Statement {
  const { failures: _failures, ...body } = push;
  return put('pushes', ['id'], ['device', 'failures', 'body'], [[push.id, push.device, push.failures, JSON.stringify(body)]]);
}

function pushOf(row: SqlRow): StoredPush {
  return { ...(JSON.parse(String(row['body'])) as StoredPush), failures: Number(row['failures']) };
}

function messageOf(row: SqlRow): StoredPushMessage {
  return JSON.parse(String(row['body'])) as StoredPushMessage;
}
