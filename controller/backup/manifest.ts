// What a backup says of itself: every file with its hash, and where the audit chain stood.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { readIfPresent } from '../../hardware/host/files.ts';
import { Id, Sha256 } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';

export const manifestName = 'manifest.json';
export const tablesName = 'centre.sqlite';
const bytesMax = 512 * 1024 * 1024;

const Entry = v.strictObject({
  /** From the folder's root, with `/`. */
  path: v.pipe(v.string(), v.maxLength(500), v.regex(/^(?!\/)(?!.*\.\.)[\w./@-]+$/, 'must lie within the folder')),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: Sha256,
  mode: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o777)),
});
export type Entry = v.InferOutput<typeof Entry>;

export const Manifest = v.strictObject({
  is: v.literal('loa-backup'),
  version: v.literal(1),
  centre: Id,
  madeMs: InstantMs,
  /** Null: the tables lie on a database server, which has its own backup. */
  tables: v.nullable(v.strictObject({ audit: v.strictObject({ seq: v.number(), hash: v.string() }) })),
  files: v.array(Entry),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/** Problems: not-found, too-large, those of the shape. */
export async function readManifest(folder: string): Promise<Result<Manifest>> {
  const path = join(folder, manifestName);
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) return bad('not-found', `no ${manifestName} in ${folder}: this is no backup, or one that broke off`);
  if (size > bytesMax) return bad('too-large', `${manifestName} of ${size} bytes`);
  return parseJson(Manifest, (await readIfPresent(path))?.toString('utf8') ?? '');
}

export async function entryOf(folder: string, path: string): Promise<Entry> {
  const { size, mode } = await stat(join(folder, path));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk as Buffer);
  return { path, bytes: size, sha256: hash.digest('hex'), mode: mode & 0o777 };
}

/** Files below a folder, in the order of their names; none where there is no folder. */
export async function filesBelow(root: string, below = ''): Promise<string[]> {
  const found = await readdir(join(root, below), { withFileTypes: true }).catch(() => []);
  const each = found
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (one): Promise<string[]> => {
      const path = below === '' ? one.name : `${below}/${one.name}`;
      if (one.isDirectory()) return filesBelow(root, path);
      return one.isFile() ? [path] : [];
    });
  return (await Promise.all(each)).flat();
}
