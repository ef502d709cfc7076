// Releases, roll-outs and what boxes said of them, in SQL.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Rollout, StoredRelease, StoredUpdate } from '../../schemas/release-api.ts';
import type { Offered } from '../core/rollout.ts';
import { addNew, put } from './batch.ts';
import type { ReleaseStore } from './release-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlReleases implements ReleaseStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addRelease(stored: StoredRelease, act: Act): Promise<Result<void>> {
    const { version, counter } = stored.release;
    return this.#writer.alone(async () => {
      const [same] = await this.#writer.database.read('SELECT version FROM releases WHERE version = ? OR counter = ?', [version, counter]);
      if (same) return bad('conflict', `${same['version']} is here: versions and counters are used once`);
      const row = [version, counter, stored.addedMs, JSON.stringify(stored)];
      await this.#writer.commit([put('releases', ['version'], ['counter', 'added_ms', 'body'], [row])], act);
      return ok(undefined);
    });
  }

  async releases(): Promise<StoredRelease[]> {
    return (await this.#writer.database.read('SELECT body FROM releases ORDER BY counter DESC')).map(bodyOf<StoredRelease>);
  }

  beginRollout(rollout: Rollout, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const open = (await this.rollouts()).find(({ state }) => state === 'running' || state === 'paused');
      if (open) return bad('conflict', `the roll-out of ${open.version} has not ended`);
      await this.#writer.commit([rolloutRow(rollout)], act);
      return ok(undefined);
    });
  }

  async rollouts(): Promise<Rollout[]> {
    return (await this.#writer.database.read('SELECT body FROM rollouts ORDER BY began_ms DESC, id')).map(bodyOf<Rollout>);
  }

  async rollout(id: string): Promise<Rollout | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM rollouts WHERE id = ?', [id]);
    return row && bodyOf<Rollout>(row);
  }

  saveRollout(rollout: Rollout, offered: readonly Offered[], act: Act): Promise<void> {
    const rows = offered.map(({ dev, stage, offeredMs }) => [rollout.id, dev, stage, offeredMs]);
    const boxes = addNew('rollout_boxes', ['rollout', 'dev', 'stage', 'offered_ms'], rows);
    return this.#writer.write(rows.length > 0 ? [rolloutRow(rollout), boxes] : [rolloutRow(rollout)], act);
  }

  async offered(rollout: string): Promise<Offered[]> {
    const rows = await this.#writer.database.read(
      'SELECT dev, stage, offered_ms FROM rollout_boxes WHERE rollout = ? ORDER BY stage, dev',
      [rollout],
    );
    return rows.map((row) => ({ dev: String(row['dev']), stage: Number(row['stage']), offeredMs: Number(row['offered_ms']) }));
  }

  async updates(counter: number): Promise<StoredUpdate[]> {
    const rows = await this.#writer.database.read(
      'SELECT dev, at_ms, received_ms, body FROM box_updates WHERE counter = ? ORDER BY received_ms, dev',
      [counter],
    );
    return rows.map((row) => ({
      dev: String(row['dev']),
      fact: bodyOf<StoredUpdate['fact']>(row),
      atMs: Number(row['at_ms']),
      receivedMs: Number(row['received_ms']),
    }));
  }
}

/** For the transaction of the log: the first word of a kind stands. */
export function updateRows(updates: readonly StoredUpdate[]) {
  return addNew(
    'box_updates',
    ['dev', 'counter', 'state', 'at_ms', 'received_ms', 'body'],
    updates.map(({ dev, fact, atMs, receivedMs }) => [dev, fact.counter, fact.state, atMs, receivedMs, JSON.stringify(fact)]),
  );
}

function rolloutRow(rollout: Rollout) {
  return put('rollouts', ['id'], ['began_ms', 'body'], [[rollout.id, rollout.beganMs, JSON.stringify(rollout)]]);
}

function bodyOf<T>(row: SqlRow): T {
  return JSON.parse(String(row['body'])) as T;
}
