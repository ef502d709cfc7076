// A PostgreSQL server of Debian's packages for the length of a test file: its own folder, a socket in it, no network.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const versions = '/usr/lib/postgresql';
const startWithinMs = 60_000;

/** Folder of the newest server's programs, or undefined. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(versions)) return undefined;
  const found = readdirSync(versions)
    .map(Number)
    .filter((version) => version >= 13 && existsSync(join(versions, String(version), 'bin', 'initdb')));
  return found.length > 0 ? join(versions, String(Math.max(...found)), 'bin') : undefined;
}

export interface PostgresServer {
  /** A fresh, empty database. */
  database(): Promise<string>;
  /** Ends every connection to a database, as a restart or a cut network would. */
  dropConnections(url: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('no PostgreSQL here');
  const dir = mkdtempSync(join(tmpdir(), 'loa-pg-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  // The server refuses to run as root.
  const owner = process.getuid?.() === 0 ? ownerOf('postgres') : undefined;
  if (owner) for (const path of [dir, data]) chownSync(path, owner.uid, owner.gid);
  const as = { ...owner, cwd: dir, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-U', 'loa', '--auth=trust', '-E', 'UTF8', '--locale=C', '-N'], as);
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const options = ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=60'];
  const server = spawn(join(programs, 'postgres'), options, { ...as, stdio: 'ignore' });
  const urlOf = (name: string) => `postgres://loa@localhost/${name}?host=${encodeURIComponent(dir)}`;
  await ready(urlOf('postgres'));
  const asAdministrator = async (sql: string) => {
    const client = new pg.Client(urlOf('postgres'));
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  let count = 0;
  return {
    database: async () => {
      const name = `t${++count}`;
      await asAdministrator(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    dropConnections: (url) =>
      asAdministrator(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`),
    stop: async () => {
      await ended(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  for (const until = Date.now() + startWithinMs; ; await wait(50)) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    // Immediate shutdown: nobody needs these data again.
    server.kill('SIGQUIT');
  });
}

function ownerOf(name: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
