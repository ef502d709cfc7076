// The laboratory of power cuts itself: what its shim sees of a real program, and that its disk loses what was not synced and nothing else.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesLeft, cut } from '../chaos/powercut/cut.ts';
import { Disk, type File, type FileSystem } from '../chaos/powercut/disk.ts';
import { markRecord, type Operation, readOperations } from '../chaos/powercut/operations.ts';
import { compiler, Shadow } from '../chaos/powercut/shadow.ts';
import { chance } from '../world/random.ts';

const cc = compiler();
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** What a program of some lines of JavaScript did below a folder of its own; `dir` is that folder. */
function watched(lines: string): { readonly shadow: Shadow; readonly operations: Operation[] } {
  const dir = mkdtempSync(join(tmpdir(), 'loa-watched-'));
  mkdirSync(join(dir, 'data'));
  const shadow = new Shadow(join(dir, 'data'), cc ?? '');
  opened.push(() => {
    shadow.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const program = `const fs = require('node:fs'); const dir = ${JSON.stringify(shadow.root)}; ${lines}`;
  execFileSync(process.execPath, ['-e', program], { env: { ...process.env, ...shadow.env } });
  return { shadow, operations: shadow.operations() };
}

/** Every cut after every operation, some times each: what each left of one file. */
function leftOf(
  name: string,
  { shadow, operations }: ReturnType<typeof watched>,
  fileSystem: FileSystem,
  from = 0,
): Set<string | undefined> {
  const luck = chance(1);
  const disk = new Disk(shadow.base, fileSystem);
  const seen = new Set<string | undefined>();
  for (const [at, operation] of operations.entries()) {
    disk.apply(operation);
    if (at < from) continue;
    for (let again = 0; again < 40; again++) {
      const bytes = cut(disk, fileSystem, luck).get(name);
      seen.add(bytes ? Buffer.from(bytes).toString('utf8') : undefined);
    }
  }
  return seen;
}

const put = (name: string, text: string) =>
  `{ const f = fs.openSync(dir + '/${name}', 'w'); fs.writeSync(f, '${text}'); fs.closeSync(f); }`;
const sync = (name: string) => `{ const f = fs.openSync(dir + '/${name}', 'r'); fs.fsyncSync(f); fs.closeSync(f); }`;

describe.skipIf(!cc)('a program that is watched [needs cc]', () => {
  test('is seen in all that it changes, in its order, and in nothing that it reads or changes elsewhere', () => {
    const { operations } = watched(`
      fs.mkdirSync(dir + '/a'); ${put('a/x', 'one')} fs.appendFileSync(dir + '/a/x', ' two'); fs.truncateSync(dir + '/a/x', 3);
      fs.renameSync(dir + '/a/x', dir + '/y'); ${sync('y')} fs.linkSync(dir + '/y', dir + '/z'); fs.copyFileSync(dir + '/y', dir + '/c');
      fs.writeFileSync(require('node:path').dirname(dir) + '/outside', 'no'); fs.readFileSync(dir + '/y'); fs.unlinkSync(dir + '/z'); fs.rmdirSync(dir + '/a');`);
    const kinds = operations.map(({ is }) => is);
    expect(kinds.slice(0, 8)).toEqual(['mkdir', 'create', 'write', 'write', 'truncate', 'rename', 'sync', 'link']);
    // How a copy begins is the runtime's own affair.
    expect(kinds.slice(8).filter((is) => is !== 'truncate')).toEqual(['create', 'write', 'unlink', 'rmdir']);
    expect(operations.filter((one) => one.is === 'write').map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()])).toEqual([
      [0, 'one'],
      [3, ' two'],
      [0, 'one'],
    ]);
  });

  test('is followed into programs that it starts without any environment', () => {
    const { operations } = watched(
      `require('node:child_process').execFileSync(process.execPath, ['-e', "require('fs').writeFileSync('" + dir + "/child', 'x')"], { env: {} });`,
    );
    expect(operations).toContainEqual(expect.objectContaining({ is: 'create', path: '/child' }));
  });

  test.each(['bare', 'ordered'] as const)('loses nothing on a %s disk that it synced by file and folder', (fileSystem) => {
    const life = watched(`${put('new', 'whole')} ${sync('new')} fs.renameSync(dir + '/new', dir + '/kept'); ${sync('')}`);
    expect(leftOf('/kept', life, fileSystem, life.operations.length - 1)).toEqual(new Set(['whole']));
    // Before that it is there whole or not at all.
    expect(leftOf('/kept', life, fileSystem)).toEqual(new Set([undefined, 'whole']));
  });

  test('may lose a file whose bytes were never synced, and keep its name', () => {
    const life = watched(`${put('new', 'whole')} fs.renameSync(dir + '/new', dir + '/kept'); ${sync('')}`);
    expect(leftOf('/kept', life, 'bare', life.operations.length - 1)).toContain('');
  });

  test('may lose a rename whose folder was never synced', () => {
    const life = watched(`${put('new', 'whole')} ${sync('new')} fs.renameSync(dir + '/new', dir + '/kept');`);
    expect(leftOf('/kept', life, 'bare', life.operations.length - 1)).toEqual(new Set([undefined, 'whole']));
  });

  test('may lose a synced file in a folder whose own name was never synced', () => {
    const life = watched(`fs.mkdirSync(dir + '/a'); ${put('a/kept', 'whole')} ${sync('a/kept')} ${sync('a')}`);
    expect(leftOf('/a/kept', life, 'bare', life.operations.length - 1)).toContain(undefined);
    const mended = watched(`fs.mkdirSync(dir + '/a'); ${put('a/kept', 'whole')} ${sync('a/kept')} ${sync('a')} ${sync('')}`);
    expect(leftOf('/a/kept', mended, 'bare', mended.operations.length - 1)).toEqual(new Set(['whole']));
  });
});

const sector = (letter: string) => Buffer.from(letter.repeat(512));
const write = (offset: number, bytes: Buffer) => ({ is: 'write' as const, inode: 2, offset, bytes });

test('a file is torn only between sectors, and each of them is as it was at some instant', () => {
  const file: File = { is: 'file', inode: 2, synced: Buffer.concat([sector('a'), sector('a')]), pending: [] };
  file.pending.push(write(0, Buffer.concat([sector('b'), sector('b')])), write(512, sector('c')));
  const luck = chance(7);
  const seen = new Set<string>();
  for (let again = 0; again < 300; again++) {
    const left = Buffer.from(bytesLeft(file, 'scattered', 512, false, luck));
    expect([left.subarray(0, 512), left.subarray(512)].every((part) => part.every((byte) => byte === part[0]))).toBe(true);
    seen.add(`${String.fromCharCode(left[0] ?? 0)}${String.fromCharCode(left[512] ?? 0)}`);
  }
  expect([...seen].sort()).toEqual(['aa', 'ab', 'ac', 'ba', 'bb', 'bc']);
});

test('bytes from before a truncation and after it are never mixed', () => {
  const file: File = { is: 'file', inode: 2, synced: sector('a'), pending: [{ is: 'truncate', inode: 2, size: 0 }, write(0, sector('b'))] };
  const luck = chance(3);
  const seen = new Set<string>();
  for (let again = 0; again < 200; again++)
    for (const way of ['scattered', 'to an instant', 'nothing', 'all'] as const) {
      const left = Buffer.from(bytesLeft(file, way, 512, false, luck));
      seen.add(left.length === 0 ? 'empty' : [...new Set(left)].map((byte) => String.fromCharCode(byte)).join(''));
    }
  expect(seen).toEqual(new Set(['a', 'b', 'empty', '\0']));
});

test('a log that ends within a record is no log', () => {
  const log = Buffer.concat([markRecord({ saw: 'x' }), markRecord({ saw: 'y' })]);
  expect(readOperations(log)).toEqual([
    { is: 'mark', mark: { saw: 'x' } },
    { is: 'mark', mark: { saw: 'y' } },
  ]);
  expect(() => readOperations(log.subarray(0, -1))).toThrow('ends within a record');
});
