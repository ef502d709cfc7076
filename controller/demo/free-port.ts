// A busy port is named with its owner, and the demo moves to the next free one.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The wished port or a later one; `owner` says who holds the wished one. */
export async function findPort(wished: number): Promise<{ readonly port: number; readonly owner: string | undefined }> {
  if (wished === 0 || (await isFree(wished))) return { port: wished, owner: undefined };
  const owner = ownerOf(wished);
  for (let port = wished + 1; port < wished + 50 && port < 65_536; port++) if (await isFree(port)) return { port, owner };
  return { port: 0, owner };
}

/** `name (pid N)` of the process listening on a port, as far as Linux tells us. */
export function ownerOf(port: number): string {
  try {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(1));
    const inode = rows.map((row) => row.trim().split(/\s+/)).find((cells) => cells[1]?.endsWith(`:${hex}`) && cells[3] === '0A')?.[9];
    if (inode === undefined) return 'một chương trình khác / another program';
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holds(pid, inode)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  } catch {
    // No /proc, or not ours to read.
  }
  return 'một chương trình khác / another program';
}

function holds(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}
