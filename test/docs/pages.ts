// Which files belong to the project: those that git tracks, or, in a tree without git, all but what is made.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const made = new Set(['node_modules', 'dist', 'data', 'artifacts', '.git']);

function* below(folder: string, root: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (folder !== root || !made.has(entry.name)) yield* below(path, root);
    } else yield relative(root, path);
  }
}

/** Paths relative to `root`. */
export function filesOf(root: string): readonly string[] {
  const git = spawnSync('git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  const listed = git.status === 0 ? git.stdout.split('\0').filter((path) => path !== '') : [];
  return listed.length > 0 ? listed : [...below(root, root)];
}

export function pagesOf(root: string): readonly string[] {
  return filesOf(root).filter((path) => path.endsWith('.md') && existsSync(join(root, path)));
}
