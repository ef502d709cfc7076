// npm run test:debian [-- --long --packages DIR]: installs the packages in Debian 13, booted with systemd in QEMU's software emulation: the box enrols,
// becomes ready and plays; remove and purge leave nothing. Then the arm64 programs are started under qemu-user. Root; skips with a reason.
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { external, nodeBanner, root } from '../../hardware/host/build.mjs';
import { packageAll } from '../../hardware/package/build.mjs';
import { closureOf, externalsOf } from '../../hardware/package/node-packages.mjs';
import { runForeign } from './foreign.mjs';
import { debianRoot } from './root.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const needed = ['qemu-system-x86_64', 'mmdebstrap', 'mke2fs', 'dpkg-deb'];
const timeoutMs = 40 * 60_000;
const seed = {
  demo: false,
  centre: { id: 'xa-thu', name: 'Xã Thử', level: 'commune', area: 'xa', zone: 'Asia/Ho_Chi_Minh' },
  groups: [{ id: 'toan-xa', name: 'Toàn xã' }],
};

function missing() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x86-64';
  if (process.getuid() !== 0) return 'a root of Debian is made by root only';
  const folders = `${process.env.PATH}:/sbin:/usr/sbin`.split(':');
  const absent = needed.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent.length > 0 ? `missing: ${absent.join(', ')} (apt-get install qemu-system-x86 mmdebstrap e2fsprogs dpkg)` : undefined;
}

async function bundleLab(share) {
  const { build } = await import('esbuild');
  const outfile = join(share, 'lab.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [join(here, 'lab.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external,
    banner: { js: nodeBanner },
    logLevel: 'error',
  });
  for (const folder of closureOf(externalsOf(readFileSync(outfile, 'utf8'), external), root))
    cpSync(join(root, folder), join(share, folder), { recursive: true });
}

/** Boot, pass on what the guest prints, answer all of it. The image is not written to. */
function boot({ image, kernel, initrd }, share) {
  const args = ['-M', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1536', '-nographic', '-no-reboot'];
  args.push('-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 root=/dev/vda rw quiet systemd.show_status=no panic=-1');
  args.push('-drive', `file=${image},if=virtio,format=raw,snapshot=on`, '-nic', 'none');
  args.push('-virtfs', `local,path=${share},mount_tag=share,security_model=none,readonly=on`);
  return new Promise((resolve) => {
    const guest = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = () => guest.kill('SIGKILL');
    process.once('exit', end);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
    let said = '';
    const timer = setTimeout(end, timeoutMs);
    guest.stdout.on('data', (chunk) => {
      said += chunk;
      process.stdout.write(chunk);
    });
    guest.once('close', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

/** Packages that lie there, instead of new ones. */
function builtBefore(folder, work) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => {
      copyFileSync(join(folder, file), join(work, file));
      const [name, , arch] = file.replace('.deb', '').split('_');
      return { name, arch, file, bytes: statSync(join(folder, file)).size };
    });
}

function skip(reason) {
  process.stdout.write(`skipped: ${reason}\n`);
}

async function main() {
  const { values } = parseArgs({ options: { long: { type: 'boolean', default: false }, packages: { type: 'string' } } });
  const reason = missing();
  if (reason !== undefined) return skip(reason);
  let disk;
  try {
    disk = debianRoot();
  } catch (error) {
    return skip(`no Debian 13 root: ${error.message}`);
  }
  const work = mkdtempSync(join(tmpdir(), 'loa-debian-'));
  try {
    const share = join(work, 'share');
    mkdirSync(share);
    const packages = values.packages === undefined ? await packageAll({ out: work }) : builtBefore(values.packages, work);
    for (const { name, arch, file } of packages) if (arch === 'amd64') copyFileSync(join(work, file), join(share, `${name}.deb`));
    await bundleLab(share);
    copyFileSync(join(here, 'guest.sh'), join(share, 'guest.sh'));
    writeFileSync(join(share, 'environment'), `export LOA_LONG=${values.long ? 'yes' : ''}\n`);
    writeFileSync(join(share, 'seed.json'), JSON.stringify(seed));
    const said = await boot(disk, share);
    const figures = /^\{"suite":"debian".*\}/m.exec(said)?.[0];
    const foreign = packages.find(({ name, arch }) => name === 'loa-agent' && arch === 'arm64');
    const arm64 = await runForeign(join(work, foreign.file), join(share, 'lab.mjs'), work);
    const guest = figures === undefined ? undefined : JSON.parse(figures);
    const sizes = packages.map(({ name, arch, bytes, installedBytes }) => ({ name, arch, bytes, installedBytes }));
    const passed = guest !== undefined && guest.failed === 0 && arm64.passed !== false;
    process.stdout.write(`\ntest:debian ${passed ? 'passed' : 'failed'}\n${JSON.stringify({ passed, guest, arm64, sizes })}\n`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
