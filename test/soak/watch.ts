// What the kernel and the centre itself tell of its process: memory, open files, the size of what is written ahead.
import { readdirSync, readFileSync, statSync } from 'node:fs';

export interface Watched {
  readonly pid: number;
  /** Where people reach it; figures are told to this machine. */
  readonly console: string;
  readonly database: string;
}

export interface ProcessLook {
  readonly rssKb: number;
  readonly heapKb: number;
  readonly fds: number;
  readonly databaseBytes: number;
  readonly walBytes: number;
}

/** Throws when the process is gone. */
export async function lookAt({ pid, console, database }: Watched): Promise<ProcessLook> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const metrics = await (await fetch(`${console}/metrics`)).text();
  const heap = /^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1];
  if (heap === undefined) throw new Error('the centre tells no figures');
  return {
    rssKb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    heapKb: Math.round(Number(heap) / 1024),
    fds: readdirSync(`/proc/${pid}/fd`).length,
    databaseBytes: statSync(database).size,
    walBytes: statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  };
}
