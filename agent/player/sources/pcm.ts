// A source that is already sound in memory, possibly repeated or begun late.
import type { Problem } from '../../../schemas/problems.ts';
import type { Tape } from '../tape.ts';
import type { Source } from './source.ts';

export class PcmSource implements Source {
  readonly #pcm: Int16Array;
  readonly #gain: number;
  #at: number;

  constructor(pcm: Int16Array, gain = 1, fromSample = 0) {
    this.#pcm = pcm;
    this.#gain = gain;
    this.#at = Math.min(Math.max(0, fromSample), pcm.length);
  }

  start(): void {}

  ready(): boolean {
    return true;
  }

  pour(tape: Tape, wanted: number): number {
    const count = Math.min(wanted, this.#pcm.length - this.#at);
    tape.appendPcm(this.#pcm, this.#at, count, this.#gain);
    this.#at += count;
    return count;
  }

  ended(): boolean {
    return this.#at >= this.#pcm.length;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return undefined;
  }

  stop(): void {}
}
