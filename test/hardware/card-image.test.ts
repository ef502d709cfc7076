// How a card image is put together: the table, the place of the claim, and file systems that Debian's own tools find sound.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { findProgram } from '../../hardware/host/processes.ts';

const { assemble, makeBoot, makeExt4 } = await import(pathToFileURL(resolve(import.meta.dirname, '../../hardware/package/image.mjs')).href);

const sbin = { PATH: `${process.env['PATH']}:/sbin:/usr/sbin` };
const has = ['sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs'].every((name) => findProgram(name, sbin));
const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...sbin }, stdio: ['ignore', 'pipe', 'ignore'] });

test.runIf(has)(
  'a card has a partition for the claim, one for the system and one for what the box knows [needs sfdisk, mkfs.vfat, mtools, mke2fs]',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'loa-card-'));
    try {
      const parts = [
        { name: 'boot', label: 'LOA-BOOT', megabytes: 64, type: 'c' },
        { name: 'root', label: 'loa-root', megabytes: 32, type: '83' },
        { name: 'state', label: 'loa-state', megabytes: 16, type: '83' },
      ];
      const root = join(dir, 'root');
      mkdirSync(join(root, 'boot/firmware/overlays'), { recursive: true });
      mkdirSync(join(root, 'etc'));
      writeFileSync(join(root, 'boot/firmware/config.txt'), 'arm_64bit=1\n');
      writeFileSync(join(root, 'boot/firmware/overlays/one.dtbo'), 'x');
      writeFileSync(join(root, 'etc/hostname'), 'loa-box\n');
      const files = { boot: join(dir, 'boot'), root: join(dir, 'root.img'), state: join(dir, 'state') };
      expect(makeBoot(root, files.boot, parts[0])).toEqual(['config.txt', 'loa-claim-here.txt', 'overlays']);
      makeExt4(root, files.root, parts[1]);
      makeExt4(undefined, files.state, parts[2]);
      const card = join(dir, 'card.img');
      assemble(card, files, parts);

      const { partitiontable } = JSON.parse(run('sfdisk', ['--json', card]));
      const table = partitiontable.partitions.map(({ start, size, type }: Record<string, unknown>) => ({ start, size, type }));
      expect(table).toEqual([
        { start: 8_192, size: 131_072, type: 'c' },
        { start: 139_264, size: 65_536, type: '83' },
        { start: 204_800, size: 32_768, type: '83' },
      ]);
      expect(run('mtype', ['-i', `${card}@@4M`, '::config.txt'])).toBe('arm_64bit=1\n');
      expect(run('mtype', ['-i', `${card}@@4M`, '::loa-claim-here.txt'])).toContain('loa-claim.json');
      for (const [number, label, at] of [
        [2, 'loa-root', 68],
        [3, 'loa-state', 100],
      ] as const) {
        const own = join(dir, `part-${number}`);
        run('dd', [`if=${card}`, `of=${own}`, 'bs=1M', `skip=${at}`, `count=${parts[number - 1]?.megabytes}`, 'conv=sparse']);
        expect(run('e2label', [own]).trim()).toBe(label);
        expect(() => run('e2fsck', ['-fn', own])).not.toThrow();
      }
      expect(run('debugfs', ['-R', 'cat /etc/hostname', join(dir, 'part-2')])).toBe('loa-box\n');
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
);
