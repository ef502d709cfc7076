// Rings in SQL: who was called for what and when, seen and answered.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { RingKind } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { StoredRing } from './duty-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlRings {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add({ id, kind, about, person, title, text, atMs }: StoredRing, act: Act): Promise<void> {
    const sql = 'INSERT INTO rings (id, kind, about, person, title, text, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)';
    return this.#writer.write([{ sql, params: [id, kind, about, person, title, text, atMs] }], act);
  }

  mark(id: string, person: string, what: 'seen' | 'answered', act: Act): Promise<Result<StoredRing>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT * FROM rings WHERE id = ? AND person = ?', [id, person]);
      if (!row) return bad('not-found', `no ring ${id} for ${person}`);
      const ring = ringOf(row);
      const marked = {
        ...ring,
        seenMs: ring.seenMs ?? act.atMs,
        answeredMs: what === 'answered' ? (ring.answeredMs ?? act.atMs) : ring.answeredMs,
      };
      if (marked.seenMs === ring.seenMs && marked.answeredMs === ring.answeredMs) return ok(ring);
      const sql = 'UPDATE rings SET seen_ms = ?, answered_ms = ? WHERE id = ?';
      await this.#writer.commit([{ sql, params: [marked.seenMs, marked.answeredMs, id] }], act);
      return ok(marked);
    });
  }

  quiet(about: string, atMs: number): Promise<void> {
    const sql = `UPDATE rings SET quiet_ms = ? WHERE about = ? AND kind != 'told' AND answered_ms IS NULL AND quiet_ms IS NULL`;
    return this.#writer.write([{ sql, params: [atMs, about] }]);
  }

  async open(limit: number): Promise<StoredRing[]> {
    const sql = 'SELECT * FROM rings WHERE answered_ms IS NULL AND quiet_ms IS NULL ORDER BY at_ms DESC, id LIMIT ?';
    return (await this.#writer.database.read(sql, [limit])).map(ringOf);
  }

  async about(about: string): Promise<StoredRing[]> {
    return (await this.#writer.database.read('SELECT * FROM rings WHERE about = ? ORDER BY at_ms, id', [about])).map(ringOf);
  }
}

function ringOf(row: SqlRow): StoredRing {
  const msOf = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return {
    id: String(row['id']),
    kind: String(row['kind']) as RingKind,
    about: String(row['about']),
    person: String(row['person']),
    title: String(row['title']),
    text: String(row['text']),
    atMs: Number(row['at_ms']),
    seenMs: msOf(row['seen_ms']),
    answeredMs: msOf(row['answered_ms']),
    quietMs: msOf(row['quiet_ms']),
  };
}
