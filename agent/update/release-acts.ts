// What the steps of an update do on the disk. Each may be the last before a power cut, and each may be done twice.
import { join } from 'node:path';
import { unpackArchive } from '../../hardware/host/release-archive.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Release, ReleasePart, UpdateReason } from '../../schemas/release.ts';
import type { Act } from './decide.ts';
import type { ReleaseDisk } from './disk.ts';
import { type Pending, places, point, pointed, programName, type ReleaseRecord, writeRecord } from './layout.ts';

export interface ReleaseActsOptions {
  readonly disk: ReleaseDisk;
  readonly root: string;
  readonly running: { readonly version: string; readonly counter: number };
  /** Answers where a whole, verified archive lies. */
  readonly fetch: (part: ReleasePart) => Promise<Result<string>>;
  /** The archives of a release are not needed any more. */
  readonly forget: (parts: readonly ReleasePart[]) => Promise<void>;
}

/** Why an act did not succeed; `lasting`: trying again helps nothing. */
export interface Failed {
  readonly reason: UpdateReason;
  readonly detail: string;
  readonly lasting: boolean;
}

export interface ActedOn {
  readonly version: string;
  /** Null: what was kept of it is lost; enough is known to confirm it or to go back. */
  readonly release: Release | null;
  readonly before: () => Pending['before'];
}

export class ReleaseActs {
  readonly #options: ReleaseActsOptions;

  constructor(options: ReleaseActsOptions) {
    this.#options = options;
  }

  async do(act: Exclude<Act, 'restart'>, { version, release, before }: ActedOn): Promise<Failed | undefined> {
    const { disk, root } = this.#options;
    const at = places(root);
    switch (act) {
      case 'download':
        return release ? this.#download(release) : lost;
      case 'unpack':
        return release ? this.#unpack(release) : lost;
      case 'prepare':
        return release ? this.#prepare(release, before()) : lost;
      case 'switch':
        // The marker lies there already: from here on the launcher counts.
        await point(disk, at.current, version);
        return undefined;
      case 'commit':
        await disk.remove(at.pending);
        await disk.syncFolder(root);
        return undefined;
      case 'clear':
        for (const path of [at.pending, at.starts, at.launcher]) await disk.remove(path);
        await disk.syncFolder(root);
        await this.#discard(version);
        return undefined;
      case 'tidy':
        return this.#tidy(release?.parts ?? []);
      default:
        return act satisfies never;
    }
  }

  async #download({ parts }: Release): Promise<Failed | undefined> {
    for (const part of parts) {
      const fetched = await this.#options.fetch(part);
      if (!fetched.ok) return { reason: 'disk', detail: fetched.problem.code, lasting: false };
    }
    return undefined;
  }

  /** Into a folder of another name, which becomes the release when all of it is on the disk. */
  async #unpack({ version, counter, limits, parts }: Release): Promise<Failed | undefined> {
    const { disk, root, fetch } = this.#options;
    const { release, releases } = places(root);
    const [beside, folder] = [join(releases, `.${version}.part`), release(version)];
    await disk.remove(beside);
    await disk.makeFolder(beside);
    const files: ReleaseRecord['files'] = [];
    const folders = new Set([beside]);
    for (const part of parts) {
      const archive = await fetch(part);
      if (!archive.ok) return { reason: 'disk', detail: archive.problem.code, lasting: false };
      const unpacked = await unpackArchive(archive.value, limits, async (file, content) => {
        const path = join(beside, file.path);
        for (let up = join(path, '..'); up.length >= beside.length; up = join(up, '..')) folders.add(up);
        await disk.makeFolder(join(path, '..'));
        await disk.write(path, content, file.run === true);
      });
      if (!unpacked.ok) {
        const { code, detail } = unpacked.problem;
        return { reason: 'content', detail: `${part.name}: ${code} ${detail}`, lasting: code !== 'disk-full' && code !== 'device-failed' };
      }
      files.push(...unpacked.value);
    }
    if (new Set(files.map(({ path }) => path)).size !== files.length)
      return { reason: 'content', detail: 'two parts hold one file', lasting: true };
    if (!files.some(({ path }) => path === programName)) return { reason: 'content', detail: `no ${programName}`, lasting: true };
    const record: ReleaseRecord = { version, counter, files };
    await disk.write(join(beside, 'release.json'), [Buffer.from(JSON.stringify(record))], false);
    for (const each of [...folders].sort((a, b) => b.length - a.length)) await disk.syncFolder(each);
    await this.#discard(version);
    await disk.rename(beside, folder);
    await disk.syncFolder(releases);
    return undefined;
  }

  /** The way back first, then the marker that makes the launcher count. */
  async #prepare({ version, counter }: Release, before: Pending['before']): Promise<Failed | undefined> {
    const { disk, root } = this.#options;
    const at = places(root);
    const now = await pointed(disk, at.current);
    if (now === null || now === version) return { reason: 'broken', detail: `current names ${now}`, lasting: now !== null };
    await point(disk, at.previous, now);
    await disk.remove(at.starts);
    await disk.remove(at.launcher);
    const pending: Pending = { version, counter, previous: now, before };
    await writeRecord(disk, at.pending, pending);
    return undefined;
  }

  /** Two releases stay: the one that runs and the one before it. */
  async #tidy(parts: readonly ReleasePart[]): Promise<undefined> {
    const { disk, root, forget } = this.#options;
    const at = places(root);
    await disk.remove(at.starts);
    await disk.remove(at.launcher);
    const previous = await pointed(disk, at.previous);
    for (const name of await disk.list(at.releases)) if (name !== previous) await this.#discard(name);
    await forget(parts);
    return undefined;
  }

  /** Half a release must never look like one: first its name goes, then its files. What runs or would run stays. */
  async #discard(name: string): Promise<void> {
    const { disk, root, running } = this.#options;
    const { releases, current } = places(root);
    if (name === running.version || name === (await pointed(disk, current))) return;
    const gone = join(releases, '.gone');
    await disk.remove(gone);
    if (!(await disk.list(releases)).includes(name)) return;
    await disk.rename(join(releases, name), gone);
    await disk.syncFolder(releases);
    await disk.remove(gone);
  }
}

const lost: Failed = { reason: 'disk', detail: 'its manifest is not here any more', lasting: true };
