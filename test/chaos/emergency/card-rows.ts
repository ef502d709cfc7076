// The card dies under the box: from one instant on every read and write of its file system fails (EIO), and stays so.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, soon, withBed } from './bed.ts';
import { allTold, healthSays, soundsOnce } from './disk-rows.ts';
import type { Row } from './row.ts';

/** More than a box leaves free for itself. */
const cardBytes = 512 * 1024 * 1024;

/** A file system on a loop device; what `kill` leaves of the device is too small for any block that is in use. */
async function onMortalCard(run: (dir: string, kill: () => void) => Promise<string>): Promise<string> {
  const below = mkdtempSync(join(tmpdir(), 'loa-card-'));
  const [image, dir] = [join(below, 'card.img'), mkdtempSync(join(tmpdir(), 'loa-card-at-'))];
  execFileSync('truncate', ['-s', String(cardBytes), image]);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', image]);
  const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount', [device, dir]);
    try {
      return await run(dir, () => {
        truncateSync(image, 4096);
        execFileSync('losetup', ['--set-capacity', device]);
      });
    } finally {
      execFileSync('umount', ['-l', dir]);
    }
  } finally {
    execFileSync('losetup', ['--detach', device]);
    rmSync(below, { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  }
}

function diesUnderIt(): Promise<string> {
  return onMortalCard((dir, kill) =>
    withBed({ dir }, async (bed) => {
      await soundsOnce(bed, 'o-0');
      await bed.waitTold('o-0', 'ended');
      kill();
      const deadMs = performance.now();
      const afterMs = await soundsOnce(bed, 'o-1');
      await healthSays(bed, 'store-failed');
      const toldMs = performance.now() - deadMs;
      must(toldMs <= 100_000, `told after ${Math.round(toldMs)} ms only`);
      await soon('the fault', () => bed.fault('store', 'raised'), 20_000);
      // What was owed when the card died is told once more under the name of the journal in memory; the centre knows both as one.
      for (const state of ['accepted', 'sounding', 'ended']) {
        await bed.waitTold('o-1', state, 20_000);
        const times = bed.told('o-1', state).filter(({ unpersisted }) => !unpersisted).length;
        must(times <= 2, `o-1 ${state}: told ${times} times`);
      }
      await soundsOnce(bed, 'o-2');
      await allTold(bed, 'o-2');
      return `order after ${Math.round(afterMs)} ms on a dead card, told ${(toldMs / 1000).toFixed(1)} s after its death`;
    }),
  );
}

export const cardRows: readonly Row[] = [
  {
    name: 'disk-io-errors',
    done: 'the device below the box’s file system dies: every access fails (EIO), for good',
    holds: 'sounds, a replay is refused, the fault and the receipts are told from memory',
    needs: ['root', 'loop'],
    run: diesUnderIt,
  },
];
