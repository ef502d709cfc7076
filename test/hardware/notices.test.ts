// The notices that go along with code of others.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { noticesOf } = await import(pathToFileURL(join(root, 'hardware/package/notices.mjs')).href);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'loa-notices-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function lay(name: string, files: Record<string, string>): void {
  const folder = join(dir, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) writeFileSync(join(folder, file), text);
}

test('equal notices stand once, with all whose they are; those for tests, and those left out, are not there', () => {
  for (const name of ['b', 'a']) lay(name, { LICENSE: 'Same words\r\nof both\n' });
  lay('c', { 'LICENCE.md': 'Other words', NOTICE: 'and a notice', 'license.js': 'a program' });
  lay('d', { LICENSE: 'of a test' });
  lay('ffmpeg-static', { LICENSE: 'GPL' });
  const entry = { version: '1.0.0', license: 'MIT' };
  const lock = {
    '': {},
    'node_modules/a': entry,
    'node_modules/b': entry,
    'node_modules/c': entry,
    'node_modules/d': { ...entry, dev: true },
    'node_modules/ffmpeg-static': entry,
    'node_modules/away': entry,
  };
  const text: string = noticesOf(lock, dir);
  expect(text).toContain('a 1.0.0, b 1.0.0\n\nSame words\nof both\n');
  expect(text.match(/Same words/g)).toHaveLength(1);
  expect(text).toContain('c 1.0.0\n\nOther words\n\nand a notice\n');
  expect(text).not.toMatch(/of a test|GPL|a program|away/);
  expect(noticesOf(lock, dir)).toBe(text);
});

test('who brings no file is named with licence and author', () => {
  lay('a', { 'package.json': JSON.stringify({ author: { name: 'Somebody' }, contributors: ['Another <a@b.example>'] }) });
  expect(noticesOf({ 'node_modules/a': { version: '1.0.0', license: 'ISC' } }, dir)).toContain(
    'a 1.0.0\n\nLicence: ISC\nBy: Somebody, Another <a@b.example>',
  );
});

test('all that the product installs here is named', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const text: string = noticesOf(packages, root);
  for (const name of ['fastify', 'aedes', 'mqtt', 'valibot', 'svelte', 'leaflet', 'pino'])
    expect(text).toMatch(new RegExp(`(^|, )${name} \\d`, 'm'));
  expect(text).not.toContain('Licence: unknown');
});
