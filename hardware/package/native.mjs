// hardware/package: the parts of npm packages that are machine code, for one architecture each.
//
// koffi, serialport and argon2 come prebuilt from npm. sqlite3 and epoll do not: for the machine that builds they are in node_modules
// (npm compiled them), for the other one they are compiled here with Debian's cross compiler and Node's own headers. sqlite3 speaks
// Node-API, so one binary serves every Node; epoll (NAN) fits one major of Node only, so it is that of Debian 13 or left out.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'loa-package');
/** By Debian's name: Node's, npm's suffixes, the compiler's prefix. */
export const architectures = {
  amd64: { node: 'x64', koffi: 'linux-x64', triplet: 'x86_64-linux-gnu' },
  arm64: { node: 'arm64', koffi: 'linux-arm64', triplet: 'aarch64-linux-gnu' },
};
/** process.versions.modules of Debian 13's Node 20. */
const debianAbi = '115';

/** Run a program; its output, or an error with its last words. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, ...options });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 160)}: ${done.error?.message ?? done.stderr.slice(-800)}`);
  return done.stdout;
}

/**
 * Native files of `packages` for `arch` as `[path below node_modules, file]`, and what could not be had, each with its reason.
 * Throws when a package that a box cannot do without (sqlite3) is not to be had.
 */
export function nativeParts(packages, arch, root) {
  const files = [];
  const missing = [];
  const has = (name) => packages.includes(`node_modules/${name}`);
  if (has('koffi'))
    files.push(...fromNpm(`@koromix/koffi-${architectures[arch].koffi}`, arch, root).filter(([path]) => !path.includes('musl')));
  if (has('@node-rs/argon2')) files.push(...fromNpm(`@node-rs/argon2-${architectures[arch].koffi}-gnu`, arch, root));
  if (has('@serialport/bindings-cpp')) files.push(...serialport(arch, root));
  if (has('sqlite3')) files.push(['sqlite3/build/Release/node_sqlite3.node', compiled('sqlite3', arch, root)]);
  if (has('epoll')) {
    if (process.versions.modules === debianAbi) files.push(['epoll/build/Release/epoll.node', compiled('epoll', arch, root)]);
    else missing.push(`epoll: built with Node ABI ${process.versions.modules}, Debian 13 has ${debianAbi}; GPIO through sysfs is left out`);
  }
  return { files, missing };
}

function serialport(arch, root) {
  const below = `@serialport/bindings-cpp/prebuilds/linux-${architectures[arch].node}`;
  const folder = join(root, 'node_modules', below);
  return readdirSync(folder)
    .filter((name) => !name.includes('musl'))
    .map((name) => [`${below}/${name}`, join(folder, name)]);
}

/** From node_modules, or the very file that the lock names, fetched by npm and held against its hash. */
function fromNpm(name, arch, root) {
  const installed = join(root, 'node_modules', name);
  const folder = existsSync(installed) ? installed : fetched(name, arch, root);
  const list = (below) =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = join(below, entry.name);
      return entry.isDirectory() ? list(path) : [path];
    });
  return list('.')
    .filter((path) => !/\.md$/.test(path))
    .map((path) => [join(name, path), join(folder, path)]);
}

function fetched(name, arch, root) {
  const entry = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json names no ${name}`);
  const place = join(cache, `${arch}-${name.replace('/', '-')}-${entry.version}`);
  if (existsSync(place)) return join(place, 'package');
  return madeOnce(
    place,
    (own) => {
      run('npm', ['pack', '--silent', '--pack-destination', own, `${name}@${entry.version}`], { cwd: own });
      const archive = join(own, readdirSync(own).find((file) => file.endsWith('.tgz')) ?? '');
      const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
      if (hash !== entry.integrity) throw new Error(`${name}@${entry.version} is not what package-lock.json says`);
      run('tar', ['-xzf', archive, '-C', own]);
      rmSync(archive);
    },
    'package',
  );
}

const objects = { sqlite3: 'node_sqlite3.node', epoll: 'epoll.node' };

function compiled(name, arch, root) {
  const source = join(root, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const here = join(source, 'build/Release', objects[name]);
  const { triplet } = architectures[arch];
  if (architectures[arch].node === process.arch && existsSync(here)) return stripped(here, triplet);
  if (spawnSync(`${triplet}-g++`, ['--version']).status !== 0)
    throw new Error(`${name} for ${arch} needs a compiler: apt-get install g++-${triplet.replace('_', '-')}`);
  const place = join(cache, `${arch}-${name}-${version}-abi${process.versions.modules}`);
  if (existsSync(place)) return join(place, objects[name]);
  return madeOnce(place, (own) => compilers[name](triplet, source, root, own), objects[name]);
}

/** Without the names that only a debugger reads. */
function stripped(file, triplet) {
  const place = join(cache, `stripped-${createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 24)}`);
  if (existsSync(place)) return join(place, 'stripped.node');
  return madeOnce(place, (own) => run(`${triplet}-strip`, ['--strip-unneeded', '-o', join(own, 'stripped.node'), file]), 'stripped.node');
}

/** Builders may run side by side: each works for itself, the first to be ready is kept. */
function madeOnce(place, make, answer) {
  mkdirSync(dirname(place), { recursive: true });
  const own = mkdtempSync(`${place}.`);
  try {
    make(own);
    if (!existsSync(place)) renameSync(own, place);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return join(place, answer);
}

function headers() {
  const found = [join(dirname(dirname(process.execPath)), 'include/node'), '/usr/include/node'].find((folder) =>
    existsSync(join(folder, 'node_api.h')),
  );
  if (found === undefined) throw new Error('Node’s headers are not on this machine (include/node beside node, or Debian’s libnode-dev)');
  return found;
}

const optimised = ['-O2', '-fPIC', '-fno-strict-aliasing', '-DNDEBUG', '-DBUILDING_NODE_EXTENSION', '-D_FILE_OFFSET_BITS=64'];

/** As their binding.gyp and deps/*.gyp say. */
const compilers = {
  sqlite3(triplet, source, root, own) {
    const archive = readdirSync(join(source, 'deps')).find((file) => file.startsWith('sqlite-autoconf'));
    run('tar', ['-xzf', join(source, 'deps', archive), '--strip-components=1', '-C', own]);
    const features = ['FTS3', 'FTS4', 'FTS5', 'RTREE', 'DBSTAT_VTAB', 'MATH_FUNCTIONS'].map((word) => `-DSQLITE_ENABLE_${word}=1`);
    const defines = ['-D_REENTRANT=1', '-DSQLITE_THREADSAFE=1', '-DHAVE_USLEEP=1', ...features];
    run(`${triplet}-gcc`, [...optimised, '-std=c99', '-D_GNU_SOURCE', ...defines, '-c', 'sqlite3.c', '-o', 'sqlite3.o'], { cwd: own });
    const parts = ['backup', 'database', 'node_sqlite3', 'statement'].map((file) => join(source, 'src', `${file}.cc`));
    const node = ['-DNODE_GYP_MODULE_NAME=node_sqlite3', '-DNAPI_VERSION=6', '-DNAPI_DISABLE_CPP_EXCEPTIONS=1'];
    const include = [`-I${headers()}`, `-I${own}`, `-I${join(root, 'node_modules/node-addon-api')}`];
    link(triplet, [...node, ...defines, ...include, ...parts, 'sqlite3.o'], own, objects.sqlite3);
  },
  epoll(triplet, source, root, own) {
    const include = [`-I${headers()}`, `-I${join(root, 'node_modules/nan')}`];
    const quiet = ['-Wno-deprecated-declarations', '-Wno-cast-function-type'];
    link(
      triplet,
      ['-DNODE_GYP_MODULE_NAME=epoll', ...quiet, ...include, '-fno-exceptions', '-fno-rtti', join(source, 'src/epoll.cc')],
      own,
      objects.epoll,
    );
  },
};

function link(triplet, words, own, object) {
  run(`${triplet}-g++`, [...optimised, '-std=c++17', '-shared', '-Wl,-s', ...words, '-o', object], { cwd: own });
  for (const file of readdirSync(own)) if (file !== object) rmSync(join(own, file), { recursive: true });
}
