// The shim that writes a program's file operations down: compiled where there is a compiler, put before the program, read afterwards.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../../hardware/host/processes.ts';
import type { Base } from './disk.ts';
import { markRecord, type Operation, readOperations } from './operations.ts';

/** From this folder, or from dist. */
const source =
  ['./shadow.c', '../test/chaos/powercut/shadow.c']
    .map((way) => fileURLToPath(new URL(way, import.meta.url)))
    .find((path) => existsSync(path)) ?? '';

export function compiler(): string | undefined {
  return findProgram('cc') ?? findProgram('gcc');
}

/** A folder in memory where the machine has one: thousands of small files are made and removed. */
export function scratch(name: string): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `loa-${name}-`));
}

/** One folder under watch, and the one log of all programs that change it. */
export class Shadow {
  readonly dir: string;
  readonly root: string;
  readonly base: Base;
  readonly #log: string;
  readonly #handle: number;

  /** `root` is there and at rest; what it holds is taken for synced. Throws when the shim does not compile. */
  constructor(root: string, cc: string) {
    this.dir = scratch('shadow');
    this.root = root;
    execFileSync(cc, ['-O2', '-shared', '-fPIC', '-o', this.#library, source, '-ldl', '-pthread']);
    this.base = baseOf(root);
    this.#log = join(this.dir, 'log');
    this.#handle = openSync(this.#log, 'a');
  }

  /** For a program that works in the folder. */
  get env(): NodeJS.ProcessEnv {
    return { LD_PRELOAD: this.#library, LOA_SHADOW_ROOT: this.root, LOA_SHADOW_LOG: this.#log };
  }

  get #library(): string {
    return join(this.dir, 'shadow.so');
  }

  /** Somebody outside saw this just now. */
  mark(mark: unknown): void {
    writeSync(this.#handle, markRecord(mark));
  }

  operations(): Operation[] {
    return readOperations(readFileSync(this.#log));
  }

  stop(): void {
    closeSync(this.#handle);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function baseOf(root: string): Base {
  const found: { path: string; inode: number; bytes?: Uint8Array }[] = [{ path: '', inode: statSync(root).ino }];
  const walk = (path: string) => {
    for (const name of readdirSync(join(root, path))) {
      const here = `${path}/${name}`;
      const stat = statSync(join(root, here));
      const folder = stat.isDirectory();
      found.push({ path: here, inode: stat.ino, ...(!folder && { bytes: readFileSync(join(root, here)) }) });
      if (folder) walk(here);
    }
  };
  walk('');
  return found;
}

/** Make a folder of an image. */
export function writeImage(image: ReadonlyMap<string, Uint8Array | null>, dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [path, bytes] of image) {
    const target = join(dir, path);
    if (bytes === null) mkdirSync(target, { mode: 0o700 });
    else writeFileSync(target, bytes, { mode: 0o600 });
  }
}
