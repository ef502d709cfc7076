// What was heard, as a WAV file that is readable at any instant, even after the process was killed. Bounded in size.
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Problem } from '../../schemas/problems.ts';
import { type Heard, sampleRateHz } from '../audio-out.ts';
import { problemOf } from '../host/failure.ts';
import { wavHead, wavHeadBytes } from '../host/wav.ts';
import type { HeardChunk } from './virtual-dac.ts';

export interface WavRecorderOptions {
  readonly path: string;
  /** A full file moves to `….1.wav` and a new one begins: never more than two of this length. */
  readonly secondsMax?: number;
  readonly onProblem?: (problem: Problem) => void;
}

const pendingChunksMax = 250;
const headEveryMs = 1_000;
/** Where the output was closed for a while, so much silence stands for it at most. */
const gapMsMax = 10_000;

export class WavRecorder {
  readonly #heard: Heard;
  readonly #options: WavRecorderOptions;
  readonly #bytesMax: number;
  #stopHearing: (() => void) | undefined;
  #file: FileHandle | undefined;
  #bytes = 0;
  #headAtMonoMs = 0;
  #nextMonoMs: number | undefined;
  #pending: HeardChunk[] = [];
  #draining: Promise<void> | undefined;
  #failed = false;

  constructor(heard: Heard, options: WavRecorderOptions) {
    this.#heard = heard;
    this.#options = options;
    this.#bytesMax = (options.secondsMax ?? 3_600) * sampleRateHz * 2;
  }

  async start(): Promise<void> {
    await mkdir(dirname(this.#options.path), { recursive: true });
    await this.#begin();
    this.#stopHearing = this.#heard.onHeard((chunk) => this.#hear(chunk));
  }

  /** Write what is pending, then make the file whole. */
  async stop(): Promise<void> {
    this.#stopHearing?.();
    this.#draining ??= this.#drain();
    await this.#draining;
    await this.#finish();
  }

  #hear(chunk: HeardChunk): void {
    if (this.#failed || this.#pending.length >= pendingChunksMax) return; // a gap, filled with silence later
    this.#pending.push(chunk);
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (let chunk = this.#pending.shift(); chunk; chunk = this.#pending.shift()) await this.#append(chunk);
    } catch (error) {
      this.#failed = true;
      this.#pending = [];
      this.#options.onProblem?.(problemOf(error));
    } finally {
      this.#draining = undefined;
    }
  }

  async #append(chunk: HeardChunk): Promise<void> {
    const gapMs = this.#nextMonoMs === undefined ? 0 : chunk.atMonoMs - this.#nextMonoMs;
    const gapFrames = gapMs > 2 ? Math.round((Math.min(gapMs, gapMsMax) * sampleRateHz) / 1000) : 0;
    const { frames } = chunk;
    const bytes = Buffer.alloc((gapFrames + frames.length) * 2);
    for (const [i, sample] of frames.entries()) bytes.writeInt16LE(sample, (gapFrames + i) * 2);
    if (this.#bytes + bytes.length > this.#bytesMax) await this.#turnOver();
    await this.#file?.write(bytes, 0, bytes.length, wavHeadBytes + this.#bytes);
    this.#bytes += bytes.length;
    this.#nextMonoMs = chunk.atMonoMs + (frames.length * 1000) / sampleRateHz;
    if (chunk.atMonoMs - this.#headAtMonoMs < headEveryMs) return;
    this.#headAtMonoMs = chunk.atMonoMs;
    await this.#writeHead();
  }

  async #turnOver(): Promise<void> {
    await this.#finish();
    await rename(this.#options.path, this.#options.path.replace(/(\.wav)?$/, '.1.wav'));
    await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#file = await open(this.#options.path, 'w');
    this.#bytes = 0;
    await this.#writeHead();
  }

  async #finish(): Promise<void> {
    await this.#writeHead();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #writeHead(): Promise<void> {
    await this.#file?.write(wavHead(sampleRateHz, this.#bytes), 0, wavHeadBytes, 0);
  }
}

/** The named file for the first loudspeaker, `…-ID.wav` for others. */
export function wavPath(dataDir: string, name: string, id: string, opened: number): string {
  const path = join(name.startsWith('/') ? '' : dataDir, name);
  return opened === 0 ? path : path.replace(/(\.wav)?$/i, `-${id}.wav`);
}
