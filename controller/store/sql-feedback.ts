// Feedback in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Feedback } from '../core/feedback.ts';
import { addNew, put } from './batch.ts';
import type { FeedbackFilter, FeedbackStore } from './citizen-store.ts';
import { terms } from './sql-log.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

const kept = ['number', 'once', 'said', 'unit', 'kind', 'state', 'assignee', 'device', 'phone', 'received_ms', 'due_ms'];
const columns = [...kept, 'settled_ms', 'erased', 'published', 'mending', 'body'];
const unanswered = "state IN ('held', 'received', 'assigned')";

interface Keys {
  readonly once: string;
  readonly said: string;
}

export class SqlFeedback implements FeedbackStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add(feedback: Feedback, keys: Keys, openMax: number, act: Act): Promise<Result<Feedback>> {
    return this.#writer.alone(async () => {
      const known = await this.byOnce(keys.once);
      if (known) return ok(known);
      const [open] = await this.#writer.database.read(`SELECT count(*) AS n FROM feedback WHERE ${unanswered}`);
      if (Number(open?.['n']) >= openMax) return bad('over-budget', `${openMax} wait for an answer`);
      await this.#writer.commit(rowsOf(feedback, keys), act);
      return ok(feedback);
    });
  }

  async feedback(id: string): Promise<Feedback | undefined> {
    return this.#one('id = ?', id);
  }

  async byNumber(number: string): Promise<Feedback | undefined> {
    return this.#one('number = ?', number);
  }

  async byOnce(once: string): Promise<Feedback | undefined> {
    return this.#one('once = ?', once);
  }

  async list(filter: FeedbackFilter): Promise<Feedback[]> {
    const { states, kind, units, assignee, overdueMs, published, device, phone, fromMs, toMs, mending, after, limit } = filter;
    const some = '(SELECT value FROM json_each(?))';
    const one = (value: unknown) => (value === undefined ? undefined : [value as string]);
    const { where, params } = terms([
      [`state IN ${some}`, states && [JSON.stringify(states)]],
      [`unit IN ${some}`, units && [JSON.stringify(units)]],
      ['kind = ?', one(kind)],
      ['assignee = ?', one(assignee)],
      [`(due_ms < ? AND ${unanswered})`, overdueMs === undefined ? undefined : [overdueMs]],
      ['published = ?', published === undefined ? undefined : [published ? 1 : 0]],
      ['mending = ?', mending === undefined ? undefined : [mending ? 1 : 0]],
      ['device = ?', one(device)],
      ['phone = ?', one(phone)],
      ['received_ms >= ?', fromMs === undefined ? undefined : [fromMs]],
      ['received_ms < ?', toMs === undefined ? undefined : [toMs]],
      ['(received_ms, id) < (?, ?)', after && [after.receivedMs, after.id]],
    ]);
    const sql = `SELECT body FROM feedback ${where} ORDER BY received_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(feedbackOf);
  }

  async before(said: string, saidFromMs: number, device: string, deviceFromMs: number): Promise<{ same: number; today: number }> {
    const { database } = this.#writer;
    const [same] = await database.read('SELECT count(*) AS n FROM feedback WHERE said = ? AND received_ms >= ?', [said, saidFromMs]);
    const [today] = await database.read('SELECT count(*) AS n FROM feedback WHERE device = ? AND received_ms >= ?', [device, deviceFromMs]);
    return { same: Number(same?.['n']), today: Number(today?.['n']) };
  }

  async ofPhone(phone: string, fromMs: number): Promise<number> {
    const sql = 'SELECT count(*) AS n FROM feedback WHERE phone = ? AND received_ms >= ?';
    const [row] = await this.#writer.database.read(sql, [phone, fromMs]);
    return Number(row?.['n']);
  }

  decide(id: string, judge: (feedback: Feedback) => Result<Feedback>, act: Act): Promise<Result<Feedback>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT body, once, said FROM feedback WHERE id = ?', [id]);
      if (!row) return bad('not-found', `no feedback ${id}`);
      const judged = judge(feedbackOf(row));
      // What was erased is found by its words no more.
      const said = judged.ok && judged.value.erasedMs !== null ? '' : String(row['said']);
      if (judged.ok) await this.#writer.commit(rowsOf(judged.value, { once: String(row['once']), said }), act);
      return judged;
    });
  }

  async old(beforeMs: number, limit: number): Promise<Feedback[]> {
    const sql = 'SELECT body FROM feedback WHERE erased = 0 AND settled_ms < ? ORDER BY settled_ms, id LIMIT ?';
    return (await this.#writer.database.read(sql, [beforeMs, limit])).map(feedbackOf);
  }

  async names(sha256: string): Promise<boolean> {
    return (await this.#writer.database.read('SELECT feedback FROM feedback_files WHERE sha256 = ? LIMIT 1', [sha256])).length > 0;
  }

  async #one(where: string, value: string): Promise<Feedback | undefined> {
    const [row] = await this.#writer.database.read(`SELECT body FROM feedback WHERE ${where}`, [value]);
    return row && feedbackOf(row);
  }
}

function rowsOf(feedback: Feedback, { once, said }: Keys): Statement[] {
  const { id, number, unit, kind, state, assignee, device, phone, receivedMs, dueMs, photos, sound, ticket, mendedMs } = feedback;
  const settledMs = state === 'answered' || state === 'refused' ? (feedback.steps.at(-1)?.atMs ?? receivedMs) : null;
  const facts = [number, once, said, unit, kind, state, assignee, device, phone, receivedMs, dueMs, settledMs];
  const flags = [feedback.erasedMs !== null, feedback.published !== null, ticket !== null && mendedMs === null].map(Number);
  const files = [...photos, ...(sound === null ? [] : [sound])].map((sha256) => [sha256, id]);
  return [
    put('feedback', ['id'], columns, [[id, ...facts, ...flags, JSON.stringify(feedback)]]),
    { sql: 'DELETE FROM feedback_files WHERE feedback = ?', params: [id] },
    ...(files.length > 0 ? [addNew('feedback_files', ['sha256', 'feedback'], files)] : []),
  ];
}

function feedbackOf(row: SqlRow): Feedback {
  return JSON.parse(String(row['body'])) as Feedback;
}
