// Where releases lie on the disk and what is written beside them; read by the agent and by its launcher.
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { ArchiveIndex, UpdateFact, Version } from '../../schemas/release.ts';
import type { ReleaseDisk } from './disk.ts';

/** What a release starts with. */
export const programName = 'guard.js';

export const places = (root: string) => ({
  releases: join(root, 'releases'),
  release: (version: string) => join(root, 'releases', version),
  /** Links into `releases`. */
  current: join(root, 'current'),
  previous: join(root, 'previous'),
  pending: join(root, 'pending.json'),
  starts: join(root, 'starts.json'),
  launcher: join(root, 'launcher.json'),
});

const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Lies in each release: what belongs to it. */
export const ReleaseRecord = v.strictObject({ version: Version, counter: Counter, files: ArchiveIndex.pipe[0].entries.files });
export type ReleaseRecord = v.InferOutput<typeof ReleaseRecord>;

/** A switch that nobody has confirmed yet. Removing it is the confirmation. */
export const Pending = v.strictObject({
  version: Version,
  counter: Counter,
  previous: Version,
  /** What the version before could do; the new one must do no less. */
  before: v.strictObject({
    connected: v.boolean(),
    plan: v.boolean(),
    outputs: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(8)),
  }),
});
export type Pending = v.InferOutput<typeof Pending>;

/** How often the launcher began an unconfirmed version. */
export const Starts = v.strictObject({ counter: Counter, count: Counter });
export type Starts = v.InferOutput<typeof Starts>;

/** The last way back the launcher took, for the agent to tell. */
export const WayBack = v.strictObject({
  version: v.pipe(v.string(), v.maxLength(40)),
  /** 0: it was confirmed before, and broke later. */
  counter: Counter,
  to: Version,
  reason: v.picklist(['starts', 'too-long', 'broken']),
  lines: UpdateFact.entries.lines.wrapped,
});
export type WayBack = v.InferOutput<typeof WayBack>;

/** A record, or null where there is none that can be read. */
export async function readRecord<S extends v.GenericSchema>(disk: ReleaseDisk, path: string, shape: S): Promise<v.InferOutput<S> | null> {
  const bytes = await disk.read(path);
  if (!bytes) return null;
  const read = parseJson(shape, Buffer.from(bytes).toString('utf8'), 4 * 1024 * 1024);
  return read.ok ? read.value : null;
}

/** Replace a small file as a whole. */
export async function writeRecord(disk: ReleaseDisk, path: string, record: unknown): Promise<void> {
  const beside = `${path}.new`;
  await disk.write(beside, [Buffer.from(JSON.stringify(record))], false);
  await disk.rename(beside, path);
  await disk.syncFolder(join(path, '..'));
}

/** Point a link at a release, in one step. */
export async function point(disk: ReleaseDisk, link: string, version: string): Promise<void> {
  const beside = `${link}.new`;
  await disk.remove(beside);
  await disk.link(join('releases', version), beside);
  await disk.rename(beside, link);
  await disk.syncFolder(join(link, '..'));
}

/** The version a link names, whether or not it is there. */
export async function pointed(disk: ReleaseDisk, link: string): Promise<string | null> {
  const target = await disk.linkOf(link);
  const found = /(?:^|\/)releases\/([^/]+)\/?$/.exec(target ?? '');
  return found?.[1] !== undefined && v.is(Version, found[1]) ? found[1] : null;
}

/** Versions whose folder is whole: its program is there, and every file of its record in its size. */
export async function wholeReleases(disk: ReleaseDisk, root: string): Promise<string[]> {
  const all = (await disk.list(places(root).releases)).filter((name) => v.is(Version, name));
  const whole = await Promise.all(all.map((version) => isWhole(disk, places(root).release(version))));
  return all.filter((_, at) => whole[at]);
}

async function isWhole(disk: ReleaseDisk, folder: string): Promise<boolean> {
  if ((await disk.sizeOf(join(folder, programName))) === undefined) return false;
  const record = await disk.read(join(folder, 'release.json'));
  // The first release comes by the package, which has its own list.
  if (!record) return true;
  const read = parseJson(ReleaseRecord, Buffer.from(record).toString('utf8'), 4 * 1024 * 1024);
  if (!read.ok) return false;
  for (const { path, bytes } of read.value.files) if ((await disk.sizeOf(join(folder, path))) !== bytes) return false;
  return true;
}
