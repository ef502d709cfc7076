// A source fed by a stream of 16-bit samples (a decoder's output, a file), read ahead a little and held back when full.
import type { Readable } from 'node:stream';
import type { Problem } from '../../../schemas/problems.ts';
import type { Tape } from '../tape.ts';
import type { Source } from './source.ts';

export interface Pipe {
  readonly stream: Readable;
  /** Channels in the stream, mixed to one. */
  readonly channels: number;
  readonly stop: () => void;
}

export interface PipeOptions {
  /** Starts the decoder; `onEnd` is called once, after all output, with what went wrong. */
  readonly open: (onEnd: (problem?: Problem) => void) => Pipe;
  readonly gain: number;
  /** Samples to drop at the beginning: exact, whatever the decoder. */
  readonly skipSamples: number;
  /** Never give more than this; a runaway decoder ends here. */
  readonly samplesMax: number;
}

const aheadSamplesMax = 72_000;
const readySamples = 9_600;

export class PipeSource implements Source {
  readonly #options: PipeOptions;
  #pipe: Pipe | undefined;
  #chunks: Int16Array[] = [];
  #chunkAt = 0;
  #held = 0;
  #taken = 0;
  #toSkip: number;
  #given = 0;
  #rest: Buffer | undefined;
  #done = false;
  #problem: Problem | undefined;
  #collecting: ((pcm: Int16Array, problem: Problem | undefined) => void) | undefined;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#toSkip = options.skipSamples;
  }

  start(): void {
    if (this.#pipe || this.#done) return;
    const pipe = this.#options.open((problem) => {
      if (!this.#done) this.#problem = problem;
      this.#done = true;
      this.#handOver();
    });
    this.#pipe = pipe;
    pipe.stream.on('data', (chunk: Buffer) => this.#take(chunk, pipe));
  }

  ready(): boolean {
    return this.#done || this.#held >= readySamples;
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    while (poured < wanted) {
      const chunk = this.#chunks[0];
      if (!chunk) break;
      const count = Math.min(wanted - poured, chunk.length - this.#chunkAt);
      tape.appendPcm(chunk, this.#chunkAt, count, this.#options.gain);
      poured += count;
      this.#chunkAt += count;
      if (this.#chunkAt === chunk.length) {
        this.#chunks.shift();
        this.#chunkAt = 0;
      }
    }
    this.#held -= poured;
    this.#given += poured;
    if (this.#held < aheadSamplesMax / 2) this.#pipe?.stream.resume();
    return poured;
  }

  ended(): boolean {
    return this.#done && this.#held === 0;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return this.#problem;
  }

  /** Samples given so far: 0 at the end means that nothing could be decoded. */
  get given(): number {
    return this.#given;
  }

  /** Samples that wait to be poured. */
  get held(): number {
    return this.#held;
  }

  /** Grows with every sample the decoder wrote, those passed over included: a decoder that works shows here. */
  get taken(): number {
    return this.#taken;
  }

  /** True while nothing keeps the decoder from writing. */
  get hungry(): boolean {
    return !this.#done && this.#pipe?.stream.isPaused() === false;
  }

  /** True when the decoder has nothing more to give beyond what is held here. */
  get decoded(): boolean {
    return this.#done;
  }

  /** Instead of pouring: read all, then hand it over in one piece. */
  collect(done: (pcm: Int16Array, problem: Problem | undefined) => void): void {
    this.#collecting = done;
    this.start();
  }

  stop(): void {
    this.#done = true;
    this.#chunks = [];
    this.#held = 0;
    this.#pipe?.stop();
  }

  #take(bytes: Buffer, pipe: Pipe): void {
    if (this.#done) return;
    const mono = this.#mix(bytes, pipe.channels);
    this.#taken += mono.length;
    const skipped = Math.min(this.#toSkip, mono.length);
    this.#toSkip -= skipped;
    const room = this.#options.samplesMax - this.#given - this.#held;
    const kept = mono.subarray(skipped, skipped + Math.max(0, room));
    if (kept.length > 0) this.#chunks.push(kept);
    this.#held += kept.length;
    if (mono.length - skipped > kept.length) {
      this.#done = true;
      pipe.stop();
    } else if (this.#collecting === undefined && this.#held >= aheadSamplesMax) pipe.stream.pause();
  }

  #handOver(): void {
    const done = this.#collecting;
    this.#collecting = undefined;
    if (!done) return;
    const pcm = new Int16Array(this.#held);
    let at = 0;
    for (const chunk of this.#chunks) {
      pcm.set(chunk, at);
      at += chunk.length;
    }
    done(pcm, this.#problem);
  }

  /** Whole frames of the bytes, averaged over the channels; a torn frame waits for the next chunk. */
  #mix(bytes: Buffer, channels: number): Int16Array {
    const all = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    const frameBytes = 2 * channels;
    const frames = Math.floor(all.length / frameBytes);
    this.#rest = frames * frameBytes < all.length ? all.subarray(frames * frameBytes) : undefined;
    const mono = new Int16Array(frames);
    for (let frame = 0; frame < frames; frame += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) sum += all.readInt16LE(frame * frameBytes + channel * 2);
      mono[frame] = Math.round(sum / channels);
    }
    return mono;
  }
}
