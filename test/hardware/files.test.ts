import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Failure, problemOf } from '../../hardware/host/failure.ts';
import { makeFolder, readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import { SlotFile } from '../../hardware/host/slot-file.ts';

const folder = () => mkdtemp(join(tmpdir(), 'loa-files-'));
const text = (value: string) => new TextEncoder().encode(value);
const read = async (slot: SlotFile) => new TextDecoder().decode(await slot.read());

test('a written file is whole, has its mode, and leaves nothing beside it', async () => {
  const dir = await folder();
  const path = join(dir, 'deep', 'key.pem');
  await writeFileAtomic(path, 'one', 0o600);
  await writeFileAtomic(path, 'two', 0o600);
  expect(await readFile(path, 'utf8')).toBe('two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(dir, 'deep'))).toEqual(['key.pem']);
});

test('a failed write keeps the old file and leaves no half of the new', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'target'), 'old');
  // A directory in the way of the rename fails for every user, root as well.
  await writeFileAtomic(join(dir, 'busy', 'inside'), 'x');
  await expect(writeFileAtomic(join(dir, 'busy'), 'new')).rejects.toThrow();
  expect((await readdir(dir)).sort()).toEqual(['busy', 'target']);
});

test('a missing file reads as undefined', async () => {
  expect(await readIfPresent(join(await folder(), 'nothing'))).toBeUndefined();
});

test('a full disk has its own problem', async () => {
  const error = await writeFile('/dev/full', 'x').catch((caught) => caught);
  expect(problemOf(error)).toMatchObject({ code: 'disk-full' });
  expect(problemOf(new Failure('store-damaged', 'x')).code).toBe('store-damaged');
  expect(problemOf(new Error('other')).code).toBe('device-failed');
});

test('a slot gives back the latest content, also to a new reader', async () => {
  const dir = await folder();
  const slot = new SlotFile(dir, 'orders');
  expect(await slot.read()).toBeUndefined();
  for (const value of ['one', 'a much longer second', 'three']) {
    await slot.write(text(value));
    expect(await read(new SlotFile(dir, 'orders'))).toBe(value);
  }
  await new SlotFile(dir, 'orders').write(text('four'));
  expect(await read(new SlotFile(dir, 'orders'))).toBe('four');
});

test('writes asked at once end with the last', async () => {
  const dir = await folder();
  const slot = new SlotFile(dir, 'orders');
  await Promise.all(['one', 'two', 'three'].map((value) => slot.write(text(value))));
  expect(await read(new SlotFile(dir, 'orders'))).toBe('three');
});

for (const victim of ['a', 'b'] as const) {
  test(`file ${victim} cut off or corrupted at any byte never loses the other's content`, async () => {
    const dir = await folder();
    const slot = new SlotFile(dir, 'orders');
    await slot.write(text('the older'));
    await slot.write(text('the newer'));
    const path = join(dir, `orders.${victim}`);
    const survivor = victim === 'a' ? 'the newer' : 'the older';
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      await writeFile(path, whole.subarray(0, at));
      expect(await read(new SlotFile(dir, 'orders'))).toBe(survivor);
      await writeFile(
        path,
        Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ 0x40 : byte)),
      );
      expect(await read(new SlotFile(dir, 'orders'))).toBe(survivor);
    }
    await chmod(path, 0o600);
    await new SlotFile(dir, 'orders').write(text('after the repair'));
    expect(await read(new SlotFile(dir, 'orders'))).toBe('after the repair');
  });
}

test('a write torn at any byte over an older slot leaves the content before it', async () => {
  const dir = await folder();
  const slot = new SlotFile(dir, 'orders');
  await slot.write(text('first, somewhat long'));
  const old = await readFile(join(dir, 'orders.a'));
  await slot.write(text('second'));
  await slot.write(text('third'));
  const full = await readFile(join(dir, 'orders.a'));
  for (let at = 0; at < 52 + 'third'.length; at++) {
    await writeFile(join(dir, 'orders.a'), Buffer.concat([full.subarray(0, at), old.subarray(at)]));
    const seen = await read(new SlotFile(dir, 'orders'));
    expect(['second', 'third']).toContain(seen);
    if (at < 40) expect(seen).toBe('second');
  }
});

test('a slot refuses content beyond its limit and keeps what it had', async () => {
  const dir = await folder();
  const slot = new SlotFile(dir, 'orders');
  await slot.write(text('small'));
  await expect(slot.write(new Uint8Array(5 * 1024 * 1024))).rejects.toMatchObject({ problem: { code: 'too-large' } });
  expect(await read(slot)).toBe('small');
});

test('missing folders are made with those above them, and one that is there stays as it is', async () => {
  const dir = await folder();
  await makeFolder(join(dir, 'a', 'b'), 0o700);
  await makeFolder(join(dir, 'a', 'b'), 0o755);
  expect((await stat(join(dir, 'a', 'b'))).mode & 0o777).toBe(0o700);
});
