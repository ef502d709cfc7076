// An ear at a box's loudspeaker: everything it plays with the monotonic instant of each sample (the machine's own clock).
import { get, type IncomingMessage } from 'node:http';

const rateHz = 48_000;

interface Chunk {
  readonly atMonoMs: number;
  readonly frames: Int16Array;
}

export class Ear {
  readonly #chunks: Chunk[] = [];
  #response: IncomingMessage | undefined;
  #rest: Buffer = Buffer.alloc(0);

  /** Begin to listen at `PAGE/heard`; resolves with the first chunk. */
  listen(page: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = get(`${page}/heard`, (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          return reject(new Error(`/heard: ${response.statusCode}`));
        }
        this.#response = response;
        response.on('error', () => {});
        response.on('data', (bytes: Buffer) => {
          this.#take(bytes);
          if (this.#chunks.length > 0) resolve();
        });
      });
      request.on('error', reject);
    });
  }

  stop(): void {
    this.#response?.destroy();
  }

  /** All heard between two monotonic instants as one signal; what was not received is silence. */
  between(fromMonoMs: number, toMonoMs: number): Int16Array {
    const heard = new Int16Array(Math.max(0, Math.round(((toMonoMs - fromMonoMs) / 1000) * rateHz)));
    for (const chunk of this.#chunks) {
      const at = Math.round(((chunk.atMonoMs - fromMonoMs) / 1000) * rateHz);
      if (at >= heard.length || at + chunk.frames.length <= 0) continue;
      const skip = Math.max(0, -at);
      heard.set(chunk.frames.subarray(skip, Math.min(chunk.frames.length, heard.length - at)), Math.max(0, at));
    }
    return heard;
  }

  /** Monotonic instant of the first sample at or after `fromMonoMs` louder than `level`. */
  firstAbove(level: number, fromMonoMs: number): number | undefined {
    for (const chunk of this.#chunks) {
      if (chunk.atMonoMs + (chunk.frames.length / rateHz) * 1000 < fromMonoMs) continue;
      for (let i = 0; i < chunk.frames.length; i++) {
        const atMonoMs = chunk.atMonoMs + (i / rateHz) * 1000;
        if (atMonoMs >= fromMonoMs && Math.abs(chunk.frames[i] ?? 0) > level) return atMonoMs;
      }
    }
    return undefined;
  }

  /** Forget what was heard before, so that long listening stays small. */
  forgetBefore(monoMs: number): void {
    const keep = this.#chunks.findIndex((chunk) => chunk.atMonoMs >= monoMs);
    this.#chunks.splice(0, keep < 0 ? this.#chunks.length : keep);
  }

  /** f64 LE instant, u32 LE count, s16 LE frames. */
  #take(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      if (this.#rest.length < 12) return;
      const count = this.#rest.readUInt32LE(8);
      const end = 12 + count * 2;
      if (this.#rest.length < end) return;
      const frames = new Int16Array(count);
      for (let i = 0; i < count; i++) frames[i] = this.#rest.readInt16LE(12 + i * 2);
      this.#chunks.push({ atMonoMs: this.#rest.readDoubleLE(0), frames });
      this.#rest = this.#rest.subarray(end);
    }
  }
}

export function monoNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Wall to monotonic on this machine, now. */
export function monoOf(wallMs: number): number {
  return monoNowMs() + (wallMs - Date.now());
}
