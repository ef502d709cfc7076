// The store's contract on SQLite, and what only a file can show: a chain tampered with, tables of a later version.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SqliteStore } from '../../controller/store/sqlite-store.ts';
import type { Store } from '../../controller/store/store.ts';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import { describeAlertStore } from './alert-store.ts';
import { describeDutyStore } from './duty-store.ts';
import { describePeopleStore } from './people-store.ts';
import { describeShowingStore } from './showing-store.ts';
import { describeStore, type StoreBed } from './store.ts';

async function openFile(file: string): Promise<Database> {
  const opened = await openDatabase({ file, exclusive: false });
  if (!opened.ok) throw new Error(opened.problem.detail);
  return opened.value;
}

async function openStore(file: string): Promise<Store> {
  const store = new SqliteStore(await openFile(file));
  await store.migrate();
  return store;
}

async function makeBed(): Promise<StoreBed & { readonly file: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-store-'));
  const file = join(dir, 'centre.sqlite');
  return { file, open: () => openStore(file), reopen: () => openStore(file), remove: () => rm(dir, { recursive: true }) };
}

describeStore('the store on SQLite', makeBed);
describeAlertStore('alerts on SQLite', makeBed);
describeShowingStore('SQLite', makeBed);
describeDutyStore('duty in the store on SQLite', makeBed);
describePeopleStore('people in the store on SQLite', makeBed);

describe('a file', () => {
  test('whose audit was changed by hand is found out at the first changed entry', async () => {
    const bed = await makeBed();
    const store = await bed.open();
    for (let i = 0; i < 5; i++) await store.audit.append({ atMs: i, actor: 'x', act: 'a', subject: `s${i}`, sha256: '' });
    const database = await openFile(bed.file);
    await database.write([{ sql: "UPDATE audit SET actor = 'y' WHERE seq = 3" }]);
    expect(await store.audit.verify()).toBe(3);
    await database.write([{ sql: "UPDATE audit SET actor = 'x' WHERE seq = 3" }, { sql: 'DELETE FROM audit WHERE seq = 2' }]);
    expect(await store.audit.verify()).toBe(2);
    await database.close();
    await store.close();
    await bed.remove();
  });

  test('that another program wrote an act into meanwhile keeps one chain, and loses no write', async () => {
    const bed = await makeBed();
    const [centre, command] = [await bed.open(), await bed.open()];
    for (const [store, subject] of [
      [centre, 'a'],
      [command, 'b'],
      [centre, 'c'],
      [centre, 'd'],
      [command, 'e'],
    ] as const)
      await store.audit.append({ atMs: 1, actor: 'x', act: 'a', subject, sha256: '' });
    expect((await centre.audit.entries(0, 9)).map(({ subject }) => subject).join('')).toBe('abcde');
    expect(await centre.audit.verify()).toBeUndefined();
    await centre.close();
    await command.close();
    await bed.remove();
  });

  test('written by a later version is not touched', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    await database.exec('CREATE TABLE migrations (number INTEGER PRIMARY KEY); INSERT INTO migrations VALUES (999)');
    await expect(new SqliteStore(database).migrate()).rejects.toThrow('newer version');
    await database.close();
    await bed.remove();
  });

  test('walked forward twice stays as it is', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    const store = new SqliteStore(database);
    await store.migrate();
    await store.meta.setValue('a', 'b');
    await store.migrate();
    expect(await store.meta.value('a')).toBe('b');
    await store.close();
    await bed.remove();
  });
});
