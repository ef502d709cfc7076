// A disk as a power cut finds it: what was synced for certain, and what was only asked for, in the order in which it was.
import type { DataOperation, Operation } from './operations.ts';

/**
 * Which promises the file system keeps. `bare`: what POSIX says, a name lasts once its folder was synced, in no order.
 * `ordered`: a journal of names beside it, so they last in their order, and a file's sync takes its own name along.
 */
export type FileSystem = 'bare' | 'ordered';

/** A file, whatever its names are. */
export interface File {
  readonly is: 'file';
  readonly inode: number;
  /** As it is after the last sync. */
  synced: Uint8Array;
  /** Since then. */
  readonly pending: DataOperation[];
}

export interface Folder {
  readonly is: 'folder';
  readonly inode: number;
  /** As a program sees them. */
  readonly now: Map<string, Node>;
  readonly synced: Map<string, Node>;
}

export type Node = File | Folder;

interface Place {
  readonly folder: Folder;
  readonly name: string;
}

/** A change of names, whole or not at all. */
export interface NameChange {
  readonly clears?: Place;
  readonly sets?: Place & { readonly node: Node };
}

/** What lies below a folder before the program runs: folders, and files with their bytes. */
export type Base = readonly { readonly path: string; readonly inode: number; readonly bytes?: Uint8Array }[];

export interface Lie {
  /** Syncs of files with such names do nothing, as on a card that lies or in a program that forgot them. */
  readonly about: RegExp;
}

export class Disk {
  readonly #fileSystem: FileSystem;
  readonly #lie: Lie | undefined;
  readonly #nodes = new Map<number, Node>();
  readonly #names = new Map<number, string>();
  readonly root: Folder;
  pendingNames: NameChange[] = [];

  constructor(base: Base, fileSystem: FileSystem, lie?: Lie) {
    this.#fileSystem = fileSystem;
    this.#lie = lie;
    const [root, ...others] = base;
    if (root?.path !== '') throw new Error('a base begins with the folder itself');
    this.root = this.#folder(root.inode, '');
    for (const { path, inode, bytes } of others) {
      const node = bytes ? this.#file(inode, path, Uint8Array.from(bytes)) : this.#folder(inode, path);
      const { folder, name } = this.#place(path);
      folder.now.set(name, node);
      folder.synced.set(name, node);
    }
  }

  apply(operation: Operation): void {
    switch (operation.is) {
      case 'create':
        this.#change({ sets: { ...this.#place(operation.path), node: this.#file(operation.inode, operation.path) } });
        break;
      case 'mkdir':
        this.#change({ sets: { ...this.#place(operation.path), node: this.#folder(operation.inode, operation.path) } });
        break;
      case 'write':
      case 'truncate':
        this.#fileOf(operation.inode).pending.push(operation);
        break;
      case 'rename': {
        const clears = this.#place(operation.from);
        const node = this.#at(clears);
        this.#names.set(node.inode, operation.to);
        this.#change({ clears, sets: { ...this.#place(operation.to), node } });
        break;
      }
      case 'link':
        this.#change({ sets: { ...this.#place(operation.to), node: this.#at(this.#place(operation.from)) } });
        break;
      case 'unlink':
      case 'rmdir':
        this.#change({ clears: this.#place(operation.path) });
        break;
      case 'sync':
        this.#sync(operation.inode);
        break;
      case 'mark':
        break;
      default:
        operation satisfies never;
    }
  }

  #sync(inode: number): void {
    const node = this.#nodes.get(inode);
    if (!node) throw new Error(`a sync of inode ${inode}, which nobody made`);
    if (this.#lie?.about.test(this.#names.get(inode) ?? '')) return;
    if (node.is === 'file') {
      node.synced = replay(node.synced, node.pending);
      node.pending.length = 0;
      if (this.#fileSystem === 'ordered') this.#lastTo(this.pendingNames.findLastIndex(({ sets }) => sets?.node === node));
    } else if (this.#fileSystem === 'ordered') this.#lastTo(this.pendingNames.length - 1);
    else this.#lastIn(node);
  }

  /** Names up to this change last. */
  #lastTo(index: number): void {
    for (const change of this.pendingNames.splice(0, index + 1)) settleName(change, syncedOf);
  }

  /** Names in this folder last, and nothing that was older can come back over them. */
  #lastIn(folder: Folder): void {
    const touches = (change: NameChange) => change.clears?.folder === folder || change.sets?.folder === folder;
    const settled = this.pendingNames.filter(touches);
    for (const change of settled) settleName(change, syncedOf);
    const over = new Set(settled.flatMap((change) => placesOf(change).map(keyOf)));
    this.pendingNames = this.pendingNames.filter((change) => !touches(change) && !placesOf(change).some((place) => over.has(keyOf(place))));
  }

  #change(change: NameChange): void {
    settleName(change, ({ now }) => now);
    this.pendingNames.push(change);
  }

  #file(inode: number, path: string, synced = new Uint8Array(0)): File {
    const file: File = { is: 'file', inode, synced, pending: [] };
    this.#nodes.set(inode, file);
    this.#names.set(inode, path);
    return file;
  }

  #folder(inode: number, path: string): Folder {
    const folder: Folder = { is: 'folder', inode, now: new Map(), synced: new Map() };
    this.#nodes.set(inode, folder);
    this.#names.set(inode, path);
    return folder;
  }

  #fileOf(inode: number): File {
    const node = this.#nodes.get(inode);
    if (node?.is !== 'file') throw new Error(`bytes for inode ${inode}, which is no file that anybody made`);
    return node;
  }

  #place(path: string): Place {
    const steps = path.split('/').slice(1);
    const name = steps.pop() ?? '';
    let folder = this.root;
    for (const step of steps) {
      const next = folder.now.get(step);
      if (next?.is !== 'folder') throw new Error(`${path}: no folder ${step}`);
      folder = next;
    }
    return { folder, name };
  }

  #at({ folder, name }: Place): Node {
    const node = folder.now.get(name);
    if (!node) throw new Error(`nothing is called ${name}`);
    return node;
  }
}

const syncedOf = ({ synced }: Folder) => synced;

/** Carry a change out in the names that `of` answers. */
export function settleName({ clears, sets }: NameChange, of: (folder: Folder) => Map<string, Node>): void {
  if (clears) of(clears.folder).delete(clears.name);
  if (sets) of(sets.folder).set(sets.name, sets.node);
}

export function placesOf({ clears, sets }: NameChange): Place[] {
  return [...(clears ? [clears] : []), ...(sets ? [sets] : [])];
}

export function keyOf({ folder, name }: Place): string {
  return `${folder.inode}/${name}`;
}

/** The bytes after all of it. */
export function replay(bytes: Uint8Array, operations: readonly DataOperation[]): Uint8Array {
  const size = sizeAfter(bytes.length, operations);
  const room = operations.reduce((most, one) => Math.max(most, endOf(one)), Math.max(bytes.length, size));
  const after = new Uint8Array(room);
  after.set(bytes);
  for (const one of operations) {
    if (one.is === 'write') after.set(one.bytes, one.offset);
    else after.fill(0, one.size);
  }
  return after.subarray(0, size);
}

export function sizeAfter(size: number, operations: readonly DataOperation[]): number {
  return operations.reduce((now, one) => (one.is === 'truncate' ? one.size : Math.max(now, endOf(one))), size);
}

function endOf(one: DataOperation): number {
  return one.is === 'truncate' ? one.size : one.offset + one.bytes.length;
}
