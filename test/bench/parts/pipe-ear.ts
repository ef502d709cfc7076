// A pipe read as a converter would: 48 frames a millisecond whether something is there or not, mono, 16 bit. Hears where sound begins.
import { closeSync, constants, openSync, readSync } from 'node:fs';

const framesPerMs = 48;
const lookEveryMs = 2;
const loud = 3_000;

export class PipeEar {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(64 * 1024);
  /** Frames that went through, silence of an empty pipe included. */
  #frames = 0;

  constructor(fifo: string) {
    this.#fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Instant of the first loud frame, in ms of this process's clock; `undefined` when there is none in time. */
  async onset(withinMs: number): Promise<number | undefined> {
    const beganMs = performance.now();
    this.#frames = 0;
    while (performance.now() - beganMs < withinMs) {
      const due = Math.floor((performance.now() - beganMs) * framesPerMs) - this.#frames;
      const read = this.#read(Math.min(due, this.#buffer.length / 2));
      for (let i = 0; i < read; i++) {
        if (Math.abs(this.#buffer.readInt16LE(i * 2)) > loud) return beganMs + (this.#frames + i) / framesPerMs;
      }
      this.#frames += due;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    return undefined;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #read(frames: number): number {
    if (frames <= 0) return 0;
    try {
      return Math.floor(readSync(this.#fd, this.#buffer, 0, frames * 2, null) / 2);
    } catch {
      return 0; // nothing there yet
    }
  }
}
