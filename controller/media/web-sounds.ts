// Sounds of the library as MP3, for pages and old phones: made when first asked for, kept beside the content, made again when lost.
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Blobs } from '../blobs.ts';
import type { Transcoder } from './transcoder.ts';
import type { WorkLine } from './work-line.ts';

const shaPattern = /^[0-9a-f]{64}$/;

export interface WebSoundsOptions {
  readonly dir: string;
  readonly blobs: Pick<Blobs, 'path' | 'size' | 'temporary'>;
  /** Absent where this machine has no encoder. */
  readonly transcoder: Transcoder | undefined;
  readonly line: WorkLine;
}

export class WebSounds {
  readonly #options: WebSoundsOptions;
  readonly #making = new Map<string, Promise<Result<void>>>();

  constructor(options: WebSoundsOptions) {
    this.#options = options;
  }

  /** Make it if it is not here. Problems: not-found (no such content, or no sound), tool-missing, too-many-requests, those of encoding. */
  async make(item: Item): Promise<Result<void>> {
    if (!item.type.startsWith('audio/')) return bad('not-found', 'no sound', '/sha256');
    if ((await this.size(item.sha256)) !== undefined) return ok(undefined);
    const known = this.#making.get(item.sha256);
    if (known) return known;
    const made = this.#encode(item).finally(() => this.#making.delete(item.sha256));
    this.#making.set(item.sha256, made);
    return made;
  }

  async size(sha256: string): Promise<number | undefined> {
    return shaPattern.test(sha256) ? (await stat(this.#path(sha256)).catch(() => undefined))?.size : undefined;
  }

  /** Bytes `from` to `to`, both included. */
  stream(sha256: string, from: number, to: number): ReadStream {
    return createReadStream(this.#path(sha256), { start: from, end: to });
  }

  /** With its content it goes. */
  async forget(sha256: string): Promise<void> {
    if (shaPattern.test(sha256)) await rm(this.#path(sha256), { force: true });
  }

  async #encode({ sha256, title, gainDb }: Item): Promise<Result<void>> {
    const { blobs, transcoder, line, dir } = this.#options;
    if (!transcoder) return bad('tool-missing', 'ffmpeg and ffprobe are not installed');
    if ((await blobs.size(sha256)) === undefined) return bad('not-found', `no content ${sha256}`);
    const target = blobs.temporary('.mp3');
    try {
      // Heard as the boxes play it: with the item's own gain.
      const encoded = await line.do({ lane: 'sound', account: null, title }, () =>
        transcoder.encodeWeb(blobs.path(sha256), target, gainDb),
      );
      if (!encoded.ok) return encoded;
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await rename(target, this.#path(sha256));
      return ok(undefined);
    } finally {
      await rm(target, { force: true });
    }
  }

  #path(sha256: string): string {
    return join(this.#options.dir, `${sha256}.mp3`);
  }
}
