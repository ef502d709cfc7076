// What goes into a Debian package, and that it is the same bytes each time.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../hardware/host/processes.ts';

const room = resolve(import.meta.dirname, '../../hardware/package');
const load = (file: string) => import(pathToFileURL(join(room, file)).href);
const { externalsOf, closureOf, filesOf } = await load('node-packages.mjs');
const { buildDeb, putDocuments, put } = await load('deb.mjs');
const { products } = await load('products.mjs');
const { putPages } = await load('build.mjs');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'loa-package-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('what a bundle needs beside it', () => {
  test('packages it names and does not hold, not Node’s own and not what Debian has', () => {
    const text = `import a from "sqlite3"; import("koffi"); require("@scope/x/deep"); import fs from "node:fs"; import("ffmpeg-static"); import "other";`;
    expect(externalsOf(text, ['sqlite3', 'koffi', '@scope/*', 'ffmpeg-static', 'fs'])).toEqual(['@scope/x', 'koffi', 'sqlite3']);
  });

  test('and theirs: the copy that Node would find, each once, build tools left out', () => {
    const make = (path: string, dependencies: object) => {
      mkdirSync(join(dir, path), { recursive: true });
      writeFileSync(join(dir, path, 'package.json'), JSON.stringify({ dependencies }));
    };
    make('node_modules/a', { b: '1', c: '1', 'prebuild-install': '1' });
    make('node_modules/a/node_modules/b', { c: '1' });
    make('node_modules/b', {});
    make('node_modules/c', { a: '1' });
    make('node_modules/prebuild-install', {});
    expect(closureOf(['a', 'not-installed'], dir)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
  });

  test('of a package its programs and its licence, not its tests, types and dot files', () => {
    for (const path of ['lib', 'test', '.github', 'node_modules/x']) mkdirSync(join(dir, path), { recursive: true });
    const all = [
      'lib/a.js',
      'lib/a.d.ts',
      'lib/a.js.map',
      'test/a.js',
      '.github/x.yml',
      'node_modules/x/b.js',
      'README.md',
      'LICENSE.md',
      '.npmignore',
      'package.json',
    ];
    for (const path of all) writeFileSync(join(dir, path), '');
    expect(filesOf(dir, 'any')).toEqual(['LICENSE.md', 'lib/a.js', 'package.json']);
  });
});

test('the centre’s package carries the console’s and the residents’ pages beside its program, or there is no package', () => {
  const [dist, stage] = [join(dir, 'dist'), join(dir, 'stage')];
  const files = ['console/index.html', 'citizen/index.html', 'citizen/worker.js', 'citizen/dan.webmanifest', 'citizen/icons/loa-192.png'];
  for (const file of files) put(dist, file, file);
  putPages(dist, stage, products['loa-controller']);
  const home = join(stage, 'opt/loa/controller');
  expect(files.map((file) => readFileSync(join(home, file), 'utf8'))).toEqual(files);
  rmSync(join(dist, 'citizen'), { recursive: true });
  expect(() => putPages(dist, stage, products['loa-controller'])).toThrow('citizen');
});

/** The page on the box's own Wi-Fi answers at port 80. */
const capabilities: Readonly<Record<string, string>> = { 'loa-agent': 'CAP_NET_BIND_SERVICE' };

describe('units as they are shipped', () => {
  const unitsOf = (name: string) => join(room, 'parts', name, 'usr/lib/systemd/system');
  const files = Object.keys(products).flatMap((name) => readdirSync(unitsOf(name)).map((file) => [name, file] as const));

  test('each unit that a package enables is there, and none beside those it names', () => {
    for (const [name, { units }] of Object.entries<{ units: string[] }>(products))
      expect(readdirSync(unitsOf(name)).sort(), name).toEqual(units);
  });

  test.each(files.filter(([, file]) => file.endsWith('.service')))(
    '%s: %s writes only to its state and lets V8 write code',
    (name, file) => {
      const text = readFileSync(join(unitsOf(name), file), 'utf8');
      for (const line of [
        `User=${name}`,
        'ProtectSystem=strict',
        `CapabilityBoundingSet=${capabilities[name] ?? ''}`,
        'NoNewPrivileges=yes',
        ...(name === 'loa-agent' ? ['ExecStartPre=-+/opt/loa/agent/take-claim'] : []),
      ])
        expect(text.split('\n')).toContain(line);
      expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
    },
  );

  test.runIf(findProgram('systemd-analyze')).each(['loa-agent', 'loa-controller', 'loa-broker'])(
    '%s: its exposure is at most 2.0 [needs systemd-analyze]',
    (name) => {
      const args = ['security', '--offline=true', '--threshold=20', '--no-pager', join(unitsOf(name), `${name}.service`)];
      expect(() => execFileSync('systemd-analyze', args, { stdio: 'pipe' })).not.toThrow();
    },
  );
});

describe.runIf(findProgram('setpriv') && process.getuid?.() === 0)('a claim on a boot partition of root’s [needs setpriv and root]', () => {
  const script = join(room, 'parts/loa-agent/opt/loa/agent/take-claim');
  const claim = '{"dev":"hop-1","token":"claim-0123456789"}';
  const lay = (boot: string) => {
    chmodSync(dir, 0o755);
    for (const name of ['boot', 'own']) mkdirSync(join(dir, name));
    chownSync(join(dir, 'own'), 65_534, 65_534);
    writeFileSync(join(dir, 'boot/loa-claim.json'), claim, { mode: 0o600 });
    execFileSync('sh', [script, join(dir, boot), join(dir, 'own'), 'nobody'], { stdio: 'pipe' });
  };
  const kept = () => readFileSync(join(dir, 'own/loa-claim.json'), 'utf8');

  test('is handed to the box’s user, and leaves the partition', () => {
    lay('boot');
    expect(kept()).toBe(claim);
    expect(statSync(join(dir, 'own/loa-claim.json'))).toMatchObject({ uid: 65_534, mode: 0o100_600 });
    expect(JSON.parse(readFileSync(join(dir, 'boot/loa-claim.json'), 'utf8')).used).toBe(true);
    execFileSync('sh', [script, join(dir, 'boot'), join(dir, 'own'), 'nobody'], { stdio: 'pipe' });
    expect(kept()).toBe(claim);
  });

  test('leads no hand of root’s along a link that the box’s user has laid', () => {
    writeFileSync(join(dir, 'secret'), 'of root', { mode: 0o600 });
    lay('none');
    symlinkSync(join(dir, 'secret'), join(dir, 'own/loa-claim.json.part'));
    expect(() => execFileSync('sh', [script, join(dir, 'boot'), join(dir, 'own'), 'nobody'], { stdio: 'pipe' })).toThrow();
    expect(readFileSync(join(dir, 'secret'), 'utf8')).toBe('of root');
  });
});

test.runIf(findProgram('dpkg-deb'))('a package is the same bytes whenever it is built, owned by root [needs dpkg-deb]', () => {
  const build = (day: number) => {
    const stage = join(dir, `stage-${day}`);
    for (const name of ['opt/x/b.js', 'opt/x/a.js', 'etc/x/config.json']) put(stage, name, name);
    utimesSync(join(stage, 'opt/x/a.js'), day * 86_400, day * 86_400);
    const licence = 'Apache License';
    putDocuments(stage, 'loa-agent', { version: '1.2.3', seconds: 1_700_000_000, licence, changes: ['one'], page: 'page' });
    const out = join(dir, `out-${day}`);
    mkdirSync(out);
    const scripts = { postinst: '#!/bin/sh\n' };
    return buildDeb(stage, 'loa-agent', products['loa-agent'], {
      version: '1.2.3',
      arch: 'arm64',
      seconds: 1_700_000_000,
      scripts,
      out,
    }) as string;
  };
  const [first, second] = [build(20_000), build(20_500)].map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));
  expect(first).toBe(second);
  const deb = join(dir, 'out-20000', 'loa-agent_1.2.3_arm64.deb');
  expect(execFileSync('dpkg-deb', ['--field', deb, 'Package', 'Version', 'Architecture'], { encoding: 'utf8' })).toBe(
    'Package: loa-agent\nVersion: 1.2.3\nArchitecture: arm64\n',
  );
  const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' }).trim().split('\n');
  expect(listed.filter((line) => !/ root\/root /.test(line))).toEqual([]);
  expect(execFileSync('dpkg-deb', ['--info', deb, 'conffiles'], { encoding: 'utf8' })).toBe('/etc/x/config.json\n');
});
