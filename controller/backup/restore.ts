// A backup verified file by file, and a data folder made of it again: nothing is copied before everything was found right.
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../hardware/host/crypto.ts';
import { makeFolder } from '../../hardware/host/files.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { filesOf } from '../../schemas/programme.ts';
import { saidIn } from '../core/said.ts';
import { folderOf } from '../folder.ts';
import { openStore } from '../store/open-store.ts';
import { SqlStore } from '../store/sql-store.ts';
import { copyOne, lookThrough } from './backup.ts';
import { entryOf, type Manifest, readManifest, tablesName } from './manifest.ts';

const namedMax = 10;

/** Problems: not-found, hash-mismatch (which files), store-damaged (which row of the audit, which content). */
export async function verifyBackup(folder: string): Promise<Result<Manifest>> {
  const read = await readManifest(folder);
  if (!read.ok) return read;
  const wrong: string[] = [];
  for (const entry of read.value.files) {
    const found = await entryOf(folder, entry.path).catch(() => undefined);
    if (found?.sha256 !== entry.sha256) wrong.push(`${entry.path} ${found ? 'was changed' : 'is missing'}`);
    else if (entry.path.startsWith('blobs/') && !entry.path.endsWith(`/${entry.sha256}`))
      wrong.push(`${entry.path} is not what its name says`);
  }
  if (wrong.length > 0)
    return bad('hash-mismatch', `${wrong.length} of ${read.value.files.length} files: ${wrong.slice(0, namedMax).join('; ')}`);
  return read.value.tables ? verifyTables(folder, read.value) : read;
}

async function verifyTables(folder: string, manifest: Manifest): Promise<Result<Manifest>> {
  const file = join(folder, tablesName);
  const looked = await lookThrough(file);
  if (!looked.ok) return looked;
  const { head, card } = looked.value;
  if (head?.hash !== manifest.tables?.audit.hash || card?.id !== manifest.centre)
    return bad('store-damaged', 'the tables are not those of the manifest');
  const there = new Set(manifest.files.flatMap(({ path, sha256: name }) => (path.startsWith('blobs/') ? [name] : [])));
  const missing = (await contentNamed(file)).filter((name) => !there.has(name));
  return missing.length === 0
    ? ok(manifest)
    : bad('store-damaged', `${missing.length} files of content that the tables name are missing: ${missing.slice(0, namedMax).join(' ')}`);
}

/** Hashes of what the library (films beside their pages) and the boxes' wants name. */
async function contentNamed(file: string): Promise<string[]> {
  const opened = await openDatabase({ file, exclusive: false });
  if (!opened.ok) return [];
  const store = new SqlStore(opened.value);
  try {
    const [media, wants] = [await store.content.media(), await store.wants.wants()];
    const files = [...media.flatMap(({ item }) => filesOf(item)), ...wants.flatMap(({ envelope }) => saidIn(envelope).parts)];
    return [...new Set<string>(files.map((one) => one.sha256))];
  } finally {
    await store.close();
  }
}

/**
 * A data folder of a backup. Sessions, invitations and claims of before are worth nothing, and every box is told anew what it should be.
 * Problems: conflict (the folder holds something), those of verifying.
 */
export async function restoreBackup(from: string, dataDir: string, nowMs: number): Promise<Result<Manifest>> {
  if ((await readdir(dataDir).catch(() => [])).length > 0) return bad('conflict', `${dataDir} is not empty`);
  const verified = await verifyBackup(from);
  if (!verified.ok) return verified;
  const manifest = verified.value;
  await makeFolder(dataDir, 0o700);
  await chmod(dataDir, 0o700);
  for (const { path } of manifest.files) await copyOne(join(from, path), join(dataDir, path));
  // The copy is read again: a medium that fails is found today, not on the day of need.
  for (const entry of manifest.files)
    if ((await entryOf(dataDir, entry.path)).sha256 !== entry.sha256) return bad('hash-mismatch', `${entry.path} was not copied whole`);
  // Tables on a server were given back before, by its own tools: they begin anew here as well.
  const store = await openStore(folderOf(dataDir));
  if (!store.ok) return store;
  try {
    const subject = `${manifest.centre} ${new Date(manifest.madeMs).toISOString()}`;
    const content = sha256(Buffer.from(manifest.tables?.audit.hash ?? ''));
    await store.value.restored({ atMs: nowMs, actor: 'restore', act: 'centre.restore', subject, sha256: content });
    return ok(manifest);
  } finally {
    await store.value.close();
  }
}
