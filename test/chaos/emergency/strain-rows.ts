// The machine has nothing left to give: processor, memory, open files. The order is heard within its bound all the same.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Bed, must, soon, withBed } from './bed.ts';
import { healthSays } from './disk-rows.ts';
import { memoryGroups } from './programs.ts';
import type { Row } from './row.ts';

const heardWithinMs = 5_000;

/** An order is heard in time and whole enough, told, and the amplifier is off behind it. */
async function soundsAndEnds(bed: Bed, id: string): Promise<number> {
  const fromMonoMs = await bed.give([bed.sign(id, { times: 1 })]);
  const afterMs = await bed.soundsAfter(fromMonoMs, heardWithinMs + 5_000);
  must(afterMs <= heardWithinMs, `heard after ${Math.round(afterMs)} ms only`);
  await bed.waitTold(id, 'ended', 30_000);
  return afterMs;
}

const amplifierOff = (bed: Bed) => soon('the amplifier off', async () => !(await bed.closedRelays()) || undefined, 20_000);

function processorBusy(): Promise<string> {
  return withBed({}, async (bed) => {
    const spinning: ChildProcess[] = Array.from({ length: 2 * cpus().length }, () => spawn(process.execPath, ['-e', 'for (;;);']));
    try {
      const latenciesMs: number[] = [];
      for (let i = 0; i < 3; i++) {
        latenciesMs.push(await soundsAndEnds(bed, `o-${i}`));
        await amplifierOff(bed);
      }
      must((await bed.look()).link.up, 'the line was lost');
      return `${spinning.length} spinning beside it: 3 orders, the slowest after ${Math.round(Math.max(...latenciesMs))} ms`;
    } finally {
      for (const one of spinning) one.kill('SIGKILL');
    }
  });
}

/** Little above what the box takes; what it maps from files is taken from it again and again. */
const spareBytes = 12 * 1024 * 1024;

function memoryShort(): Promise<string> {
  const groups = memoryGroups;
  if (!groups) throw new Error('no memory groups');
  const group = join(groups.root, `loa-chaos-${process.pid}`);
  return withBed({ cold: true }, async (bed) => {
    mkdirSync(group);
    try {
      const starting = bed.startBox();
      writeFileSync(join(group, 'cgroup.procs'), String(bed.program.pid));
      await starting;
      await soundsAndEnds(bed, 'o-0');
      const residentBytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${bed.program.pid}/status`, 'utf8'))?.[1]) * 1024;
      const fileBytes = Number(/RssFile:\s+(\d+)/.exec(readFileSync(`/proc/${bed.program.pid}/status`, 'utf8'))?.[1]) * 1024;
      const limitBytes = residentBytes - fileBytes + spareBytes;
      writeFileSync(join(group, groups.limit), String(limitBytes));
      const afterMs = await soundsAndEnds(bed, 'o-1');
      const nextMs = await soundsAndEnds(bed, 'o-2');
      await amplifierOff(bed);
      return `${Math.round(limitBytes / 1e6)} MB for all of it: orders after ${Math.round(afterMs)} and ${Math.round(nextMs)} ms`;
    } finally {
      await bed.program.kill();
      rmdirSync(group);
    }
  });
}

/** Soft limit of a running process; what is open stays open. */
function allowFiles(pid: number, files: number | 'as before'): void {
  const hard = /Max open files\s+\d+\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '1024';
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files === 'as before' ? hard : files}:${hard}`]);
}

function filesExhausted(): Promise<string> {
  return withBed({}, async (bed) => {
    await soundsAndEnds(bed, 'o-0');
    await amplifierOff(bed);
    const { pid } = bed.program;
    // Input, output and errors stay; no other number is given out.
    allowFiles(pid, 3);
    const envelope = bed.sign('o-1', { times: 1 });
    const fromMonoMs = await bed.give([envelope]);
    const afterMs = await bed.soundsAfter(fromMonoMs, heardWithinMs);
    await soon('what follows the siren', () => bed.soundMs(fromMonoMs) >= 1_900 || undefined, 8_000);
    await healthSays(bed, 'store-failed');
    allowFiles(pid, 'as before');
    const { voice } = await bed.waitTold('o-1', 'ended', 30_000);
    await amplifierOff(bed);
    await bed.give([envelope]);
    await bed.quiet(1_500);
    must(bed.program.pid === pid, 'it was not the same process any more');
    const nextMs = await soundsAndEnds(bed, 'o-2');
    return `no file could be opened: order after ${Math.round(afterMs)} ms with its ${voice}; the next, with files, after ${Math.round(nextMs)} ms`;
  });
}

export const strainRows: readonly Row[] = [
  {
    name: 'processor-busy',
    done: 'twice as many spinning processes as cores beside the box',
    holds: 'three orders heard ≤ 5 s each, line up, amplifier off behind each',
    alone: true,
    run: processorBusy,
  },
  {
    name: 'memory-short',
    done: 'the box lives in a memory group with 12 MB above what it has',
    holds: 'orders heard ≤ 5 s, amplifier off afterwards',
    needs: ['memory-group'],
    run: memoryShort,
  },
  {
    name: 'files-exhausted',
    done: 'the running box can open no file and no socket any more (RLIMIT_NOFILE)',
    holds:
      'siren and at least the recorded phrase are heard, health says so over the line that is there, the process lives, a replay is refused',
    needs: ['prlimit'],
    run: filesExhausted,
  },
];
