// The store's contract on a real PostgreSQL, and what only a server can do: fall, be shared, refuse a second writer.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBackup, runRestore } from '../../controller/backup/backup-command.ts';
import { folderOf } from '../../controller/folder.ts';
import { initialise } from '../../controller/init.ts';
import { openPostgres } from '../../controller/store/postgres.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { Store } from '../../controller/store/store.ts';
import type { Database } from '../../hardware/host/sqlite.ts';
import { makeCentre, must, password, seedOf, startMs } from '../controller/built-centre.ts';
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
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.ts';
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

describe.skipIf(postgresPrograms() === undefined)('on PostgreSQL [needs postgres]', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 90_000);
  // A database for each test: tens of thousands of files to take away.
  afterAll(() => server?.stop(), 300_000);

  async function openDatabase(url: string): Promise<Database> {
    const opened = await openPostgres(url);
    if (!opened.ok) throw new Error(`${opened.problem.code} ${opened.problem.detail}`);
    return opened.value;
  }
  async function openStore(url: string): Promise<Store> {
    const store = new SqlStore(await openDatabase(url));
    await store.migrate();
    return store;
  }
  const makeBed = async (): Promise<StoreBed> => {
    const url = await server.database();
    return { open: () => openStore(url), reopen: () => openStore(url), remove: async () => undefined };
  };

  describeStore('the store', makeBed);
  describeAcceptanceStore('acceptance records', makeBed);
  describeReadingStore('readings', makeBed);
  describeAlertStore('alerts', makeBed);
  describeShowingStore('showings', makeBed);
  describeDutyStore('duty', makeBed);
  describeDirectiveStore('directives', makeBed);
  describeExchangeStore('exchange', makeBed);
  describeEnrolmentStore('PostgreSQL', makeBed);
  describeFaultStore('faults', makeBed);
  describeSourceStore('source information', makeBed);
  describeIssueStore('issues', makeBed);
  describeOldTables('PostgreSQL', async () => ({ database: await openDatabase(await server.database()), remove: async () => undefined }));
  describeSteeringStore('steering', makeBed);
  describeBulkStore('many schedules', makeBed);
  describeApprovalStore('approving', makeBed);
  describeFederationStore('lines to other centres', makeBed);
  describePlayStore('plays', makeBed);
  describeRegisterStore('the register', makeBed);
  describeTicketStore('repairs', makeBed);
  describeEvaluationStore('evaluation', makeBed);
  describeCitizenStore('citizens', makeBed);
  describeRetentionStore('retention', makeBed);
  describeReleaseStore('releases', makeBed);
  describeUnitStore('units', makeBed);
  describeListStore('lists', makeBed);
  describePeopleStore('people', makeBed);
  describeCalendarStore('the calendar', makeBed);

  test('a second process may not write the same database; after the first has gone it may', async () => {
    const url = await server.database();
    const first = await openDatabase(url);
    expect(await openPostgres(url)).toMatchObject({ ok: false, problem: { code: 'device-busy' } });
    await first.close();
    const second = await openDatabase(url);
    await second.close();
  });

  test('cut connections are made again, and what was written before the cut is there', async () => {
    const url = await server.database();
    const database = await openDatabase(url);
    await database.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
    await database.write([{ sql: 'INSERT INTO t VALUES (?, ?)', params: [1_795_000_000_123, 'Xã Phú Lâm'] }]);
    await server.dropConnections(url);
    const tries = async (work: () => Promise<unknown>) => {
      for (let i = 0; i < 5; i++)
        try {
          return await work();
        } catch (error) {
          expect(error).toMatchObject({ problem: { code: 'device-failed' } });
        }
      return work();
    };
    await tries(() => database.write([{ sql: 'INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING', params: [2, 'sau'] }]));
    expect(await tries(() => database.read('SELECT a, b FROM t ORDER BY a'))).toEqual([
      { a: 2, b: 'sau' },
      { a: 1_795_000_000_123, b: 'Xã Phú Lâm' },
    ]);
    await database.close();
  });

  test('a line that broke at this end only: the session it left at the server is ended, and writing goes on', async () => {
    const url = await server.database();
    const proxy = await hangingProxy(new URL(url).searchParams.get('host') ?? '');
    const near = new URL(url);
    near.searchParams.set('host', proxy.dir);
    const database = await openDatabase(near.href);
    await database.exec('CREATE TABLE t (a INTEGER)');
    proxy.cut();
    const problems: string[] = [];
    for (let i = 0; i < 4; i++)
      await database.write([{ sql: 'INSERT INTO t VALUES (1)' }]).catch((error) => problems.push(error.problem?.code));
    expect(problems.every((code) => code === 'device-failed')).toBe(true);
    expect(problems.length).toBeLessThan(4);
    await database.close();
    await proxy.stop();
  });

  test('a folder that is restored beside its tables has them begin anew, too', async () => {
    const [dir, places] = [await mkdtemp(join(tmpdir(), 'loa-pg-restore-')), ['centre', 'backup', 'again']];
    const [centre = '', backup = '', again = ''] = places.map((name) => join(dir, name));
    await mkdir(centre);
    await writeFile(folderOf(centre).databaseUrl, await server.database(), { mode: 0o600 });
    must(await initialise(centre, seedOf(), startMs));
    const built = await makeCentre({}, centre);
    const { cookie } = await built.enter('tac-gia', password);
    await built.stop();
    must(await runBackup([backup, '--data', centre, '--without-tables'], startMs));
    // The database is back by its own tools; here it never went.
    must(await runRestore([backup, '--data', again], startMs + 60_000));
    const restored = await makeCentre({}, again, {}, startMs + 120_000);
    expect((await restored.centre.store.audit.entries(0, 1_000)).map(({ act }) => act)).toContain('centre.restore');
    expect((await restored.app.inject({ method: 'GET', url: '/api/boxes', headers: { cookie } })).statusCode).toBe(401);
    await restored.stop();
    await rm(dir, { recursive: true });
  });

  test('who comes back after another has written there writes no more', async () => {
    const url = await server.database();
    const asleep = await openDatabase(url);
    await asleep.exec('CREATE TABLE t (a INTEGER)');
    await server.dropConnections(url);
    const successor = await openDatabase(url);
    await successor.write([{ sql: 'INSERT INTO t VALUES (1)' }]);
    await successor.close();
    const late = () => asleep.write([{ sql: 'INSERT INTO t VALUES (2)' }]);
    const problems: string[] = [];
    for (let i = 0; i < 3; i++) await late().catch((error) => problems.push(error.problem?.code));
    expect(problems.at(-1)).toBe('device-busy');
    expect(await asleep.read('SELECT a FROM t')).toEqual([{ a: 1 }]);
    await asleep.close();
  });

  test('a write is all or nothing, a doubled key is a conflict, a NUL is bad input, a wrong statement is a bug', async () => {
    const database = await openDatabase(await server.database());
    await database.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
    const insert = (a: number, b = '') => ({ sql: 'INSERT INTO t VALUES (?, ?)', params: [a, b] });
    await expect(database.write([insert(1), insert(2), insert(1)])).rejects.toMatchObject({ problem: { code: 'conflict' } });
    expect(await database.read('SELECT * FROM t')).toEqual([]);
    await expect(database.write([insert(3, 'a\u0000b')])).rejects.toMatchObject({ problem: { code: 'bad-input' } });
    const wrong = await database.read('SELEC 1').catch((error) => error);
    expect(wrong).toBeInstanceOf(Error);
    expect(wrong).not.toHaveProperty('problem');
    await database.write([insert(4, "'; DROP TABLE t; --")]);
    expect(await database.read('SELECT b FROM t')).toEqual([{ b: "'; DROP TABLE t; --" }]);
    await database.close();
  });

  test('a whole centre is made and runs on it, and goes on where it stopped', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-pg-centre-'));
    await writeFile(join(dir, 'database-url'), await server.database(), { mode: 0o600 });
    must(await initialise(dir, seedOf(), startMs));
    expect(existsSync(join(dir, 'centre.sqlite'))).toBe(false);
    const first = await makeCentre(seedOf(), dir);
    const author = await first.as('tac-gia');
    const bulletin = await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 });
    const wish = { title: 'Bảng tin', form: 'bulletin', tier: 'normal', items: [bulletin.body.sha256] };
    const { body } = await author('POST', '/programmes', wish);
    await author('POST', `/programmes/${body.id}/submit`);
    await (await first.as('duyet'))('POST', `/programmes/${body.id}/approve`);
    await first.stop();
    const again = await makeCentre(seedOf(), dir);
    expect((await (await again.as('tac-gia'))('GET', '/programmes')).body).toMatchObject([{ id: body.id, state: 'approved' }]);
    expect(await again.centre.store.audit.verify()).toBeUndefined();
    await again.stop();
    await rm(dir, { recursive: true });
  });

  test.each([
    { where: 'at the server', limits: { statementMs: 400, silentMs: 5_400 } },
    { where: 'on the line', limits: { statementMs: 30_000, silentMs: 400 } },
  ])('a step forward takes as long as it takes $where; all else keeps its limit', async ({ limits }) => {
    const opened = await openPostgres(await server.database(), undefined, limits);
    if (!opened.ok) throw new Error(opened.problem.detail);
    const { value: database } = opened;
    const sql = 'CREATE TABLE t (a INTEGER NOT NULL);\nINSERT INTO t (a) SELECT 7 FROM pg_sleep(1.2);\n';
    await new SqlStore(database).migrate([{ number: 1, sql }]);
    expect(await database.read('SELECT a FROM t')).toEqual([{ a: 7 }]);
    const slow = { sql: 'SELECT 1 FROM pg_sleep(1.2)' };
    for (const work of [() => database.read(slow.sql), () => database.write([slow]), () => database.write([slow, slow])])
      await expect(work()).rejects.toMatchObject({ problem: { code: 'device-failed' } });
    await database.close();
  });

  test('a server that is not there is named, and so is a missing package', async () => {
    expect(await openPostgres('postgres://loa:mat-khau@127.0.0.1:1/x')).toMatchObject({ ok: false, problem: { code: 'device-failed' } });
    const missing = () => Promise.reject(new Error('Cannot find package pg'));
    expect(await openPostgres('postgres://x', missing)).toMatchObject({ ok: false, problem: { code: 'driver-missing' } });
  });
});

/** A line to the server whose near end can be cut while its far end stays open, as a lost network leaves it. */
async function hangingProxy(far: string) {
  const dir = await mkdtemp(join(tmpdir(), 'loa-pgline-'));
  const [near, up] = [new Set<Socket>(), new Set<Socket>()];
  const line = createServer((socket) => {
    const upward = createConnection(join(far, '.s.PGSQL.5432'));
    for (const one of [socket, upward]) one.on('error', () => undefined);
    near.add(socket);
    up.add(upward);
    socket.pipe(upward, { end: false });
    upward.pipe(socket);
  });
  await new Promise<void>((resolve) => line.listen(join(dir, '.s.PGSQL.5432'), resolve));
  return {
    dir,
    cut: () => {
      for (const socket of near) socket.destroy();
      near.clear();
    },
    stop: async () => {
      for (const socket of [...near, ...up]) socket.destroy();
      await new Promise((resolve) => line.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
