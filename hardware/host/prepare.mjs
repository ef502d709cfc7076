// What must be on the machine before the first start or test: packages, system tools, dist/. Plain Node, no dependencies.
// LOA_PACKAGES=no leaves system packages alone; LOA_YES=1 or `--yes` answers the question before sudo.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const purpose = process.argv[2] === 'test' ? 'test' : 'start';
const started = performance.now();

/** Debian package → program that proves it. */
const toolsFor = {
  start: { ffmpeg: 'ffmpeg', mpg123: 'mpg123', 'opus-tools': 'opusdec', 'espeak-ng': 'espeak-ng', chromium: 'chromium' },
  test: {
    'alsa-utils': 'aplay',
    sox: 'sox',
    mosquitto: 'mosquitto',
    'nats-server': 'nats-server',
    'rabbitmq-server': 'rabbitmq-server',
    openssl: 'openssl',
    xmlsec1: 'xmlsec1',
    strace: 'strace',
    socat: 'socat',
    postgresql: 'pg_lsclusters',
    curl: 'curl',
    dpkg: 'dpkg-deb',
    fdisk: 'sfdisk',
    mtools: 'mcopy',
    dosfstools: 'mkfs.vfat',
    e2fsprogs: 'mke2fs',
    'g++': 'cc',
    systemd: 'systemd-analyze',
    procps: 'ps',
    iproute2: 'ip',
    faketime: 'faketime',
    'dbus-daemon': 'dbus-daemon',
    'network-manager': 'NetworkManager',
  },
};
const compilers = { 'g++': 'g++', make: 'make', python3: 'python3' };

function say(text) {
  console.log(text);
}

function seconds() {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/sbin')
    .some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Where Node's own headers are, when they fit the Node that runs: then node-gyp needs no download. */
function headersFolder() {
  const candidates = [dirname(dirname(process.execPath)), '/usr'];
  return candidates.find((folder) => {
    const file = join(folder, 'include/node/node_version.h');
    if (!existsSync(file)) return false;
    const text = readFileSync(file, 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    return `${part('MAJOR')}.${part('MINOR')}` === process.versions.node.split('.').slice(0, 2).join('.');
  });
}

const driverFile = join(root, 'node_modules/sqlite3/build/Release/node_sqlite3.node');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.versions.modules)
    .digest('hex');
}

/** True when node_modules holds what the lock file asks for; optional packages may be absent. */
function installed() {
  const stamp = join(root, 'node_modules/.loa-stamp');
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash();
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(want).every(([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version);
}

function yes() {
  if (process.env.LOA_YES === '1' || process.env.npm_config_yes === 'true') return true;
  // npm hands arguments only to the script itself, so the question is put to the npm that started us.
  for (let pid = process.ppid, hops = 0; pid > 1 && hops < 4; hops++) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('--yes')) return true;
      pid = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return false;
    }
  }
  return false;
}

async function mayInstall(packages, size) {
  if (process.env.LOA_PACKAGES === 'no') return undefined;
  if (!onPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) return undefined;
  if (yes()) return ['sudo', '-n'];
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question(`  Cài ${packages.join(' ')} bằng sudo apt-get${size}? Install them? [Y/n] `);
  ask.close();
  return /^(y|c|$)/i.test(answer.trim()) ? ['sudo'] : undefined;
}

function aptSize(packages) {
  const dry = spawnSync('apt-get', ['install', '--assume-no', '--no-install-recommends', ...packages], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const get = /Need to get ([\d.,]+ ?[kMG]?B)/.exec(dry.stdout)?.[1];
  const use = /After this operation, ([\d.,]+ ?[kMG]?B)/.exec(dry.stdout)?.[1];
  return get ? ` (${get} to fetch, ${use ?? '?'} on disk)` : '';
}

/** Run quietly; show the output only when it fails. A line of life each 15 s. */
function quietly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', 'pipe', 'pipe'], ...options });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes));
    const life = setInterval(() => say(`    … ${seconds()}`), 15_000);
    child.on('error', (error) => said.push(Buffer.from(String(error))));
    child.on('close', (code) => {
      clearInterval(life);
      if (code !== 0) process.stderr.write(Buffer.concat(said).subarray(-6000));
      resolve(code === 0);
    });
  });
}

function absentOf(packages) {
  return Object.entries(packages)
    .filter(([, program]) => !onPath(program))
    .map(([name]) => name);
}

/** What npm needs to compile the driver. */
function absentCompilers() {
  if (existsSync(driverFile) || newerNode()) return [];
  return [...absentOf(compilers), ...(!headersFolder() && process.execPath.startsWith('/usr/bin') ? ['libnode-dev'] : [])];
}

/** The words before `apt-get` that install those; undefined, and said, where nobody may. */
async function leaveToInstall(packages) {
  if (process.env.LOA_PACKAGES !== 'no' && process.getuid?.() === 0 && onPath('apt-get')) {
    say('  apt-get update');
    await quietly('apt-get', ['update', '-qq']);
  }
  const before = await mayInstall(packages, onPath('apt-get') ? aptSize(packages) : '');
  if (before === undefined)
    say(`  Thiếu / missing: ${packages.join(' ')}. Không bắt buộc; cài bằng / not required; install with:\n    ${byHand(packages)}`);
  return before;
}

function byHand(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

async function aptInstall(before, packages) {
  say(`  apt-get install ${packages.join(' ')}${aptSize(packages)}`);
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends'];
  const [command, ...args] = [...before, ...quiet, ...packages];
  const done = await quietly(command, args);
  say(
    done
      ? `  apt-get: xong / done (${seconds()})`
      : `  apt-get failed; what needs ${packages.join(', ')} is left out. By hand:\n    ${byHand(packages)}`,
  );
}

/** npm waits for its compiler only; all else is fetched while it compiles. */
async function everyPackage(wanted) {
  const [compilersAbsent, absent] = [absentCompilers(), absentOf(wanted)];
  const all = [...compilersAbsent, ...absent];
  const before = all.length > 0 ? await leaveToInstall(all) : undefined;
  if (before && compilersAbsent.length > 0) await aptInstall(before, compilersAbsent);
  const [isThere] = await Promise.all([nodePackages(), before && absent.length > 0 ? aptInstall(before, absent) : undefined]);
  if (isThere) return;
  console.error('npm ci failed; the output above says why.');
  process.exit(1);
}

function newerNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** Answers whether they are there. */
async function nodePackages() {
  if (installed() && (existsSync(driverFile) || !onPath('g++'))) {
    writeFileSync(join(root, 'node_modules/.loa-stamp'), lockHash());
    return true;
  }
  say('  npm ci (≈ 190 packages, 110 MB; sqlite3 is compiled here, about a minute)');
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^npm_(config|package|lifecycle)/i.test(name)) delete env[name];
  const headers = headersFolder();
  if (headers) env.npm_config_nodedir = headers;
  const npm = process.env.npm_execpath;
  const ok = npm?.endsWith('.js')
    ? await quietly(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], { env })
    : await quietly('npm', ['ci', '--no-audit', '--no-fund'], { env });
  if (!ok) return false;
  writeFileSync(join(root, 'node_modules/.loa-stamp'), lockHash());
  say(`  npm ci: xong / done (${seconds()})`);
  return true;
}

function driverOrStop() {
  if (newerNode()) return;
  try {
    execFileSync(process.execPath, ['-e', "require('sqlite3')"], { cwd: root, stdio: 'pipe' });
  } catch {
    console.error(
      'Thiếu trình điều khiển SQLite / the SQLite driver (sqlite3) is missing: it is compiled on this machine. Run\n' +
        '    sudo apt-get install -y g++ make python3 libnode-dev && npm rebuild sqlite3\nand start again.',
    );
    process.exit(1);
  }
}

if (process.platform !== 'win32') {
  say(purpose === 'test' ? 'Loa: chuẩn bị kiểm thử / preparing the tests' : 'Loa: chuẩn bị / preparing');
  await everyPackage(purpose === 'test' ? { ...toolsFor.start, ...toolsFor.test } : toolsFor.start);
  driverOrStop();
  const { build } = await import('./build.mjs');
  const built = await build({ withLabs: purpose === 'test' }).catch((error) => {
    console.error(`dist/: ${error.message}`);
    process.exit(1);
  });
  if (built.length > 0) say(`  dist/: ${built.join(', ')} (${seconds()})`);
} else {
  console.error('Loa runs on Linux and WSL2.');
  process.exit(1);
}
