// Folders of the library: a small tree for each unit, judged whole before anything changes.
import { folderLimits } from '../../schemas/library.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface Folder {
  readonly id: string;
  readonly unit: string;
  readonly parent: string | null;
  readonly name: string;
}

/** Put this folder there, new or changed. Problems: not-found (parent), conflict (name, circle, another unit), over-budget. */
export function judgeFolder(folders: readonly Folder[], folder: Folder): Result<Folder> {
  const others = new Map(folders.filter(({ id }) => id !== folder.id).map((one) => [one.id, one]));
  if (others.size >= folderLimits.folders) return bad('over-budget', `${folderLimits.folders} folders`);
  const above = pathOf(others, folder);
  if (!above.ok) return above;
  const depth = above.value.length + heightOf(folders, folder.id);
  if (depth > folderLimits.depth) return bad('over-budget', `${depth} folders deep, at most ${folderLimits.depth}`, '/parent');
  const twin = [...others.values()].find(
    ({ unit, parent, name }) => unit === folder.unit && parent === folder.parent && sameName(name, folder.name),
  );
  return twin ? bad('conflict', `${twin.id} has that name there`, '/name') : ok(folder);
}

/** Problems: not-found, conflict (not empty). `used`: folders in which items stand. */
export function judgeFolderRemoval(folders: readonly Folder[], id: string, used: ReadonlySet<string>): Result<Folder> {
  const folder = folders.find((one) => one.id === id);
  if (!folder) return bad('not-found', `no folder ${id}`);
  if (folders.some(({ parent }) => parent === id)) return bad('conflict', 'folders stand in it', '/id');
  return used.has(id) ? bad('conflict', 'items stand in it', '/id') : ok(folder);
}

/** Folders around it, the nearest first. A folder that is put below itself meets itself nowhere among the others. */
function pathOf(others: ReadonlyMap<string, Folder>, folder: Folder): Result<readonly Folder[]> {
  const path: Folder[] = [];
  for (let at = folder.parent; at !== null; ) {
    if (at === folder.id) return bad('conflict', 'a folder does not lie in itself', '/parent');
    const one = others.get(at);
    if (!one) return bad('not-found', `no folder ${at}`, '/parent');
    if (one.unit !== folder.unit) return bad('conflict', `${at} belongs to ${one.unit}`, '/parent');
    path.push(one);
    at = one.parent;
  }
  return ok(path);
}

/** How many folders deep it is, itself counted. */
function heightOf(folders: readonly Folder[], id: string): number {
  const below = folders.filter(({ parent }) => parent === id).map((one) => heightOf(folders, one.id));
  return 1 + Math.max(0, ...below);
}

function sameName(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}
