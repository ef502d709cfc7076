// The few acts on the disk that an update is made of: so few that each may be the last before a power cut (test/agent/shadow-disk).
import { mkdir, open, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { syncDirectory } from '../../hardware/host/files.ts';

/** Names last after `syncFolder` of their folder, bytes after `write`. Rejects with the system's error. */
export interface ReleaseDisk {
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** In bytes; undefined when there is no such file. */
  sizeOf(path: string): Promise<number | undefined>;
  /** Names in a folder, none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Make or replace a file; its bytes are on the disk when this resolves. */
  write(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, run: boolean): Promise<void>;
  /** With the folders around it. */
  makeFolder(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  linkOf(path: string): Promise<string | undefined>;
  /** A file, a link or a folder with all in it; nothing where there is none. */
  remove(path: string): Promise<void>;
}

export const realDisk: ReleaseDisk = {
  read: (path) => readFile(path).catch(unlessMissing),
  sizeOf: async (path) => (await stat(path).catch(unlessMissing))?.size,
  list: async (path) => (await readdir(path).catch(unlessMissing)) ?? [],
  write: async (path, content, run) => {
    const file = await open(path, 'w', run ? 0o755 : 0o644);
    try {
      for await (const chunk of content) await file.appendFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o755 });
  },
  syncFolder: syncDirectory,
  rename,
  link: symlink,
  linkOf: (path) => readlink(path).catch(unlessMissing),
  remove: (path) => rm(path, { recursive: true, force: true }),
};

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EINVAL') return undefined;
  throw error;
}
