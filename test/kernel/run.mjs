// npm run test:kernel [-- --suite gpio|audio|all]: boots Debian's kernel in QEMU's software emulation, with this machine's files
// read-only, and runs suites on cards and lines that are the kernel's own. Skips with a reason where that cannot be done. Plain Node.
//
// A suite is `NAME-suite.ts` here and a row in `suites` below. It is bundled by esbuild and run in the guest as /tmp/lab/NAME.mjs, its
// `programs` beside it; `vitest` means `plain-vitest.ts` there, so contract suites run unchanged. It prints what it finds, one JSON line
// {"suite":NAME,…} last, and ends with 0 when all held. Everything but /tmp and /run is read-only. Several labs may run at once.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildGpioSim } from './gpio-sim.mjs';
import { inLoadOrder, run, unpackKernel } from './kernel-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'loa-kernel');
/** What each suite needs: programs by name and entry, modules of the kernel with their parameters, modules built by us. */
const suites = {
  audio: { modules: ['snd-aloop'], parameters: { 'snd-aloop': 'pcm_substreams=2' } },
  gpio: {
    modules: ['configfs'],
    build: buildGpioSim,
    programs: { holder: 'test/kernel/holder.ts', agent: 'agent/main.ts', guard: 'agent/guard.ts' },
  },
};
const sharing = ['virtio_pci', '9pnet_virtio', '9p'];
const needed = ['qemu-system-x86_64', 'busybox', 'cpio', 'dpkg-deb', 'depmod', 'gzip'];
/** For each suite. */
const timeoutMs = 600_000;
/** Native addons, and packages that read files beside themselves, stay where npm put them. */
const external = [
  'koffi',
  '@node-rs/argon2',
  'onoff',
  'epoll',
  'sqlite3',
  'serialport',
  'ffmpeg-static',
  'aedes',
  '@peculiar/x509',
  'reflect-metadata',
  'opus-decoder',
];

function missing() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the lab needs Linux on x86-64';
  if (process.getuid() !== 0) return 'the guest reads this machine’s files as they are: run it as root';
  const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };
  const absent = needed.filter((name) => !env.PATH.split(':').some((folder) => existsSync(join(folder, name))));
  return absent.length > 0 ? `missing: ${absent.join(', ')} (apt-get install qemu-system-x86 busybox-static cpio kmod)` : undefined;
}

async function bundleSuite(name, share) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: join(here, `${name}-suite.ts`), ...suites[name].programs },
    outdir: share,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external,
    alias: { vitest: join(here, 'plain-vitest.ts') },
    banner: { js: "import { createRequire as loaRequire } from 'node:module';\nconst require = loaRequire(import.meta.url);" },
    logLevel: 'error',
  });
}

/** The guest's first program: load modules, put this machine's files in place, run the suites, switch off. */
function firstProgram(modules, parameters, names) {
  const load = modules.map((path) => {
    const file = basename(path);
    return `insmod /m/${file} ${parameters[file.replace(/\.ko$/, '')] ?? ''}`;
  });
  const share = (tag, place, mode) => `mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,${mode} ${tag} ${place}`;
  const suitesRun = names.map((name) => `node /tmp/lab/${name}.mjs || echo "SUITE ${name} FAILED"`);
  const inside = [
    'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp NO_COLOR=1',
    'mkdir /tmp/lab',
    'cp /mnt/*.mjs /tmp/lab/',
    `ln -s '${join(root, 'node_modules')}' /tmp/lab/node_modules`,
    ...suitesRun,
  ];
  return [
    '#!/bin/busybox sh',
    'export PATH=/bin; /bin/busybox --install -s /bin',
    'mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev',
    ...load,
    share('host', '/host', 'ro,cache=loose'),
    share('share', '/host/mnt', 'ro'),
    'for each in dev proc sys; do mount --bind /$each /host/$each; done',
    'mount -t tmpfs t /host/tmp; mount -t tmpfs t /host/run; ip link set lo up',
    `cat > /host/run/suites.sh <<'END'\n${inside.join('\n')}\nEND`,
    'chroot /host /bin/sh /run/suites.sh > /dev/ttyS0 2>&1',
    'poweroff -f',
    '',
  ].join('\n');
}

function packRoot(folder, modules, init) {
  for (const each of ['bin', 'm', 'proc', 'sys', 'dev', 'host']) mkdirSync(join(folder, each), { recursive: true });
  cpSync('/bin/busybox', join(folder, 'bin/busybox'));
  for (const path of modules) cpSync(path, join(folder, 'm', basename(path)));
  writeFileSync(join(folder, 'init'), init);
  chmodSync(join(folder, 'init'), 0o755);
  const packed = `${folder}.gz`;
  run('/bin/sh', ['-c', `cd '${folder}' && find . | cpio -o -H newc --quiet | gzip -1 > '${packed}'`]);
  return packed;
}

/** Boot, pass on what the guest prints, answer all of it. */
function boot(image, initrd, share, limitMs) {
  const fs = (path, tag) => `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap,readonly=on`;
  const args = ['-M', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024', '-nographic', '-no-reboot'];
  args.push('-kernel', image, '-initrd', initrd, '-append', 'console=ttyS0 quiet panic=-1 rdinit=/init');
  args.push('-virtfs', fs('/', 'host'), '-virtfs', fs(share, 'share'));
  return new Promise((resolve) => {
    const guest = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = () => guest.kill('SIGKILL');
    process.once('exit', end);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
    let said = '';
    const timer = setTimeout(end, limitMs);
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

function namesAsked() {
  const { values, positionals } = parseArgs({ options: { suite: { type: 'string' } }, allowPositionals: true });
  const asked = [...positionals, ...(values.suite?.split(',') ?? [])];
  const unknown = asked.filter((name) => name !== 'all' && !(name in suites));
  if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  return asked.length === 0 || asked.includes('all') ? Object.keys(suites) : asked;
}

/** Modules in the order they load. Throws where packages cannot be had. */
function prepareModules(kernel, names) {
  const own = names.flatMap((name) => suites[name].build?.(kernel, cache) ?? []);
  return [...inLoadOrder(kernel, [...sharing, ...names.flatMap((name) => suites[name].modules)]), ...own];
}

function skip(reason) {
  process.stdout.write(`skipped: ${reason}\n`);
}

async function main() {
  const names = namesAsked();
  const reason = missing();
  if (reason !== undefined) return skip(reason);
  let kernel;
  let modules;
  try {
    kernel = unpackKernel(cache);
    modules = prepareModules(kernel, names);
  } catch (error) {
    return skip(error.message);
  }
  const work = mkdtempSync(join(tmpdir(), 'loa-lab-'));
  try {
    const share = join(work, 'share');
    mkdirSync(share);
    for (const name of names) await bundleSuite(name, share);
    const parameters = Object.assign({}, ...names.map((name) => suites[name].parameters));
    const initrd = packRoot(join(work, 'root'), modules, firstProgram(modules, parameters, names));
    const said = await boot(kernel.image, initrd, share, names.length * timeoutMs);
    const results = said.match(/^\{"suite":.*\}/gm) ?? [];
    const bad = results.length !== names.length || /SUITE \S+ FAILED/.test(said);
    process.stdout.write(bad ? `\ntest:kernel failed (${results.length} of ${names.length} suites answered)\n` : '\ntest:kernel passed\n');
    process.exitCode = bad ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
