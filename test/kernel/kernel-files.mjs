// Debian's kernel for the lab: its package found or fetched, the few files needed unpacked once, modules in the order they load.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

const archives = '/var/cache/apt/archives';
const packageName = /^linux-image-(\d+\.\d+\.\d+-\d+-amd64)_(.*)_amd64\.deb$/;
/** Folders of the kernel's modules that the lab may load from. */
const needed = ['sound', 'net/9p', 'fs/9p', 'fs/fscache', 'fs/netfs', 'fs/configfs', 'drivers/virtio', 'drivers/gpio'];

/** Run a program; its output, or an error with its last words. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 200)}: ${done.error?.message ?? done.stderr.slice(-500)}`);
  return done.stdout;
}

/** Unpacked kernel: `{version, debVersion, image, modules}`. Fetches the package (70 MB) when it is not in apt's archives. */
export function unpackKernel(folder) {
  const deb = findPackage(archives) ?? findPackage(folder) ?? fetchPackage(folder);
  const [, version, debVersion] = packageName.exec(basename(deb));
  const place = join(folder, version);
  if (!existsSync(place)) {
    // Labs may be prepared side by side: each unpacks for itself, the first to be ready is kept.
    const own = `${place}.${process.pid}`;
    mkdirSync(own, { recursive: true });
    const folders = needed.map((name) => `./lib/modules/${version}/kernel/${name}`);
    run('/bin/sh', ['-c', `dpkg-deb --fsys-tarfile '${deb}' | tar -x -C '${own}' ./boot/vmlinuz-${version} ${folders.join(' ')}`]);
    if (existsSync(place)) rmSync(own, { recursive: true });
    else renameSync(own, place);
  }
  const [image, modules] = [join(place, 'boot', `vmlinuz-${version}`), join(place, 'lib/modules', version)];
  return { version, debVersion: decodeURIComponent(debVersion), image, modules, place };
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

/** A package of Debian's in this very version: from apt's archives, or fetched into `folder`. */
export function findOrFetch(name, debVersion, folder) {
  const file = (all) => all.find((each) => each.startsWith(`${name}_${debVersion.replace(':', '%3a')}_`) && each.endsWith('.deb'));
  const there = file(readdirSync(archives));
  if (there) return join(archives, there);
  run('apt-get', ['download', `${name}=${debVersion}`], { cwd: folder });
  return join(folder, file(readdirSync(folder)));
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
