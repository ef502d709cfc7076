// What a province asks of its centre's REST: ten thousand boxes, a million receipts, each route's time over real HTTP to the real program.
// On SQLite, and on PostgreSQL where a server's programs are on this machine.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileWants } from '../../controller/core/compile-want.ts';
import { readContent } from '../../controller/dispatch.ts';
import { folderOf } from '../../controller/folder.ts';
import { initialise } from '../../controller/init.ts';
import { openPostgres } from '../../controller/store/postgres.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { StoredWant } from '../../controller/store/store.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import type { Part } from '../../schemas/want.ts';
import { postgresPrograms, startPostgres } from '../contract/postgres-server.ts';
import { must } from '../controller/built-centre.ts';
import { Program } from '../wire/program.ts';
import { measureApi } from './parts/api-measures.ts';
import { fillProvince, fullSize, provinceSeed, type Size } from './parts/province.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    store: { type: 'string' },
    receipts: { type: 'string', default: String(fullSize.receipts) },
    boxes: { type: 'string', default: String(fullSize.boxes) },
    keep: { type: 'string' },
  },
  allowPositionals: true,
});

const tell = (text: string) => !values.json && console.error(text);

async function onStore(store: 'sqlite' | 'postgres', size: Size): Promise<object> {
  if (store === 'postgres' && postgresPrograms() === undefined) return { skipped: 'no PostgreSQL server on this machine' };
  const server = store === 'postgres' ? await startPostgres() : undefined;
  const dir = values.keep ?? (await mkdtemp(join(tmpdir(), 'loa-bench-api-')));
  try {
    const url = server && (await server.database());
    await mkdir(dir, { recursive: true });
    if (url !== undefined) await writeFile(folderOf(dir).databaseUrl, url, { mode: 0o600 });
    const made = await initialise(dir, provinceSeed(size), Date.now());
    if (!made.ok && values.keep === undefined) throw new Error(`${made.problem.code} ${made.problem.detail}`);
    if (made.ok) {
      const database: Database = must(
        url === undefined ? await openDatabase({ file: folderOf(dir).database, exclusive: false }) : await openPostgres(url),
      );
      const beganMs = performance.now();
      await fillProvince(database, size, Date.now());
      await database.exec('ANALYZE');
      await database.close();
      tell(`${store}: filled in ${Math.round((performance.now() - beganMs) / 1000)} s`);
    }
    const beganMs = performance.now();
    const program = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
    const { console: base } = await program.start(300_000);
    const startMs = Math.round(performance.now() - beganMs);
    tell(`${store}: the centre runs after ${startMs} ms`);
    try {
      const measured = await measureApi(String(base), size, tell);
      await program.stop();
      return { startMs, ...measured, wants10kMs: await measureWants(dir, url) };
    } catch (error) {
      tell(program.stderr.slice(-2_000));
      throw error;
    } finally {
      await program.stop();
    }
  } finally {
    await server?.stop();
    if (values.keep === undefined) await rm(dir, { recursive: true, force: true });
  }
}

/** The same change as over HTTP without signatures: compiled, kept, stored. The signatures are those of before. */
async function measureWants(dir: string, url: string | undefined): Promise<number> {
  const store = new SqlStore(
    must(url === undefined ? await openDatabase({ file: folderOf(dir).database, exclusive: false }) : await openPostgres(url)),
  );
  try {
    const [boxes, before] = [await store.estate.boxes(), await store.wants.wants()];
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const beganMs = performance.now();
      const content = await readContent(store, Date.now());
      if (!content) throw new Error('no policy');
      const shared = { ...content, holidays: [...content.holidays, `2027-01-0${run + 1}`], localOrder: [`ct-${run}`] };
      const { wants } = compileWants(boxes, shared, sha256);
      const next = before.map((want) => withParts(want, want.rev + run + 1, wants.get(want.dev) ?? []));
      await store.wants.saveWants(next);
      times.push(performance.now() - beganMs);
    }
    return Math.round(Math.max(...times));
  } finally {
    await store.close();
  }
}

/** As a signed one would be, but for its signature. */
function withParts({ dev, envelope, madeMs }: StoredWant, rev: number, parts: readonly Part[]): StoredWant {
  const said = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'));
  const payload = Buffer.from(JSON.stringify({ ...said, body: { rev, parts } })).toString('base64');
  return { dev, rev, envelope: { ...envelope, payload }, madeMs };
}

const size: Size = { ...fullSize, boxes: Number(values.boxes), receipts: Number(values.receipts) };
const stores = (['sqlite', 'postgres'] as const).filter((one) => values.store === undefined || one === values.store);
const results: Record<string, object> = {};
for (const store of stores) results[store] = await onStore(store, size);
console.log(
  JSON.stringify({ name: 'api', over: 'HTTP to the controller program', boxes: size.boxes, receipts: size.receipts, ...results }),
);
