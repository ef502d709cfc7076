// Folders as a list in which each stands behind the one it lies in, and tags as people type them. Pure.
import type { FolderAnswer } from '../../../../schemas/library.ts';

export interface PlacedFolder extends FolderAnswer {
  /** Names from the outermost on: `Y tế / Tiêm chủng`. */
  readonly path: string;
}

/** A folder whose parent is not seen stands as an outermost one. */
export function foldersInOrder(folders: readonly FolderAnswer[]): PlacedFolder[] {
  const known = new Map(folders.map((one) => [one.id, one]));
  const pathOf = (folder: FolderAnswer, seen: readonly string[] = []): string => {
    const parent = folder.parent === null || seen.includes(folder.parent) ? undefined : known.get(folder.parent);
    return parent ? `${pathOf(parent, [...seen, folder.id])} / ${folder.name}` : folder.name;
  };
  return folders.map((one) => ({ ...one, path: pathOf(one) })).sort((a, b) => a.path.localeCompare(b.path, 'vi'));
}

/** Between commas, each once. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim().replace(/^#/, '')))].filter((tag) => tag !== '');
}
