// The power goes: which of the things that were not synced reached the disk is decided by chance, sector by sector.
import {
  type Disk,
  type File,
  type FileSystem,
  type Folder,
  keyOf,
  type NameChange,
  type Node,
  placesOf,
  replay,
  settleName,
  sizeAfter,
} from './disk.ts';
import type { DataOperation } from './operations.ts';

/** Numbers in [0, 1). */
export type Chance = () => number;

/** How much of what was pending is there. `scattered`: each sector as of an instant of its own. */
const ways = ['nothing', 'all', 'to an instant', 'scattered'] as const;
export type Way = (typeof ways)[number];

/** What the next boot finds: bytes by path; `null` is a folder. Parents come before what is in them. */
export type Image = ReadonlyMap<string, Uint8Array | null>;

const sectorsBytes = [512, 4_096];
/** A file of SQLite's that means nothing after a boot; whatever lies in it. */
const sharedMemory = /-shm$/;
const sharedMemoryBytes = 32_768;

export function cut(disk: Disk, fileSystem: FileSystem, chance: Chance): Image {
  const names = namesLeft(disk.pendingNames, fileSystem, chance);
  const sectorBytes = pick(sectorsBytes, chance);
  // What a new block held before it was ours: nothing on a disk that clears it, anything on one that does not.
  const stale = fileSystem === 'bare' && chance() < 0.3;
  const image = new Map<string, Uint8Array | null>();
  const walk = (folder: Folder, path: string) => {
    for (const [name, node] of names(folder)) {
      const here = `${path}/${name}`;
      if (node.is === 'folder') {
        image.set(here, null);
        walk(node, here);
      } else if (sharedMemory.test(name)) image.set(here, noise(sharedMemoryBytes, chance));
      else image.set(here, bytesLeft(node, pick(ways, chance), sectorBytes, stale, chance));
    }
  };
  walk(disk.root, '');
  return image;
}

/** In order: up to some change. Bare: each by its own chance, but none that stands on one that is lost. */
function namesLeft(pending: readonly NameChange[], fileSystem: FileSystem, chance: Chance): (folder: Folder) => Map<string, Node> {
  const copies = new Map<Folder, Map<string, Node>>();
  const names = (folder: Folder) => {
    const copy = copies.get(folder) ?? new Map(folder.synced);
    copies.set(folder, copy);
    return copy;
  };
  const keep = pick([0, 0.5, 0.8, 1], chance);
  const lasts = Math.floor(chance() * (pending.length + 1));
  const lost = new Set<string>();
  for (const [at, change] of pending.entries()) {
    const keys = placesOf(change).map(keyOf);
    const stays = fileSystem === 'ordered' ? at < lasts : chance() < keep && !keys.some((key) => lost.has(key));
    if (stays) settleName(change, names);
    else for (const key of keys) lost.add(key);
  }
  return names;
}

/** One file's bytes: its size as of some instant, each sector as of the same or another. */
export function bytesLeft({ synced, pending }: File, way: Way, sectorBytes: number, stale: boolean, chance: Chance): Uint8Array {
  if (pending.length === 0 || way === 'nothing') return synced;
  if (way === 'all') return replay(synced, pending);
  const upto = 1 + Math.floor(chance() * pending.length);
  // A truncation gives blocks back: what came before it and what came after it are never mixed.
  const from = pending.slice(0, upto).findLastIndex(({ is }) => is === 'truncate') + 1;
  const next = pending.slice(upto).findIndex(({ is }) => is === 'truncate');
  const before = replay(synced, pending.slice(0, from));
  const mixed = pending.slice(from, way === 'scattered' && next >= 0 ? upto + next : way === 'scattered' ? undefined : upto);
  const size = Math.max(before.length, sizeAfter(before.length, pending.slice(from, upto)));
  const left = new Uint8Array(size);
  if (stale) left.set(noise(size, chance));
  left.set(before);
  if (way === 'to an instant') {
    const last = mixed.at(-1);
    const whole = mixed.slice(0, -1);
    for (const one of whole) place(left, one, 0, size);
    if (last) for (const sector of sectorsOf(last, sectorBytes)) if (chance() < 0.5) place(left, last, sector, sector + sectorBytes);
    return left;
  }
  const bySector = new Map<number, DataOperation[]>();
  for (const one of mixed) for (const sector of sectorsOf(one, sectorBytes)) bySector.set(sector, [...(bySector.get(sector) ?? []), one]);
  for (const [sector, changes] of bySector) {
    const version = Math.floor(chance() * (changes.length + 1));
    for (const one of changes.slice(0, version)) place(left, one, sector, sector + sectorBytes);
  }
  return left;
}

function sectorsOf(one: DataOperation, sectorBytes: number): number[] {
  if (one.is !== 'write') return [];
  const first = Math.floor(one.offset / sectorBytes);
  const count = Math.ceil((one.offset + one.bytes.length) / sectorBytes) - first;
  return Array.from({ length: count }, (_, at) => (first + at) * sectorBytes);
}

/** The part of a write that falls into the bytes from `from` to before `to`. */
function place(bytes: Uint8Array, one: DataOperation, from: number, to: number): void {
  if (one.is !== 'write') return;
  const [begin, end] = [Math.max(from, one.offset), Math.min(to, one.offset + one.bytes.length, bytes.length)];
  if (begin < end) bytes.set(one.bytes.subarray(begin - one.offset, end - one.offset), begin);
}

function noise(size: number, chance: Chance): Uint8Array {
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(bytes.buffer, 0, Math.floor(size / 4));
  let word = Math.floor(chance() * 2 ** 32) | 1;
  for (let i = 0; i < words.length; i++) {
    word = Math.imul(word, 1_664_525) + 1_013_904_223;
    words[i] = word;
  }
  return bytes;
}

function pick<T>(list: readonly T[], chance: Chance): T {
  return list[Math.floor(chance() * list.length)] as T;
}
