// Media, programmes, schedules and the policy in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { Delegated } from '../../schemas/approval.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { Occasion } from '../../schemas/holidays.ts';
import type { Policy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { terms } from './sql-log.ts';
import type { Act, ContentPage, ContentStore, Media, ProgrammeState, StoredProgramme, StoredSchedule } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlContent implements ContentStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addMedia(media: Media, act: Act): Promise<void> {
    const insert = {
      sql: 'INSERT INTO media (sha256, created_ms, item, source, author, peaks) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      params: [media.item.sha256, media.createdMs, JSON.stringify(media.item), media.source, media.author, JSON.stringify(media.peaks)],
    };
    return this.#writer.write([insert], act);
  }

  async media(page?: ContentPage): Promise<Media[]> {
    return (await this.#part('media', 'created_ms', 'sha256', '<', page)).map(mediaOf);
  }

  async medium(sha256: string): Promise<Media | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM media WHERE sha256 = ?', [sha256]);
    return row && mediaOf(row);
  }

  saveProgramme(stored: StoredProgramme, act: Act): Promise<void> {
    const upsert = {
      sql: `INSERT INTO programmes (id, changed_ms, body, sources, state, author, approver, note, delegation)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET changed_ms = excluded.changed_ms, body = excluded.body, sources = excluded.sources,
        state = excluded.state, author = excluded.author, approver = excluded.approver, note = excluded.note,
        delegation = excluded.delegation`,
      params: [
        stored.programme.id,
        stored.changedMs,
        JSON.stringify(stored.programme),
        JSON.stringify(stored.sources ?? []),
        stored.state,
        stored.author,
        stored.approver,
        stored.note,
        stored.delegation ? JSON.stringify(stored.delegation) : null,
      ],
    };
    return this.#writer.write([upsert], act);
  }

  async programmes(page?: ContentPage): Promise<StoredProgramme[]> {
    return (await this.#part('programmes', 'changed_ms', 'id', '<', page)).map(programmeOf);
  }

  async titles(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const sql = 'SELECT * FROM programmes WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id';
    const found = (await this.#writer.database.read(sql, [JSON.stringify(ids)])).map(programmeOf);
    return new Map(found.map(({ programme }) => [programme.id, programme.title]));
  }

  async programme(id: string): Promise<StoredProgramme | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM programmes WHERE id = ?', [id]);
    return row && programmeOf(row);
  }

  addSchedule(stored: StoredSchedule, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const { id } = stored.schedule;
      const [known] = await this.#writer.database.read('SELECT id FROM schedules WHERE id = ?', [id]);
      if (known) return bad('conflict', `a schedule ${id} exists`, '/id');
      await this.#writer.commit([scheduleStatement(stored)], act);
      return ok(undefined);
    });
  }

  replaceSchedule(was: StoredSchedule, stored: StoredSchedule, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const { id } = was.schedule;
      const there = (await this.#writer.database.read('SELECT * FROM schedules WHERE id = ?', [id])).map(scheduleOf)[0];
      if (!there) return bad('not-found', `no schedule ${id}`);
      if (canonicalJson(there) !== canonicalJson(was)) return bad('conflict', `${id} was changed meanwhile`, '/seen');
      await this.#writer.commit([{ sql: 'DELETE FROM schedules WHERE id = ?', params: [id] }, scheduleStatement(stored)], act);
      return ok(undefined);
    });
  }

  async schedules(page?: ContentPage): Promise<StoredSchedule[]> {
    return (await this.#part('schedules', 'created_ms', 'id', '>', page)).map(scheduleOf);
  }

  /** By time, newest first where what follows is smaller; of the same time by name. */
  #part(table: string, time: string, name: string, follows: '<' | '>', page: ContentPage | undefined): Promise<SqlRow[]> {
    const { where, params } = terms([
      [`(${time} ${follows} ? OR (${time} = ? AND ${name} > ?))`, page?.after && [page.after.atMs, page.after.atMs, page.after.id]],
    ]);
    const sql = `SELECT * FROM ${table} ${where} ORDER BY ${time}${follows === '<' ? ' DESC' : ''}, ${name} ${page ? 'LIMIT ?' : ''}`;
    return this.#writer.database.read(sql, [...params, ...(page ? [page.limit] : [])]);
  }

  removeSchedule(id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [known] = await this.#writer.database.read('SELECT id FROM schedules WHERE id = ?', [id]);
      if (!known) return bad('not-found', `no schedule ${id}`);
      await this.#writer.commit([{ sql: 'DELETE FROM schedules WHERE id = ?', params: [id] }], act);
      return ok(undefined);
    });
  }

  async policy(): Promise<Policy | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM policy WHERE id = 1');
    return row && (JSON.parse(String(row['body'])) as Policy);
  }

  savePolicy(policy: Policy, act: Act): Promise<void> {
    const upsert = {
      sql: 'INSERT INTO policy (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
      params: [JSON.stringify(policy)],
    };
    return this.#writer.write([upsert], act);
  }
}

export function scheduleStatement({ schedule, groups, occasions = [], author, createdMs }: StoredSchedule): Statement {
  return {
    sql: 'INSERT INTO schedules (id, created_ms, body, groups, occasions, author) VALUES (?, ?, ?, ?, ?, ?)',
    params: [...[schedule.id, createdMs, JSON.stringify(schedule), JSON.stringify(groups)], ...[JSON.stringify(occasions), author]],
  };
}

function scheduleOf(row: SqlRow): StoredSchedule {
  return {
    schedule: JSON.parse(String(row['body'])) as Schedule,
    groups: JSON.parse(String(row['groups'])) as string[],
    ...occasionsOf(JSON.parse(String(row['occasions'])) as Occasion[]),
    author: String(row['author']),
    createdMs: Number(row['created_ms']),
  };
}

function occasionsOf(occasions: readonly Occasion[]): Pick<StoredSchedule, 'occasions'> {
  return occasions.length > 0 ? { occasions } : {};
}

function sourcesOf(sources: readonly (string | null)[]): Pick<StoredProgramme, 'sources'> {
  return sources.some((id) => id !== null) ? { sources } : {};
}

function mediaOf(row: SqlRow): Media {
  return {
    item: JSON.parse(String(row['item'])) as Item,
    source: String(row['source']),
    author: String(row['author']),
    createdMs: Number(row['created_ms']),
    peaks: JSON.parse(String(row['peaks'])) as number[],
  };
}

function programmeOf(row: SqlRow): StoredProgramme {
  return {
    programme: JSON.parse(String(row['body'])) as Programme,
    ...sourcesOf(JSON.parse(String(row['sources'])) as (string | null)[]),
    state: String(row['state']) as ProgrammeState,
    author: String(row['author']),
    approver: row['approver'] === null ? null : String(row['approver']),
    ...(typeof row['delegation'] === 'string' && { delegation: JSON.parse(row['delegation']) as Delegated }),
    changedMs: Number(row['changed_ms']),
    note: String(row['note']),
  };
}
