// A microphone without hardware that stands before a simulated loudspeaker: what sounds there, quieter, later, over a murmur.

import type { Problem } from '../../schemas/problems.ts';
import type { AudioIn, CapturedBlock } from '../audio-in.ts';
import type { Heard } from '../audio-out.ts';
import { murmur } from './murmur.ts';

/** Ten metres of air. */
export const airMs = 30;
export const lossDb = -20;
const loss = 10 ** (lossDb / 20);
const streetLevel = 0.02;

export class NearMicrophone implements AudioIn {
  readonly name = 'simulated, near a loudspeaker';
  readonly #heard: Heard;
  readonly #listeners = new Set<(block: CapturedBlock) => void>();
  readonly #street = murmur();
  #at = 0;
  #stop: (() => void) | undefined;

  constructor(heard: Heard) {
    this.#heard = heard;
  }

  async open(): Promise<void> {
    this.#stop ??= this.#heard.onHeard(({ atMonoMs, frames }) => {
      const captured = frames.map((sample) =>
        Math.round(sample * loss + (this.#street[this.#at++ % this.#street.length] ?? 0) * streetLevel),
      );
      for (const listener of this.#listeners) listener({ atMonoMs: atMonoMs + airMs, frames: captured });
    });
  }

  onBlock(listener: (block: CapturedBlock) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onFailure(_listener: (problem: Problem) => void): void {}

  async close(): Promise<void> {
    this.#stop?.();
    this.#stop = undefined;
  }
}
