// Every live session as it went out, kept in the library: an Ogg file that grows, then ordinary ingest.
import { createWriteStream, type WriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { randomHex, sha256File } from '../../hardware/host/crypto.ts';
import { batchFramesMax, opusFrameMs } from '../../schemas/live.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import type { Ingested } from '../media/ingest.ts';
import { OggFile } from './ogg-file.ts';

export interface Recorded {
  readonly path: string;
  readonly durationMs: number;
}

export class Recording {
  readonly #path: string;
  readonly #file: OggFile;
  readonly #out: WriteStream;
  #waiting: Uint8Array[] = [];
  #frames = 0;
  #failed: Error | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#file = new OggFile(Number.parseInt(randomHex(4), 16));
    this.#out = createWriteStream(path, { mode: 0o600 });
    this.#out.on('error', (error) => {
      this.#failed = error;
    });
    this.#out.write(this.#file.head());
  }

  write(frames: readonly Uint8Array[]): void {
    this.#frames += frames.length;
    this.#waiting.push(...frames);
    while (this.#waiting.length > batchFramesMax) this.#out.write(this.#file.frames(this.#waiting.splice(0, batchFramesMax)));
  }

  /** Problem: disk-full (or whatever else kept it from the disk). */
  async finish(): Promise<Result<Recorded>> {
    this.#out.end(this.#file.frames(this.#waiting, true));
    await finished(this.#out).catch((error: Error) => {
      this.#failed ??= error;
    });
    if (!this.#failed) return ok({ path: this.#path, durationMs: this.#frames * opusFrameMs });
    await rm(this.#path, { force: true });
    return bad('disk-full', `the recording could not be written: ${this.#failed.message}`);
  }
}

/** Where this machine cannot measure and encode, the frames are kept as they went out. */
export async function keepAsSpoken(blobs: Blobs, { path, durationMs }: Recorded, title: string): Promise<Ingested> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
  const [{ size }, sha256] = await Promise.all([stat(path), sha256File(path)]);
  await blobs.adopt(path, sha256);
  return { item: { sha256, bytes: size, type: 'audio/ogg', title, language: 'vi', durationMs, gainDb: 0 }, peaks: [] };
}
