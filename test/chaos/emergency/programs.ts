// What this machine has for rows that need more than Node: rights and programs.
import { existsSync, readFileSync } from 'node:fs';
import { findProgram } from '../../../hardware/host/processes.ts';
import type { Need } from './row.ts';

/** Where Debian puts it, on the machines we know. */
export const falseTimeLibrary = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

/** Where the kernel bounds the memory of a group of processes, in either of its two ways. */
export const memoryGroups = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', usage: 'memory.current' },
].find(({ root }) => existsSync(`${root}/memory.limit_in_bytes`) || handsMemoryOn(`${root}/cgroup.subtree_control`));

function handsMemoryOn(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').split(/\s+/).includes('memory');
}

export function has(need: Need): boolean {
  if (need === 'root') return process.getuid?.() === 0 && findProgram('mount') !== undefined;
  if (need === 'libfaketime') return falseTimeLibrary !== undefined;
  if (need === 'loop')
    return existsSync('/dev/loop-control') && findProgram('losetup') !== undefined && findProgram('mke2fs') !== undefined;
  if (need === 'memory-group') return has('root') && memoryGroups !== undefined;
  return findProgram(need) !== undefined;
}
