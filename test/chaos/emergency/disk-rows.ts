// The disk fails: full, read-only, a database with rotten bytes. The order sounds, a replay does not, the fault is told.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monoNowMs } from '../../wire/ear.ts';
import { type Bed, must, soon, withBed } from './bed.ts';
import type { Row } from './row.ts';

/** More than a box leaves free for itself, so that it fetches its plan. */
const diskMegabytes = 256;

/** A small disk of its own for one box; unmounted whatever came of it. */
async function onSmallDisk(run: (dir: string) => Promise<string>): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'loa-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', dir]);
  try {
    return await run(dir);
  } finally {
    execFileSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  }
}

function remount(dir: string, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, dir]);
}

/** Under a running box: what it opens from now on is read-only. What it holds open stays as it was. */
function bindReadOnly(dir: string): void {
  execFileSync('mount', ['--bind', dir, dir]);
  execFileSync('mount', ['-o', 'remount,ro,bind', dir]);
}

function fill(file: string): void {
  const block = Buffer.alloc(64 * 1024);
  const handle = openSync(file, 'w');
  for (let bytes = block.length; bytes > 0; ) {
    try {
      writeSync(handle, block, 0, bytes);
    } catch {
      bytes >>= 1;
    }
  }
  // What is removed while it is open takes its room along.
  closeSync(handle);
}

/** The order sounds with its own words, and a copy of it afterwards does not. */
export async function soundsOnce(bed: Bed, id: string): Promise<number> {
  const envelope = bed.sign(id, { times: 1 });
  const fromMonoMs = await bed.give([envelope]);
  const afterMs = await bed.soundsAfter(fromMonoMs, 5_000);
  await soon('speech', () => bed.speaks() || undefined, 5_000);
  await soon('its end', async () => !(await bed.closedRelays()) || undefined, 10_000);
  await bed.give([envelope]);
  await bed.quiet(1_500);
  return afterMs;
}

/** Receipts of an order arrive, each once. */
export async function allTold(bed: Bed, id: string, withinMs = 20_000): Promise<void> {
  await bed.waitTold(id, 'ended', withinMs);
  for (const state of ['accepted', 'sounding', 'ended']) {
    // Told once more where it sounded before its slot was on the disk.
    const told = bed.told(id, state).filter(({ unpersisted }) => !unpersisted);
    must(told.length === 1, `${id} ${state}: told ${told.length} times`);
  }
}

export const healthSays = (bed: Bed, reason: string) =>
  soon(
    `health ${reason}`,
    () => bed.centre.heard<{ health: { reasons: string[] } }>('report').at(-1)?.health.reasons.includes(reason) || undefined,
  );

function diskFull(): Promise<string> {
  return onSmallDisk((dir) =>
    withBed({ dir }, async (bed) => {
      await soundsOnce(bed, 'o-0');
      fill(join(dir, 'filler'));
      const afterMs = await soundsOnce(bed, 'o-1');
      await healthSays(bed, 'store-failed');
      rmSync(join(dir, 'filler'));
      await soon('the fault', () => bed.fault('store', 'raised'), 20_000);
      await soon('its end', () => bed.fault('store', 'ended'), 20_000);
      await allTold(bed, 'o-1');
      await bed.crash();
      await bed.quiet(1_500);
      return `order after ${Math.round(afterMs)} ms on a full disk`;
    }),
  );
}

function readOnly(): Promise<string> {
  return onSmallDisk((dir) =>
    withBed({ dir }, async (bed) => {
      bindReadOnly(dir);
      const afterMs = await soundsOnce(bed, 'o-1');
      await healthSays(bed, 'store-failed');
      execFileSync('umount', ['-l', dir]);
      await soon('the fault', () => bed.fault('store', 'ended'), 20_000);
      await allTold(bed, 'o-1');
      return `order after ${Math.round(afterMs)} ms on a read-only disk`;
    }),
  );
}

function bootsReadOnly(): Promise<string> {
  return onSmallDisk((dir) =>
    withBed({ dir }, async (bed) => {
      await soundsOnce(bed, 'o-0');
      await bed.waitTold('o-0', 'ended');
      await bed.program.stop();
      remount(dir, 'ro');
      const beganMonoMs = monoNowMs();
      await bed.startBox();
      const bootMs = monoNowMs() - beganMonoMs;
      // What was accepted before is still refused: the counters come from the slots.
      await bed.quiet(1_000);
      const afterMs = await soundsOnce(bed, 'o-1');
      await allTold(bed, 'o-1');
      await healthSays(bed, 'store-failed');
      remount(dir, 'rw');
      await soon('the disk to be used again', () => bed.fault('store', 'ended'), 20_000);
      await soundsOnce(bed, 'o-2');
      await allTold(bed, 'o-2');
      await bed.crash();
      await bed.quiet(1_500);
      must(bed.told('o-0', 'sounding').length === 1, 'the first one sounded again');
      return `ready after ${Math.round(bootMs)} ms, order after ${Math.round(afterMs)} ms, told over a journal in memory`;
    }),
  );
}

/** Nothing of the state folder can be opened, for anybody: a file stands in its place. */
function noStateAtAll(): Promise<string> {
  return withBed({}, async (bed) => {
    await bed.program.stop();
    const state = join(bed.dataDir, 'state');
    renameSync(state, `${state}.away`);
    writeFileSync(state, 'not a folder');
    await bed.startBox();
    const afterMs = await soundsOnce(bed, 'o-1');
    await allTold(bed, 'o-1');
    await healthSays(bed, 'store-failed');
    rmSync(state);
    renameSync(`${state}.away`, state);
    await soon('the disk to be used again', () => bed.fault('store', 'ended'), 20_000);
    await bed.crash();
    await bed.quiet(1_500);
    must(bed.told('o-1', 'sounding').length === 1, 'it sounded again');
    return `order after ${Math.round(afterMs)} ms without any state`;
  });
}

type Rot = (database: string) => void;
const rots: Readonly<Record<string, Rot>> = {
  header: (file) => overwrite(file, 0, 64),
  page: (file) => {
    for (let at = 4_096; at < statSync(file).size; at += 4_096) overwrite(file, at, 512);
  },
  wal: (file) => {
    const wal = `${file}-wal`;
    if (existsSync(wal)) overwrite(wal, 0, Math.min(8_192, statSync(wal).size));
    else writeFileSync(wal, randomBytes(8_192));
  },
  truncated: (file) => {
    truncateSync(file, 4_096 + 100);
    if (existsSync(`${file}-wal`)) truncateSync(`${file}-wal`, 100);
  },
};

function overwrite(file: string, at: number, bytes: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, randomBytes(bytes), 0, bytes, at);
  closeSync(handle);
}

function rotten(how: keyof typeof rots, when: 'start' | 'running'): () => Promise<string> {
  return () =>
    withBed({}, async (bed) => {
      const old = bed.sign('o-0', { times: 1 });
      await bed.give([old]);
      await bed.waitTold('o-0', 'ended');
      const database = join(bed.dataDir, 'state', 'journal.db');
      // In order: all pages are in the file then. The last rows of a WAL want a crash.
      if (how === 'wal') await bed.program.kill();
      else await bed.program.stop();
      if (when === 'start') rots[how]?.(database);
      await bed.startBox();
      if (when === 'running') rots[how]?.(database);
      await bed.quiet(1_000);
      const afterMs = await soundsOnce(bed, 'o-1');
      await bed.waitTold('o-1', 'ended', 20_000);
      await bed.crash();
      await bed.quiet(1_000);
      const next = await bed.give([old, bed.sign('o-2', { times: 1 })]);
      await bed.soundsAfter(next, 5_000);
      await bed.waitTold('o-2', 'ended');
      must(bed.told('o-0', 'sounding').length === 1, 'the first one sounded again');
      const kept = readdirSync(join(bed.dataDir, 'state')).some((name) => name.endsWith('.damaged'));
      return `order after ${Math.round(afterMs)} ms; damaged file ${kept ? 'kept aside' : 'mended by itself'}`;
    });
}

const rotRow = (how: string, when: 'start' | 'running'): Row => ({
  name: `sqlite-${how}-${when}`,
  done: `journal.db: ${how} ${how === 'truncated' ? '' : 'overwritten with chance '}${when === 'start' ? 'before the start' : 'while the box runs'}`,
  holds: 'boots, sounds, tells; a replay is refused by the slots',
  run: rotten(how, when),
});

export const diskRows: readonly Row[] = [
  {
    name: 'disk-full',
    done: 'every byte of the disk is taken (ENOSPC)',
    holds: 'sounds with its inline words, replay refused, health says so at once, fault and receipts when there is room',
    needs: ['root'],
    run: diskFull,
  },
  {
    name: 'disk-read-only',
    done: 'the disk is remounted read-only under the running box (EROFS)',
    holds: 'the same',
    needs: ['root'],
    run: readOnly,
  },
  {
    name: 'boot-read-only',
    done: 'the box boots on a read-only disk',
    holds: 'boots, sounds, tells from memory, replay refused; back on the disk when it can be written',
    needs: ['root'],
    run: bootsReadOnly,
  },
  {
    name: 'boot-without-state',
    done: 'the state folder cannot be opened at all',
    holds: 'boots and sounds on a journal in memory, health says so, back on the disk later',
    run: noStateAtAll,
  },
  ...['header', 'page', 'wal', 'truncated'].map((how) => rotRow(how, 'start')),
  ...['header', 'page', 'wal', 'truncated'].map((how) => rotRow(how, 'running')),
];
