// Debian's kernel for the lab: its package found or fetched, the few files needed unpacked once, modules in the order they load.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';

const archives = '/var/cache/apt/archives';
const packageName = /^linux-image-(\d+\.\d+\.\d+-\d+-amd64)_.*_amd64\.deb$/;
/** Folders of the kernel's modules that the lab may load from. */
const needed = ['sound', 'net/9p', 'fs/9p', 'fs/fscache', 'fs/netfs', 'drivers/virtio', 'drivers/gpio'];

/** Run a program; its output, or an error with its last words. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 200)}: ${done.error?.message ?? done.stderr.slice(-500)}`);
  return done.stdout;
}

/** Unpacked kernel: `{version, image, modules}`. Fetches the package (70 MB) when it is not in apt's archives. */
export function unpackKernel(folder) {
  const deb = findPackage(archives) ?? fetchPackage(folder);
  const version = packageName.exec(basename(deb))[1];
  const place = join(folder, version);
  if (!existsSync(place)) {
    mkdirSync(`${place}.new`, { recursive: true });
    const folders = needed.map((name) => `./lib/modules/${version}/kernel/${name}`);
    run('/bin/sh', ['-c', `dpkg-deb --fsys-tarfile '${deb}' | tar -x -C '${place}.new' ./boot/vmlinuz-${version} ${folders.join(' ')}`]);
    renameSync(`${place}.new`, place);
  }
  return { version, image: join(place, 'boot', `vmlinuz-${version}`), modules: join(place, 'lib/modules', version), place };
}

/** Paths of modules, each after those it needs. `wanted` are names without `.ko`. */
export function inLoadOrder({ version, modules, place }, wanted) {
  const table = run('/sbin/depmod', ['-n', '-b', place, version]);
  const needs = new Map();
  for (const line of table.split('\n')) {
    const match = /^(kernel\/\S+\.ko):\s*(.*)$/.exec(line);
    if (match) needs.set(match[1], match[2].split(' ').filter(Boolean));
  }
  const ordered = new Set();
  const add = (path) => {
    for (const each of needs.get(path) ?? []) add(each);
    ordered.add(path);
  };
  for (const name of wanted) {
    const path = [...needs.keys()].find((each) => basename(each) === `${name}.ko`);
    if (path === undefined) throw new Error(`the kernel ${version} has no module ${name}`);
    add(path);
  }
  return [...ordered].map((path) => join(modules, path));
}

function findPackage(folder) {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => packageName.test(name) && !name.includes('unsigned')) : [];
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest && join(folder, newest);
}

function fetchPackage(folder) {
  const depends = run('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\d\S+-amd64)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt knows no linux-image-amd64');
  mkdirSync(folder, { recursive: true });
  run('apt-get', ['download', name], { cwd: folder });
  return findPackage(folder);
}
