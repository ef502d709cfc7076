// A disk whose power can go at any act: beside what programs see it keeps what would be there after a cut.
// Adversarial: of names and bytes that nobody synced, each may have reached the card or not, whatever the order they were written in.
import { dirname, join } from 'node:path';
import type { ReleaseDisk } from '../../agent/update/disk.ts';

type Node = File | Folder | Link;
interface File {
  readonly is: 'file';
  bytes: Buffer;
  /** Bytes that are surely on the card; undefined: none, the file may be there empty or half. */
  kept: Buffer | undefined;
}
interface Folder {
  readonly is: 'folder';
  readonly names: Map<string, Node>;
  kept: Map<string, Node>;
}
interface Link {
  readonly is: 'link';
  readonly target: string;
}

export class PowerCut extends Error {}

export class ShadowDisk implements ReleaseDisk {
  readonly #root: Folder = folder();
  /** Acts until the power goes. */
  #left = Number.POSITIVE_INFINITY;
  acts = 0;

  cutAfter(acts: number): void {
    this.#left = acts;
  }

  /** The power stays on; answers the acts that were left. */
  powered(): number {
    const left = this.#left;
    this.#left = Number.POSITIVE_INFINITY;
    return left;
  }

  get isCut(): boolean {
    return this.#left <= 0;
  }

  /** What is there when the power is back. */
  restore(random: () => number): void {
    settle(this.#root, random);
    this.#left = Number.POSITIVE_INFINITY;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    await this.#act();
    const found = this.#find(path);
    return found?.is === 'file' ? found.bytes : undefined;
  }

  async sizeOf(path: string): Promise<number | undefined> {
    const found = this.#find(path);
    return found?.is === 'file' ? found.bytes.length : undefined;
  }

  async list(path: string): Promise<readonly string[]> {
    const found = this.#find(path);
    return found?.is === 'folder' ? [...found.names.keys()] : [];
  }

  async write(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    await this.#act();
    const file: File = { is: 'file', bytes: Buffer.alloc(0), kept: undefined };
    this.#folderOf(path).names.set(nameOf(path), file);
    for await (const chunk of content) {
      await this.#act();
      file.bytes = Buffer.concat([file.bytes, chunk]);
    }
    await this.#act();
    file.kept = file.bytes;
  }

  async makeFolder(path: string): Promise<void> {
    await this.#act();
    let at = this.#root;
    for (const name of path.split('/').filter(Boolean)) {
      const next = at.names.get(name) ?? folder();
      if (next.is !== 'folder') throw new Error(`ENOTDIR ${path}`);
      at.names.set(name, next);
      at = next;
    }
  }

  async syncFolder(path: string): Promise<void> {
    await this.#act();
    const found = this.#find(path);
    if (found?.is !== 'folder') throw new Error(`ENOENT ${path}`);
    found.kept = new Map(found.names);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#act();
    const [source, target] = [this.#folderOf(from), this.#folderOf(to)];
    const node = source.names.get(nameOf(from));
    if (!node) throw new Error(`ENOENT ${from}`);
    const there = target.names.get(nameOf(to));
    if (there?.is === 'folder' && there.names.size > 0) throw new Error(`ENOTEMPTY ${to}`);
    source.names.delete(nameOf(from));
    target.names.set(nameOf(to), node);
  }

  async link(target: string, path: string): Promise<void> {
    await this.#act();
    if (this.#folderOf(path).names.has(nameOf(path))) throw new Error(`EEXIST ${path}`);
    this.#folderOf(path).names.set(nameOf(path), { is: 'link', target });
  }

  async linkOf(path: string): Promise<string | undefined> {
    const found = this.#find(path);
    return found?.is === 'link' ? found.target : undefined;
  }

  async remove(path: string): Promise<void> {
    await this.#act();
    const found = this.#find(path);
    // File by file, as it happens.
    if (found?.is === 'folder')
      for (const name of [...found.names.keys()]) {
        await this.remove(join(path, name));
      }
    if (found) this.#folderOf(path).names.delete(nameOf(path));
  }

  async #act(): Promise<void> {
    this.acts++;
    if (this.#left <= 0 || --this.#left <= 0) throw new PowerCut();
  }

  #find(path: string): Node | undefined {
    let at: Node | undefined = this.#root;
    for (const name of path.split('/').filter(Boolean)) at = at?.is === 'folder' ? at.names.get(name) : undefined;
    return at;
  }

  #folderOf(path: string): Folder {
    const found = this.#find(dirname(path));
    if (found?.is !== 'folder') throw new Error(`ENOENT ${dirname(path)}`);
    return found;
  }
}

function folder(): Folder {
  return { is: 'folder', names: new Map(), kept: new Map() };
}

const nameOf = (path: string): string => path.split('/').at(-1) ?? '';

/** Each name alone is as it was last synced or as it was last seen; bytes never synced are torn somewhere. */
function settle(at: Folder, random: () => number): void {
  const names = new Map<string, Node>();
  for (const name of new Set([...at.kept.keys(), ...at.names.keys()])) {
    const [before, now] = [at.kept.get(name), at.names.get(name)];
    const node = before === now || random() < 0.5 ? now : before;
    if (node) names.set(name, node);
  }
  at.names.clear();
  for (const [name, node] of names) {
    at.names.set(name, node);
    if (node.is === 'folder') settle(node, random);
    if (node.is !== 'file') continue;
    if (node.kept === undefined) node.bytes = node.bytes.subarray(0, Math.floor(random() * (node.bytes.length + 1)));
    node.kept = node.bytes;
  }
  at.kept = new Map(at.names);
}
