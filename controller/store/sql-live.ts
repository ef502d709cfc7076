// Live sessions with their recordings, what boxes told of them, and upper streams, in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Act, LiveProgress, LiveStore, StoredLive, StoredRelay } from './store.ts';
import type { Writer } from './writer.ts';

type LiveBody = Pick<StoredLive, 'session' | 'groups' | 'boxes' | 'by' | 'talkFromMs'>;

export class SqlLive implements LiveStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addLive({ session, groups, boxes, by, talkFromMs }: StoredLive, act: Act): Promise<void> {
    const body: LiveBody = { session, groups, boxes, by, talkFromMs };
    const sql = 'INSERT INTO live_sessions (id, open_ms, body) VALUES (?, ?, ?)';
    return this.#writer.write([{ sql, params: [session.session, session.openMs, JSON.stringify(body)] }], act);
  }

  closeLive(id: string, why: string, act: Act): Promise<void> {
    const sql = 'UPDATE live_sessions SET closed_ms = ?, closed_why = ? WHERE id = ? AND closed_ms IS NULL';
    return this.#writer.write([{ sql, params: [act.atMs, why, id] }], act);
  }

  keepRecording(id: string, sha256: string | null, note: string | null): Promise<void> {
    return this.#writer.write([
      { sql: 'UPDATE live_sessions SET recording = ?, recording_note = ? WHERE id = ?', params: [sha256, note, id] },
    ]);
  }

  async sessions(limit: number): Promise<StoredLive[]> {
    return (await this.#writer.database.read('SELECT * FROM live_sessions ORDER BY open_ms DESC, id LIMIT ?', [limit])).map(liveOf);
  }

  async session(id: string): Promise<StoredLive | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM live_sessions WHERE id = ?', [id]);
    return row && liveOf(row);
  }

  async progress(sessions: readonly string[]): Promise<LiveProgress[]> {
    const rows = await this.#writer.database.read(
      'SELECT * FROM live_progress WHERE session IN (SELECT value FROM json_each(?)) ORDER BY session, dev, at_ms',
      [JSON.stringify(sessions)],
    );
    return rows.map((row) => ({
      session: String(row['session']),
      dev: String(row['dev']),
      state: String(row['state']),
      atMs: Number(row['at_ms']),
      problem: row['problem'] === null ? null : (JSON.parse(String(row['problem'])) as Problem),
    }));
  }

  addRelay(relay: StoredRelay, act: Act): Promise<void> {
    const { id, createdMs } = relay;
    const sql = 'INSERT INTO relays (id, created_ms, body) VALUES (?, ?, ?)';
    return this.#writer.write([{ sql, params: [id, createdMs, JSON.stringify(relay)] }], act);
  }

  async relays(): Promise<StoredRelay[]> {
    const rows = await this.#writer.database.read('SELECT body FROM relays ORDER BY created_ms, id');
    return rows.map((row) => JSON.parse(String(row['body'])) as StoredRelay);
  }

  removeRelay(id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT id FROM relays WHERE id = ?', [id]);
      if (!row) return bad('not-found', `no relay ${id}`);
      await this.#writer.commit([{ sql: 'DELETE FROM relays WHERE id = ?', params: [id] }], act);
      return ok(undefined);
    });
  }
}

function liveOf(row: SqlRow): StoredLive {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return {
    ...(JSON.parse(String(row['body'])) as LiveBody),
    closedMs: row['closed_ms'] === null ? null : Number(row['closed_ms']),
    closedWhy: text(row['closed_why']),
    recording: text(row['recording']),
    recordingNote: text(row['recording_note']),
  };
}
