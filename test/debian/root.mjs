// A Debian 13 root on one disk image, made once by mmdebstrap and kept: what a box needs from Debian, a kernel, and one unit that runs the lab.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../kernel/kernel-files.mjs';

export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'loa-debian');
const mirror = 'http://deb.debian.org/debian';
const included = [
  ...['systemd-sysv', 'udev', 'dbus', 'kmod', 'linux-image-amd64', 'procps', 'openssl'],
  ...['nodejs', 'alsa-utils', 'libasound2t64', 'mpg123', 'opus-tools', 'ffmpeg', 'espeak-ng', 'tzdata', 'ca-certificates'],
];
const diskMegabytes = 1_800;
const unit = `[Unit]
Description=Lab
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'modprobe -a 9pnet_virtio 9p; mount -t 9p -o trans=virtio,version=9p2000.L,ro share /mnt && . /mnt/environment; sh /mnt/guest.sh; systemctl poweroff --force'
StandardOutput=file:/dev/ttyS0
StandardError=file:/dev/ttyS0
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
`;

/** `{image, kernel, initrd}`; made when it is not there, which takes minutes and the network. */
export function debianRoot() {
  const recipe = createHash('sha256')
    .update(JSON.stringify([included, diskMegabytes, unit]))
    .digest('hex')
    .slice(0, 12);
  const place = join(cache, `trixie-amd64-${recipe}`);
  if (!existsSync(place)) make(place);
  const boot = (start) => join(place, readdirSync(place).find((name) => name.startsWith(start)) ?? '');
  return { image: join(place, 'disk.ext4'), kernel: boot('vmlinuz'), initrd: boot('initrd') };
}

function make(place) {
  mkdirSync(cache, { recursive: true });
  const own = mkdtempSync(`${place}.`);
  const root = join(own, 'root');
  try {
    run('mmdebstrap', ['--variant=minbase', `--include=${included.join(',')}`, 'trixie', root, mirror]);
    run('/bin/sh', [
      '-c',
      `mv '${root}'/boot/vmlinuz-* '${root}'/boot/initrd.img-* '${own}/'; rm -rf '${root}'/usr/share/doc '${root}'/usr/share/man`,
    ]);
    writeFileSync(join(root, 'etc/fstab'), '/dev/vda / ext4 rw,noatime 0 1\n');
    writeFileSync(join(root, 'etc/hostname'), 'loa-lab\n');
    writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost loa-lab\n::1 localhost\n');
    writeFileSync(join(root, 'etc/systemd/system/lab.service'), unit);
    symlinkSync('../lab.service', join(root, 'etc/systemd/system/multi-user.target.wants/lab.service'));
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/serial-getty@ttyS0.service'));
    run('/sbin/mke2fs', ['-q', '-t', 'ext4', '-d', root, join(own, 'disk.ext4'), `${diskMegabytes}M`]);
    rmSync(root, { recursive: true });
    if (!existsSync(place)) renameSync(own, place);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
