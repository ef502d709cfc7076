// npm run test:newcomer [-- --tests --root DIR --copy FILE]: the README's two commands on a clean Debian 13 that has Node, npm and git and nothing else,
// timed from the clone to the sound in the browser. Root; skips with a reason.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../hardware/host/build.mjs';
import { run } from '../kernel/kernel-files.mjs';
import { cache } from './root.mjs';

const mirror = 'http://deb.debian.org/debian';
const included = 'nodejs,npm,git,ca-certificates';
const linkWithinMs = 20 * 60_000;
const soundWithinMs = 300_000;
/** Of 16-bit samples: speech is far above, the silence of an idle line far below. */
const audibleLevel = 100;

const { values } = parseArgs({
  options: {
    /** Also `npm test`, after the sound. */
    tests: { type: 'boolean', default: false },
    /** A Debian root that is there already; it is copied, never written. */
    root: { type: 'string' },
    /** Files of this machine that stand at the same place in the root: how it reaches its mirrors. */
    copy: { type: 'string', multiple: true, default: [] },
  },
});

function missing() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'a root of Debian is made by root, on Linux';
  const folders = `${process.env.PATH}:/sbin:/usr/sbin`.split(':');
  const absent = ['debootstrap', 'unshare', 'chromium'].filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent.length > 0 ? `missing: ${absent.join(', ')} (apt-get install debootstrap util-linux chromium)` : undefined;
}

/** Made once and kept: minutes of fetching that are not the newcomer's. */
function cleanRoot() {
  const place = join(cache, 'newcomer-trixie');
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const own = mkdtempSync(`${place}.`);
  console.log('  debootstrap: Debian 13 with nodejs, npm and git');
  run('debootstrap', ['--variant=minbase', `--include=${included}`, 'trixie', own, mirror]);
  renameSync(own, place);
  return place;
}

/** A shell in the root, with processes, mounts and devices that end with it. */
function inside(place, script) {
  const prepare = [
    `mount --rbind /dev '${place}/dev'`,
    `mount -t proc proc '${place}/proc'`,
    `mount --bind -o ro '${root}' '${place}/src'`,
    `exec chroot '${place}' /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -ec "$1"`,
  ].join(' && ');
  const args = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', prepare, 'sh', script];
  return spawn('unshare', args, { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Says aloud what a program says; the answer waits for words that fit. */
function follow(child) {
  let words = '';
  const looks = new Set();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text.replaceAll(/^(?=.)/gm, '  | '));
      words += text;
      for (const look of looks) look();
    });
  return (pattern, withinMs) =>
    new Promise((found, reject) => {
      const late = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${words.slice(-3000)}`)), withinMs);
      child.once('exit', (code) => {
        clearTimeout(late);
        reject(new Error(`ended with ${code}: ${words.slice(-3000)}`));
      });
      const look = () => {
        const match = pattern.exec(words);
        if (!match) return;
        clearTimeout(late);
        looks.delete(look);
        found(match[0]);
      };
      looks.add(look);
      look();
    });
}

/** What the page itself plays, tapped where it leaves for the loudspeaker of the visitor's machine. */
function tapSound() {
  const connect = AudioNode.prototype.connect;
  globalThis.heardLevel = 0;
  AudioNode.prototype.connect = function (...to) {
    if (to[0] instanceof AudioDestinationNode) {
      const ear = this.context.createAnalyser();
      connect.call(this, ear);
      const samples = new Float32Array(ear.fftSize);
      const timer = setInterval(() => {
        ear.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
        globalThis.heardLevel = Math.max(globalThis.heardLevel, Math.sqrt(power) * 32_768);
        if (this.context.state === 'closed') clearInterval(timer);
      }, 20);
    }
    return connect.apply(this, to);
  };
}

async function hear(link) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: run('sh', ['-c', 'command -v chromium']).trim(),
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(tapSound);
    await page.goto(link);
    await page.click('#listen');
    await page.waitForFunction((level) => globalThis.heardLevel > level, audibleLevel, { timeout: soundWithinMs, polling: 50 });
    return Math.round(await page.evaluate(() => globalThis.heardLevel));
  } finally {
    await browser.close();
  }
}

async function main() {
  const why = missing();
  if (why) return console.log(`skipped: ${why}`);
  const clean = values.root ? resolve(values.root) : cleanRoot();
  const place = mkdtempSync(join(tmpdir(), 'loa-newcomer-'));
  const running = [];
  try {
    run('cp', ['-a', `${clean}/.`, place]);
    mkdirSync(join(place, 'src'), { recursive: true });
    for (const file of ['/etc/resolv.conf', ...values.copy]) {
      mkdirSync(dirname(join(place, file)), { recursive: true });
      cpSync(file, join(place, file), { dereference: true });
    }
    const version = run('chroot', [place, 'node', '--version']).trim();
    const began = performance.now();
    const since = () => Math.round((performance.now() - began) / 100) / 10;
    const clone = 'git config --global --add safe.directory "*"; git clone -q file:///src /root/loa';
    const child = inside(place, `${clone}; echo cloned; cd /root/loa; exec npm start -- --port 0`);
    running.push(child);
    const words = follow(child);
    await words(/^cloned$/m, linkWithinMs);
    const cloneSeconds = since();
    const link = await words(/http:\/\/127\.0\.0\.1:\d+\/vao\/\S+/, linkWithinMs);
    const linkSeconds = since();
    const level = await hear(link);
    const soundSeconds = since();
    child.stdin.end();
    child.kill('SIGTERM');
    const tests = values.tests ? await testsOf(place, running) : undefined;
    const commit = run('git', ['-C', root, 'rev-parse', '--short', 'HEAD']).trim();
    const told = { name: 'newcomer', node: version, commit, cloneSeconds, linkSeconds, soundSeconds, level };
    const size = { treeMb: Math.round(bytesBelow(join(place, 'root/loa')) / 1e6), load1: Math.round(loadavg()[0] * 10) / 10 };
    console.log(JSON.stringify({ ...told, ...size, ...(tests && { tests }) }));
    if (tests && tests.code !== 0) process.exitCode = 1;
  } finally {
    for (const child of running) child.kill('SIGKILL');
    spawnSync('umount', ['-R', join(place, 'src')]);
    rmSync(place, { recursive: true, force: true });
  }
}

/** The second command, in the same clone. */
function testsOf(place, running) {
  const began = performance.now();
  const child = inside(place, 'cd /root/loa; exec npm test');
  running.push(child);
  child.stdin.end();
  let last = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text);
      last = (last + text).slice(-4000);
    });
  return new Promise((done) =>
    child.once('exit', (code) =>
      done({ code, minutes: Math.round((performance.now() - began) / 6000) / 10, said: /\d+ passed, \d+ failed/.exec(last)?.[0] ?? '' }),
    ),
  );
}

function bytesBelow(folder) {
  return statSync(folder).isDirectory() ? Number(run('du', ['-sb', folder]).split('\t')[0]) : readFileSync(folder).length;
}

await main();
