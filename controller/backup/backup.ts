// A backup of a data folder while the centre runs: the tables at one instant, then content by its hash, then everything else, then the manifest.
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { type Folder, folderOf } from '../folder.ts';
import { openStore } from '../store/open-store.ts';
import { SqlStore } from '../store/sql-store.ts';
import { noteBackup } from './last-backup.ts';
import { entryOf, filesBelow, type Manifest, manifestName, tablesName } from './manifest.ts';

/** Not the root keys, which lie in safes, and not uploads that are under way. */
function foldersOf({ keys, authority, signing, blobs, screenshots, alerts }: Folder): string[] {
  return [blobs, keys, authority, signing, screenshots, alerts];
}

/** Problems: not-found (no centre), conflict (the target holds something), bad-input (a server's tables), store-damaged, those of the database. */
export async function makeBackup(dataDir: string, target: string, nowMs: number, withoutTables: boolean): Promise<Result<Manifest>> {
  const folder = folderOf(dataDir);
  const onServer = (await stat(folder.databaseUrl).catch(() => undefined)) !== undefined;
  if (onServer && !withoutTables)
    return bad('bad-input', 'the tables lie on a database server: back them up there, and this folder with --without-tables');
  if ((await readdir(target).catch(() => [])).length > 0) return bad('conflict', `${target} is not empty`);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const tables = onServer ? ok({ card: undefined, head: null }) : await copyTables(folder, target);
  if (!tables.ok) return tables;
  const card = tables.value.card ?? (await cardOf(folder));
  if (!card) return bad('not-found', `no centre in ${dataDir}`);
  const paths = [...(onServer ? [] : [tablesName])];
  for (const from of foldersOf(folder))
    for (const path of await filesBelow(from))
      if (!path.endsWith('.part')) paths.push(await copied(dataDir, `${basename(from)}/${path}`, target));
  for (const file of [
    folder.strongbox,
    folder.databaseUrl,
    folder.speechEngine,
    folder.mail,
    folder.oidc,
    folder.pushCa,
    folder.securityTxt,
  ])
    if (await stat(file).catch(() => undefined)) paths.push(await copied(dataDir, basename(file), target));
  const files = [];
  for (const path of paths) files.push(await entryOf(target, path));
  const manifest: Manifest = {
    ...{ is: 'loa-backup', version: 1, centre: card.id, madeMs: nowMs },
    ...{ tables: tables.value.head && { audit: tables.value.head }, files },
  };
  // Last: a folder without it is no backup.
  await writeFileAtomic(join(target, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, 0o600);
  await noteBackup(folder.lastBackup, { madeMs: nowMs, audit: manifest.tables?.audit ?? null });
  return ok(manifest);
}

interface Copied {
  readonly card: CentreCard | undefined;
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

/** SQLite writes a copy of one instant while others go on writing; the copy is looked through before it counts. */
async function copyTables(folder: Folder, target: string): Promise<Result<Copied>> {
  if (!(await stat(folder.database).catch(() => undefined))) return bad('not-found', `no tables in ${folder.root}`);
  const file = join(target, tablesName);
  const source = await openDatabase({ file: folder.database, exclusive: false });
  if (!source.ok) return source;
  try {
    await source.value.exec(`VACUUM INTO '${file.replaceAll("'", "''")}'`);
  } finally {
    await source.value.close();
  }
  await chmod(file, 0o600);
  return lookThrough(file);
}

/** Opened as a centre opens it (which checks the pages), the chain held together row by row. Problem: store-damaged. */
export async function lookThrough(file: string): Promise<Result<Copied>> {
  const opened = await openDatabase({ file, exclusive: false });
  if (!opened.ok) return opened;
  const store = new SqlStore(opened.value);
  try {
    const brokenAt = await store.audit.verify();
    if (brokenAt !== undefined) return bad('store-damaged', `the audit does not hold from row ${brokenAt} on`);
    const card = await store.meta.value('card');
    const head = await store.audit.head();
    return ok({ card: card === undefined ? undefined : (JSON.parse(card) as CentreCard), head });
  } finally {
    await store.close();
  }
}

async function cardOf(folder: Folder): Promise<CentreCard | undefined> {
  const store = await openStore(folder);
  if (!store.ok) return undefined;
  const card = await store.value.meta.value('card');
  await store.value.close();
  return card === undefined ? undefined : (JSON.parse(card) as CentreCard);
}

/** A copy with its mode; where the file system can share the blocks, it does. */
async function copied(from: string, path: string, to: string): Promise<string> {
  await copyOne(join(from, path), join(to, path));
  return path;
}

export async function copyOne(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(to, (await stat(from)).mode & 0o777);
}
