// A program after its first minutes: what it prepares once is prepared, and what is measured beside it is measured alone.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { descendants } from './process-tree.ts';

const lookMs = 5_000;
const restingShare = 0.1;
/** Linux counts processor time in hundredths of a second (proc_pid_stat(5), USER_HZ). */
const tickMs = 10;

/** Resolves when the process and all below it have used less than a tenth of a processor for five seconds. */
export async function atRest(pid: number, withinMs = 900_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const [before, fromMs] = [usedMs(pid), performance.now()];
    await pause(lookMs);
    if (usedMs(pid) - before < (performance.now() - fromMs) * restingShare) return;
  }
  throw new Error(`process ${pid} was not at rest within ${withinMs} ms`);
}

/** Processor time of a process, of its children that ended, and of all that live below it. */
function usedMs(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, one) => sum + ticksOf(one) * tickMs, 0);
}

function ticksOf(pid: number): number {
  try {
    // After the name in brackets the fields begin with the third: 14 to 17 are utime, stime, cutime, cstime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    return 0; // it ended meanwhile
  }
}
