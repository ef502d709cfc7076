// What this machine has for rows that need more than Node: rights and programs.
import { existsSync } from 'node:fs';
import { findProgram } from '../../../hardware/host/processes.ts';
import type { Need } from './row.ts';

/** Where Debian puts it, on the machines we know. */
export const falseTimeLibrary = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

export function has(need: Need): boolean {
  if (need === 'root') return process.getuid?.() === 0 && findProgram('mount') !== undefined;
  if (need === 'libfaketime') return falseTimeLibrary !== undefined;
  return findProgram(need) !== undefined;
}
