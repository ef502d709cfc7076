// hardware/package: npm run package:image [-- --out FILE]: a card image for Raspberry Pi 3, 4 and 5 from Debian 13's own packages and ours.
// As root. No loop devices and no mounts: each file system is written as a file and laid into its place. Plain Node.
//
// The card: 1 the firmware's partition (FAT: kernel, config.txt, and the place of the claim), 2 the system, mounted read-only, 3 what the box
// knows. Debian's packages run their scripts under qemu-user, so binfmt must know aarch64 (apt-get install qemu-user-static binfmt-support).
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root as project } from '../host/build.mjs';
import { packageAll } from './build.mjs';
import { cache, run } from './native.mjs';

const laidOver = join(dirname(fileURLToPath(import.meta.url)), 'image');
const mirror = 'http://deb.debian.org/debian';
const included = [
  ...['systemd-sysv', 'udev', 'dbus', 'kmod', 'nodejs', 'alsa-utils', 'mpg123', 'opus-tools', 'espeak-ng', 'libasound2t64', 'tzdata'],
  ...['ca-certificates', 'systemd-timesyncd', 'systemd-resolved', 'iproute2', 'e2fsprogs', 'dosfstools', 'linux-image-arm64'],
  ...['raspi-firmware', 'firmware-brcm80211', 'wpasupplicant', 'openssh-server', 'zstd'],
];
const mebibyte = 1024 * 1024;
/** A card of 8 GB holds it; the file is sparse. */
const layout = [
  { name: 'boot', label: 'LOA-BOOT', megabytes: 384, type: 'c' },
  { name: 'root', label: 'loa-root', megabytes: 2_304, type: '83' },
  { name: 'state', label: 'loa-state', megabytes: 4_352, type: '83' },
];
const firstMegabytes = 4;
const needed = ['mmdebstrap', 'mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk', 'dpkg-deb'];

function missing() {
  if (process.getuid() !== 0) return 'a root of Debian is made by root only';
  const folders = `${process.env.PATH}:/sbin:/usr/sbin`.split(':');
  const absent = needed.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (absent.length > 0) return `missing: ${absent.join(', ')} (apt-get install mmdebstrap e2fsprogs dosfstools mtools fdisk)`;
  const binfmt = '/proc/sys/fs/binfmt_misc/qemu-aarch64';
  if (process.arch !== 'arm64' && !existsSync(binfmt))
    return 'the kernel cannot run arm64 programs (apt-get install qemu-user-static binfmt-support)';
  return undefined;
}

/** Debian alone, kept between images: it takes its time under emulation. */
function debianBase() {
  const recipe = createHash('sha256').update(included.join(',')).digest('hex').slice(0, 12);
  const file = join(cache, `image-base-trixie-arm64-${recipe}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const words = ['--architectures=arm64', '--variant=minbase', '--components=main,non-free-firmware', `--include=${included.join(',')}`];
  run('mmdebstrap', [...words, 'trixie', `${file}.new.tar`, mirror]);
  run('mv', [`${file}.new.tar`, file]);
  return file;
}

/** Our files over Debian's, then our package by its own scripts, then the firmware's files by Debian's hook. */
function furnish(root, deb) {
  cpSync(laidOver, root, { recursive: true });
  copyFileSync(deb, join(root, 'loa-agent.deb'));
  for (const place of ['boot/firmware', 'var/lib/loa-agent']) mkdirSync(join(root, place), { recursive: true });
  const within = (line) =>
    run('chroot', [root, '/bin/sh', '-ec', line], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
  within('dpkg -i /loa-agent.deb && rm /loa-agent.deb');
  within(
    'systemctl enable systemd-networkd systemd-timesyncd; systemctl disable ssh.service || true; systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer',
  );
  within(
    'for hook in /etc/kernel/postinst.d/z50-raspi-firmware /etc/initramfs/post-update.d/z50-raspi-firmware; do [ ! -x $hook ] || $hook "$(basename /boot/vmlinuz-* | cut -d- -f2-)" "$(ls /boot/vmlinuz-*)"; done',
  );
  writeFileSync(join(root, 'etc/machine-id'), 'uninitialized\n');
  // FAT knows no owners: the mount gives the box's group the right to write its words there.
  const fstab = join(root, 'etc/fstab');
  writeFileSync(fstab, readFileSync(fstab, 'utf8').replace('@GID@', String(lstatSync(join(root, 'var/lib/loa-agent')).gid)));
  for (const place of ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'])
    run('/bin/sh', ['-c', `find '${join(root, place)}' -mindepth 1 ! -path '*loa-agent*' ! -name copyright -type f -delete`]);
  run('/bin/sh', ['-c', `rm -f '${root}'/etc/ssh/ssh_host_*`]); // each box makes its own
}

/** FAT from the files that the firmware reads. */
export function makeBoot(root, file, { label, megabytes }) {
  const folder = join(root, 'boot/firmware');
  cpSync(join(dirname(laidOver), 'boot'), folder, { recursive: true });
  truncateNew(file, megabytes);
  run('mkfs.vfat', ['-F', '32', '-n', label, '--invariant', file]);
  const names = readdirSync(folder).map((name) => join(folder, name));
  run('mcopy', ['-s', '-m', '-i', file, ...names, '::']);
  const list = readdirSync(folder).sort();
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  return list;
}

function truncateNew(file, megabytes) {
  writeFileSync(file, '');
  truncateSync(file, megabytes * mebibyte);
}

export function makeExt4(folder, file, { label, megabytes }) {
  run('/sbin/mke2fs', [
    '-q',
    '-t',
    'ext4',
    '-L',
    label,
    '-m',
    '1',
    '-O',
    '^metadata_csum_seed,^orphan_file',
    ...(folder ? ['-d', folder] : []),
    file,
    `${megabytes}M`,
  ]);
}

/** The state partition holds only the box's folder, with the owner that the root knows. */
function stateFolder(root, work) {
  const folder = join(work, 'state');
  mkdirSync(folder);
  const { uid, gid } = lstatSync(join(root, 'var/lib/loa-agent'));
  run('chown', [`${uid}:${gid}`, folder]);
  run('chmod', ['0750', folder]);
  return folder;
}

/** Partition table (MBR, which every Raspberry Pi's first loader reads), then each file system in its place. */
export function assemble(out, files, parts = layout) {
  const total = parts.reduce((sum, { megabytes }) => sum + megabytes, firstMegabytes);
  truncateNew(out, total);
  let at = firstMegabytes;
  const rows = parts.map(({ name, megabytes, type }) => {
    const row = { name, startMegabytes: at, megabytes, type };
    at += megabytes;
    return row;
  });
  const table = rows.map(({ startMegabytes, megabytes, type }) => `start=${startMegabytes * 2048}, size=${megabytes * 2048}, type=${type}`);
  run('sfdisk', ['-q', out], {
    input: `label: dos\nlabel-id: 0x10a00001\n${table.join('\n')}\n`,
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin` },
  });
  for (const { name, startMegabytes } of rows)
    run('dd', [`if=${files[name]}`, `of=${out}`, 'bs=1M', `seek=${startMegabytes}`, 'conv=notrunc,sparse', 'status=none']);
  return rows;
}

export async function makeImage(out) {
  const base = debianBase();
  const work = mkdtempSync(join(tmpdir(), 'loa-image-'));
  try {
    const [{ file }] = await packageAll({ arches: ['arm64'], names: ['loa-agent'], out: work });
    const root = join(work, 'root');
    mkdirSync(root);
    run('tar', ['-xpf', base, '-C', root, '--numeric-owner', '--exclude=./dev/*']);
    furnish(root, join(work, file));
    const files = Object.fromEntries(layout.map(({ name }) => [name, join(work, `${name}.img`)]));
    const [boot, system, state] = layout;
    const firmware = makeBoot(root, files.boot, boot);
    const stateRoot = stateFolder(root, work);
    run('/bin/sh', ['-c', `find '${root}/boot' -maxdepth 1 -name 'initrd*' -delete; rm -rf '${root}'/var/lib/loa-agent/*`]);
    const rootMegabytes = Number(run('du', ['-sm', root]).split('\t')[0]);
    makeExt4(root, files.root, system);
    makeExt4(stateRoot, files.state, state);
    const partitions = assemble(out, files);
    return { image: out, bytes: lstatSync(out).size, bytesOnDisk: lstatSync(out).blocks * 512, rootMegabytes, partitions, firmware };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const reason = missing();
  if (reason !== undefined) console.log(`skipped: ${reason}`);
  else {
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    mkdirSync(join(project, 'dist/packages'), { recursive: true });
    console.log(JSON.stringify(await makeImage(values.out ?? join(project, 'dist/packages', `loa-box_${version}_arm64.img`))));
  }
}
