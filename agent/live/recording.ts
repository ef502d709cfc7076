// A WAV file of what an input of the box put on the air, bounded; the oldest recordings make room for the new.
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf } from '../../hardware/host/failure.ts';
import { wavHead, wavHeadBytes } from '../../hardware/host/wav.ts';
import type { Problem } from '../../schemas/problems.ts';

/** Ten minutes of 48 kHz mono 16 bit: twice the longest talk. */
const fileBytesMax = 60 * 1024 ** 2;
const folderBytesMax = 300 * 1024 ** 2;
const sampleHz = 48_000;

export interface RecordingOptions {
  readonly dir: string;
  readonly name: string;
  readonly warn: (event: string, problem: Problem) => void;
}

export class Recording {
  readonly #options: RecordingOptions;
  #file: FileHandle | undefined;
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** A recording that cannot be made is told; the talk goes on. */
  async start(): Promise<void> {
    const { dir, name } = this.#options;
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await makeRoom(dir, folderBytesMax - fileBytesMax);
      this.#file = await open(join(dir, `${name}.wav`), 'w', 0o600);
      await this.#file.write(wavHead(sampleHz, 0), 0, wavHeadBytes, 0);
    } catch (error) {
      this.#fail(error);
    }
  }

  write(frames: Int16Array): void {
    const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength).subarray(
      0,
      Math.max(0, fileBytesMax - wavHeadBytes - this.#bytes),
    );
    const copy = Buffer.from(bytes);
    const at = wavHeadBytes + this.#bytes;
    this.#bytes += copy.length;
    if (copy.length > 0) this.#then((file) => file.write(copy, 0, copy.length, at));
  }

  async stop(): Promise<void> {
    this.#then((file) => file.write(wavHead(sampleHz, this.#bytes), 0, wavHeadBytes, 0));
    this.#then((file) => file.sync());
    await this.#last;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #then(work: (file: FileHandle) => Promise<unknown>): void {
    this.#last = this.#last
      .then(async () => {
        if (this.#file) await work(this.#file);
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#options.warn('recordingFailed', problemOf(error, 'disk-full'));
    void this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }
}

/** Names begin with the instant, so they sort by age. */
async function makeRoom(dir: string, bytesMax: number): Promise<void> {
  const names = (await readdir(dir))
    .filter((name) => name.endsWith('.wav'))
    .sort()
    .reverse();
  let bytes = 0;
  for (const name of names) {
    bytes += (await stat(join(dir, name)).catch(() => undefined))?.size ?? 0;
    if (bytes > bytesMax) await rm(join(dir, name), { force: true });
  }
}
