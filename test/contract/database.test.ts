// The SQLite door's promises, kept by the sqlite3 package, and what happens when something is wrong with it.
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { openSqlite3 } from '../../hardware/host/sqlite3-database.ts';
import { freshFile, opened, promiseDatabase } from './database.ts';

for (const exclusive of [true, false]) {
  describe(`sqlite3, ${exclusive ? 'exclusive' : 'shared'}`, () => promiseDatabase(openDatabase, exclusive));
}

test('a second exclusive connection is refused as busy', async () => {
  const file = await freshFile();
  const first = await opened(openDatabase, { file, exclusive: true });
  await first.exec('CREATE TABLE t (a)');
  expect(await openDatabase({ file, exclusive: true })).toMatchObject({ ok: false, problem: { code: 'device-busy' } });
  await first.close();
});

test('a file that is no database, or a damaged one, is named as damaged', async () => {
  const file = await freshFile();
  const db = await opened(openDatabase, { file, exclusive: true });
  await db.exec('CREATE TABLE t (a)');
  for (let i = 0; i < 50; i++) await db.write([{ sql: 'INSERT INTO t VALUES (randomblob(1000))' }]);
  await db.close();
  const whole = await readFile(file);
  await writeFile(file, whole.fill(0x5a, 4096, 24_576));
  expect(await openDatabase({ file, exclusive: true })).toMatchObject({ ok: false, problem: { code: 'store-damaged' } });
  await writeFile(file, 'not a database at all, and longer than the head of one would be'.repeat(100));
  expect(await openDatabase({ file, exclusive: true })).toMatchObject({ ok: false, problem: { code: 'store-damaged' } });
});

test('without the package the driver is named as missing', async () => {
  const missing = () => Promise.reject(new Error('Cannot find package sqlite3'));
  expect(await openSqlite3({ file: await freshFile(), exclusive: true }, missing)).toMatchObject({
    ok: false,
    problem: { code: 'driver-missing' },
  });
});

test('a full database is a full disk, and goes on when there is room again', async () => {
  const db = await opened(openDatabase, { file: await freshFile(), exclusive: true });
  await db.exec('CREATE TABLE t (a)');
  await db.read('PRAGMA max_page_count = 20');
  const insert = { sql: 'INSERT INTO t VALUES (randomblob(3000))' };
  await expect(db.write(Array(40).fill(insert))).rejects.toMatchObject({ problem: { code: 'disk-full' } });
  expect(await db.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  await db.read('PRAGMA max_page_count = 1000000');
  await db.write(Array(40).fill(insert));
  expect(await db.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 40 }]);
  await db.close();
});
