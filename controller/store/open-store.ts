// Where a centre's tables lie: in the file of its folder, or on the PostgreSQL server that the folder's `database-url` names.
import { readFile, stat } from 'node:fs/promises';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Folder } from '../folder.ts';
import { openPostgres } from './postgres.ts';
import { SqlStore } from './sql-store.ts';
import type { Store } from './store.ts';
import { openWhenFree, WriterWatch } from './writer-lock.ts';

const urlCharactersMax = 2_000;

export interface WriterWish {
  /** Wait until no other process writes; only a server has such a lock. */
  readonly standBy?: boolean | undefined;
  readonly onWaiting?: (problem: Problem) => void;
  /** Somebody else writes now: what this process holds in memory is no longer true. */
  readonly onLost?: (problem: Problem) => void;
}

/** Opened and walked forward to today's tables. Problems: those of the two databases; bad-input, keys-locked (of `database-url`). */
export async function openStore(folder: Pick<Folder, 'database' | 'databaseUrl'>, wish: WriterWish = {}): Promise<Result<Store>> {
  const url = await readUrl(folder.databaseUrl);
  if (!url.ok) return url;
  if (wish.standBy && url.value === undefined)
    return bad('bad-input', `--stand-by needs tables on PostgreSQL, named in ${folder.databaseUrl}`);
  const database =
    url.value === undefined ? await openDatabase({ file: folder.database, exclusive: false }) : await openServer(url.value, wish);
  if (!database.ok) return database;
  const store = new SqlStore(database.value);
  try {
    await store.migrate();
    return ok(store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openServer(url: string, { standBy, onWaiting, onLost }: WriterWish): Promise<Result<Database>> {
  const open = () => openPostgres(url);
  const opened = await (standBy ? openWhenFree(open, (problem) => onWaiting?.(problem)) : open());
  return opened.ok && onLost ? ok(watched(opened.value, onLost)) : opened;
}

/** The same, its lock looked at until it is closed. */
function watched(database: Database, onLost: (problem: Problem) => void): Database {
  const watch = new WriterWatch(database, onLost);
  watch.start();
  return {
    write: (statements, patience) => database.write(statements, patience),
    read: (sql, params) => database.read(sql, params),
    exec: (sql) => database.exec(sql),
    close: () => {
      watch.stop();
      return database.close();
    },
  };
}

async function readUrl(file: string): Promise<Result<string | undefined>> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return ok(undefined);
  // It may hold a password.
  if ((found.mode & 0o077) !== 0) return bad('keys-locked', `${file} can be read by others; chmod 600 it`);
  return checkDatabaseUrl((await readFile(file, 'utf8')).trim());
}

/** A server elsewhere is spoken to under TLS that checks its name, or not at all. Problem: bad-input. */
export function checkDatabaseUrl(text: string): Result<string> {
  const url = text.length <= urlCharactersMax && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2)
    return bad('bad-input', 'database-url must look like postgres://USER@HOST/DATABASE');
  const names = [...url.searchParams.keys()];
  if (new Set(names).size !== names.length) return bad('bad-input', 'a parameter stands twice in database-url');
  // The driver lets the parameter win over what stands before the path.
  const host = url.searchParams.get('host') ?? url.hostname;
  const near = host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
  if (!near && url.searchParams.get('sslmode') !== 'verify-full')
    return bad('bad-input', 'a database on another machine needs ?sslmode=verify-full in database-url');
  return ok(text);
}
