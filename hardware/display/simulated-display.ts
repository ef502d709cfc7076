// A screen in memory: paints at once, keeps what it shows, fails on demand.
import type { Problem } from '../../schemas/problems.ts';
import { type Display, type Frame, htmlBytesMax } from '../display.ts';

export interface SimulatedDisplayOptions {
  /** Wall time of the box. */
  readonly now?: () => number;
}

export class SimulatedDisplay implements Display {
  readonly name = 'simulated';
  readonly #now: () => number;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #running = false;
  #frame: Frame | undefined;
  #next: Problem | undefined;

  constructor(options: SimulatedDisplayOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  async show(frame: Frame): Promise<{ readonly paintedMs: number } | { readonly problem: Problem }> {
    if (!this.#running) return { problem: { code: 'device-failed', path: '', detail: 'the display is stopped' } };
    if (Buffer.byteLength(frame.html) > htmlBytesMax)
      return { problem: { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` } };
    const problem = this.#next;
    this.#next = undefined;
    if (problem) {
      for (const listener of this.#failureListeners) listener(problem);
      return { problem };
    }
    this.#frame = frame;
    return { paintedMs: Math.round(this.#now()) };
  }

  shown(): string | null {
    return this.#frame?.id ?? null;
  }

  /** What is on the screen, `''` when nothing was shown yet. */
  html(): string {
    return this.#frame?.html ?? '';
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return undefined;
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#frame = undefined;
  }

  /** Fail the next showing; the screen keeps what it shows. */
  failNext(): void {
    this.#next = { code: 'device-failed', path: '', detail: 'asked to fail' };
  }
}
