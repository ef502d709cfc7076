// The store's contract on SQLite, and what only a file can show: a chain tampered with, tables of a later version.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { UnitChangeEntry } from '../../controller/core/unit-book.ts';
import { areasOn, treeOf } from '../../controller/core/unit-tree.ts';
import { migrations } from '../../controller/store/migrations/migrations.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { Store } from '../../controller/store/store.ts';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import { describeAcceptanceStore } from './acceptance-store.ts';
import { describeAlertStore } from './alert-store.ts';
import { describeApprovalStore } from './approval-store.ts';
import { describeBulkStore } from './bulk-store.ts';
import { describeCalendarStore } from './calendar-store.ts';
import { describeCitizenStore } from './citizen-store.ts';
import { describeDirectiveStore } from './directive-store.ts';
import { describeDutyStore } from './duty-store.ts';
import { describeEnrolmentStore } from './enrolment-store.ts';
import { describeEvaluationStore } from './evaluation-store.ts';
import { describeExchangeStore } from './exchange-store.ts';
import { describeFaultStore } from './fault-store.ts';
import { describeFederationStore } from './federation-store.ts';
import { describeIssueStore } from './issue-store.ts';
import { describeListStore } from './list-store.ts';
import { describeOldTables } from './old-tables.ts';
import { describePeopleStore } from './people-store.ts';
import { describePlayStore } from './play-store.ts';
import { describeReadingStore } from './reading-store.ts';
import { describeRegisterStore } from './register-store.ts';
import { describeReleaseStore } from './release-store.ts';
import { describeRetentionStore } from './retention-store.ts';
import { describeShowingStore } from './showing-store.ts';
import { describeSourceStore } from './source-store.ts';
import { describeSteeringStore } from './steering-store.ts';
import { describeStore } from './store.ts';
import type { StoreBed } from './store-suite.ts';
import { describeTicketStore } from './ticket-store.ts';
import { describeUnitStore } from './unit-store.ts';

const actOf = (act: string) => ({ atMs: 1, actor: 'x', act, subject: 's', sha256: '' });

async function openFile(file: string): Promise<Database> {
  const opened = await openDatabase({ file, exclusive: false });
  if (!opened.ok) throw new Error(opened.problem.detail);
  return opened.value;
}

async function openStore(file: string): Promise<Store> {
  const store = new SqlStore(await openFile(file));
  await store.migrate();
  return store;
}

async function makeBed(): Promise<StoreBed & { readonly file: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-store-'));
  const file = join(dir, 'centre.sqlite');
  return { file, open: () => openStore(file), reopen: () => openStore(file), remove: () => rm(dir, { recursive: true }) };
}

describeStore('the store on SQLite', makeBed);
describeAcceptanceStore('acceptance records on SQLite', makeBed);
describeReadingStore('readings on SQLite', makeBed);
describeAlertStore('alerts on SQLite', makeBed);
describeShowingStore('SQLite', makeBed);
describeCalendarStore('the calendar on SQLite', makeBed);
describeDirectiveStore('directives on SQLite', makeBed);
describeExchangeStore('exchange on SQLite', makeBed);
describeEnrolmentStore('SQLite', makeBed);
describeFaultStore('faults on SQLite', makeBed);
describeSourceStore('source information on SQLite', makeBed);
describeIssueStore('issues on SQLite', makeBed);
describeOldTables('SQLite', async () => {
  const { file, remove } = await makeBed();
  return { database: await openFile(file), remove };
});
describeSteeringStore('steering on SQLite', makeBed);
describeBulkStore('many schedules on SQLite', makeBed);
describeApprovalStore('approving on SQLite', makeBed);
describeFederationStore('lines to other centres on SQLite', makeBed);
describePlayStore('plays on SQLite', makeBed);
describeRegisterStore('the register on SQLite', makeBed);
describeTicketStore('repairs on SQLite', makeBed);
describeEvaluationStore('evaluation on SQLite', makeBed);
describeCitizenStore('citizens on SQLite', makeBed);
describeRetentionStore('retention on SQLite', makeBed);
describeReleaseStore('releases on SQLite', makeBed);
describeDutyStore('duty in the store on SQLite', makeBed);
describeUnitStore('units in the store on SQLite', makeBed);
describeListStore('lists on SQLite', makeBed);
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

  test('whose commit stands although its answer was lost is not written twice', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    const lost = { next: false };
    const line: Database = {
      read: (sql, params) => database.read(sql, params),
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      write: async (statements) => {
        await database.write(statements);
        if (!lost.next) return;
        lost.next = false;
        throw new Error('the line broke');
      },
    };
    const store = new SqlStore(line);
    await store.migrate();
    await store.audit.append({ ...actOf('a'), subject: 'before' });
    lost.next = true;
    await store.audit.append({ ...actOf('a'), subject: 'once' });
    await store.audit.append({ ...actOf('a'), subject: 'after' });
    expect((await store.audit.entries(0, 10)).map(({ subject }) => subject)).toEqual(['before', 'once', 'after']);
    expect(await store.audit.verify()).toBeUndefined();
    await store.close();
    await bed.remove();
  });

  test('written by a later version is not touched', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    await database.exec('CREATE TABLE migrations (number INTEGER PRIMARY KEY); INSERT INTO migrations VALUES (999)');
    await expect(new SqlStore(database).migrate()).rejects.toThrow('newer version');
    await database.close();
    await bed.remove();
  });

  test('with flat rows of units, as before they had dates, is read as in force since ever and written anew at the first change', async () => {
    const bed = await makeBed();
    const store = await bed.open();
    const database = await openFile(bed.file);
    const flat = [
      { id: 't', parent: null, kind: 'tinh', name: 'Tỉnh', code: '08', level: 'province', area: '08' },
      { id: 'x', parent: 't', kind: 'xa', name: 'Xã', code: '02536', level: 'commune', area: '08/02536' },
    ];
    await database.write(flat.map((row) => ({ sql: 'INSERT INTO units (id, body) VALUES (?, ?)', params: [row.id, JSON.stringify(row)] })));
    const areas = async () => Object.fromEntries(areasOn(treeOf(await store.units.units()), '1990-01-01'));
    expect(await areas()).toEqual({ t: '08', x: '08/02536' });
    const [, x] = await store.units.units();
    const touched = { id: 'x', before: x ?? null, after: x ?? null, from: '08/02536', to: '08/02536' };
    const entry = { id: 'c', date: '2025-07-01', state: 'in-force', turn: 1 } as unknown as UnitChangeEntry;
    const apply = { units: [touched], boxes: [], grants: [] };
    await store.units.decide(() => ({ ok: true, value: { entry, apply, keep: apply, act: { ...actOf('unit.change') } } }));
    expect(await areas()).toEqual({ t: '08', x: '08/02536' });
    const bodies = await database.read('SELECT body FROM units');
    expect(bodies.every(({ body }) => 'periods' in JSON.parse(String(body)))).toBe(true);
    await database.close();
    await store.close();
    await bed.remove();
  });

  test('with issues from before they were found by the centre above that they came from finds them so', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    for (const { sql } of migrations.filter(({ number }) => number < 19)) await database.exec(sql);
    await database.exec('CREATE TABLE migrations (number INTEGER PRIMARY KEY); INSERT INTO migrations VALUES (18)');
    const rows = [
      { id: 'own', atMs: 5 },
      { id: 'above', atMs: 5, origin: { centre: 'tinh-08', issue: 'x', units: [] } },
    ];
    const sql = 'INSERT INTO source_issues (id, item, at_ms, body) VALUES (?, ?, ?, ?)';
    await database.write(rows.map((row) => ({ sql, params: [row.id, 'tin', row.atMs, JSON.stringify(row)] })));
    const store = new SqlStore(database);
    await store.migrate();
    expect(await store.issues.from('tinh-08', { issued: 0, due: 0 }, 9)).toEqual([rows[1]]);
    await store.close();
    await bed.remove();
  });

  test('walked forward twice stays as it is', async () => {
    const bed = await makeBed();
    const database = await openFile(bed.file);
    const store = new SqlStore(database);
    await store.migrate();
    await store.meta.setValue('a', 'b');
    await store.migrate();
    expect(await store.meta.value('a')).toBe('b');
    await store.close();
    await bed.remove();
  });
});
