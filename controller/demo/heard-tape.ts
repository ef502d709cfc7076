// The last seconds that one box's loudspeaker let out, by the machine's monotonic clock.
import { soundHz } from './skew.ts';

const keptMs = 4_000;
const headBytes = 12;
const againAfterMs = 500;

/** Reads a box's `/heard` for ever: f64LE monoMs of the first frame, u32LE count, s16LE frames. */
export class HeardTape {
  readonly #url: () => string | undefined;
  readonly #chunks: { readonly atMs: number; readonly frames: Int16Array }[] = [];
  readonly #stop = new AbortController();

  constructor(url: () => string | undefined) {
    this.#url = url;
  }

  start(): void {
    this.#follow().catch(() => undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Sound from `fromMs` on for `lengthMs`, silence where nothing was heard. */
  cut(fromMs: number, lengthMs: number): Int16Array {
    const out = new Int16Array(Math.round((lengthMs * soundHz) / 1000));
    for (const { atMs, frames } of this.#chunks) {
      const at = Math.round(((atMs - fromMs) * soundHz) / 1000);
      if (at >= out.length || at + frames.length <= 0) continue;
      const first = Math.max(0, -at);
      out.set(frames.subarray(first, Math.min(frames.length, out.length - at)), Math.max(0, at));
    }
    return out;
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const url = this.#url();
      if (url !== undefined) await this.#read(url).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  }

  async #read(url: string): Promise<void> {
    const response = await fetch(url, { signal: this.#stop.signal });
    if (!response.body) return;
    let rest = Buffer.alloc(0);
    for await (const bytes of response.body) {
      rest = Buffer.concat([rest, bytes]);
      rest = this.#take(rest);
    }
  }

  #take(bytes: Buffer): Buffer<ArrayBuffer> {
    let at = 0;
    while (bytes.length - at >= headBytes) {
      const count = bytes.readUInt32LE(at + 8);
      const end = at + headBytes + count * 2;
      if (end > bytes.length) break;
      const frames = new Int16Array(count);
      for (let i = 0; i < count; i++) frames[i] = bytes.readInt16LE(at + headBytes + i * 2);
      this.#chunks.push({ atMs: bytes.readDoubleLE(at), frames });
      at = end;
    }
    const newest = this.#chunks.at(-1)?.atMs ?? 0;
    while ((this.#chunks[0]?.atMs ?? newest) < newest - keptMs) this.#chunks.shift();
    return Buffer.from(bytes.subarray(at));
  }
}
