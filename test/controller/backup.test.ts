// A backup of a running centre, what it takes to trust it, and the centre that is made of it again.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAudit } from '../../controller/audit-command.ts';
import { runBackup, runRestore } from '../../controller/backup/backup-command.ts';
import { folderOf } from '../../controller/folder.ts';
import { findProgram } from '../../hardware/host/processes.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, startMs, statementIn } from './built-centre.ts';

let dir: string;
let built: BuiltCentre;
let author: Asker;
let programme: string;
const at = (name: string) => join(dir, name);
const envelope = { payloadType: 'x', payload: 'eyLhuqkifQ==', signatures: [{ keyid: 'k', sig: 's' }] };
const acceptance = { dev: 'hop-1', id: 'nt-1', atMs: startMs - 10, receivedMs: startMs, envelope };
const reading = { dev: 'hop-1', atMs: startMs, values: { temperatureC: 41.5 } };
const backup = (...words: string[]) => runBackup(words, startMs + 5_000);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-backup-'));
  built = await makeCentre();
  author = await built.as('tac-gia');
  const { body } = await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 });
  const made = await author('POST', '/programmes', { title: 'Bảng tin', form: 'bulletin', tier: 'normal', items: [body.sha256] });
  programme = made.body.id;
  const box = { id: 'hop-1', name: 'Hộp 1', area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
  expect((await (await built.as('ky-thuat'))('POST', '/boxes', box)).status).toBe(201);
  const { log, readings } = built.centre.store;
  await log.commit({ rows: [], receipts: [], progress: [], conflicts: [], heads: [], acceptances: [acceptance] });
  await readings.save([reading]);
  await writeFile(folderOf(built.dir).pushCa, 'PEM');
  must(await backup(at('whole'), '--data', built.dir));
});
afterAll(async () => {
  await built?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The backup again, with one thing done to it. */
async function copyOf(name: string): Promise<string> {
  must(await backup(at(name), '--data', built.dir));
  return at(name);
}

describe('a backup', () => {
  test('is made while the centre writes, and found whole', async () => {
    const writing = (async () => {
      for (let n = 0; n < 20; n++) await author('POST', '/programmes', { title: `Tin ${n}`, form: 'audio', tier: 'normal', items: [] });
    })();
    const folder = await copyOf('beside');
    await writing;
    expect(must(await backup('verify', folder))[0]).toContain('xa-02536');
  });

  test('holds the certificates of a push service of the centre’s own', async () => {
    expect(await readFile(folderOf(at('whole')).pushCa, 'utf8')).toBe('PEM');
  });

  test('holds no root key, and what is secret is open to its owner alone', async () => {
    expect(await readdir(at('whole'))).not.toContain('root-keys');
    const { files } = JSON.parse(await readFile(join(at('whole'), 'manifest.json'), 'utf8')) as { files: { path: string; mode: number }[] };
    const secret = files.filter(({ path }) => /^(centre\.sqlite|keys\/|strongbox)/.test(path));
    expect(secret.length).toBeGreaterThan(2);
    expect(secret.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([]);
  });

  test('goes into an empty folder only', async () => {
    expect(await backup(at('whole'), '--data', built.dir)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });

  test('of which one byte was changed is refused, and the file is named', async () => {
    const folder = await copyOf('bent');
    const blob = (await readdir(join(folder, 'blobs'), { recursive: true })).find((path) => /[0-9a-f]{64}$/.test(path)) ?? '';
    const bytes = await readFile(join(folder, 'blobs', blob));
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    await writeFile(join(folder, 'blobs', blob), bytes);
    const found = await backup('verify', folder);
    expect(found).toMatchObject({ ok: false, problem: { code: 'hash-mismatch', detail: expect.stringContaining(blob) } });
    expect(await runRestore([folder, '--data', at('nowhere')], startMs)).toMatchObject({ ok: false, problem: { code: 'hash-mismatch' } });
    await rm(join(folder, 'blobs', blob));
    expect(await backup('verify', folder)).toMatchObject({ ok: false, problem: { detail: expect.stringContaining('is missing') } });
  });

  test('without its manifest is none', async () => {
    const folder = await copyOf('broken-off');
    await rm(join(folder, 'manifest.json'));
    expect(await backup('verify', folder)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });

  test.each([['../../etc/passwd'], ['/etc/passwd'], ['a/../../b']])('whose manifest names %s is refused', async (path) => {
    const folder = await mkdtemp(join(dir, 'evil-'));
    const files = [{ path, bytes: 1, sha256: 'a'.repeat(64), mode: 0o600 }];
    await writeFile(
      join(folder, 'manifest.json'),
      JSON.stringify({ is: 'loa-backup', version: 1, centre: 'x', madeMs: 1, tables: null, files }),
    );
    expect(await backup('verify', folder)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });

  test('where the tables lie on a server says so, and takes the folder alone when told', async () => {
    const place = await mkdtemp(join(dir, 'server-'));
    await writeFile(folderOf(place).databaseUrl, 'postgres://x@localhost/x', { mode: 0o600 });
    expect(await backup(at('server-backup'), '--data', place)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });

  test('becomes a centre again: all that was there, nobody signed in, and each box told anew above what it saw', async () => {
    await author('POST', `/programmes/${programme}/submit`, {});
    must(await runRestore([at('whole'), '--data', at('again')], startMs + 60_000));
    expect(await runRestore([at('whole'), '--data', at('again')], startMs)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    const before = statementIn(JSON.parse(String(built.lastRetained('loa/1/d/hop-1/dn/want')?.payload)));
    const again = await makeCentre(undefined, at('again'), {}, startMs + 120_000);
    try {
      const want = statementIn(JSON.parse(String(again.lastRetained('loa/1/d/hop-1/dn/want')?.payload)));
      expect([want.body.rev > before.body.rev, want.ctr > before.ctr]).toEqual([true, true]);
      const asked = await again.as('tac-gia');
      expect((await asked('GET', `/programmes/${programme}`)).body).toMatchObject({ id: programme, state: 'draft' });
      expect(await again.centre.store.log.acceptances('hop-1')).toEqual([acceptance]);
      expect(await again.centre.store.readings.between('hop-1', 0, startMs + 1)).toEqual([reading]);
      const audit = await again.centre.store.audit.entries(0, 1_000);
      expect(audit.map(({ act }) => act)).toContain('centre.restore');
      expect(await again.centre.store.audit.verify()).toBeUndefined();
      const old = again.app.inject({
        method: 'GET',
        url: '/api/boxes',
        headers: { cookie: (await built.enter('duyet', 'mat-khau-thu-nghiem')).cookie },
      });
      expect((await old).statusCode).toBe(401);
      expect(codeOf(await again.stranger('GET', '/boxes'))).toBe('not-signed-in');
    } finally {
      await again.stop();
    }
  });
});

describe('the audit at the machine', () => {
  test('holds, and a row known from before is found to stand', async () => {
    const [line = ''] = must(await runAudit(['verify', '--data', built.dir]));
    const head = /(\d+:[0-9a-f]{64})$/.exec(line)?.[1] ?? '';
    await author('POST', '/programmes', { title: 'Sau', form: 'audio', tier: 'normal', items: [] });
    expect((await runAudit(['verify', '--data', built.dir, '--known', head])).ok).toBe(true);
    const other = `${head.slice(0, -1)}${head.endsWith('0') ? '1' : '0'}`;
    expect(await runAudit(['verify', '--data', built.dir, '--known', other])).toMatchObject({
      ok: false,
      problem: { code: 'store-damaged' },
    });
  });

  test('in which one letter was changed, or a row is missing, is found at that row, with what it says now', async () => {
    must(await runRestore([at('whole'), '--data', at('forged')], startMs));
    const database = must(await openDatabase({ file: folderOf(at('forged')).database, exclusive: false }));
    await database.write([{ sql: "UPDATE audit SET actor = 'khac' WHERE seq = 4" }]);
    const changed = await runAudit(['verify', '--data', at('forged')]);
    expect(changed).toMatchObject({ ok: false, problem: { code: 'store-damaged', detail: expect.stringMatching(/^row 4 .*khac/) } });
    await database.write([{ sql: 'DELETE FROM audit WHERE seq = 3' }]);
    const gone = await runAudit(['verify', '--data', at('forged')]);
    expect(gone).toMatchObject({ ok: false, problem: { detail: expect.stringMatching(/^row 3 .*is not there/) } });
    await database.close();
  });

  test.skipIf(!findProgram('python3'))('is checked by a stranger with the recipe of the page [needs python3]', async () => {
    const page = await readFile(new URL('../../controller/docs/running.md', import.meta.url), 'utf8');
    const recipe = /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    await writeFile(at('check.py'), recipe);
    must(await runAudit(['export', at('audit.jsonl'), '--data', built.dir]));
    const check = () => spawnSync('python3', [at('check.py'), at('audit.jsonl')], { encoding: 'utf8' });
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('holds') });
    const lines = (await readFile(at('audit.jsonl'), 'utf8')).split('\n');
    lines[6] = (lines[6] ?? '').replace('"act":"', '"act":"x');
    await writeFile(at('audit.jsonl'), lines.join('\n'));
    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('row 7') });
    expect(await runAudit(['export', at('audit.jsonl'), '--data', built.dir])).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });
});
