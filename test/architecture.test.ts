// The shape of the project, held by a test: who may import whom, how large things grow, what rules may touch.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deadExports, importRings, importsOf, resolveFrom, type Source, sizeBreaches, sourceBreaches } from './architecture-rules.ts';

const root = resolve(import.meta.dirname, '..');
const rooms = ['schemas', 'hardware', 'agent', 'broker', 'controller', 'test'];

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield relative(root, path);
  }
}

const paths = rooms.filter((room) => existsSync(join(root, room))).flatMap((room) => [...filesBelow(join(root, room))]);
const sources: Source[] = paths
  .filter((path) => /\.(ts|mjs|svelte)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** The user's card. A package that comes with a later piece of work stands in `notYet`, never silently nowhere. */
const card = ['mqtt', 'aedes', 'ffmpeg-static', 'fluent-ffmpeg', 'serialport', 'onoff', 'pino', 'sqlite3', 'vitest'];
const notYet: Readonly<Record<string, string>> = {};

/** One door per outside thing: only this file may import the package. */
const doors: Readonly<Record<string, RegExp>> = {
  aedes: /^broker\/[a-z-]+\.ts$/,
  mqtt: /^broker\/link\/[a-z-]+\.ts$/,
  'fluent-ffmpeg': /^controller\/media\/[a-z-]+\.ts$/,
  'ffmpeg-static': /^hardware\/host\/audio-tools\.ts$/,
  sqlite3: /^hardware\/host\/sqlite3-database\.ts$/,
  'openid-client': /^controller\/people\/oidc-provider\.ts$/,
  otpauth: /^controller\/duty\/second-factor\.ts$/,
  'csv-parse/sync': /^controller\/register\/csv-table\.ts$/,
  qrcode:
    /^(controller\/duty\/second-factor\.ts|controller\/provision\/label-qr\.ts|controller\/console\/parts\/qr-code\.svelte|hardware\/display\/qr-code\.ts)$/,
  '@zxcvbn-ts/core': /^controller\/people\/estimate\.ts$/,
  '@zxcvbn-ts/language-common': /^controller\/people\/estimate\.ts$/,
  serialport: /^hardware\/serial/,
  onoff: /^hardware\/board\/[a-z-]+\.ts$/,
  saxes: /^controller\/emergency\/(cap\/tree|gateway\/feed)\.ts$/,
};

function importers(name: string): string[] {
  const pattern = new RegExp(`(from|import\\(|import)\\s*['"]${name}['"]`);
  return sources.filter(({ path, text }) => !path.startsWith('test/') && pattern.test(text)).map(({ path }) => path);
}

/** All that is loaded, sooner or later, with a file: its imports and theirs, without those of types. */
function loadedWith(entry: string): ReadonlySet<string> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const loaded = new Set([entry]);
  for (const path of loaded)
    for (const { target, typeOnly } of importsOf(texts.get(path) ?? ''))
      if (!typeOnly) loaded.add(target.startsWith('.') ? resolveFrom(path, target) : target);
  return loaded;
}

describe('the project keeps its shape', () => {
  test('every import goes in an allowed direction and rules touch nothing outside', () => {
    expect(sources.flatMap(sourceBreaches)).toEqual([]);
  });

  test('a forbidden import is caught', () => {
    const caught = (path: string, text: string) => sourceBreaches({ path, text });
    expect(caught('agent/core/decide.ts', "import { readFileSync } from 'node:fs';\n")).toHaveLength(1);
    expect(caught('schemas/time.ts', "import { Loop } from '../agent/run.ts';\n")).toHaveLength(1);
    expect(caught('controller/api/boxes.ts', "import { decide } from '../../agent/core/decide.ts';\n")).toHaveLength(1);
    expect(caught('controller/media/ingest.ts', "import type { Board } from '../../hardware/board.ts';\n")).toHaveLength(1);
    expect(caught('controller/demo/main.ts', "import { BrokerServer } from '../../broker/server.ts';\n")).toHaveLength(1);
    expect(caught('hardware/board.ts', "const x = await import('../broker/server.ts');\n")).toHaveLength(1);
    expect(caught('agent/core/retry.ts', 'export const now = Date.now();\n')).toHaveLength(1);
    expect(caught('agent/run.ts', 'let shared = 1;\n')).toHaveLength(1);
    expect(caught('agent/player/player.ts', "document.body.append('x');\n")).toHaveLength(1);
    expect(caught('agent/string-utils.ts', '')).toHaveLength(1);
    expect(caught('controller/core/roles.ts', "import type { Receipt } from '../../schemas/receipt.ts';\n")).toEqual([]);
  });

  test('files stay at 300 lines, or say at the top why not', () => {
    expect(sources.flatMap(sizeBreaches)).toEqual([]);
    expect(sizeBreaches({ path: 'agent/long.ts', text: 'x;\n'.repeat(301) })).toHaveLength(1);
    expect(sizeBreaches({ path: 'agent/long.ts', text: `// LONG: one table.\n${'x;\n'.repeat(301)}` })).toEqual([]);
  });

  test('what a file offers to others, another uses', () => {
    expect(deadExports(sources)).toEqual([]);
    const two = [
      { path: 'a.ts', text: 'export const used = 1;\nexport const dead = 2; // dead' },
      { path: 'b.ts', text: 'used;' },
    ];
    expect(deadExports(two)).toEqual(['a.ts: dead']);
  });

  test('no import leads back to where it came from', () => {
    expect(importRings(sources)).toEqual([]);
    const three = ['b', 'c', 'a'].map((next, i) => ({ path: `${'abc'[i]}.ts`, text: `import './${next}.ts';\n` }));
    expect(importRings(three)).toEqual(['a.ts → b.ts → c.ts → a.ts']);
  });

  test('every package of the card is imported by product code, or named as not yet', () => {
    const unused = card.filter((name) => name !== 'vitest' && importers(name).length === 0);
    expect(unused.filter((name) => !(name in notYet))).toEqual([]);
    for (const name of Object.keys(notYet)) expect(importers(name), `${name} is used now: take it off the not-yet list`).toEqual([]);
  });

  test('each wrapped library is imported in one room only', () => {
    const strays = Object.entries(doors).flatMap(([name, door]) =>
      importers(name)
        .filter((path) => !door.test(path))
        .map((path) => `${path} imports ${name}`),
    );
    expect(strays).toEqual([]);
  });

  test('a centre reads no stranger’s XML itself: only its gateway process does', () => {
    const centre = loadedWith('controller/start-centre.ts');
    expect(centre.has('controller/emergency/gateway/gateway.ts')).toBe(true);
    expect([...centre].filter((path) => path === 'saxes' || /emergency\/cap\/(tree|parse|gate|judge)\.ts$/.test(path))).toEqual([]);
    expect(loadedWith('controller/emergency/gateway/main.ts').has('saxes')).toBe(true);
  });
});
