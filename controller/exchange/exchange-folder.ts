// The folder of one foreign system: supplied documents and their media written whole, dropped answers read, bad ones put aside with the reason.
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { readStrangerFile } from '../../hardware/host/stranger-file.ts';
import { exchangeLimits, HeardDocument, type SuppliedAnswer } from '../../schemas/exchange.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';

const folders = ['out', 'media', 'in', 'done', 'quarantine'] as const;
/** Of what was put away; the tables keep the rest. */
const keptMax = 1_000;
/** A number and the end of its line. */
const markBytesMax = 64;

export interface Dropped {
  readonly name: string;
  readonly document: HeardDocument;
}

export class ExchangeFolder {
  readonly #dir: string;
  readonly #blobs: Blobs;

  constructor(dir: string, blobs: Blobs) {
    this.#dir = dir;
    this.#blobs = blobs;
  }

  /** Others write here too: what they put in a folder's place would lead our writing elsewhere. Problem: not-allowed. */
  async make(): Promise<Result<void>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    for (const name of folders) {
      const path = join(this.#dir, name);
      const found = await lstat(path).catch(() => undefined);
      if (found && !found.isDirectory()) return bad('not-allowed', `${name} is no folder: links are not followed`, `/${name}`);
      if (!found) await mkdir(path, { mode: 0o750 });
    }
    return ok(undefined);
  }

  /** Highest number written here; writing goes on behind it. Problem: not-allowed (no regular file). */
  async written(): Promise<Result<number>> {
    const bytes = await readStrangerFile(join(this.#dir, 'written'), markBytesMax);
    if (!bytes.ok && bytes.problem.code === 'not-allowed') return bad('not-allowed', `written: ${bytes.problem.detail}`, '/written');
    const text = bytes.ok ? Buffer.from(bytes.value).toString('latin1') : '';
    return ok(/^\d{1,15}\n?$/.test(text) ? Number(text) : 0);
  }

  /** Aside, with what lies in it: numbers of a link put again under this id begin anew. A share mounted here stays, without its mark. */
  async retire(atMs: number): Promise<void> {
    await rm(join(this.#dir, 'written'), { force: true });
    await rename(this.#dir, `${this.#dir}.removed-${atMs}`).catch(() => undefined);
  }

  /** From here on again; whatever stood in the mark's place is put away. Problem: not-allowed. */
  async replay(after: number): Promise<Result<void>> {
    const made = await this.make();
    if (made.ok) await writeFileAtomic(join(this.#dir, 'written'), `${after}\n`);
    return made;
  }

  /** Media first, so that a document never names what is not there yet; the mark last. Answers the media that are not here any more. */
  async write(supplied: readonly SuppliedAnswer[]): Promise<string[]> {
    const missing: string[] = [];
    for (const one of supplied) {
      const media = one.document.kind === 'item' ? one.document.media : null;
      if (media && !(await this.#media(media.sha256))) missing.push(media.sha256);
      await writeFileAtomic(join(this.#dir, 'out', `${String(one.seq).padStart(12, '0')}.json`), `${JSON.stringify(one, null, 1)}\n`);
    }
    const last = supplied.at(-1);
    if (last) await this.replay(last.seq);
    return missing;
  }

  async #media(sha256: string): Promise<boolean> {
    const target = join(this.#dir, 'media', sha256);
    const source = this.#blobs.pathOf(sha256);
    if (!source || (await this.#blobs.size(sha256)) === undefined) return false;
    // Others write here too: a link under this name would lead into files of ours.
    await rm(`${target}.part`, { recursive: true, force: true });
    await copyFile(source, `${target}.part`, constants.COPYFILE_EXCL);
    await rename(`${target}.part`, target);
    return true;
  }

  /** Answers that are whole and of the right shape; others lie in quarantine afterwards. */
  async look(): Promise<readonly Dropped[]> {
    const names = (await readdir(join(this.#dir, 'in'))).filter((name) => /^[^.].*\.json$/i.test(name)).sort();
    const found: Dropped[] = [];
    for (const name of names.slice(0, exchangeLimits.filesPerLook)) {
      const bytes = await readStrangerFile(join(this.#dir, 'in', name), exchangeLimits.fileBytes);
      if (!bytes.ok && bytes.problem.code === 'not-found') continue;
      const read = bytes.ok ? parseJson(HeardDocument, Buffer.from(bytes.value).toString('utf8'), exchangeLimits.fileBytes) : bytes;
      if (read.ok) found.push({ name, document: read.value });
      else await this.quarantine(name, read.problem);
    }
    return found;
  }

  done(name: string): Promise<void> {
    return this.#putAway(name, 'done');
  }

  async quarantine(name: string, problem: Problem): Promise<void> {
    await this.#putAway(name, 'quarantine');
    await writeFileAtomic(join(this.#dir, 'quarantine', `${cut(name)}.problem.json`), `${JSON.stringify(problem, null, 1)}\n`);
  }

  async #putAway(name: string, where: 'done' | 'quarantine'): Promise<void> {
    const target = join(this.#dir, where, cut(name));
    await rm(target, { recursive: true, force: true });
    await rename(join(this.#dir, 'in', name), target);
    const kept = (await readdir(join(this.#dir, where))).sort();
    for (const old of kept.slice(0, Math.max(0, kept.length - 2 * keptMax)))
      await rm(join(this.#dir, where, old), { recursive: true, force: true });
  }
}

/** By bytes, as file systems count: endings are added to it. Half a character at the end is left out. */
function cut(name: string): string {
  return new TextDecoder().decode(Buffer.from(name).subarray(0, 150), { stream: true });
}
