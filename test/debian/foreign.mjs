// The arm64 package's own programs under qemu-user, on Debian's arm64 Node: native parts loaded, then a box that enrols and becomes ready.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../kernel/kernel-files.mjs';
import { cache } from './root.mjs';

const emulator = '/usr/bin/qemu-aarch64-static';
const included = 'nodejs,libasound2t64,libsystemd0,ca-certificates';
const withinMs = 300_000;

/** Each native part does one thing that only it can do. */
const natives = `
const { createRequire } = require('node:module');
const from = createRequire(process.argv[1] + '/package.json');
const done = [];
const koffi = from('koffi');
done.push('koffi: libasound ' + koffi.load('libasound.so.2').func('const char *snd_asoundlib_version()')());
koffi.load('libsystemd.so.0').func('int sd_notify(int unset, const char *state)');
done.push('serialport: ' + typeof from('@serialport/bindings-cpp').autoDetect().open);
done.push('epoll: ' + new (from('epoll').Epoll)(() => undefined).closed);
const sqlite3 = from('sqlite3');
const db = new sqlite3.Database(':memory:');
db.get('SELECT sqlite_version() AS v', (error, row) => { if (error) throw error; done.push('sqlite3: ' + row.v); console.log(JSON.stringify({ arch: process.arch, node: process.version, done })); });
`;

/** `{skipped}`, or what was done and whether all of it went well. */
export async function runForeign(deb, lab, work) {
  if (!existsSync(emulator)) return { skipped: 'missing: qemu-user-static' };
  let root;
  try {
    root = foreignRoot();
  } catch (error) {
    return { skipped: `no arm64 root: ${error.message.slice(0, 200)}` };
  }
  const place = join(work, 'arm64');
  run('dpkg-deb', ['-x', deb, place]);
  const release = join(place, 'opt/loa/agent/releases', run('ls', [join(place, 'opt/loa/agent/releases')]).trim());
  const words = (...args) => ['-L', root, join(root, 'usr/bin/node'), ...args];
  try {
    const help = run(emulator, words(join(release, 'agent.js'), '--help')).includes('Loa agent');
    const loaded = JSON.parse(run(emulator, words('-e', natives, release)));
    const ready = await becomesReady(words, release, lab, work);
    const passed = help && loaded.arch === 'arm64' && loaded.done.length === 4 && ready.ready;
    return { passed, ...loaded, ...ready };
  } catch (error) {
    return { passed: false, error: error.message };
  }
}

/** A box of this package, enrolled at a small centre of this machine, up to its first words. */
async function becomesReady(words, release, lab, work) {
  const data = join(work, 'box');
  mkdirSync(data);
  const claim = join(work, 'claim.json');
  writeFileSync(join(data, 'config.json'), JSON.stringify({ page: { port: 0 }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }));
  const centre = spawn(process.execPath, [lab, claim], { stdio: ['ignore', 'pipe', 'inherit'] });
  let box;
  try {
    await line(centre, ({ lab: word }) => word === 'claim');
    run(emulator, words(join(release, 'agent.js'), 'enrol', '--data', data, '--claim', claim));
    box = spawn(emulator, words(join(release, 'agent.js'), '--data', data), { stdio: ['ignore', 'pipe', 'ignore'] });
    const beganMs = performance.now();
    await line(box, ({ event }) => event === 'ready');
    const readyMs = Math.round(performance.now() - beganMs);
    const ended = new Promise((resolve) => box.once('exit', resolve));
    box.kill('SIGTERM');
    return { ready: true, readyMs, exitCode: await ended };
  } finally {
    centre.kill('SIGKILL');
    box?.kill('SIGKILL');
  }
}

/** Resolves with the first line of JSON that is meant; rejects when the program ends or time is up. */
function line(program, meant) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no word within ${withinMs} ms`)), withinMs);
    program.once('exit', (code) => reject(new Error(`ended with ${code} before its word`)));
    createInterface({ input: program.stdout }).on('line', (text) => {
      if (!text.startsWith('{') || !meant(JSON.parse(text))) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Packages of Debian's unpacked, none of their scripts run: enough for Node under qemu-user. */
function foreignRoot() {
  const place = join(cache, 'trixie-arm64-node');
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const own = mkdtempSync(`${place}.`);
  try {
    run('mmdebstrap', [
      '--variant=extract',
      '--architectures=arm64',
      `--include=${included}`,
      'trixie',
      own,
      'http://deb.debian.org/debian',
    ]);
    // No script of base-files ran, which would join the two.
    if (!existsSync(join(own, 'lib'))) symlinkSync('usr/lib', join(own, 'lib'));
    if (!existsSync(place)) renameSync(own, place);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return place;
}
