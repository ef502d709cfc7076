// Files that are whole after a power cut: temporary name, fsync, rename, fsync of the directory.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { randomHex } from './crypto.ts';
import { raise } from './failure.ts';

/** Replace a file as a whole, making its directory when missing. A full disk rejects with a `Failure` and leaves the old file. */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  const temporary = `${path}.${randomHex(4)}.part`;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    raise(error);
  }
}

/** The file's bytes, or `undefined` when there is none. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Make a folder and those above it that are missing, and make their names last: what is synced in a lost folder is lost. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) return;
  const upTo = dirname(resolve(first));
  for (let folder = resolve(path); folder !== upTo; ) {
    folder = dirname(folder);
    await syncDirectory(folder);
  }
}

/** Make a created, renamed or removed name last. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
