// The tables of a centre as facts to hold accepted writes against, read through a connection of its own; and what must never go back.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saidIn } from '../../../controller/core/said.ts';
import { folderOf } from '../../../controller/folder.ts';
import { SqlStore } from '../../../controller/store/sql-store.ts';
import type { Store } from '../../../controller/store/store.ts';
import { type Database, openDatabase } from '../../../hardware/host/sqlite.ts';
import { must } from '../../controller/built-centre.ts';
import type { Facts, Thing } from './book.ts';

/** Acts of the writers; the centre's own come when they come. */
const ours = /^(media|programme|schedule|box|account|fault|duty|policy|calendar|local-order|session|order)\./;
/** A sign-in that dies with the centre stays counted as a wrong try: after some of them the centre itself makes the account wait. */
const itsOwn = 'session.delayed';

export interface Seen extends Facts {
  /** Revision of each box's want. */
  readonly revisions: ReadonlyMap<string, number>;
  /** The audit chain breaks at this row. */
  readonly brokenAt: number | undefined;
  /** Content that a row names and the disk does not have, or has otherwise. */
  readonly missing: readonly string[];
}

/** Files that were read and found right once; they are never written again. */
export class Tables {
  readonly #dir: string;
  readonly #right = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  async look(): Promise<Seen> {
    const { database: file, blobs } = folderOf(this.#dir);
    const database = must(await openDatabase({ file, exclusive: false }));
    const store = new SqlStore(database);
    try {
      const wants = await store.wants.wants();
      const media = await store.content.media();
      const named = [
        ...media.map(({ item }) => item.sha256),
        ...wants.flatMap(({ envelope }) => saidIn(envelope).parts.map(({ sha256 }) => sha256)),
      ];
      return {
        things: await thingsOf(store, database),
        acts: await actsOf(database),
        revisions: new Map(wants.map(({ dev, rev }) => [dev, rev])),
        brokenAt: await store.audit.verify(),
        missing: await this.#missing(blobs, new Set(named)),
      };
    } finally {
      await store.close();
    }
  }

  async #missing(dir: string, names: ReadonlySet<string>): Promise<string[]> {
    const missing: string[] = [];
    for (const name of names) {
      if (this.#right.has(name)) continue;
      const bytes = await readFile(join(dir, name.slice(0, 2), name)).catch(() => undefined);
      if (bytes && createHash('sha256').update(bytes).digest('hex') === name) this.#right.add(name);
      else missing.push(name);
    }
    return missing;
  }
}

async function actsOf(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database.read('SELECT act, COUNT(*) AS n FROM audit GROUP BY act ORDER BY act');
  return new Map(
    rows.map((row): [string, number] => [String(row['act']), Number(row['n'])]).filter(([act]) => ours.test(act) && act !== itsOwn),
  );
}

async function thingsOf(store: Store, database: Database): Promise<ReadonlyMap<string, Thing>> {
  const things = new Map<string, Thing>();
  const add = (key: string, value: string, id: string) => things.set(key, { value, id });
  const column = async (sql: string) => (await database.read(sql)).map((row) => String(row['x']));
  for (const { item } of await store.content.media()) add(`bulletin ${item.title}`, 'there', item.sha256);
  for (const { programme, state } of await store.content.programmes()) add(`programme ${programme.title}`, state, programme.id);
  for (const { schedule } of await store.content.schedules())
    add(`schedule ${Number(schedule.start.slice(-1))}-${schedule.start}`, 'there', schedule.id);
  for (const { id, settings } of await store.estate.boxes())
    if (id.startsWith('moi-')) add(`new box ${id.slice(4)}`, 'there', id);
    else add(`settings ${id}`, String(settings.holdMs), id);
  for (const { account, title } of await store.people.accounts())
    if (account.startsWith('nguoi-')) add(`account ${account.slice(6)}`, title, account);
  for (const id of await column('SELECT id AS x FROM faults ORDER BY id')) {
    const fault = await store.faults.fault(id);
    if (fault && id.startsWith('f-')) add(`fault ${id}`, fault.note, id);
  }
  for (const hash of await column('SELECT id_hash AS x FROM sessions ORDER BY id_hash')) add(`session ${hash}`, 'there', hash);
  for (const from of await column('SELECT from_ms AS x FROM roster ORDER BY from_ms')) add(`roster ${from}`, 'there', from);
  for (const { area, policy } of await store.calendar.areaPolicies()) add(`policy ${area}`, policy.title, area);
  for (const { year, days } of await store.calendar.holidayYears()) add(`holidays ${year}`, days[0]?.vi ?? '', String(year));
  add('local order', (await store.meta.value('localOrder')) ?? '[]', 'local order');
  for (const one of await store.orders.orders(10_000)) {
    // Its end was reckoned a moment before it was given.
    const validMs = Math.ceil((one.expMs - one.givenMs) / 1_000) * 1_000;
    add(`order ${validMs}`, one.clearedMs === null ? 'given' : 'cleared', one.id);
  }
  return things;
}
