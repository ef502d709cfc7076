// A Node program that reads strangers' bytes: no environment, no files but its own, no other programs, and no network where the kernel lets us.
import { dirname, join } from 'node:path';
import { findProgram, runTool } from './processes.ts';

/** Words before a program that leave it without any network; empty where this kernel does not allow it. */
export async function findNetless(): Promise<readonly string[]> {
  const [unshare, setpriv] = [findProgram('unshare'), findProgram('setpriv')];
  if (!unshare) return [];
  const inside = [unshare, '--user', '--net', '--'];
  const tried = await runTool(unshare, [...inside.slice(1), process.execPath, '--version'], { timeoutMs: 5_000 });
  if (!tried.ok) return [];
  // A new user namespace forgets that the child dies with us; said again inside.
  return setpriv ? [...inside, setpriv, '--pdeathsig', 'KILL', '--'] : inside;
}

/**
 * Arguments of Node for one bundle: its memory, and its permission model (no file but its own and those of `folders` can be read,
 * nothing written or started).
 */
export function confinedNode(bundle: string, heapMegabytes: number, folders: readonly string[] = []): string[] {
  // Node 20.19 refuses to look for a package where there is none, instead of going on to where it is.
  const nowhere = join(dirname(bundle), 'node_modules', '*');
  const readable = [bundle, join(dirname(bundle), 'package.json'), join(dirname(bundle), '..', 'package.json'), nowhere];
  const [major = 0] = process.versions.node.split('.').map(Number);
  return [
    `--max-old-space-size=${heapMegabytes}`,
    '--no-warnings',
    major >= 24 ? '--permission' : '--experimental-permission',
    ...[...readable, ...folders.map((folder) => join(folder, '*'))].map((path) => `--allow-fs-read=${path}`),
    bundle,
  ];
}

/** Processor time that a process has used, ms; undefined where the kernel does not tell. */
export function processorMs(stat: string): number | undefined {
  // proc(5): utime and stime are fields 14 and 15, in hundredths of a second; the name before them may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks * 10 : undefined;
}
